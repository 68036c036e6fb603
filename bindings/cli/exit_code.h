#ifndef PHIVEIL_CLI_EXIT_CODE_H_
#define PHIVEIL_CLI_EXIT_CODE_H_

// What the program tells the shell. Scripts are written to these numbers.

namespace phiveil::cli {

enum ExitCode : int {
  kAllDone = 0,
  kSomeQuarantined = 1,  // also: a check ran and found fault (audit verify, rules check, rules test)
  kUsage = 2,
  kCannotStart = 3,  // pack, policy, vault or key
  kStopped = 4,      // by a fault or a signal; nothing half-written stands under a final name
};

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_EXIT_CODE_H_

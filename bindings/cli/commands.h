#ifndef PHIVEIL_CLI_COMMANDS_H_
#define PHIVEIL_CLI_COMMANDS_H_

#include "cli/exit_code.h"
#include "cli/options.h"

namespace phiveil::cli {

ExitCode RunText(const Options& options);     // redact, find, restore
ExitCode RunExplain(const Options& options);  // explain
ExitCode RunEval(const Options& options);     // eval
ExitCode RunRules(const Options& options);    // rules *, policy *
ExitCode RunKey(const Options& options);      // key *
ExitCode RunKeeping(const Options& options);  // vault rotate, reencrypt, forget, sweep
ExitCode RunVault(const Options& options);    // vault *, audit *

// The whole program, main() aside.
int Main(int argc, char** argv);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_COMMANDS_H_

#ifndef PHIVEIL_CLI_COMMANDS_H_
#define PHIVEIL_CLI_COMMANDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/exit_code.h"
#include "cli/options.h"

namespace phiveil::cli {

ExitCode RunText(const Options& options);     // redact, find, restore
ExitCode RunExplain(const Options& options);  // explain
ExitCode RunEval(const Options& options);     // eval
ExitCode RunRules(const Options& options);    // rules *, policy *
ExitCode RunPolicy(const Options& options);   // policy explain, gate, gate-table, register
ExitCode RunKey(const Options& options);      // key *
ExitCode RunKeeping(const Options& options);  // vault rotate, reencrypt, forget, sweep
ExitCode RunVault(const Options& options);    // vault *, but for those above
ExitCode RunAudit(const Options& options);    // audit *

// What `policy gate-table` prints, as Markdown.
absl::StatusOr<std::string> GateTable();

// The whole program, main() aside.
int Main(int argc, char** argv);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_COMMANDS_H_

#ifndef PHIVEIL_CLI_COMMANDS_VAULT_H_
#define PHIVEIL_CLI_COMMANDS_VAULT_H_

#include "cli/exit_code.h"
#include "cli/options.h"
#include "cli/session.h"

namespace phiveil::cli {

// vault verify, backup, compact, merge, retoken.
ExitCode RunVaultTools(const Options& options, const Places& places);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_COMMANDS_VAULT_H_

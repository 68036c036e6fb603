#include "cli/commands.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <exception>
#include <iostream>

#include "cli/stop.h"

namespace phiveil::cli {
namespace {

// Originals pass through this process: no core file of it may come to lie on a disk, and no other
// process of the same user may look into it.
void ForbidCoreFiles() {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

ExitCode Dispatch(const Options& options) {
  const std::string& command = options.command;
  if (command == "explain") return RunExplain(options);
  if (command == "eval") return RunEval(options);
  if (command == "policy explain" || command == "policy gate" || command == "policy register") return RunPolicy(options);
  if (command.starts_with("rules ") || command.starts_with("policy ")) return RunRules(options);
  if (command.starts_with("audit ")) return RunAudit(options);
  if (command.starts_with("vault ")) return RunVault(options);
  return RunText(options);
}

}  // namespace

int Main(int argc, char** argv) {
  ForbidCoreFiles();
  InstallStopHandlers();
  Options options;
  const std::unique_ptr<CLI::App> parser = MakeParser(&options);
  try {
    parser->parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return parser->exit(asked) == 0 ? kAllDone : kUsage;
  } catch (const CLI::ParseError& error) {
    parser->exit(error, std::cerr, std::cerr);
    return kUsage;
  }
  try {
    return Dispatch(options);
  } catch (const std::exception& error) {
    // Ours do not throw; the standard library may, for want of memory. Its messages quote no text.
    std::cerr << "phiveil: stopped: " << error.what() << "\n";
    return kStopped;
  }
}

}  // namespace phiveil::cli

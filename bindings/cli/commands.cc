#include "cli/commands.h"

#include <exception>
#include <iostream>

#include "cli/stop.h"
#include "phiveil/process.h"

namespace phiveil::cli {
namespace {

ExitCode Dispatch(const Options& options) {
  const std::string& command = options.command;
  if (command == "explain") return RunExplain(options);
  if (command == "eval") return RunEval(options);
  if (command == "policy explain" || command.starts_with("policy gate") || command == "policy register")
    return RunPolicy(options);
  if (command.starts_with("rules ") || command.starts_with("policy ")) return RunRules(options);
  if (command.starts_with("key ")) return RunKey(options);
  if (command == "vault rotate" || command == "vault reencrypt" || command == "vault forget" ||
      command == "vault sweep") {
    return RunKeeping(options);
  }
  if (command.starts_with("audit ")) return RunAudit(options);
  if (command.starts_with("vault ")) return RunVault(options);
  return RunText(options);
}

}  // namespace

int Main(int argc, char** argv) {
  // Where the system refuses, the work is still worth doing: it is what it was without.
  ProtectProcess({}).IgnoreError();
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

// phiveil-compile: the rule tools without the engine's other doors, for the build itself.
//
//   phiveil-compile check DIR
//   phiveil-compile compile DIR FILE [--unproven]     a pack that fails its examples is written too
//   phiveil-compile test DIR
//   phiveil-compile explain DIR ID
//   phiveil-compile policy FILE.yaml [FILE]

#include <iostream>
#include <string>
#include <vector>

#include "compiler/tools.h"

namespace phiveil::rules {
namespace {

int Run(const std::vector<std::string>& args) {
  const std::string verb = args.empty() ? "" : args[0];
  const size_t given = args.size();
  if (verb == "check" && given == 2) return CheckRules(args[1], std::cerr);
  if (verb == "compile" && given == 3) return CompileRules(args[1], args[2], std::cerr);
  if (verb == "compile" && given == 4 && args[3] == "--unproven") {
    return CompileRules(args[1], args[2], std::cerr, Examples::kReport);
  }
  if (verb == "test" && given == 2) return TestRules(args[1], std::cout);
  if (verb == "explain" && given == 3) return ExplainRule(args[1], args[2], std::cout);
  if (verb == "policy" && given == 2) return CheckPolicy(args[1], std::cout);
  if (verb == "policy" && given == 3) return CompilePolicyFile(args[1], args[2], std::cerr);
  std::cerr << "usage: phiveil-compile check DIR | compile DIR FILE [--unproven] | test DIR | explain DIR ID | policy "
               "FILE.yaml [FILE]\n";
  return 2;
}

}  // namespace
}  // namespace phiveil::rules

int main(int argc, char** argv) { return phiveil::rules::Run(std::vector<std::string>(argv + 1, argv + argc)); }

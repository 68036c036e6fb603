#ifndef PHIVEIL_RULES_COMPILER_TOOLS_H_
#define PHIVEIL_RULES_COMPILER_TOOLS_H_

// What people do with rules: `phiveil rules check|compile|test|explain` and `phiveil policy check`.
//
// Each writes for people to `out` and answers with an exit code: 0 all well, 1 something to mend.
// Nothing is thrown. A file is written whole or not at all.

#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace phiveil::rules {

// Compiles without writing anything: errors, warnings, counts, time.
int CheckRules(const std::string& dir, std::ostream& out);

// As CheckRules; then runs the rules' examples through the pack and writes it. A pack that fails an
// example is not written, unless they are only to be reported: RulePack::Load refuses such a pack too.
enum class Examples { kMustPass, kReport };
int CompileRules(const std::string& dir, const std::string& out_file, std::ostream& out,
                 Examples examples = Examples::kMustPass);

// Compiles in memory and runs every example and every *.cases file, printing each line that does not
// do what it says. Known faults that no longer fail are failures too: they want to be promoted.
// `dir` may also be a compiled pack: then its own examples are run, which is all that it holds.
int TestRules(const std::string& dir, std::ostream& out);

// A rule in words: what it matches, with macros put in, what speaks for and against it, examples.
// `id` may be the end of an id, where it is the only one with that end.
int ExplainRule(const std::string& dir, std::string_view id, std::ostream& out);

// Compiles a policy without writing it and says what its result may be called.
int CheckPolicy(const std::string& file, std::ostream& out);
int CompilePolicyFile(const std::string& file, const std::string& out_file, std::ostream& out);

// Writes beside the file, then renames.
absl::Status WriteWholeFile(const std::string& path, std::string_view bytes);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_TOOLS_H_

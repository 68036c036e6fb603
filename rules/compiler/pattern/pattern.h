#ifndef PHIVEIL_RULES_COMPILER_PATTERN_PATTERN_H_
#define PHIVEIL_RULES_COMPILER_PATTERN_PATTERN_H_

// From a rule's pattern to what the engine matches with.
//
//   PatternError error;
//   auto compiled = CompilePattern("[A-Z]{0,2}[0-9]{5,10}", /*caseless=*/true, &error);
//   if (!compiled.ok()) …                      // error.column, error.message: for the caret
//   FillExpression(*compiled, pack.add_expressions());
//   AddWalks(trees, &pack);
//   pack.set_hs_database(*CompileDatabase(pack.expressions(), Platform::kAvx2));   // match/database.h
//
// The language is that of rules/schema/LANGUAGE.md ("Patterns"); everything else is refused.
// Patterns match bytes: `\d \w \s` are ASCII, `.` is any byte but newline, a negated class is any
// byte that is not named, newline included. A character outside ASCII may stand as a literal, not
// in a class. Caseless means the letters of ASCII.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "compiler/pattern/syntax.h"
#include "match/database.h"
#include "pack.pb.h"

namespace phiveil {

inline constexpr uint32_t kMaxPatternWidth = 256;  // bytes
inline constexpr uint32_t kMaxPatternStates = 4096;

struct PatternError {
  size_t column = 0;  // byte in the pattern, from 0
  std::string message;
};

struct CompiledPattern {
  std::string hs_pattern;  // the same language, in the plainest words, for Hyperscan
  bool caseless = false;
  std::string reverse_dfa;  // engine/match/dfa.h
  uint32_t min_width = 0;   // bytes, at least 1
  uint32_t max_width = 0;   // at most kMaxPatternWidth
  uint32_t trigger = 0;     // engine/match/windows.h; 0 deserves a warning: the pack loses its windows
  uint32_t trigger_before = 0;
  uint32_t trigger_after = 0;
  std::shared_ptr<const Node> tree;
};

// INVALID_ARGUMENT, with the message of `error`, when the pattern is not in the language, may match
// the empty text, is too wide, or needs more than kMaxPatternStates states.
absl::StatusOr<CompiledPattern> CompilePattern(std::string_view pattern, bool caseless, PatternError* error = nullptr);

// Gives the expressions that are cheaper to walk than to scan for to automata of their own, and sets
// them aside from Hyperscan's. `trees`: of each expression, with boundary and extend set.
void AddWalks(std::span<const std::shared_ptr<const Node>> trees, pb::Pack* pack);

// Sets all fields but boundary, rules, extend and walked.
void FillExpression(const CompiledPattern& compiled, pb::Expression* expression);

}  // namespace phiveil

#endif  // PHIVEIL_RULES_COMPILER_PATTERN_PATTERN_H_

#ifndef PHIVEIL_RULES_COMPILER_PATTERN_AUTOMATON_H_
#define PHIVEIL_RULES_COMPILER_PATTERN_AUTOMATON_H_

#include <optional>
#include <string>

#include "compiler/pattern/syntax.h"

namespace phiveil {

// The smallest automaton that reads matches backwards, as the bytes of engine/match/dfa.h. Nothing
// when it would need more than kMaxPatternStates states.
std::optional<std::string> BuildReverseDfa(const Node& node);

}  // namespace phiveil

#endif  // PHIVEIL_RULES_COMPILER_PATTERN_AUTOMATON_H_

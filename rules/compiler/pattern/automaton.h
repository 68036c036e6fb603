#ifndef PHIVEIL_RULES_COMPILER_PATTERN_AUTOMATON_H_
#define PHIVEIL_RULES_COMPILER_PATTERN_AUTOMATON_H_

#include <optional>
#include <span>
#include <string>

#include "compiler/pattern/syntax.h"
#include "pack.pb.h"

namespace phiveil {

// The smallest automaton that reads matches backwards, as the bytes of engine/match/dfa.h. Nothing
// when it would need more than kMaxPatternStates states.
std::optional<std::string> BuildReverseDfa(const Node& node);

inline constexpr size_t kMaxWalkStates = 60'000;

// The smallest automaton that reads matches of all `nodes` forwards (engine/match/walk.h); `expressions`
// are their numbers in the pack. Nothing when it would need more than kMaxWalkStates states before it
// is made small.
std::optional<pb::Walk> BuildWalk(std::span<const Node* const> nodes, std::span<const uint32_t> expressions);

}  // namespace phiveil

#endif  // PHIVEIL_RULES_COMPILER_PATTERN_AUTOMATON_H_

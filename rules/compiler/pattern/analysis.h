#ifndef PHIVEIL_RULES_COMPILER_PATTERN_ANALYSIS_H_
#define PHIVEIL_RULES_COMPILER_PATTERN_ANALYSIS_H_

// What can be said of every match of a pattern: how wide it is, and which trigger it holds where.

#include <cstdint>

#include "compiler/pattern/syntax.h"

namespace phiveil {

struct Width {
  uint64_t least = 0;
  uint64_t most = 0;
};
Width WidthOf(const Node& node);

struct TriggerPlace {
  uint32_t bits = 0;    // match/windows.h; every match holds one of them; 0: nothing sure
  uint64_t before = 0;  // every byte of a match lies between `before` bytes ahead of one of its triggers
  uint64_t after = 0;   // and `after` bytes from that one's first byte on
};
// The rarest sure trigger.
TriggerPlace TriggerOf(const Node& node);

}  // namespace phiveil

#endif  // PHIVEIL_RULES_COMPILER_PATTERN_ANALYSIS_H_

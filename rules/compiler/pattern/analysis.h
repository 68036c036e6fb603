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
  uint64_t before = 0;  // at most so many bytes of the match lie before it
  uint64_t after = 0;   // at most so many from its first byte to the match's end
};
// The rarest sure trigger; of those equally rare, the one with the narrowest surroundings.
TriggerPlace TriggerOf(const Node& node);

}  // namespace phiveil

#endif  // PHIVEIL_RULES_COMPILER_PATTERN_ANALYSIS_H_

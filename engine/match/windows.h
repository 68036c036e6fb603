#ifndef PHIVEIL_MATCH_WINDOWS_H_
#define PHIVEIL_MATCH_WINDOWS_H_

// Which stretches of a view are worth scanning.
//
// Every match of an expression with a trigger holds one of a few cheap things: a digit, an `@`,
// `://`. One pass over the view finds them, and only their surroundings are given to Hyperscan.
// The surroundings are wide enough that no match is lost: a match lies between `before` bytes
// ahead of its trigger and `after` bytes from it on. One expression without a trigger makes the
// whole view worth scanning.

#include <cstdint>
#include <string_view>
#include <vector>

namespace phiveil {

// Bits of pb::Expression.trigger. They are written into packs: append, never renumber.
enum Trigger : uint32_t {
  kTriggerDigit = 1u << 0,       // 0-9
  kTriggerAt = 1u << 1,          // @
  kTriggerSlashes = 1u << 2,     // ://
  kTriggerWww = 1u << 3,         // www. in any case
  kTriggerBackslash = 1u << 4,   // a backslash
  kTriggerUnderscore = 1u << 5,  // _
  kTriggerHash = 1u << 6,        // #
};
inline constexpr int kTriggerCount = 7;

}  // namespace phiveil

#endif  // PHIVEIL_MATCH_WINDOWS_H_

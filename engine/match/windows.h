#ifndef PHIVEIL_MATCH_WINDOWS_H_
#define PHIVEIL_MATCH_WINDOWS_H_

// Which stretches of a view are worth scanning.
//
// Every match of an expression with a trigger holds one of a few cheap things: a digit, an `@`,
// `://`. One pass over the view finds them, and only their surroundings are given to Hyperscan.
// The surroundings are wide enough that no match is lost: a match lies between `before` bytes
// ahead of its trigger and `after` bytes from it on. One expression without a trigger makes the
// whole view worth scanning.

#include <cstddef>
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
  kTriggerDotLetter = 1u << 7,   // a dot with an ASCII letter right after it: .jpg, .com
};
inline constexpr int kTriggerCount = 8;

struct Window {
  size_t begin;
  size_t end;
  bool operator==(const Window&) const = default;
};

class WindowFinder {
 public:
  // The code path; all find the same windows.
  enum class Path { kPortable, kAvx2 };
  static Path BestPath();

  explicit WindowFinder(Path path = BestPath()) : path_(path) {}

  // Makes the windows hold the matches of one more expression: pb::Expression's trigger fields.
  void Add(uint32_t trigger, uint32_t before, uint32_t after);

  // Replaces `windows`: rising, apart by more than a scan's own cost is worth, within the view.
  void Find(std::string_view view, std::vector<Window>* windows) const;

 private:
  struct Surroundings {
    uint32_t before = 0;
    uint32_t after = 0;
  };
  void Cover(size_t block, const uint64_t* masks, size_t size, std::vector<Window>* windows) const;

  Path path_;
  uint32_t triggers_ = 0;
  bool everything_ = false;
  Surroundings around_[kTriggerCount];
};

}  // namespace phiveil

#endif  // PHIVEIL_MATCH_WINDOWS_H_

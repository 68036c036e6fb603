#ifndef PHIVEIL_MATCH_WALK_H_
#define PHIVEIL_MATCH_WALK_H_

// Expressions in one forward automaton, run from each place where one of them may begin.
//
// Nearly every pattern of identifiers begins at a token's edge and holds a digit close by. A walk
// from such a place ends after a few bytes, as soon as nothing can match any more or the next digit is
// farther than what can still match allows. So most words cost a look at their first byte, and a scan
// of the whole text is spared. What it finds is what Hyperscan and a search for the begin would find
// (matcher.h); tests hold the one against the other.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pack.pb.h"

namespace phiveil {

// Where tokens may begin and digits stand, kWalkBlock bytes at a time.
struct WalkMasks {
  uint64_t begins = 0;  // neither inside a run of letters and digits nor inside a character
  uint64_t spaces = 0;
  uint64_t characters = 0;  // first bytes of characters
  uint64_t digits = 0;
};
inline constexpr size_t kWalkBlock = 64;

class Walk {
 public:
  // DATA_LOSS when a size, a state or an expression is out of bounds.
  static absl::StatusOr<Walk> Load(const pb::Walk& walk, size_t expressions);

  bool every_byte() const { return every_byte_; }
  // The places of a block where a match may begin.
  uint64_t Begins(const WalkMasks& masks) const {
    const uint64_t begins = every_byte_ ? masks.characters : masks.begins;
    return begins_with_space_ ? begins : begins & ~masks.spaces;
  }
  // No match begins farther from the next digit.
  size_t furthest_digit() const { return furthest_digit_; }

  // Whether one may begin with this byte, so far from the next digit.
  bool MayBegin(char byte, size_t to_digit) const { return to_digit <= first_reach_[static_cast<uint8_t>(byte)]; }

  // Calls accept(expression, end) for each expression that matches from `begin` to `end`, ends rising.
  // `digit`: where the first digit at or after `begin` stands, the view's size if there is none.
  // Returns the bytes read.
  template <typename Accept>
  size_t From(std::string_view view, size_t begin, size_t digit, Accept accept) const {
    const auto* text = reinterpret_cast<const uint8_t*>(view.data());
    uint32_t state = start_;
    size_t at = begin;
    while (at < view.size()) {
      state = rows_[state + class_of_[text[at]]];
      ++at;
      if (state == 0) break;
      const uint32_t* row = &rows_[state];
      if (const uint32_t set = row[classes_]; set != 0) {
        for (uint32_t i = sets_[set - 1]; i < sets_[set]; ++i) accept(accepted_[i], at);
      }
      if (at <= digit && digit - at > row[classes_ + 1]) break;
    }
    return at - begin;
  }

 private:
  static constexpr uint32_t kNoLimit = UINT32_MAX;

  absl::Status LoadSets(const pb::Walk& walk, size_t expressions);
  absl::Status LoadRows(const pb::Walk& walk);

  bool every_byte_ = false, begins_with_space_ = false;
  size_t furthest_digit_ = 0;
  uint32_t classes_ = 0, start_ = 0;
  std::array<uint8_t, 256> class_of_ = {};
  // How far the first digit may be from a byte that a match begins with. None may begin with it where
  // a digit is at no distance that fits: then below every one of them, as a digit itself is 0 away.
  std::array<uint64_t, 256> first_reach_ = {};
  std::vector<uint32_t> rows_;  // a state's is: where each class leads, its set, its reach
  std::vector<uint32_t> sets_;  // first of each set in accepted_
  std::vector<uint32_t> accepted_;
};

// Masks of the block at `at`; of bytes beyond the end both are 0.
WalkMasks MasksOf(std::string_view view, size_t at);

}  // namespace phiveil

#endif  // PHIVEIL_MATCH_WALK_H_

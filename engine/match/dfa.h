#ifndef PHIVEIL_MATCH_DFA_H_
#define PHIVEIL_MATCH_DFA_H_

// Where a match begins. Hyperscan tells only where matches end; a small automaton per expression,
// run backwards from an end, tells the furthest begin.
//
// Serialized, little endian:
//
//   u16 version = 1
//   u16 states          at least 2; state 0 is dead: it leads to itself and does not accept
//   u16 classes         1 to 256
//   u16 start
//   u16 first_accepting the states from here on accept
//   u8  class_of[256]   byte -> class
//   u16 next[states * classes]

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "match/boundary.h"

namespace phiveil {

struct DfaTable {
  uint16_t classes = 0;
  uint16_t start = 0;
  uint16_t first_accepting = 0;
  std::array<uint8_t, 256> class_of = {};
  std::vector<uint16_t> next;
};

std::string SerializeDfa(const DfaTable& table);

class Dfa {
 public:
  static constexpr size_t kNone = SIZE_MAX;

  // DATA_LOSS when a size or a state is out of bounds.
  static absl::StatusOr<Dfa> Parse(std::string_view bytes);

  // The smallest begin, not below `floor`, of a match that ends at `end` and whose begin `edge`
  // permits; kNone if there is none. Adds the bytes read to `steps`.
  size_t FurthestBegin(std::string_view view, size_t end, size_t floor, EdgeTest edge, uint64_t* steps) const;

 private:
  std::array<uint8_t, 256> class_of_ = {};
  std::vector<uint32_t> next_;  // states are offsets of their rows
  uint32_t start_ = 0;
  uint32_t first_accepting_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_MATCH_DFA_H_

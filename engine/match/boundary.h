#ifndef PHIVEIL_MATCH_BOUNDARY_H_
#define PHIVEIL_MATCH_BOUNDARY_H_

// What may stand at the edges of a match.
//
// An edge is a place between two bytes. Bytes from 0x80 on count as letters, and no edge ever lies
// inside a character. BOUNDARY_SPACE looks outward only; at the end it looks through up to three
// sentence marks (. , ; : ! ?), so that "555-0100." at the end of a sentence has its edge.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pack.pb.h"

namespace phiveil {

enum class EdgeByte : uint8_t { kOther, kLetter, kDigit, kLead, kContinuation, kSpace, kStop, kTextEnd };

extern const std::array<EdgeByte, 256> kEdgeBytes;

class EdgeTest {
 public:
  EdgeTest() = default;
  explicit EdgeTest(pb::Boundary boundary);

  bool PermitsBegin(std::string_view view, size_t at) const { return Bit(begin_, view, at); }
  bool PermitsEnd(std::string_view view, size_t at) const {
    return Bit(end_, view, at) || (looks_through_stops_ && SpaceAfterStops(view, at));
  }

 private:
  static EdgeByte Left(std::string_view view, size_t at) {
    return at == 0 ? EdgeByte::kTextEnd : kEdgeBytes[static_cast<uint8_t>(view[at - 1])];
  }
  static EdgeByte Right(std::string_view view, size_t at) {
    return at == view.size() ? EdgeByte::kTextEnd : kEdgeBytes[static_cast<uint8_t>(view[at])];
  }
  static bool Bit(uint64_t permitted, std::string_view view, size_t at) {
    return (permitted >> (static_cast<int>(Left(view, at)) * 8 + static_cast<int>(Right(view, at))) & 1) != 0;
  }
  static bool SpaceAfterStops(std::string_view view, size_t at);

  // Bit 8 * left + right.
  uint64_t begin_ = ~uint64_t{0};
  uint64_t end_ = ~uint64_t{0};
  bool looks_through_stops_ = false;
};

}  // namespace phiveil

#endif  // PHIVEIL_MATCH_BOUNDARY_H_

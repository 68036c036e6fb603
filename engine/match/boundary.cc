#include "match/boundary.h"

namespace phiveil {
namespace {

constexpr std::string_view kSpaces = " \t\n\v\f\r()[]{}<>\"'`";
constexpr std::string_view kStops = ".,;:!?";
constexpr size_t kMaxStops = 3;

constexpr std::array<EdgeByte, 256> MakeEdgeBytes() noexcept {
  std::array<EdgeByte, 256> table = {};
  for (size_t b = 0; b < 256; ++b) {
    const char c = static_cast<char>(b);
    if (b >= 0xc0) {
      table[b] = EdgeByte::kLead;
    } else if (b >= 0x80) {
      table[b] = EdgeByte::kContinuation;
    } else if (c >= '0' && c <= '9') {
      table[b] = EdgeByte::kDigit;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      table[b] = EdgeByte::kLetter;
    } else if (kSpaces.find(c) != std::string_view::npos) {
      table[b] = EdgeByte::kSpace;
    } else if (kStops.find(c) != std::string_view::npos) {
      table[b] = EdgeByte::kStop;
    }
  }
  return table;
}

constexpr bool IsLetter(EdgeByte b) {
  return b == EdgeByte::kLetter || b == EdgeByte::kLead || b == EdgeByte::kContinuation;
}
constexpr bool IsDigit(EdgeByte b) { return b == EdgeByte::kDigit; }
constexpr bool IsSpace(EdgeByte b) { return b == EdgeByte::kSpace || b == EdgeByte::kTextEnd; }

constexpr bool Permits(pb::Boundary boundary, EdgeByte left, EdgeByte right, EdgeByte outside) {
  if (right == EdgeByte::kContinuation) return false;
  switch (boundary) {
    case pb::BOUNDARY_RUN:
      return !(IsLetter(left) && IsLetter(right)) && !(IsDigit(left) && IsDigit(right));
    case pb::BOUNDARY_NONE:
      return true;
    case pb::BOUNDARY_SPACE:
      return IsSpace(outside);
    default:
      return !((IsLetter(left) || IsDigit(left)) && (IsLetter(right) || IsDigit(right)));
  }
}

}  // namespace

constinit const std::array<EdgeByte, 256> kEdgeBytes = MakeEdgeBytes();

EdgeTest::EdgeTest(pb::Boundary boundary) : begin_(0), end_(0), looks_through_stops_(boundary == pb::BOUNDARY_SPACE) {
  for (uint8_t l = 0; l < 8; ++l) {
    for (uint8_t r = 0; r < 8; ++r) {
      const auto left = static_cast<EdgeByte>(l);
      const auto right = static_cast<EdgeByte>(r);
      const uint64_t bit = uint64_t{1} << (l * 8 + r);
      if (Permits(boundary, left, right, left)) begin_ |= bit;
      if (Permits(boundary, left, right, right)) end_ |= bit;
    }
  }
}

bool EdgeTest::SpaceAfterStops(std::string_view view, size_t at) {
  for (size_t stops = 0; stops <= kMaxStops; ++stops, ++at) {
    const EdgeByte next = Right(view, at);
    if (next != EdgeByte::kStop) return IsSpace(next);
  }
  return false;
}

}  // namespace phiveil

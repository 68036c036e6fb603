#include "match/dfa.h"

#include <algorithm>
#include <span>

namespace phiveil {
namespace {

constexpr uint16_t kVersion = 1;
constexpr size_t kHeadSize = 5 * 2 + 256;

void PutU16(uint16_t value, std::string* out) {
  out->push_back(static_cast<char>(value & 0xff));
  out->push_back(static_cast<char>(value >> 8));
}

uint16_t GetU16(std::string_view bytes, size_t index) {
  const auto low = static_cast<uint8_t>(bytes[2 * index]);
  const auto high = static_cast<uint8_t>(bytes[2 * index + 1]);
  return static_cast<uint16_t>(low | high << 8);
}

absl::Status Damaged() { return absl::DataLossError("rule pack is damaged: the automaton of an expression"); }

}  // namespace

std::string SerializeDfa(const DfaTable& table) {
  std::string out;
  PutU16(kVersion, &out);
  PutU16(static_cast<uint16_t>(table.next.size() / table.classes), &out);
  PutU16(table.classes, &out);
  PutU16(table.start, &out);
  PutU16(table.first_accepting, &out);
  out.append(reinterpret_cast<const char*>(table.class_of.data()), table.class_of.size());
  for (uint16_t next : table.next) PutU16(next, &out);
  return out;
}

absl::StatusOr<Dfa> Dfa::Parse(std::string_view bytes) {
  if (bytes.size() < kHeadSize || GetU16(bytes, 0) != kVersion) return Damaged();
  const uint32_t states = GetU16(bytes, 1);
  const uint32_t classes = GetU16(bytes, 2);
  const uint32_t start = GetU16(bytes, 3);
  const uint32_t first_accepting = GetU16(bytes, 4);
  if (states < 2 || classes == 0 || classes > 256 || start >= states) return Damaged();
  if (first_accepting == 0 || first_accepting > states) return Damaged();
  const std::string_view cells = bytes.substr(kHeadSize);
  if (cells.size() != size_t{states} * classes * 2) return Damaged();

  Dfa dfa;
  dfa.start_ = start * classes;
  dfa.first_accepting_ = first_accepting * classes;
  for (size_t b = 0; b < 256; ++b) {
    dfa.class_of_[b] = static_cast<uint8_t>(bytes[kHeadSize - 256 + b]);
    if (dfa.class_of_[b] >= classes) return Damaged();
  }
  dfa.next_.resize(size_t{states} * classes);
  for (size_t i = 0; i < dfa.next_.size(); ++i) {
    const uint32_t next = GetU16(cells, i);
    if (next >= states || (i < classes && next != 0)) return Damaged();
    dfa.next_[i] = next * classes;
  }
  return dfa;
}

size_t Dfa::FurthestBegin(std::string_view view, size_t end, size_t floor, EdgeTest edge, uint64_t* steps) const {
  const auto* text = reinterpret_cast<const uint8_t*>(view.data());
  size_t furthest = kNone;
  size_t at = end;
  for (uint32_t state = start_; at > floor;) {
    state = next_[state + class_of_[text[--at]]];
    if (state == 0) break;
    if (state >= first_accepting_ && edge.PermitsBegin(view, at)) furthest = at;
  }
  *steps += end - at;
  return furthest;
}

}  // namespace phiveil

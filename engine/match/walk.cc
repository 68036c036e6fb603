#include "match/walk.h"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "match/boundary.h"

namespace phiveil {
namespace {

absl::Status Damaged() { return absl::DataLossError("rule pack is damaged: the automaton over its expressions"); }

uint16_t GetU16(std::string_view bytes, size_t index) {
  const auto low = static_cast<uint8_t>(bytes[2 * index]);
  const auto high = static_cast<uint8_t>(bytes[2 * index + 1]);
  return static_cast<uint16_t>(low | high << 8);
}

struct ByteMasks {
  uint64_t runs = 0;  // letters, digits, bytes of longer characters
  uint64_t digits = 0;
  uint64_t inside = 0;  // of a character, beyond its first byte
  uint64_t spaces = 0;
};

#if defined(__SSE2__)
// Bytes of `in` that lie in `low` .. `low + span`.
__m128i Within(__m128i in, char low, char span) {
  const __m128i from_low = _mm_sub_epi8(in, _mm_set1_epi8(low));
  return _mm_cmpeq_epi8(_mm_min_epu8(from_low, _mm_set1_epi8(span)), from_low);
}

ByteMasks MasksOfBlock(const char* text) {
  ByteMasks masks;
  for (int part = 0; part < 4; ++part) {
    const __m128i in = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + 16 * part));
    const auto bits = [part](__m128i mask) {
      return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(mask))) << (16 * part);
    };
    const __m128i digits = Within(in, '0', 9);
    const __m128i letters = Within(_mm_or_si128(in, _mm_set1_epi8(0x20)), 'a', 25);
    masks.digits |= bits(digits);
    masks.runs |= bits(_mm_or_si128(_mm_or_si128(digits, letters), in));  // the sign is the highest bit
    masks.inside |= bits(Within(in, static_cast<char>(0x80), 0x3f));
    masks.spaces |= bits(_mm_or_si128(_mm_cmpeq_epi8(in, _mm_set1_epi8(' ')), Within(in, '\t', '\r' - '\t')));
  }
  return masks;
}
#else
ByteMasks MasksOfBlock(const char* text) {
  ByteMasks masks;
  for (size_t i = 0; i < kWalkBlock; ++i) {
    const EdgeByte edge = kEdgeBytes[static_cast<uint8_t>(text[i])];
    const uint64_t bit = uint64_t{1} << i;
    if (edge == EdgeByte::kDigit) masks.digits |= bit;
    if (edge == EdgeByte::kContinuation) masks.inside |= bit;
    if (edge >= EdgeByte::kLetter && edge <= EdgeByte::kContinuation) masks.runs |= bit;
    if (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r')) masks.spaces |= bit;
  }
  return masks;
}
#endif

}  // namespace

absl::StatusOr<Walk> Walk::Load(const pb::Walk& walk, size_t expressions) {
  Walk out;
  out.every_byte_ = walk.every_byte();
  out.classes_ = walk.classes();
  if (walk.classes() == 0 || walk.classes() > 256 || walk.class_of().size() != 256) return Damaged();
  for (size_t b = 0; b < 256; ++b) {
    out.class_of_[b] = static_cast<uint8_t>(walk.class_of()[b]);
    if (out.class_of_[b] >= walk.classes()) return Damaged();
  }
  if (absl::Status status = out.LoadSets(walk, expressions); !status.ok()) return status;
  if (absl::Status status = out.LoadRows(walk); !status.ok()) return status;
  return out;
}

absl::Status Walk::LoadSets(const pb::Walk& walk, size_t expressions) {
  for (const pb::WalkSet& set : walk.sets()) {
    sets_.push_back(static_cast<uint32_t>(accepted_.size()));
    for (const uint32_t expression : set.expressions()) {
      if (expression >= expressions) return Damaged();
      accepted_.push_back(expression);
    }
  }
  sets_.push_back(static_cast<uint32_t>(accepted_.size()));
  return absl::OkStatus();
}

absl::Status Walk::LoadRows(const pb::Walk& walk) {
  const size_t states = walk.reach().size();
  const size_t width = classes_ + 2;
  if (states < 2 || states > 0xffff || walk.next().size() != 2 * states * classes_ ||
      walk.accepts().size() != 2 * states || walk.start() >= states || walk.start() == 0) {
    return Damaged();
  }
  rows_.resize(states * width);
  for (size_t s = 0; s < states; ++s) {
    uint32_t* row = &rows_[s * width];
    for (size_t c = 0; c < classes_; ++c) {
      const uint32_t next = GetU16(walk.next(), s * classes_ + c);
      if (next >= states || (s == 0 && next != 0)) return Damaged();
      row[c] = static_cast<uint32_t>(next * width);
    }
    row[classes_] = GetU16(walk.accepts(), s);
    if (row[classes_] >= sets_.size()) return Damaged();
    const auto reach = static_cast<uint8_t>(walk.reach()[s]);
    row[classes_ + 1] = reach == 255 ? kNoLimit : reach;
  }
  start_ = static_cast<uint32_t>(walk.start() * width);
  for (size_t b = 0; b < 256; ++b) {
    const bool digit = b >= '0' && b <= '9';
    const uint32_t state = rows_[start_ + class_of_[b]];
    const uint64_t reach = rows_[state + classes_ + 1];
    if (state != 0 && (b == ' ' || (b >= '\t' && b <= '\r'))) begins_with_space_ = true;
    if (state == 0) {
      first_reach_[b] = 0;
    } else {
      first_reach_[b] = digit || reach == kNoLimit ? UINT64_MAX : reach + 1;
      if (!digit) furthest_digit_ = std::max(furthest_digit_, first_reach_[b]);
    }
  }
  return absl::OkStatus();
}

WalkMasks MasksOf(std::string_view view, size_t at) {
  ByteMasks masks;
  if (view.size() - at >= kWalkBlock) {
    masks = MasksOfBlock(view.data() + at);
  } else {
    std::array<char, kWalkBlock> rest = {};
    std::memcpy(rest.data(), view.data() + at, view.size() - at);
    masks = MasksOfBlock(rest.data());
  }
  const EdgeByte before = at == 0 ? EdgeByte::kTextEnd : kEdgeBytes[static_cast<uint8_t>(view[at - 1])];
  const bool run_before = before >= EdgeByte::kLetter && before <= EdgeByte::kContinuation;
  const uint64_t after_run = masks.runs << 1 | uint64_t{run_before};
  const uint64_t beyond = view.size() - at < kWalkBlock ? ~uint64_t{0} << (view.size() - at) : 0;
  return {~(masks.runs & after_run) & ~masks.inside & ~beyond, masks.spaces, ~masks.inside & ~beyond, masks.digits};
}

}  // namespace phiveil

#ifndef PHIVEIL_TEXT_FOLDED_HASH_H_
#define PHIVEIL_TEXT_FOLDED_HASH_H_

// The hash behind FoldedHash, inline for the tokenizer. Eight bytes a step; little-endian whatever
// the machine; A-Z read as a-z. Packs hold its values: changing it makes every pack unreadable.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace phiveil::folded_hash_internal {

inline constexpr uint64_t kSeed = 0x9E3779B97F4A7C15;
inline constexpr uint64_t kBlockKey = 0xD6E8FEB86659FD93;
inline constexpr uint64_t kLengthKey = 0xA0761D6478BD642F;

__extension__ using Uint128 = unsigned __int128;

inline uint64_t Mix(uint64_t a, uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

template <typename Word>
inline uint64_t LoadLittle(const char* p) {
  Word word;
  std::memcpy(&word, p, sizeof word);
  if constexpr (std::endian::native == std::endian::big) {
    Word swapped = 0;
    for (size_t i = 0; i < sizeof word; ++i) swapped |= ((word >> (8 * i)) & 0xFF) << (8 * (sizeof word - 1 - i));
    word = swapped;
  }
  return word;
}

// The first `size` < 8 bytes, the rest zero; reads nothing beyond them.
inline uint64_t LoadTail(const char* p, size_t size) {
  if (size >= 4) return LoadLittle<uint32_t>(p) | LoadLittle<uint32_t>(p + size - 4) << (8 * (size - 4));
  if (size == 0) return 0;
  const auto byte = [p](size_t i) { return static_cast<uint64_t>(static_cast<uint8_t>(p[i])) << (8 * i); };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

inline uint64_t LowerAscii(uint64_t block) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  const uint64_t low = block & (0x7F * kOnes);
  const uint64_t from_a = low + (0x80 - 'A') * kOnes;
  const uint64_t past_z = low + (0x80 - 'Z' - 1) * kOnes;
  return block | (((from_a & ~past_z & ~block) & (0x80 * kOnes)) >> 2);
}

// Fewer than eight bytes, folded already, the rest of the block zero.
inline uint64_t HashShort(uint64_t block, size_t size) { return Mix(kSeed ^ block, kLengthKey ^ size); }

// `size` bytes that hold no apostrophe to drop.
inline uint64_t HashPlain(const char* p, size_t size) {
  uint64_t hash = kSeed;
  size_t left = size;
  for (; left >= 8; left -= 8, p += 8) hash = Mix(hash ^ LowerAscii(LoadLittle<uint64_t>(p)), kBlockKey);
  return Mix(hash ^ LowerAscii(LoadTail(p, left)), kLengthKey ^ size);
}

// The same over the bytes that are not apostrophes.
uint64_t HashWithoutApostrophes(std::string_view word);

}  // namespace phiveil::folded_hash_internal

#endif  // PHIVEIL_TEXT_FOLDED_HASH_H_

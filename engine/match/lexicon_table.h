#ifndef PHIVEIL_MATCH_LEXICON_TABLE_H_
#define PHIVEIL_MATCH_LEXICON_TABLE_H_

// Layout of the lexicon's tables, shared by its reader and its builder.
//
//   buckets  64 bytes each, one cache line: u32 fingerprint[8], u32 entry[8]. A fingerprint is the upper
//            half of the word's hash, 1 for 0; 0 marks a free slot. Slots fill from the first on. A
//            word's home is bucket (lower half * buckets) >> 32; the one after it when that is full, and
//            so on, round the end.
//   entries  24 bytes each: u64 classes, u32 word offset, u32 word length, u32 first phrase, u32 phrases
//   words    the folded words
//   phrases  those of one first word adjacent, in rising order of their words' hashes, a phrase before
//            those that continue it
//
// Numbers are little endian.

#include <cstddef>
#include <cstdint>

namespace phiveil::lexicon_table {

inline constexpr size_t kSlots = 8;
inline constexpr size_t kBucketBytes = 64;
inline constexpr size_t kEntryBytes = 24;

struct alignas(kBucketBytes) Bucket {
  uint32_t fingerprint[kSlots];
  uint32_t entry[kSlots];
};
static_assert(sizeof(Bucket) == kBucketBytes);

struct Entry {
  uint64_t classes;
  uint32_t word_offset;
  uint32_t word_length;
  uint32_t first_phrase;
  uint32_t phrases;
};
static_assert(sizeof(Entry) == kEntryBytes);

inline uint32_t Fingerprint(uint64_t hash) {
  const auto upper = static_cast<uint32_t>(hash >> 32);
  return upper == 0 ? 1 : upper;
}
inline size_t Home(uint64_t hash, size_t buckets) { return (hash & 0xffffffff) * buckets >> 32; }
inline size_t Next(size_t bucket, size_t buckets) { return bucket + 1 == buckets ? 0 : bucket + 1; }

}  // namespace phiveil::lexicon_table

#endif  // PHIVEIL_MATCH_LEXICON_TABLE_H_

#ifndef PHIVEIL_RECOGNIZE_MODEL_KERNELS_H_
#define PHIVEIL_RECOGNIZE_MODEL_KERNELS_H_

// The name model's arithmetic, in registers as wide as the machine's.

#include <cstddef>
#include <cstdint>

#include "recognize/model_features.h"

namespace phiveil {

inline constexpr float kModelStep = 1.0f / 256;  // of the small integers
inline constexpr float kModelLargest = 3000;     // ten of them stay within sixteen bits
inline constexpr size_t kModelWidest = 1024;
inline constexpr int kModelBlock = 64;      // units come in these
inline constexpr float kModelFaint = 6.0f;  // below the highest score: a tag that far down has nothing to say

// What a vector says at the offsets `from` to before `to`: its product with each one's matrix, as small
// integers, in its place of `rows`.
void Fold(const float* vector, const float* matrices, int width, int units, int from, int to, int16_t* rows);

// `count`: a multiple of eight.
void AddBytes(const int8_t* from, int count, int16_t* to);

// sums = base + all of rows
void AddAll(const int16_t* base, const int16_t* const* rows, int count, int units, int16_t* sums);

// The tags' potentials from a token's sums: directly, and by way of the hidden units. The highest is
// one. Returns whether all others are faint beside "nothing".
bool Potentials(const int16_t* sums, int hidden, const float* output, float* to);

// to = (from * factors) . times, scaled to sum one.
void ChainStep(const float* from, const float* factors, const float* times, float* to);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_MODEL_KERNELS_H_

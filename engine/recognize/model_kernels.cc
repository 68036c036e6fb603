#include "recognize/model_kernels.h"

#include <array>

// Vectors are passed between functions of this file alone, and all of those are inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

// One build serves machines with and without wide registers.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define PHIVEIL_WIDE __attribute__((target_clones("arch=x86-64-v3", "default")))
#define PHIVEIL_WIDEST __attribute__((target("arch=x86-64-v4")))
#else
#define PHIVEIL_WIDE
#endif

namespace phiveil {
namespace {

constexpr int kTags = kModelTags;

// Eight at once; the compiler cuts them in two where the machine has four.
constexpr int kLanes = 8;
typedef float Floats __attribute__((vector_size(kLanes * sizeof(float))));      // NOLINT(modernize-use-using)
typedef int32_t Words __attribute__((vector_size(kLanes * sizeof(int32_t))));   // NOLINT(modernize-use-using)
typedef int16_t Halves __attribute__((vector_size(kLanes * sizeof(int16_t))));  // NOLINT(modernize-use-using)
typedef int8_t Bytes __attribute__((vector_size(kLanes)));                      // NOLINT(modernize-use-using)
typedef float Floats16 __attribute__((vector_size(16 * sizeof(float))));        // NOLINT(modernize-use-using)
typedef int32_t Words16 __attribute__((vector_size(16 * sizeof(int32_t))));     // NOLINT(modernize-use-using)
typedef int16_t Halves16 __attribute__((vector_size(16 * sizeof(int16_t))));    // NOLINT(modernize-use-using)
static_assert(kTags == 2 * kLanes);

template <typename Vector, typename Value>
[[gnu::always_inline]] inline Vector Load(const Value* from) {
  Vector vector;
  __builtin_memcpy(&vector, from, sizeof vector);
  return vector;
}

template <typename Vector, typename Value>
[[gnu::always_inline]] inline void Store(Vector vector, Value* to) {
  __builtin_memcpy(to, &vector, sizeof vector);
}

[[gnu::always_inline]] inline Floats Widened(const int16_t* from) {
  return __builtin_convertvector(__builtin_convertvector(Load<Halves>(from), Words), Floats);
}

[[gnu::always_inline]] inline float Highest(Floats low, Floats high) {
  const Floats both = low > high ? low : high;
  float highest = both[0];
  for (int i = 1; i < kLanes; ++i) highest = both[i] > highest ? both[i] : highest;
  return highest;
}

// e to the power of each; none is above zero.
[[gnu::always_inline]] inline Floats Exponentials(Floats x) {
  x *= 1.44269504f;
  x = x < -100.0f ? Floats{} - 100.0f : x;
  const Words whole = __builtin_convertvector(x, Words) - 1;
  const Floats rest = x - __builtin_convertvector(whole, Floats);
  const Floats power =
      1.0f + rest * (0.69314718f +
                     rest * (0.24022651f +
                             rest * (0.05550411f + rest * (0.00961813f + rest * (0.00133336f + rest * 0.00015404f)))));
  const Words bits = (whole + 127) << 23;
  return power * reinterpret_cast<Floats>(bits);
}

}  // namespace

namespace {

// One offset: kParts registers of sums for each block of units.
template <typename Vector, typename Whole, typename Small>
[[gnu::always_inline]] inline void FoldOne(const float* vector, const float* matrix, int width, int units,
                                           int16_t* row) {
  constexpr int kWide = sizeof(Vector) / sizeof(float), kParts = kModelBlock / kWide;
  for (int first = 0; first < units; first += kModelBlock) {
    Vector sums[kParts] = {};
    for (int i = 0; i < width; ++i) {
      const float* from = matrix + i * units + first;
      const Vector factor = Vector{} + vector[i];
#pragma GCC unroll 8
      for (int part = 0; part < kParts; ++part) sums[part] += factor * Load<Vector>(from + part * kWide);
    }
#pragma GCC unroll 8
    for (int part = 0; part < kParts; ++part) {
      Vector value = sums[part] * (1.0f / kModelStep);
      value = value > kModelLargest ? Vector{} + kModelLargest : value;
      value = value < -kModelLargest ? Vector{} - kModelLargest : value;
      Store(__builtin_convertvector(__builtin_convertvector(value, Whole), Small), row + first + part * kWide);
    }
  }
}

PHIVEIL_WIDE void FoldNarrow(const float* vector, const float* matrices, int width, int units, int from, int to,
                             int16_t* rows) {
  for (int o = from; o < to; ++o)
    FoldOne<Floats, Words, Halves>(vector, matrices + o * width * units, width, units, rows + o * units);
}

#ifdef PHIVEIL_WIDEST
PHIVEIL_WIDEST void FoldWide(const float* vector, const float* matrices, int width, int units, int from, int to,
                             int16_t* rows) {
  for (int o = from; o < to; ++o)
    FoldOne<Floats16, Words16, Halves16>(vector, matrices + o * width * units, width, units, rows + o * units);
}
#endif

}  // namespace

void Fold(const float* vector, const float* matrices, int width, int units, int from, int to, int16_t* rows) {
#ifdef PHIVEIL_WIDEST
  static const bool widest =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (widest) return FoldWide(vector, matrices, width, units, from, to, rows);
#endif
  FoldNarrow(vector, matrices, width, units, from, to, rows);
}

PHIVEIL_WIDE void AddBytes(const int8_t* from, int count, int16_t* to) {
  for (int i = 0; i < count; i += kLanes) {
    Store(Load<Halves>(to + i) + __builtin_convertvector(Load<Bytes>(from + i), Halves), to + i);
  }
}

PHIVEIL_WIDE void AddAll(const int16_t* base, const int16_t* const* rows, int count, int units, int16_t* sums) {
  for (int from = 0; from < units; from += 4 * kLanes) {
    Halves t0 = Load<Halves>(base + from), t1 = Load<Halves>(base + from + 8);
    Halves t2 = Load<Halves>(base + from + 16), t3 = Load<Halves>(base + from + 24);
    for (int r = 0; r < count; ++r) {
      const int16_t* row = rows[r] + from;
      t0 += Load<Halves>(row);
      t1 += Load<Halves>(row + 8);
      t2 += Load<Halves>(row + 16);
      t3 += Load<Halves>(row + 24);
    }
    Store(t0, sums + from);
    Store(t1, sums + from + 8);
    Store(t2, sums + from + 16);
    Store(t3, sums + from + 24);
  }
}

PHIVEIL_WIDE bool Potentials(const int16_t* sums, int hidden, const float* output, float* to) {
  float units[kModelWidest];
  for (int h = 0; h < hidden; h += kLanes) {
    const Floats sum = Widened(sums + kTags + h);
    Store(sum > 0 ? sum : Floats{}, units + h);
  }
  Floats low0 = Widened(sums), high0 = Widened(sums + kLanes), low1 = {}, high1 = {};
  for (int h = 0; h < hidden; h += 2) {
    const float* row = output + h * kTags;
    const Floats even = Floats{} + units[h], odd = Floats{} + units[h + 1];
    low0 += even * Load<Floats>(row);
    high0 += even * Load<Floats>(row + kLanes);
    low1 += odd * Load<Floats>(row + kTags);
    high1 += odd * Load<Floats>(row + kTags + kLanes);
  }
  Floats low = (low0 + low1) * kModelStep, high = (high0 + high1) * kModelStep;
  const float nothing = low[0];
  high[kLanes - 1] = nothing - 100.0f;
  const float highest = Highest(low, high);
  Store(Exponentials(low - highest), to);
  Store(Exponentials(high - highest), to + kLanes);
  low[0] = nothing - 100.0f;
  return Highest(low, high) < nothing - kModelFaint;
}

PHIVEIL_WIDE void ChainStep(const float* from, const float* factors, const float* times, float* to) {
  Floats low0 = {}, high0 = {}, low1 = {}, high1 = {};
  for (int a = 0; a < kTags; a += 2) {
    const float* row = factors + a * kTags;
    const Floats even = Floats{} + from[a], odd = Floats{} + from[a + 1];
    low0 += even * Load<Floats>(row);
    high0 += even * Load<Floats>(row + kLanes);
    low1 += odd * Load<Floats>(row + kTags);
    high1 += odd * Load<Floats>(row + kTags + kLanes);
  }
  const Floats low = (low0 + low1) * Load<Floats>(times), high = (high0 + high1) * Load<Floats>(times + kLanes);
  const Floats both = low + high;
  const float sum = ((both[0] + both[1]) + (both[2] + both[3])) + ((both[4] + both[5]) + (both[6] + both[7]));
  const float scale = 1.0f / sum;
  Store(low * scale, to);
  Store(high * scale, to + kLanes);
}

}  // namespace phiveil

#include "trainer/network.h"

#include <algorithm>
#include <cmath>

#define PHIVEIL_WIDE __attribute__((target("avx2,fma")))

namespace phiveil::trainer {
namespace {

constexpr int kTags = kModelTags;

// to[j] += sum over i of from[i] * matrix[i][j]
PHIVEIL_WIDE void AddProduct(const float* from, int rows, const float* matrix, int columns, float* to) {
  for (int i = 0; i < rows; ++i) {
    const float factor = from[i];
    const float* row = matrix + i * columns;
    for (int j = 0; j < columns; ++j) to[j] += factor * row[j];
  }
}

// to[i] += sum over j of matrix[i][j] * from[j]; gradient[i][j] += left[i] * from[j]
PHIVEIL_WIDE void AddTransposed(const float* matrix, int rows, int columns, const float* from, const float* left,
                                float* to, float* gradient) {
  for (int i = 0; i < rows; ++i) {
    const float* row = matrix + i * columns;
    float* out = gradient + i * columns;
    const float factor = left[i];
    float lanes[8] = {};
    for (int j = 0; j < columns; j += 8) {
      for (int k = 0; k < 8; ++k) {
        lanes[k] += row[j + k] * from[j + k];
        out[j + k] += factor * from[j + k];
      }
    }
    to[i] += ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  }
}

void AddRow(const float* row, int width, float* to) {
  for (int i = 0; i < width; ++i) to[i] += row[i];
}

}  // namespace

bool MayFollow(int from, int to) {
  if (from == kTags - 1 || to == kTags - 1) return false;
  if (to == 0 || to % 2 == 1) return true;
  return from == to || from == to - 1;
}

float* SparseGradient::Row(uint32_t row) {
  const auto [it, added] = numbers_.try_emplace(row, static_cast<uint32_t>(rows_.size()));
  if (added) {
    rows_.push_back(row);
    values_.resize(values_.size() + static_cast<size_t>(width_), 0.0f);
  }
  return values_.data() + static_cast<size_t>(it->second) * static_cast<size_t>(width_);
}

void SparseGradient::Clear() {
  numbers_.clear();
  rows_.clear();
  values_.clear();
}

void Gradient::Clear() {
  Dense::Each([this](auto member) { std::fill((dense.*member).begin(), (dense.*member).end(), 0.0f); });
  features.Clear();
  labels.Clear();
  loss = 0;
}

void Network::Forward(const Sequence& sequence, float dropped, std::mt19937_64* random) {
  const size_t n = sequence.rows.size();
  const Dense& dense = weights_.dense;
  embedded_.assign(n * kWidth, 0.0f);
  for (size_t i = 0; i < n; ++i) {
    float* to = &embedded_[i * kWidth];
    for (const uint32_t row : sequence.rows[i]) AddRow(&weights_.features[row * kWidth], kWidth, to);
    AddRow(&dense.positions[sequence.positions[i] * kWidth], kWidth, to);
  }
  units_.assign(n * kUnits, 0.0f);
  scores_.assign(n * kTags, 0.0f);
  for (size_t i = 0; i < n; ++i) {
    float* units = &units_[i * kUnits];
    AddRow(dense.bias.data(), kUnits, units);
    for (const uint32_t row : sequence.labels[i]) AddRow(&weights_.labels[row * kUnits], kUnits, units);
    for (int o = 0; o < kModelOffsets; ++o) {
      const size_t at = i + static_cast<size_t>(o) - kModelReach;
      if (at < n)
        AddProduct(&embedded_[at * kWidth], kWidth, &dense.offsets[static_cast<size_t>(o) * kWidth * kUnits], kUnits,
                   units);
    }
    uint64_t left = 0;
    const float kept = 1.0f / (1.0f - dropped);
    const auto limit = static_cast<uint64_t>(dropped * 256);
    for (int u = kTags; u < kUnits; ++u) {
      units[u] = std::max(units[u], 0.0f);
      if (limit == 0) continue;
      if (u % 8 == 0) left = (*random)();
      units[u] = (left & 255) < limit ? 0.0f : units[u] * kept;
      left >>= 8;
    }
    float* scores = &scores_[i * kTags];
    AddRow(units, kTags, scores);
    AddProduct(units + kTags, kHidden, dense.output.data(), kTags, scores);
  }
}

// Forward and backward over the chain, each step scaled to sum one. Returns the loss of `gold`; the
// shares of every tag stay in shares_, expected less seen transitions are added to `transitions`.
double Network::Chain(const Sequence* gold, std::vector<float>* transitions) {
  const size_t n = scores_.size() / kTags;
  factor_.resize(kTags * kTags);
  for (int a = 0; a < kTags; ++a) {
    for (int b = 0; b < kTags; ++b) {
      factor_[a * kTags + b] = MayFollow(a, b) ? std::exp(weights_.dense.transitions[a * kTags + b]) : 0.0f;
    }
  }
  potential_.resize(n * kTags);
  forward_.resize(n * kTags);
  backward_.resize(n * kTags);
  shares_.resize(n * kTags);
  double log_sum = 0;
  for (size_t i = 0; i < n; ++i) {
    const float* scores = &scores_[i * kTags];
    const float highest = *std::max_element(scores, scores + kTags - 1);
    float* now = &forward_[i * kTags];
    float sum = 0;
    for (int b = 0; b < kTags; ++b) {
      potential_[i * kTags + b] = b == kTags - 1 ? 0.0f : std::exp(scores[b] - highest);
      float reach = 0;
      for (int a = 0; a < kTags; ++a) {
        reach += i == 0 ? (a == 0 ? factor_[b] : 0.0f) : forward_[(i - 1) * kTags + a] * factor_[a * kTags + b];
      }
      now[b] = reach * potential_[i * kTags + b];
      sum += now[b];
    }
    for (int b = 0; b < kTags; ++b) now[b] /= sum;
    log_sum += std::log(sum) + highest;
  }
  for (size_t i = n; i-- > 0;) {
    float* now = &backward_[i * kTags];
    float sum = 0;
    for (int a = 0; a < kTags; ++a) {
      now[a] = 1.0f;
      if (i + 1 < n) {
        now[a] = 0;
        for (int b = 0; b < kTags; ++b)
          now[a] += factor_[a * kTags + b] * potential_[(i + 1) * kTags + b] * backward_[(i + 1) * kTags + b];
      }
      sum += now[a];
    }
    for (int a = 0; a < kTags; ++a) now[a] /= sum;
    sum = 0;
    for (int a = 0; a < kTags; ++a) sum += shares_[i * kTags + a] = forward_[i * kTags + a] * now[a];
    for (int a = 0; a < kTags; ++a) shares_[i * kTags + a] /= sum;
  }
  if (gold == nullptr) return 0;
  double gold_score = 0;
  for (size_t i = 0; i < n; ++i) {
    const int tag = gold->tags[i], before = i == 0 ? 0 : gold->tags[i - 1];
    gold_score += scores_[i * kTags + tag] + weights_.dense.transitions[before * kTags + tag];
    (*transitions)[before * kTags + tag] -= 1;
    float pairs[kTags * kTags];
    float sum = 0;
    for (int a = 0; a < kTags; ++a) {
      const float left = i == 0 ? (a == 0 ? 1.0f : 0.0f) : forward_[(i - 1) * kTags + a];
      for (int b = 0; b < kTags; ++b) {
        sum += pairs[a * kTags + b] =
            left * factor_[a * kTags + b] * potential_[i * kTags + b] * backward_[i * kTags + b];
      }
    }
    for (int p = 0; p < kTags * kTags; ++p) (*transitions)[p] += pairs[p] / sum;
  }
  return log_sum - gold_score;
}

void Network::Backward(const Sequence& sequence, float dropped, Gradient* gradient) {
  const size_t n = sequence.rows.size();
  const Dense& dense = weights_.dense;
  from_embedded_.assign(n * kWidth, 0.0f);
  from_units_.resize(kUnits);
  for (size_t i = 0; i < n; ++i) {
    float* down = &shares_[i * kTags];
    down[sequence.tags[i]] -= 1.0f;
    const float* units = &units_[i * kUnits];
    std::copy(down, down + kTags, from_units_.begin());
    std::fill(from_units_.begin() + kTags, from_units_.end(), 0.0f);
    AddTransposed(dense.output.data(), kHidden, kTags, down, units + kTags, from_units_.data() + kTags,
                  gradient->dense.output.data());
    for (int u = kTags; u < kUnits; ++u) {
      from_units_[u] = units[u] <= 0 ? 0 : from_units_[u] / (1.0f - dropped);
    }
    AddRow(from_units_.data(), kUnits, gradient->dense.bias.data());
    for (const uint32_t row : sequence.labels[i]) AddRow(from_units_.data(), kUnits, gradient->labels.Row(row));
    for (int o = 0; o < kModelOffsets; ++o) {
      const size_t at = i + static_cast<size_t>(o) - kModelReach;
      if (at >= n) continue;
      const size_t matrix = static_cast<size_t>(o) * kWidth * kUnits;
      AddTransposed(&dense.offsets[matrix], kWidth, kUnits, from_units_.data(), &embedded_[at * kWidth],
                    &from_embedded_[at * kWidth], &gradient->dense.offsets[matrix]);
    }
  }
  for (size_t i = 0; i < n; ++i) {
    const float* down = &from_embedded_[i * kWidth];
    for (const uint32_t row : sequence.rows[i]) AddRow(down, kWidth, gradient->features.Row(row));
    AddRow(down, kWidth, &gradient->dense.positions[sequence.positions[i] * kWidth]);
  }
}

void Network::Learn(const Sequence& sequence, float caution, float dropped, std::mt19937_64* random,
                    Gradient* gradient) {
  if (sequence.rows.empty()) return;
  Forward(sequence, dropped, random);
  for (size_t i = 0; i < sequence.tags.size(); ++i) {
    if (sequence.tags[i] != 0) scores_[i * kTags] += caution;
  }
  gradient->loss += Chain(&sequence, &gradient->dense.transitions);
  Backward(sequence, dropped, gradient);
}

}  // namespace phiveil::trainer

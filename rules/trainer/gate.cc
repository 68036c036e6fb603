#include "trainer/gate.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace phiveil::trainer {
namespace {

constexpr int kEpochs = 3;
constexpr float kRate = 0.1f;        // AdaGrad
constexpr float kMissWeight = 8;     // what a token of an identifier weighs over one of none
constexpr float kForgetting = 0.2f;  // of words read without their own row
constexpr size_t kEachLeftOut = 16;

class Learner {
 public:
  Learner(const Examples& examples, const std::unordered_map<uint64_t, uint32_t>& features,
          const std::unordered_map<uint64_t, uint32_t>& labels, uint64_t seed)
      : examples_(examples.all()), label_rows_(labels), random_(seed) {
    gate_.features.resize(features.size() * kGateOffsets);
    gate_.labels.resize(labels.size());
    squares_ = gate_;
    squares_.bias = 1e-4f;
    for (auto* part : {&squares_.features, &squares_.positions, &squares_.labels})
      std::fill(part->begin(), part->end(), 1e-4f);
    for (const auto& kind : examples.kinds()) {
      std::vector<uint32_t>& rows = rows_.emplace_back();
      std::vector<uint32_t>& words = words_.emplace_back();
      for (size_t f = 0; f < kind.size(); ++f) {
        const auto found = features.find(kind[f]);
        if (found != features.end()) (f == 0 || f == 2 ? words : rows).push_back(found->second);
      }
    }
  }

  Gate Run(double kept, GateReport* report) {
    std::vector<size_t> order;
    for (size_t i = 0; i < examples_.size(); ++i) {
      if (i % kEachLeftOut != 0) order.push_back(i);
    }
    for (int epoch = 0; epoch < kEpochs; ++epoch) {
      std::shuffle(order.begin(), order.end(), random_);
      const float rate = kRate * (1.0f - static_cast<float>(epoch) / kEpochs);
      for (const size_t i : order) Learn(examples_[i], rate);
    }
    Measure(kept, report);
    return gate_;
  }

 private:
  using Rows = std::vector<std::vector<uint32_t>>;

  void Read(const Example& example, float forgetting) {
    std::bernoulli_distribution forgets(forgetting);
    const size_t n = example.tags.size();
    read_.resize(n);
    for (size_t t = 0; t < n; ++t) {
      read_[t] = rows_[example.kinds[t]];
      if (forgetting > 0 && forgets(random_)) continue;
      const auto& words = words_[example.kinds[t]];
      read_[t].insert(read_[t].end(), words.begin(), words.end());
    }
    scores_.assign(n, gate_.bias);
    for (size_t t = 0; t < n; ++t) {
      scores_[t] += gate_.positions[example.positions[t]];
      for (const uint64_t label : example.labels[t]) {
        if (const auto row = label_rows_.find(label); row != label_rows_.end()) scores_[t] += gate_.labels[row->second];
      }
      for (int o = 0; o < kGateOffsets; ++o) {
        const size_t at = t + static_cast<size_t>(o) - kGateReach;
        if (at >= n) continue;
        for (const uint32_t row : read_[at]) scores_[t] += gate_.features[row * kGateOffsets + static_cast<size_t>(o)];
      }
    }
  }

  static void Step(float gradient, float rate, float* value, float* square) {
    *square += gradient * gradient;
    *value -= rate * gradient / std::sqrt(*square);
  }

  void Learn(const Example& example, float rate) {
    Read(example, kForgetting);
    const size_t n = example.tags.size();
    for (size_t t = 0; t < n; ++t) {
      const bool something = example.tags[t] != 0;
      const float share = 1.0f / (1.0f + std::exp(-scores_[t]));
      const float gradient = something ? kMissWeight * (share - 1.0f) : share;
      if (std::fabs(gradient) < 0.003f) continue;
      Step(gradient, rate, &gate_.bias, &squares_.bias);
      Step(gradient, rate, &gate_.positions[example.positions[t]], &squares_.positions[example.positions[t]]);
      for (const uint64_t label : example.labels[t]) {
        const auto row = label_rows_.find(label);
        if (row != label_rows_.end()) Step(gradient, rate, &gate_.labels[row->second], &squares_.labels[row->second]);
      }
      for (int o = 0; o < kGateOffsets; ++o) {
        const size_t at = t + static_cast<size_t>(o) - kGateReach;
        if (at >= n) continue;
        for (const uint32_t row : read_[at]) {
          const size_t w = row * kGateOffsets + static_cast<size_t>(o);
          Step(gradient, rate, &gate_.features[w], &squares_.features[w]);
        }
      }
    }
  }

  void Measure(double kept, GateReport* report) {
    std::vector<float> best, outside;
    for (size_t i = 0; i < examples_.size(); i += kEachLeftOut) {
      const Example& example = examples_[i];
      Read(example, 0);
      for (size_t t = 0; t < example.tags.size(); ++t) {
        if (example.tags[t] == 0) {
          outside.push_back(scores_[t]);
        } else if (t == 0 || example.tags[t] % 2 == 1) {
          best.push_back(scores_[t]);
        } else if (!best.empty()) {
          best.back() = std::max(best.back(), scores_[t]);
        }
      }
    }
    std::sort(best.begin(), best.end());
    gate_.threshold = best.empty() ? 0 : best[static_cast<size_t>(static_cast<double>(best.size()) * (1 - kept))];
    const auto passed = std::count_if(outside.begin(), outside.end(), [&](float s) { return s >= gate_.threshold; });
    *report = {static_cast<double>(passed) / static_cast<double>(std::max<size_t>(1, outside.size())), kept};
  }

  const std::vector<Example>& examples_;
  const std::unordered_map<uint64_t, uint32_t>& label_rows_;
  std::mt19937_64 random_;
  Rows rows_, words_, read_;
  std::vector<float> scores_;
  Gate gate_, squares_;
};

}  // namespace

Gate TrainGate(const Examples& examples, const std::unordered_map<uint64_t, uint32_t>& features,
               const std::unordered_map<uint64_t, uint32_t>& labels, double kept, uint64_t seed, GateReport* report) {
  return Learner(examples, features, labels, seed).Run(kept, report);
}

}  // namespace phiveil::trainer

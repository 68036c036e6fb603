#include "trainer/training.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <thread>

namespace phiveil::trainer {
namespace {

constexpr size_t kHalves = 2;
constexpr size_t kLongest = 400;  // tokens of one sequence
constexpr float kFirstBeta = 0.9f, kSecondBeta = 0.999f, kTiny = 1e-8f;

void Scatter(std::vector<float>* values, float reach, std::mt19937_64* random) {
  std::uniform_real_distribution<float> draw(-reach, reach);
  for (float& value : *values) value = draw(*random);
}

class Learner {
 public:
  Learner(const Examples& examples, const Settings& settings) : settings_(settings), random_(settings.seed) {
    const auto features = examples.KnownFeatures();
    const auto labels = examples.KnownLabels();
    result_.features.resize(features.size());
    for (const auto& [feature, row] : features) result_.features[row] = feature;
    result_.labels.resize(labels.size());
    for (const auto& [label, row] : labels) result_.labels[row] = label;
    rows_of_kind_.resize(examples.kinds().size());
    word_rows_of_kind_.resize(examples.kinds().size());
    for (size_t k = 0; k < rows_of_kind_.size(); ++k) {
      const auto& kind = examples.kinds()[k];
      for (size_t f = 0; f < kind.size(); ++f) {
        const auto found = features.find(kind[f]);
        if (found == features.end()) continue;
        (f == 0 || f == 2 ? word_rows_of_kind_ : rows_of_kind_)[k].push_back(found->second);
      }
    }
    for (const Example& example : examples.all()) Cut(example, labels);
    Weights& weights = result_.weights;
    weights.features.resize(features.size() * kWidth);
    weights.labels.resize(labels.size() * kUnits);
    Scatter(&weights.features, 0.1f, &random_);
    Scatter(&weights.dense.positions, 0.1f, &random_);
    Scatter(&weights.dense.offsets, 0.08f, &random_);
    Scatter(&weights.dense.output, 0.15f, &random_);
    feature_squares_.assign(features.size(), 0.0f);
    label_squares_.assign(labels.size(), 0.0f);
  }

  Trained Run(const std::function<void(int, double)>& progress) {
    std::vector<size_t> order(sequences_.size());
    std::iota(order.begin(), order.end(), 0);
    const size_t batch = static_cast<size_t>(settings_.batch);
    const size_t steps = static_cast<size_t>(settings_.epochs) * ((order.size() + batch - 1) / batch);
    for (int epoch = 0; epoch < settings_.epochs; ++epoch) {
      std::shuffle(order.begin(), order.end(), random_);
      double loss = 0;
      size_t tokens = 0;
      for (size_t at = 0; at < order.size(); at += batch) {
        const size_t end = std::min(order.size(), at + batch);
        const float left = 1.0f - static_cast<float>(step_) / static_cast<float>(steps);
        loss += Batch(order, at, end, std::max(left, 0.05f));
        for (size_t i = at; i < end; ++i) tokens += sequences_[order[i]].tags.size();
      }
      progress(epoch + 1, loss / static_cast<double>(tokens));
    }
    return std::move(result_);
  }

 private:
  void Cut(const Example& example, const std::unordered_map<uint64_t, uint32_t>& labels) {
    for (size_t from = 0; from < example.tags.size();) {
      size_t to = std::min(example.tags.size(), from + kLongest);
      while (to < example.tags.size() && example.tags[to] != 0) ++to;  // not inside an identifier
      Sequence sequence;
      std::vector<uint32_t> kinds;
      for (size_t t = from; t < to; ++t) {
        kinds.push_back(example.kinds[t]);
        std::vector<uint32_t> rows;
        for (const uint64_t label : example.labels[t]) {
          if (const auto found = labels.find(label); found != labels.end()) rows.push_back(found->second);
        }
        sequence.labels.push_back(std::move(rows));
      }
      sequence.positions.assign(example.positions.begin() + static_cast<ptrdiff_t>(from),
                                example.positions.begin() + static_cast<ptrdiff_t>(to));
      sequence.tags.assign(example.tags.begin() + static_cast<ptrdiff_t>(from),
                           example.tags.begin() + static_cast<ptrdiff_t>(to));
      sequences_.push_back(std::move(sequence));
      kinds_.push_back(std::move(kinds));
      from = to;
    }
  }

  double Batch(const std::vector<size_t>& order, size_t begin, size_t end, float left) {
    const uint64_t seed = random_();
    const auto half = [&](size_t number) {
      Gradient& gradient = gradients_[number];
      gradient.Clear();
      Network network(&result_.weights);
      std::mt19937_64 random(seed + number);
      std::bernoulli_distribution forgets(settings_.forgetting);
      for (size_t i = begin + number; i < end; i += kHalves) {
        Sequence& sequence = sequences_[order[i]];
        sequence.rows.clear();
        for (const uint32_t kind : kinds_[order[i]]) {
          std::vector<uint32_t>& rows = sequence.rows.emplace_back(rows_of_kind_[kind]);
          if (forgets(random)) continue;
          rows.insert(rows.end(), word_rows_of_kind_[kind].begin(), word_rows_of_kind_[kind].end());
        }
        network.Learn(sequence, settings_.caution, settings_.dropped, &random, &gradient);
        sequence.rows = {};
      }
    };
    std::thread other(half, 1);
    half(0);
    other.join();
    const float scale = 1.0f / static_cast<float>(end - begin);
    StepDense(scale, left);
    StepRows(scale, left);
    return gradients_[0].loss + gradients_[1].loss;
  }

  void StepDense(float scale, float left) {
    ++step_;
    const float first_fix = 1.0f - std::pow(kFirstBeta, static_cast<float>(step_));
    const float second_fix = 1.0f - std::pow(kSecondBeta, static_cast<float>(step_));
    const float rate = settings_.dense_rate * left;
    Dense::Each([&](auto member) {
      std::vector<float>& value = result_.weights.dense.*member;
      std::vector<float>& mean = mean_.*member;
      std::vector<float>& square = square_.*member;
      for (size_t i = 0; i < value.size(); ++i) {
        const float g = ((gradients_[0].dense.*member)[i] + (gradients_[1].dense.*member)[i]) * scale;
        mean[i] = kFirstBeta * mean[i] + (1 - kFirstBeta) * g;
        square[i] = kSecondBeta * square[i] + (1 - kSecondBeta) * g * g;
        value[i] -= rate * (mean[i] / first_fix) / (std::sqrt(square[i] / second_fix) + kTiny);
      }
    });
  }

  void StepRows(float scale, float left) {
    for (const Gradient& gradient : gradients_) {
      Move(gradient.features, kWidth, scale, left, &result_.weights.features, &feature_squares_);
      Move(gradient.labels, kUnits, scale, left, &result_.weights.labels, &label_squares_);
    }
  }

  // AdaGrad with one step size a row.
  void Move(const SparseGradient& gradient, int width, float scale, float left, std::vector<float>* values,
            std::vector<float>* squares) {
    for (size_t number = 0; number < gradient.rows().size(); ++number) {
      const uint32_t row = gradient.rows()[number];
      const float* g = gradient.At(number);
      float sum = 0;
      for (int i = 0; i < width; ++i) sum += g[i] * g[i] * scale * scale;
      float& square = (*squares)[row];
      square += sum / static_cast<float>(width);
      const float rate = settings_.row_rate * left * scale / (std::sqrt(square) + 1e-6f);
      float* value = values->data() + row * static_cast<size_t>(width);
      for (int i = 0; i < width; ++i) value[i] -= rate * g[i];
    }
  }

  const Settings& settings_;
  std::mt19937_64 random_;
  Trained result_;
  std::vector<Sequence> sequences_;
  std::vector<std::vector<uint32_t>> kinds_;
  std::vector<std::vector<uint32_t>> rows_of_kind_, word_rows_of_kind_;
  std::array<Gradient, kHalves> gradients_;
  Dense mean_, square_;
  std::vector<float> feature_squares_, label_squares_;
  int step_ = 0;
};

}  // namespace

Trained Train(const Examples& examples, const Settings& settings, const std::function<void(int, double)>& progress) {
  return Learner(examples, settings).Run(progress);
}

}  // namespace phiveil::trainer

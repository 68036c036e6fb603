#ifndef PHIVEIL_TRAINER_NETWORK_H_
#define PHIVEIL_TRAINER_NETWORK_H_

// The name model while it learns: the same arithmetic as engine/recognize/name_model.cc in floating
// point, and its gradient.
//
// A token is the sum of its kind's feature rows and its position's row; what it and its neighbours
// within reach say is added up through one matrix an offset into tags + hidden units; the hidden
// units, cut off below zero, add to the tags; a chain over the tags (CRF) decides what goes together.

#include <cstdint>
#include <random>
#include <unordered_map>
#include <vector>

#include "recognize/model_features.h"

namespace phiveil::trainer {

inline constexpr int kWidth = 32;
inline constexpr int kHidden = 48;
inline constexpr int kUnits = kModelTags + kHidden;

// One sentence, note or form with the rows of its features.
struct Sequence {
  std::vector<std::vector<uint32_t>> rows;  // of each token
  std::vector<uint8_t> positions;
  std::vector<std::vector<uint32_t>> labels;
  std::vector<uint8_t> tags;
};

// What is learned by every sequence together. Plain arrays, so that one loop can go over all of them.
struct Dense {
  std::vector<float> positions = std::vector<float>(kPositions * kWidth);
  std::vector<float> offsets = std::vector<float>(kModelOffsets * kWidth * kUnits);
  std::vector<float> bias = std::vector<float>(kUnits);
  std::vector<float> output = std::vector<float>(kHidden * kModelTags);
  std::vector<float> transitions = std::vector<float>(kModelTags * kModelTags);

  template <typename F>
  static void Each(F visit) {
    visit(&Dense::positions);
    visit(&Dense::offsets);
    visit(&Dense::bias);
    visit(&Dense::output);
    visit(&Dense::transitions);
  }
};

struct Weights {
  Dense dense;
  std::vector<float> features;  // rows of kWidth
  std::vector<float> labels;    // rows of kUnits
};

// Rows that a part of a batch touched, with the sum of their gradients.
class SparseGradient {
 public:
  explicit SparseGradient(int width) : width_(width) {}
  float* Row(uint32_t row);
  void Clear();
  const std::vector<uint32_t>& rows() const { return rows_; }
  const float* At(size_t number) const { return values_.data() + number * static_cast<size_t>(width_); }

 private:
  int width_;
  std::unordered_map<uint32_t, uint32_t> numbers_;
  std::vector<uint32_t> rows_;
  std::vector<float> values_;
};

struct Gradient {
  Dense dense;
  SparseGradient features{kWidth};
  SparseGradient labels{kUnits};
  double loss = 0;
  void Clear();
};

// Whether `to` may follow `from`: a further token only after one of its own type.
bool MayFollow(int from, int to);

class Network {
 public:
  explicit Network(const Weights* weights) : weights_(*weights) {}

  // Adds the gradient of one sequence. `caution` is added to the score of "nothing" wherever something
  // stands, so that a miss costs more than a false finding.
  // `dropped` is the share of hidden units that are silent, others each time.
  void Learn(const Sequence& sequence, float caution, float dropped, std::mt19937_64* random, Gradient* gradient);

 private:
  void Forward(const Sequence& sequence, float dropped, std::mt19937_64* random);
  double Chain(const Sequence* gold, std::vector<float>* transitions);
  void Backward(const Sequence& sequence, float dropped, Gradient* gradient);

  const Weights& weights_;
  std::vector<float> embedded_, units_, scores_, shares_;
  std::vector<float> forward_, backward_, potential_, factor_;
  std::vector<float> from_scores_, from_units_, from_embedded_;
};

}  // namespace phiveil::trainer

#endif  // PHIVEIL_TRAINER_NETWORK_H_

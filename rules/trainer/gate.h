#ifndef PHIVEIL_TRAINER_GATE_H_
#define PHIVEIL_TRAINER_GATE_H_

// The look before the look: a linear model over the same features, two tokens to each side, that says
// whether anything can stand at a token at all. It is learned to let through what the network would
// find, and costs a fraction of it.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "recognize/model_features.h"
#include "trainer/examples.h"

namespace phiveil::trainer {

struct Gate {
  std::vector<float> features;  // rows of kGateOffsets
  std::vector<float> positions = std::vector<float>(kPositions);
  std::vector<float> labels;
  float bias = 0;
  float threshold = 0;  // tokens of this score or more are let through
};

struct GateReport {
  double passed = 0;  // of tokens outside identifiers, of examples that were left out
  double kept = 0;    // of identifiers there, by at least one token
};

// `features` and `labels` give the rows. The threshold lets through `kept` of the identifiers in
// examples left out of learning.
Gate TrainGate(const Examples& examples, const std::unordered_map<uint64_t, uint32_t>& features,
               const std::unordered_map<uint64_t, uint32_t>& labels, double kept, uint64_t seed, GateReport* report);

}  // namespace phiveil::trainer

#endif  // PHIVEIL_TRAINER_GATE_H_

#ifndef PHIVEIL_TRAINER_TRAINING_H_
#define PHIVEIL_TRAINER_TRAINING_H_

// Learns the weights from examples. The same examples and settings give the same weights, whatever
// the number of cores: a batch is always added up in the same two halves.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "trainer/examples.h"
#include "trainer/network.h"

namespace phiveil::trainer {

struct Settings {
  int epochs = 10;
  int batch = 32;             // sequences
  float dense_rate = 0.002f;  // Adam
  float row_rate = 0.05f;     // AdaGrad
  float forgetting = 0.15f;   // share of the words whose own row is left out, so that the rest learns to do without
  float dropped = 0.0f;       // share of hidden units that are silent
  float caution = 1.0f;       // network.h
  uint64_t seed = 1;
};

struct Trained {
  std::vector<uint64_t> features;  // by row
  std::vector<uint64_t> labels;
  Weights weights;
};

// Calls `progress` with epoch and mean loss a token.
Trained Train(const Examples& examples, const Settings& settings, const std::function<void(int, double)>& progress);

}  // namespace phiveil::trainer

#endif  // PHIVEIL_TRAINER_TRAINING_H_

#ifndef PHIVEIL_RECOGNIZE_NAME_MODEL_H_
#define PHIVEIL_RECOGNIZE_NAME_MODEL_H_

// The statistical model: names, places, institutions, dates and numbers by what stands around them.
//
// A look before the look, the gate, adds up for every token what its own kind and two neighbours on
// each side say for "something stands here", and lets few through. What is let through, with a
// neighbour on each side, is read: a token is the sum of its kind's features and its position
// (model_features.h); what it says to itself and to its neighbours within reach is worked out once a
// kind and kept as small integers, so that to read a token is to add up seven rows. Hidden units add to
// the tags' scores, and a chain over the tags (CRF) gives each token its share of each tag.
//
//   auto model = NameModel::Create(pack);          // nullptr when the pack holds none
//   model->Add(doc, floor, &scratch, &evidence);   // candidates, score = share of "something stands here"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "recognize/candidate.h"
#include "recognize/model_features.h"
#include "recognize/model_kinds.h"
#include "recognize/model_reading.h"
#include "recognize/model_spans.h"

namespace phiveil {

// Working memory of one thread: the kinds it met lately, and one document's sums.
struct ModelScratch {
  ModelContext context;
  ModelKinds::Scratch kinds;
  ModelReading reading;
  std::vector<uint64_t> keys;  // of the tokens' kinds
  std::vector<int16_t> gate;   // kGateReach more at each end
  std::vector<uint8_t> may_begin, wanted;
  std::vector<const int16_t*> rows, positions;  // of the tokens at hand
  std::vector<int16_t> sums;
  std::vector<float> potentials;
};

class NameModel {
 public:
  // DATA_LOSS when the model's parts do not fit together, or it does not read its own tests as it was
  // trained to.
  static absl::StatusOr<std::unique_ptr<const NameModel>> Create(const pb::Pack& pack);

  // Adds candidates for what is something with a share of `floor` or more.
  void Add(const Document& doc, float floor, ModelScratch* scratch, Evidence* evidence) const;

  // `nothing` weighs that tag: below one where much is expected. Valid until the scratch is used again.
  const ModelReading& Read(const Document& doc, float nothing, ModelScratch* scratch) const;

  // The tag with the largest share of each token.
  std::vector<uint32_t> Tags(const Document& doc, ModelScratch* scratch) const;

 private:
  NameModel() = default;

  absl::Status Load(const pb::Pack& pack);
  absl::Status LoadGate(const pb::Model& model);
  void AddUpGate(const Document& doc, ModelScratch* scratch) const;
  void Want(const Document& doc, ModelScratch* scratch) const;
  void SumUp(const Document& doc, size_t begin, size_t end, ModelScratch* scratch) const;
  bool Weigh(const Document& doc, size_t begin, size_t end, ModelScratch* scratch) const;
  void Chain(size_t count, float nothing, float* shares, ModelScratch* scratch) const;
  static float Expectation(const Document& doc, const Evidence& evidence);

  std::unique_ptr<const ModelKinds> kinds_;
  std::unique_ptr<const ModelSpans> spans_;
  size_t units_ = 0;
  int hidden_ = 0;
  std::vector<float> output_, factors_, factors_turned_;
  std::vector<int16_t> positions_;  // folded, kPositions * offsets * units
  HashNumbers labels_;              // rows of label_rows_
  std::vector<int16_t> label_rows_;
  std::vector<int16_t> bias_;
  std::vector<int16_t> gate_positions_, gate_labels_;
  int gate_threshold_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_NAME_MODEL_H_

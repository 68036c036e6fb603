#ifndef PHIVEIL_RECOGNIZE_NAME_MODEL_H_
#define PHIVEIL_RECOGNIZE_NAME_MODEL_H_

// The statistical model: names, places, institutions, dates and numbers by what stands around them.
//
// A token is the sum of its kind's features and its position (model_features.h). What it says to
// itself and to its neighbours within reach is worked out once a kind and kept, as small integers: to
// read a token is then to add up seven rows. Hidden units add to the tags' scores, and a chain over
// the tags (CRF) gives each token its share of each tag. Words in lower case that are nothing but
// words are read only where something else stands near.
//
//   auto model = NameModel::Create(pack);          // nullptr when the pack holds none
//   model->Add(doc, floor, &scratch, &evidence);   // candidates, score = share of "something stands here"

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "recognize/candidate.h"
#include "recognize/model_features.h"
#include "recognize/model_spans.h"

namespace phiveil {

// Working memory of one thread: the kinds it met lately, and one document's sums.
struct ModelScratch {
  ModelContext context;
  std::vector<uint64_t> keys;
  std::vector<uint64_t> used;  // by place: the last run that needed it
  std::vector<int16_t> rows;
  std::deque<std::vector<int16_t>> spare;
  size_t spare_used = 0;
  uint64_t run = 0;
  std::vector<const int16_t*> kinds, positions;  // rows of the tokens at hand
  std::vector<int16_t> sums;
  std::vector<float> potentials, forward, shares;
  std::vector<uint8_t> wanted;
  std::vector<uint64_t> features;
};

class NameModel {
 public:
  // DATA_LOSS when the model's parts do not fit together, or it does not read its own tests as it was
  // trained to.
  static absl::StatusOr<std::unique_ptr<const NameModel>> Create(const pb::Pack& pack);

  // Adds candidates for what is something with a share of `floor` or more.
  void Add(const Document& doc, float floor, ModelScratch* scratch, Evidence* evidence) const;

  // `nothing` weighs that tag: below one where much is expected. The share of each tag at each token, kModelTags a token; of tokens that are not worth a look tag 0
  // has it all. Valid until the scratch is used again.
  std::span<const float> Read(const Document& doc, float nothing, ModelScratch* scratch) const;

  // The tag with the largest share of each token.
  std::vector<uint32_t> Tags(const Document& doc, ModelScratch* scratch) const;

 private:
  // Where each of some hashes stands. Twice as many places as there are hashes.
  class Numbers {
   public:
    void Fill(std::span<const uint64_t> keys);
    const uint32_t* Find(uint64_t key) const;  // nullptr: unknown

   private:
    struct Slot {
      uint64_t key;
      uint32_t number;
    };
    std::vector<Slot> slots_;
  };

  NameModel() = default;

  absl::Status Load(const pb::Model& model);
  const int16_t* RowsOf(const Document& doc, const Token& token, ModelScratch* scratch) const;
  bool IsPlain(const Token& token) const;
  bool MayBegin(const std::vector<Token>& tokens, size_t at) const;
  void Want(const Document& doc, ModelScratch* scratch) const;
  void SumUp(const Document& doc, size_t begin, size_t end, ModelScratch* scratch) const;
  void Chain(size_t begin, size_t end, float nothing, ModelScratch* scratch) const;
  static float Expectation(const Document& doc, const Evidence& evidence);

  std::unique_ptr<const ModelFeatures> features_;
  std::unique_ptr<const ModelSpans> spans_;
  int width_ = 0, hidden_ = 0, units_ = 0;
  Numbers plain_;               // words that nothing begins with
  Numbers known_;               // rows of vectors_
  std::vector<float> vectors_;  // of known features
  std::vector<float> offsets_;
  std::vector<float> output_, factors_, factors_turned_;
  std::vector<int16_t> positions_;  // folded, kPositions * offsets * units
  Numbers labels_;                  // rows of label_rows_
  std::vector<int16_t> label_rows_;
  std::vector<int16_t> bias_;
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_NAME_MODEL_H_

#ifndef PHIVEIL_RECOGNIZE_MODEL_KINDS_H_
#define PHIVEIL_RECOGNIZE_MODEL_KINDS_H_

// What the name model knows of a word by itself, worked out once a kind and kept.
//
//   const ModelKinds::Kind& kind = kinds.Of(doc, token, key, &scratch);   // cheap: for every token
//   const int16_t* rows = kinds.Rows(doc, token, key, &scratch);          // dearer: near what is read

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "pack.pb.h"
#include "recognize/model_features.h"

namespace phiveil {

// Where each of some hashes stands. Twice as many places as there are hashes.
class HashNumbers {
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

class ModelKinds {
 public:
  struct Kind {
    uint64_t key = 0;
    std::array<int16_t, kGateOffsets> gate{};  // what it says to the gate of its neighbours and itself
    bool plain = false;                        // a word that nothing begins with
    uint32_t document = 0;                     // the last one it was met in
  };

  // Working memory of one thread. Kinds met lately have one of a few places that follow from their
  // hash; of those the one not met for longest gives way. What is not there is worked out anew.
  struct Scratch {
    uint32_t document = 0;
    std::vector<Kind> kinds;
    std::vector<int16_t> vectors;  // by place of the kind
    std::vector<uint64_t> row_keys;
    std::vector<uint8_t> row_offsets;  // by place: those filled, as bits
    std::vector<uint64_t> row_runs;    // by place: the last run that needed it
    std::vector<int16_t> rows;
    std::deque<std::vector<int16_t>> spare;
    size_t spare_used = 0;
    uint64_t run = 0;
    std::vector<uint64_t> features;
  };

  // Sizes were checked by the caller.
  ModelKinds(const pb::Pack& pack, std::vector<float> offsets);

  const ModelFeatures& features() const { return features_; }

  // Before a document. Rows stay where they are until the next run.
  void Prepare(Scratch* scratch) const;
  static void BeginRun(Scratch* scratch);

  // Of() with this key will be called soon.
  static void Expect(uint64_t key, const Scratch& scratch);

  // `key`: features().Kind of the token. Valid until the next call.
  const Kind& Of(const Document& doc, const Token& token, uint64_t key, Scratch* scratch) const;

  // What the token says to its neighbours and itself: kModelOffsets times `units`, of which those from
  // offset `from` to before `to` are filled. Valid for the run.
  const int16_t* Rows(const Document& doc, const Token& token, uint64_t key, size_t from, size_t to,
                      Scratch* scratch) const;

 private:
  size_t Place(const Document& doc, const Token& token, uint64_t key, Scratch* scratch) const;
  const int8_t* Find(uint64_t feature) const;

  ModelFeatures features_;
  size_t width_ = 0, units_ = 0, stride_ = 0, mask_ = 0;
  float row_scale_ = 0;
  std::vector<uint64_t> feature_keys_;  // by place, beside its row
  std::vector<int8_t> feature_rows_;    // by place: the vector's part, then the gate's
  HashNumbers plain_;
  std::vector<float> offsets_;
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_MODEL_KINDS_H_

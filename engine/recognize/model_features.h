#ifndef PHIVEIL_RECOGNIZE_MODEL_FEATURES_H_
#define PHIVEIL_RECOGNIZE_MODEL_FEATURES_H_

// What the name model sees of a token, the same for training and for reading.
//
//   kind       what follows from the word alone: itself, its case, its ends, the lists it is in.
//              All tokens of one kind share their features, so that these are worked out once.
//   position   where it stands: six bits
//   label      the words before the colon in front of it
//
// Features are 64-bit hashes; a model knows some of them and has a row for each. Lists go into them
// by name, so that a pack may have more lists than the one a model was trained with.

#include <array>
#include <cstdint>
#include <vector>

#include "pack.pb.h"
#include "text/document.h"

namespace phiveil {

// What a token may be part of. The order is written into models.
enum class ModelType : uint8_t { kName, kFacility, kOrganization, kCity, kStreet, kDate, kNumber };
inline constexpr int kModelTypes = 7;

// 0: nothing; 1 + 2 * type: the first token of one; 2 + 2 * type: a further token. The last is free.
inline constexpr int kModelTags = 16;
constexpr int FirstTag(int type) { return 1 + 2 * type; }
constexpr int FurtherTag(int type) { return 2 + 2 * type; }

inline constexpr int kModelReach = 3;  // tokens to each side that a token sees
inline constexpr int kModelOffsets = 2 * kModelReach + 1;

inline constexpr int kGateReach = 2;  // as far as the gate sees
inline constexpr int kGateOffsets = 2 * kGateReach + 1;

inline constexpr int kPositions = 64;

class ModelFeatures {
 public:
  explicit ModelFeatures(const pb::Pack& pack);

  // The same for all tokens that share their features.
  uint64_t Kind(const Document& doc, const Token& token) const;

  // Replaces `features` by those of the token's kind. The first is the word itself, 0 for a number.
  void OfKind(const Document& doc, const Token& token, std::vector<uint64_t>* features) const;

  // A word in its case, for the list of words that are plain; 0 for what is no word.
  uint64_t Plain(const Token& token) const;

 private:
  std::array<uint64_t, 64> list_names_{};  // by bit
};

// What a document's other words and its line say of each token.
class ModelContext {
 public:
  void Reset(const Document& doc);
  int Position(size_t token) const { return positions_[token]; }
  // Two features of the label in front of the token; 0 for none.
  const std::array<uint64_t, 2>& Label(size_t token) const { return labels_[token]; }

 private:
  void MarkLabels(const std::vector<Token>& tokens, size_t first, size_t end);

  std::vector<uint8_t> positions_;
  std::vector<std::array<uint64_t, 2>> labels_;
  std::vector<uint64_t> lower_;  // a filter of the words that stand in lower case somewhere
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_MODEL_FEATURES_H_

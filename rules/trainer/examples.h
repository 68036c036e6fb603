#ifndef PHIVEIL_TRAINER_EXAMPLES_H_
#define PHIVEIL_TRAINER_EXAMPLES_H_

// Marked text as the model sees it: kinds, positions, labels and the tag of every token.

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "match/lexicon.h"
#include "recognize/model_features.h"

namespace phiveil::trainer {

struct Example {
  std::vector<uint32_t> kinds;  // in Examples::kinds()
  std::vector<uint8_t> positions;
  std::vector<std::array<uint64_t, 2>> labels;
  std::vector<uint8_t> tags;
};

class Examples {
 public:
  Examples(const pb::Pack& pack, const Lexicon& lexicon) : features_(pack), lexicon_(lexicon) {}

  // {"id","text","spans":[{"start","end","label"}]} a line, offsets in code points; an error with its
  // file and line. The id up to its last colon names the template: words are only learned by heart when
  // several templates have them.
  absl::Status Read(const std::string& path);

  const std::vector<Example>& all() const { return examples_; }
  const std::vector<std::vector<uint64_t>>& kinds() const { return kinds_; }

  // Known features: those that enough tokens have; a word itself only if it stands outside every
  // identifier in enough templates.
  std::unordered_map<uint64_t, uint32_t> KnownFeatures() const;
  std::unordered_map<uint64_t, uint32_t> KnownLabels() const;
  // Words seen often and hardly ever inside an identifier.
  std::vector<uint64_t> PlainWords() const;

 private:
  void Add(std::string_view origin, Document* doc, const std::vector<uint8_t>& marks, const std::vector<bool>& starts);

  ModelFeatures features_;
  const Lexicon& lexicon_;
  ModelContext context_;
  std::vector<CueHit> hits_;
  std::vector<Example> examples_;
  std::unordered_map<uint64_t, uint32_t> kind_numbers_;
  std::vector<std::vector<uint64_t>> kinds_;
  struct PlainCount {
    uint32_t tokens = 0, marked = 0;
  };
  std::unordered_map<uint64_t, PlainCount> plain_;
  std::vector<uint32_t> tokens_of_kind_;
  std::unordered_map<uint64_t, std::unordered_set<size_t>> origins_of_word_;
  std::unordered_map<uint64_t, std::unordered_set<size_t>> origins_of_label_;
};

}  // namespace phiveil::trainer

#endif  // PHIVEIL_TRAINER_EXAMPLES_H_

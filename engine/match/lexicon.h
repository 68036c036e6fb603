#ifndef PHIVEIL_MATCH_LEXICON_H_
#define PHIVEIL_MATCH_LEXICON_H_

// Word lists and cue phrases, by token hash.
//
// A table of one-cache-line buckets of 32-bit fingerprints answers most words ("in no list") with
// one memory access; a fingerprint that fits leads to an entry that is confirmed letter by letter.
// A full bucket spills into the next one; nothing is ever dropped.
//
//   auto lexicon = Lexicon::Create(pack.lexicon());
//   lexicon->Mark(&doc, &hits);     // list bits into the tokens, cue and phrase hits in order

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pack.pb.h"
#include "text/document.h"

namespace phiveil {

struct CueLinkRow {
  uint32_t rule;
  uint32_t cue;
};

// A cue phrase found in the document.
struct CueHit {
  uint32_t first_token;
  uint32_t end_token;  // one past its last
  uint32_t phrase;     // number in the lexicon
};

class Lexicon {
 public:
  // DATA_LOSS when a table's size or an index is out of bounds.
  static absl::StatusOr<std::unique_ptr<const Lexicon>> Create(const pb::Lexicon& lexicon);
  ~Lexicon();

  // Adds list bits to the tokens and appends the cue hits, in order of first token. Phrases may be
  // broken by punctuation other than sentence ends and by one line break, not by a blank line.
  void Mark(Document* doc, std::vector<CueHit>* hits) const;

  // The list bits of one word; 0 for a word in no list.
  ClassBits Classes(std::string_view word, uint64_t hash) const;

  std::span<const CueLinkRow> Links(uint32_t phrase) const;
  std::string PhraseText(uint32_t phrase) const;
  uint32_t phrase_count() const;

 private:
  struct Impl;
  explicit Lexicon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Builds the tables, for the compiler.
class LexiconBuilder {
 public:
  LexiconBuilder();
  ~LexiconBuilder();
  void AddToClass(std::string_view entry, ClassBits bits);  // a word or a phrase
  void AddCue(std::string_view entry, uint32_t rule, uint32_t cue);
  pb::Lexicon Build() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace phiveil

#endif  // PHIVEIL_MATCH_LEXICON_H_

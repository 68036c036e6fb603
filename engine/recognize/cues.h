#ifndef PHIVEIL_RECOGNIZE_CUES_H_
#define PHIVEIL_RECOGNIZE_CUES_H_

// What the words around a value say of it.
//
//   cues.Reset(doc, hits);                         // once a document
//   cues.Gather(first, end, owner, between);       // once a value
//   cues.SumFor(rule, &reasons);                   // for each rule that could own the value
//
// Of one cue entry the nearest word counts, once. Distance is in words; a hard line break adds two
// before the value and ends the search after it; a blank line ends it on either side. A cue that
// stands beyond an earlier value of the same owner counts half.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "match/lexicon.h"
#include "pack/pack_tables.h"
#include "recognize/candidate.h"
#include "text/document.h"

namespace phiveil {

// Which expression or form a rule's values come from, and where its cues lie in flat arrays.
class CueTable {
 public:
  CueTable(const pb::Pack& pack, const Lexicon& lexicon);

  struct Row {
    uint8_t side;
    uint8_t within;
    float add;
  };
  uint32_t owner(uint32_t rule) const { return owner_[rule]; }
  uint32_t first(uint32_t rule) const { return first_[rule]; }
  uint32_t end(uint32_t rule) const { return first_[rule + 1]; }
  const Row& row(uint32_t index) const { return rows_[index]; }
  size_t size() const { return rows_.size(); }
  // Whether any rule of `owner` has cues, and whether a phrase with such `owners` may be one of them.
  bool HasCues(uint32_t owner) const { return any_[Slot(owner)] & Bit(owner); }
  uint64_t Owners(uint32_t phrase) const { return owners_[phrase]; }
  static bool MaySpeakFor(uint64_t owners, uint32_t owner) { return owners & Bit(owner); }

  // How far, in words, the cues of `owner` look.
  uint32_t Reach(uint32_t owner) const;

  // What a phrase is a cue of, in order of owner.
  struct Link {
    uint32_t owner;
    uint32_t rule;
    uint32_t row;
  };
  std::span<const Link> LinksFor(uint32_t phrase, uint32_t owner) const;
  size_t rules() const { return owner_.size(); }

  static constexpr uint32_t kFormOwner = 1u << 31;

 private:
  static size_t Slot(uint32_t owner) { return owner >> 31; }
  size_t Place(uint32_t owner) const { return Slot(owner) == 0 ? owner : expressions_ + (owner & ~kFormOwner); }
  static uint64_t Bit(uint32_t owner) { return 1ull << (owner * 0x9E3779B1u >> 26); }

  std::array<uint64_t, 2> any_{};  // by kind of owner: a filter of owners with cues
  std::vector<uint64_t> owners_;   // by phrase: a filter of the owners it speaks for
  std::vector<uint8_t> reach_;     // by expression, then by rule for forms
  uint32_t expressions_ = 0;
  std::vector<Link> links_;
  std::vector<uint32_t> first_link_;  // by phrase
  std::vector<uint32_t> owner_;
  std::vector<uint32_t> first_;
  std::vector<Row> rows_;
};

class Cues {
 public:
  explicit Cues(const CueTable* table);

  void Reset(const Document& doc, const std::vector<CueHit>* hits);

  // Collects the cues that speak for rules of `owner` about the tokens [first, end). `earlier`: first
  // token of the previous value of the same owner, or UINT32_MAX. Values must come in ascending order
  // of `first` between two calls of Reset.
  void Gather(uint32_t first, uint32_t end, uint32_t owner, uint32_t earlier);

  bool Touched(uint32_t rule) const { return rule_stamp_[rule] == stamp_; }

  // Sum of what was gathered for `rule`; appends a reason for each cue. `labelled` when it is for it.
  float SumFor(uint32_t rule, std::vector<Contribution>* reasons) const;

 private:
  // Where a token stands.
  struct Place {
    uint32_t words;  // before it
    uint32_t line;   // its hard line
    uint32_t paragraph;
    uint32_t first_hit;  // the first hit that begins at it or after it
  };
  // A hit with what every look at it needs.
  struct NearHit {
    CueHit hit;
    uint32_t words;   // before it
    uint64_t owners;  // a filter of those it speaks for
  };
  struct Best {
    uint32_t stamp = 0;
    uint32_t phrase = 0;
    uint16_t distance = 0;
    float add = 0;
  };

  void Consider(const CueHit& hit, uint8_t side, uint32_t distance, uint32_t owner, float factor);

  const CueTable* table_;
  std::vector<Place> places_;  // by token, and one past the last
  std::vector<NearHit> hits_;
  std::vector<Best> best_;  // by cue row
  std::vector<uint32_t> rule_stamp_;
  uint32_t stamp_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_CUES_H_

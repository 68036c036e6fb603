#ifndef PHIVEIL_RECOGNIZE_FORM_H_
#define PHIVEIL_RECOGNIZE_FORM_H_

// Patterns over tokens: `Title Dot? < Cap{1,3} >`, compiled to a small program.
//
// A program is run from each token that could begin it, preferred branches first; a branch is
// entered once at each token, so a run costs at most their product. BEGIN and END mark
// what is found; MATCH ends the run.

#include <array>
#include <cstdint>
#include <vector>

#include "pack/pack_tables.h"
#include "text/document.h"

namespace phiveil {

struct FormMatch {
  uint32_t rule;
  uint32_t first_token;
  uint32_t end_token;
};

// A few hundred words by their hash: most lookups end at a filter of one bit.
class WordTable {
 public:
  static constexpr size_t kNone = SIZE_MAX;
  // The number of `hash`, given out from 0 up; added when new.
  size_t Add(uint64_t hash);
  // The number of `hash`, or kNone.
  size_t Find(uint64_t hash) const {
    if (!(filter_[hash % kFilterBits / 64] >> (hash % 64) & 1)) return kNone;
    return FindSlow(hash);
  }
  size_t size() const { return size_; }

 private:
  static constexpr size_t kFilterBits = 32768;
  struct Slot {
    uint64_t hash = 0;
    size_t number = kNone;
  };
  size_t FindSlow(uint64_t hash) const;
  void Grow();

  std::vector<uint64_t> filter_ = std::vector<uint64_t>(kFilterBits / 64, 0);
  std::vector<Slot> slots_ = std::vector<Slot>(64);  // a power of two
  size_t size_ = 0;
};

class FormScratch {
 public:
  std::vector<FormMatch> matches;  // in order of where the form was tried

 private:
  friend class Forms;
  struct Thread {
    uint32_t pc;
    uint32_t token;
    uint32_t begin;
    uint32_t end;
  };
  std::vector<Thread> stack_;
  std::vector<uint32_t> visited_;  // stamp by (instruction, token - start)
  // Classes of some tokens, and the anchor sets their words are in.
  struct Ahead {
    ClassBits classes = 0;
    uint64_t anchors = 0;
  };
  std::array<std::vector<Ahead>, 2> ahead_;  // by stretch, by block of tokens
  std::vector<uint32_t> words_;              // by token: its number among the words of forms
  // The sets of forms that a token of some classes may begin, and may stand second in: the same few
  // hundred combinations come again and again. One pack's; a scratch serves one pack.
  struct Remembered {
    ClassBits classes = ~0ull;
    bool filled = false;
    uint8_t next = 0;  // of the first of its places: the one that gives way next
  };
  std::vector<Remembered> remembered_;
  std::vector<uint64_t> first_;
  std::vector<uint64_t> remembered_sets_;
  std::vector<uint32_t> next_start_;  // by form: no new attempt before this token
  uint32_t stamp_ = 0;
};

class Forms {
 public:
  explicit Forms(const pb::Pack& pack);

  // Longest span of tokens one run may look at.
  static constexpr uint32_t kReach = 48;
  // Tokens within which the classes and words a form cannot do without must lie: the shorter stretch
  // for forms that cannot be longer. Dispatch looks at them by blocks, so at up to a block more.
  static constexpr std::array<uint32_t, 2> kAhead = {8, 32};
  static constexpr uint32_t kBlock = 4;

  // Fills scratch->matches. A form does not match again inside its own match.
  void Run(const Document& doc, FormScratch* scratch) const;

 private:
  struct Alternative {
    ClassBits require;
    ClassBits forbid;
    uint64_t word;
    uint32_t first_not_word;  // ranges of not_words_
    uint32_t end_not_word;
    uint64_t not_bits;  // a bit for the high bits of each of those
  };
  struct Instruction {
    uint8_t op;
    uint32_t a;
    uint32_t b;
  };
  // One test: any of some classes, or any of some words.
  struct TestRow {
    uint32_t first_class, end_class;  // alternatives without a word
    uint32_t first_word, end_word;    // alternatives with one
    uint64_t words = 0;               // a bit for the high bits of each word's hash
  };
  struct Form {
    uint32_t rule;
    std::vector<Instruction> code;
    std::vector<TestRow> tests;
    std::vector<uint32_t> entry;  // the tests a run begins with
  };
  // What must lie ahead for a form to be worth a run; apart from the rest, because it is read most.
  struct Gate {
    ClassBits needed = 0;  // classes that must all appear among the tokens of its stretch
    uint64_t anchor = 0;   // the same for words: the bit of a set one of which must appear; 0 for none
    size_t stretch = 0;    // which of kAhead it fits into
  };

  // What lets a token stand in some place of a form: classes it has, and none that it must not have.
  struct Opening {
    ClassBits require;
    ClassBits forbid;
    uint32_t form;
  };
  // Which forms one token lets through in that place: sets of a bit a form by the token's word, and
  // openings by the highest class they require, as list bits are rarer than the structural ones below
  // them; the last row holds those that require none. A form in `any` does not depend on the token.
  struct Openings {
    std::array<std::vector<Opening>, 65> by_class;
    std::vector<uint64_t> by_word;
    std::vector<uint64_t> any;
    ClassBits told_by = 0;  // all classes that the openings speak of
  };

  void AddTest(const pb::Test& test, Form* form);
  void AddToSet(std::vector<uint64_t>* sets, size_t which, size_t form) const;
  void AddOpenings(const TestRow& row, size_t number, Openings* openings);
  size_t WordNumber(uint64_t word);
  void Prepare(size_t number);
  ClassBits Needed(const Form& form) const;
  // Whether a run can match without passing a test for which `wall` holds.
  template <typename Wall>
  bool CanEndWithout(const Form& form, Wall wall) const;
  std::vector<size_t> WordCut(const Form& form) const;
  uint64_t Anchor(const Form& form);
  static uint32_t LongestPath(const Form& form);
  void LookAhead(const std::vector<Token>& tokens, FormScratch* scratch) const;
  void Follow(const Form& form, uint32_t pc, std::vector<bool>* seen) const;
  bool Fits(const Alternative& alt, const Token& token) const;
  bool Passes(const TestRow& test, const Token& token) const;
  bool RunAt(const Form& form, const std::vector<Token>& tokens, uint32_t start, FormScratch* scratch,
             FormMatch* match) const;
  static void Unite(const Openings& openings, ClassBits classes, uint64_t* out);
  const uint64_t* SetsOf(ClassBits classes, FormScratch* scratch) const;
  void Try(uint32_t form, const std::vector<Token>& tokens, uint32_t start, FormScratch* scratch) const;

  std::vector<Form> forms_;
  std::vector<Gate> gates_;  // by form
  std::vector<Alternative> alternatives_;
  std::vector<uint64_t> not_words_;
  size_t set_words_ = 0;                   // 64-bit words of one set of forms
  Openings first_;                         // for the first token
  Openings second_;                        // for the token after it
  WordTable words_;                        // words that forms begin with, go on with or cannot do without
  std::vector<uint64_t> anchors_by_word_;  // the anchor sets a word is in; by number, like the sets above
  uint32_t anchors_ = 0;
  uint32_t longest_code_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_FORM_H_

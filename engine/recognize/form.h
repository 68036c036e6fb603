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
  static constexpr size_t kFilterBits = 8192;
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
  // Classes of the tokens from each token on, and the anchor sets their words are in; by stretch.
  std::array<std::vector<ClassBits>, 2> ahead_;
  std::array<std::vector<uint64_t>, 2> anchors_;
  // The sets of forms that a token of some classes may begin, and may stand second in: the same few
  // hundred combinations come again and again. One pack's; a scratch serves one pack.
  struct Remembered {
    ClassBits classes = ~0ull;
    bool filled = false;
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
  // Tokens that dispatch looks at for the classes and words a form cannot do without: the shorter
  // stretch for forms that cannot be longer.
  static constexpr std::array<uint32_t, 2> kAhead = {8, 32};

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
    ClassBits first_any;
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

  // Sets of forms, a bit each, by what one token shows: a class, or the high bits of its hash. A form
  // is in `any` when it does not depend on the token.
  struct FormSets {
    std::vector<uint64_t> by_class, by_hash, any;
  };

  void AddTest(const pb::Test& test, Form* form);
  void AddToSet(std::vector<uint64_t>* sets, size_t which, size_t form) const;
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
  // Unites the sets of the classes in `bits`.
  void Unite(const FormSets& sets, ClassBits bits, uint64_t* out) const;
  const uint64_t* SetsOf(ClassBits classes, FormScratch* scratch) const;
  void Try(uint32_t form, const std::vector<Token>& tokens, uint32_t start, FormScratch* scratch) const;

  std::vector<Form> forms_;
  std::vector<Gate> gates_;  // by form
  std::vector<Alternative> alternatives_;
  std::vector<uint64_t> not_words_;
  ClassBits first_mask_ = 0;
  size_t set_words_ = 0;                   // 64-bit words of one set of forms
  FormSets first_;                         // what the first token shows
  FormSets second_;                        // what the token after it shows
  std::vector<uint64_t> first_by_word_;    // sets of forms, by number in first_words_
  std::vector<uint64_t> anchors_by_word_;  // by number in anchor_words_
  WordTable first_words_;                  // to the set of forms that begin with the word
  WordTable anchor_words_;                 // to the anchor sets the word is in
  uint32_t anchors_ = 0;
  uint32_t longest_code_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_FORM_H_

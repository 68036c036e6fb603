#ifndef PHIVEIL_RECOGNIZE_FORM_H_
#define PHIVEIL_RECOGNIZE_FORM_H_

// Patterns over tokens: `Title Dot? < Cap{1,3} >`, compiled to a small program.
//
// A program is run from each token that could begin it, preferred branches first; a pair of
// instruction and token is entered once, so a run costs at most their product. BEGIN and END mark
// what is found; MATCH ends the run.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "pack/pack_tables.h"
#include "text/document.h"

namespace phiveil {

struct FormMatch {
  uint32_t rule;
  uint32_t first_token;
  uint32_t end_token;
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
  std::vector<uint32_t> visited_;   // stamp by (instruction, token - start)
  std::vector<uint32_t> next_start_;  // by form: no new attempt before this token
  uint32_t stamp_ = 0;
};

class Forms {
 public:
  explicit Forms(const pb::Pack& pack);

  // Longest span of tokens one run may look at.
  static constexpr uint32_t kReach = 48;

  // Fills scratch->matches. A form does not match again inside its own match.
  void Run(const Document& doc, FormScratch* scratch) const;

 private:
  struct Alternative {
    ClassBits require;
    ClassBits forbid;
    uint64_t word;
    uint32_t first_not_word;  // ranges of not_words_
    uint32_t end_not_word;
  };
  struct Instruction {
    uint8_t op;
    uint32_t a;
    uint32_t b;
  };
  struct Form {
    uint32_t rule;
    ClassBits first_any;
    std::vector<Instruction> code;
    std::vector<std::pair<uint32_t, uint32_t>> tests;  // ranges of alternatives_
  };

  bool Test(const Form& form, uint32_t test, const Token& token) const;
  bool RunAt(const Form& form, const std::vector<Token>& tokens, uint32_t start, FormScratch* scratch,
             FormMatch* match) const;
  void Try(uint32_t form, const std::vector<Token>& tokens, uint32_t start, FormScratch* scratch) const;

  std::vector<Form> forms_;
  std::vector<Alternative> alternatives_;
  std::vector<uint64_t> not_words_;
  ClassBits first_mask_ = 0;
  std::vector<std::vector<uint32_t>> by_bit_;  // forms to try at a token with this class bit
  std::unordered_map<uint64_t, std::vector<uint32_t>> by_word_;
  std::vector<uint64_t> word_filter_;          // a bit for the low hash bits of each first word
  uint32_t longest_code_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_FORM_H_

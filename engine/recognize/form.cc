#include "recognize/form.h"

#include <algorithm>
#include <bit>

namespace phiveil {
namespace {

constexpr uint32_t kFilterBits = 4096;
constexpr uint32_t kUnset = UINT32_MAX;

uint32_t FilterBit(uint64_t hash) { return static_cast<uint32_t>(hash % kFilterBits); }

}  // namespace

Forms::Forms(const pb::Pack& pack) : by_bit_(64), word_filter_(kFilterBits / 64, 0) {
  for (const pb::Form& source : pack.forms()) {
    const auto number = static_cast<uint32_t>(forms_.size());
    Form& form = forms_.emplace_back();
    form.rule = source.rule();
    form.first_any = source.first_any();
    for (const pb::Instruction& in : source.code()) {
      form.code.push_back({static_cast<uint8_t>(in.op()), in.a(), in.b()});
    }
    longest_code_ = std::max(longest_code_, static_cast<uint32_t>(form.code.size()));
    for (const pb::Test& test : source.tests()) {
      const auto first = static_cast<uint32_t>(alternatives_.size());
      for (const pb::Alternative& alt : test.alternatives()) {
        const auto first_not_word = static_cast<uint32_t>(not_words_.size());
        not_words_.insert(not_words_.end(), alt.not_words().begin(), alt.not_words().end());
        alternatives_.push_back({alt.require(), alt.forbid(), alt.word(), first_not_word,
                                 static_cast<uint32_t>(not_words_.size())});
      }
      form.tests.emplace_back(first, static_cast<uint32_t>(alternatives_.size()));
    }
    first_mask_ |= form.first_any;
    for (ClassBits bits = form.first_any; bits != 0; bits &= bits - 1) {
      by_bit_[static_cast<size_t>(std::countr_zero(bits))].push_back(number);
    }
    for (uint64_t word : source.first_words()) {
      by_word_[word].push_back(number);
      word_filter_[FilterBit(word) / 64] |= 1ull << (FilterBit(word) % 64);
    }
  }
}

bool Forms::Test(const Form& form, uint32_t test, const Token& token) const {
  const auto [first, end] = form.tests[test];
  for (uint32_t i = first; i < end; ++i) {
    const Alternative& alt = alternatives_[i];
    if ((token.classes & alt.require) == alt.require && (token.classes & alt.forbid) == 0 &&
        (alt.word == 0 || alt.word == token.hash) &&
        std::find(not_words_.begin() + alt.first_not_word, not_words_.begin() + alt.end_not_word, token.hash) ==
            not_words_.begin() + alt.end_not_word) {
      return true;
    }
  }
  return false;
}

bool Forms::RunAt(const Form& form, const std::vector<Token>& tokens, uint32_t start, FormScratch* scratch,
                  FormMatch* match) const {
  const uint32_t limit = std::min(static_cast<uint32_t>(tokens.size()), start + kReach);
  if (++scratch->stamp_ == 0) {
    std::fill(scratch->visited_.begin(), scratch->visited_.end(), 0);
    scratch->stamp_ = 1;
  }
  const uint32_t stamp = scratch->stamp_;
  auto& stack = scratch->stack_;
  stack.clear();
  stack.push_back({0, start, kUnset, kUnset});
  while (!stack.empty()) {
    FormScratch::Thread at = stack.back();
    stack.pop_back();
    for (;;) {
      uint32_t& seen = scratch->visited_[at.pc * (kReach + 1) + (at.token - start)];
      if (seen == stamp) break;
      seen = stamp;
      const Instruction& in = form.code[at.pc];
      if (in.op == pb::Instruction::TEST) {
        if (at.token >= limit || !Test(form, in.a, tokens[at.token])) break;
        ++at.token;
        ++at.pc;
      } else if (in.op == pb::Instruction::SPLIT) {
        stack.push_back({in.b, at.token, at.begin, at.end});
        at.pc = in.a;
      } else if (in.op == pb::Instruction::JUMP) {
        at.pc = in.a;
      } else if (in.op == pb::Instruction::BEGIN) {
        at.begin = at.token;
        ++at.pc;
      } else if (in.op == pb::Instruction::END) {
        at.end = at.token;
        ++at.pc;
      } else {
        *match = {form.rule, at.begin == kUnset ? start : at.begin, at.end == kUnset ? at.token : at.end};
        return match->first_token < match->end_token;
      }
    }
  }
  return false;
}

void Forms::Try(uint32_t number, const std::vector<Token>& tokens, uint32_t start, FormScratch* scratch) const {
  if (start < scratch->next_start_[number]) return;
  FormMatch match;
  if (!RunAt(forms_[number], tokens, start, scratch, &match)) return;
  scratch->next_start_[number] = std::max(match.end_token, start + 1);
  scratch->matches.push_back(match);
}

void Forms::Run(const Document& doc, FormScratch* scratch) const {
  const auto& tokens = doc.tokens();
  scratch->matches.clear();
  scratch->next_start_.assign(forms_.size(), 0);
  scratch->visited_.resize(static_cast<size_t>(longest_code_) * (kReach + 1), 0);
  for (uint32_t i = 0; i < tokens.size(); ++i) {
    const ClassBits here = tokens[i].classes;
    for (ClassBits bits = here & first_mask_; bits != 0; bits &= bits - 1) {
      const int bit = std::countr_zero(bits);
      for (uint32_t number : by_bit_[static_cast<size_t>(bit)]) {
        // A form that several of this token's classes could begin is tried once, at the lowest.
        if (std::countr_zero(here & forms_[number].first_any) == bit) Try(number, tokens, i, scratch);
      }
    }
    const uint32_t filter = FilterBit(tokens[i].hash);
    if (word_filter_[filter / 64] >> (filter % 64) & 1) {
      if (auto it = by_word_.find(tokens[i].hash); it != by_word_.end()) {
        for (uint32_t number : it->second) {
          if ((here & forms_[number].first_any) == 0) Try(number, tokens, i, scratch);
        }
      }
    }
  }
}

}  // namespace phiveil

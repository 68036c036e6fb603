#include "recognize/form.h"

#include <algorithm>
#include <bit>

namespace phiveil {
namespace {

constexpr uint32_t kUnset = UINT32_MAX;
constexpr size_t kRemembered = 4096;
constexpr int kRememberedShift = 52;
constexpr size_t kWays = 4;  // places a combination may take; together they are a cache line

uint64_t WordBit(uint64_t hash) { return 1ull << (hash >> 58); }
// Words that stand in every other line: no help in telling where a form cannot match.
const std::vector<uint64_t>& FrequentWords() {
  static const auto* const words = [] {
    auto* hashes = new std::vector<uint64_t>;
    for (std::string_view word :
         {"the", "of", "and", "to", "in",  "a",   "for", "with", "on",   "is",   "was",  "he", "she", "at",
          "no",  "or", "by",  "as", "has", "her", "his", "i",    "this", "that", "from", "we", "be"}) {
      hashes->push_back(FoldedHash(word));
    }
    return hashes;
  }();
  return *words;
}

}  // namespace

size_t WordTable::FindSlow(uint64_t hash) const {
  for (size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].number == kNone || slots_[at].hash == hash) return slots_[at].number;
  }
}

size_t WordTable::Add(uint64_t hash) {
  if (const size_t known = FindSlow(hash); known != kNone) return known;
  if (2 * (size_ + 1) > slots_.size()) Grow();
  size_t at = hash & (slots_.size() - 1);
  while (slots_[at].number != kNone) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {hash, size_};
  filter_[hash % kFilterBits / 64] |= 1ull << (hash % 64);
  return size_++;
}

void WordTable::Grow() {
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.number == kNone) continue;
    size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].number != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

Forms::Forms(const pb::Pack& pack) : set_words_((static_cast<size_t>(pack.forms_size()) + 63) / 64) {
  first_.any.resize(set_words_);
  second_.any.resize(set_words_);
  WordNumber(0);  // no word's
  for (const pb::Form& source : pack.forms()) {
    const auto number = static_cast<uint32_t>(forms_.size());
    Form& form = forms_.emplace_back();
    form.rule = source.rule();
    for (const pb::Instruction& in : source.code()) {
      form.code.push_back({static_cast<uint8_t>(in.op()), in.a(), in.b()});
    }
    longest_code_ = std::max(longest_code_, static_cast<uint32_t>(form.code.size()));
    for (const pb::Test& test : source.tests()) AddTest(test, &form);
    Prepare(number);
    Gate& gate = gates_.emplace_back();
    const uint32_t longest = LongestPath(form);
    if (longest <= kAhead.back())
      gate = {Needed(form), Anchor(form), longest <= kAhead.front() ? size_t{0} : size_t{1}};
  }
}

void Forms::AddToSet(std::vector<uint64_t>* sets, size_t which, size_t form) const {
  (*sets)[which * set_words_ + form / 64] |= 1ull << (form % 64);
}

size_t Forms::WordNumber(uint64_t word) {
  const size_t number = words_.Add(word);
  first_.by_word.resize(words_.size() * set_words_, 0);
  second_.by_word.resize(words_.size() * set_words_, 0);
  anchors_by_word_.resize(words_.size(), 0);
  return number;
}

void Forms::AddOpenings(const TestRow& row, size_t number, Openings* openings) {
  for (uint32_t i = row.first_class; i < row.end_class; ++i) {
    const Alternative& alt = alternatives_[i];
    const size_t highest = alt.require == 0 ? 64 : static_cast<size_t>(std::bit_width(alt.require) - 1);
    openings->by_class[highest].push_back({alt.require, alt.forbid, static_cast<uint32_t>(number)});
    openings->told_by |= alt.require | alt.forbid;
  }
  for (uint32_t i = row.first_word; i < row.end_word; ++i) {
    AddToSet(&openings->by_word, WordNumber(alternatives_[i].word), number);
  }
}

void Forms::AddTest(const pb::Test& test, Form* form) {
  TestRow& row = form->tests.emplace_back();
  for (const bool with_word : {false, true}) {
    (with_word ? row.first_word : row.first_class) = static_cast<uint32_t>(alternatives_.size());
    for (const pb::Alternative& alt : test.alternatives()) {
      if ((alt.word() != 0) != with_word) continue;
      const auto first_not_word = static_cast<uint32_t>(not_words_.size());
      uint64_t not_bits = 0;
      for (uint64_t word : alt.not_words()) {
        not_words_.push_back(word);
        not_bits |= WordBit(word);
      }
      alternatives_.push_back({alt.require(), alt.forbid(), alt.word(), first_not_word,
                               static_cast<uint32_t>(not_words_.size()), not_bits});
      if (with_word) row.words |= WordBit(alt.word());
    }
    (with_word ? row.end_word : row.end_class) = static_cast<uint32_t>(alternatives_.size());
  }
}

// Marks every instruction reached from `pc` without a token.
void Forms::Follow(const Form& form, uint32_t pc, std::vector<bool>* seen) const {
  std::vector<uint32_t> open = {pc};
  while (!open.empty()) {
    const uint32_t at = open.back();
    open.pop_back();
    if ((*seen)[at]) continue;
    (*seen)[at] = true;
    const Instruction& in = form.code[at];
    if (in.op == pb::Instruction::SPLIT) open.push_back(in.b);
    if (in.op == pb::Instruction::SPLIT || in.op == pb::Instruction::JUMP) open.push_back(in.a);
    if (in.op == pb::Instruction::BEGIN || in.op == pb::Instruction::END) open.push_back(at + 1);
  }
}

// Finds the tests a run begins with, and what the token after the first can be.
void Forms::Prepare(size_t number) {
  Form& form = forms_[number];
  std::vector<bool> first(form.code.size(), false), second(form.code.size(), false);
  Follow(form, 0, &first);
  for (uint32_t pc = 0; pc < form.code.size(); ++pc) {
    if (!first[pc] || form.code[pc].op != pb::Instruction::TEST) continue;
    form.entry.push_back(form.code[pc].a);
    AddOpenings(form.tests[form.code[pc].a], number, &first_);
    Follow(form, pc + 1, &second);
  }
  for (uint32_t pc = 0; pc < form.code.size(); ++pc) {
    if (!second[pc]) continue;
    if (form.code[pc].op == pb::Instruction::MATCH) AddToSet(&second_.any, 0, number);
    if (form.code[pc].op == pb::Instruction::TEST) AddOpenings(form.tests[form.code[pc].a], number, &second_);
  }
}

// The most tokens a run can take. Programs only ever go forward.
uint32_t Forms::LongestPath(const Form& form) {
  std::vector<uint32_t> longest(form.code.size(), 0);
  for (size_t pc = form.code.size(); pc-- > 0;) {
    const Instruction& in = form.code[pc];
    const bool branch = in.op == pb::Instruction::SPLIT || in.op == pb::Instruction::JUMP;
    if (in.op == pb::Instruction::MATCH) continue;
    if (!branch) {
      longest[pc] = longest[pc + 1] + (in.op == pb::Instruction::TEST ? 1 : 0);
      continue;
    }
    if (in.a <= pc || (in.op == pb::Instruction::SPLIT && in.b <= pc)) return UINT32_MAX;
    longest[pc] = in.op == pb::Instruction::JUMP ? longest[in.a] : std::max(longest[in.a], longest[in.b]);
  }
  return longest[0];
}

template <typename Wall>
bool Forms::CanEndWithout(const Form& form, Wall wall) const {
  std::vector<bool> seen(form.code.size(), false);
  Follow(form, 0, &seen);
  for (bool more = true; more;) {
    more = false;
    for (uint32_t pc = 0; pc + 1 < form.code.size(); ++pc) {
      const bool open = seen[pc] && form.code[pc].op == pb::Instruction::TEST && !seen[pc + 1];
      if (!open || wall(form.tests[form.code[pc].a])) continue;
      Follow(form, pc + 1, &seen);
      more = true;
    }
  }
  return seen.back();
}

ClassBits Forms::Needed(const Form& form) const {
  ClassBits candidates = 0;
  for (const TestRow& row : form.tests) {
    for (uint32_t i = row.first_class; i < row.end_word; ++i) candidates |= alternatives_[i].require;
  }
  ClassBits needed = 0;
  for (; candidates != 0; candidates &= candidates - 1) {
    const ClassBits bit = candidates & -candidates;
    const auto insists = [&](const TestRow& row) {
      for (uint32_t i = row.first_class; i < row.end_word; ++i) {
        if (!(alternatives_[i].require & bit)) return false;
      }
      return true;
    };
    if (!CanEndWithout(form, insists)) needed |= bit;
  }
  return needed;
}

// Tests for nothing but words, one of which every run must pass after its first token; as few, and of
// words as rare, as can be told. Empty when there are none.
std::vector<size_t> Forms::WordCut(const Form& form) const {
  std::vector<size_t> cut;
  const auto is_frequent = [&](size_t t) {
    for (uint32_t i = form.tests[t].first_word; i < form.tests[t].end_word; ++i) {
      if (std::ranges::count(FrequentWords(), alternatives_[i].word) > 0) return true;
    }
    return false;
  };
  for (size_t t = 0; t < form.tests.size(); ++t) {
    const bool entry = std::ranges::count(form.entry, static_cast<uint32_t>(t)) > 0;
    if (form.tests[t].first_class == form.tests[t].end_class && !entry) cut.push_back(t);
  }
  const auto passable = [&](const std::vector<size_t>& walls) {
    return CanEndWithout(form, [&](const TestRow& row) {
      return std::ranges::count(walls, static_cast<size_t>(&row - form.tests.data())) > 0;
    });
  };
  if (passable(cut)) return {};
  for (const bool frequent : {true, false}) {
    for (size_t i = cut.size(); i-- > 0;) {
      if (frequent && !is_frequent(cut[i])) continue;
      std::vector<size_t> fewer = cut;
      fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
      if (!passable(fewer)) cut = std::move(fewer);
    }
  }
  return cut;
}

// The bit of the set of words one of which must lie ahead; the words are entered under it.
uint64_t Forms::Anchor(const Form& form) {
  if (anchors_ == 64) return 0;
  const std::vector<size_t> cut = WordCut(form);
  if (cut.empty()) return 0;
  const uint64_t bit = 1ull << anchors_++;
  for (size_t t : cut) {
    for (uint32_t i = form.tests[t].first_word; i < form.tests[t].end_word; ++i) {
      anchors_by_word_[WordNumber(alternatives_[i].word)] |= bit;
    }
  }
  return bit;
}

// For each token its word's number; for each block the classes, and the anchor sets, of the tokens from
// it on, by doubling.
void Forms::LookAhead(const std::vector<Token>& tokens, FormScratch* scratch) const {
  auto& [near, far] = scratch->ahead_;
  const size_t blocks = (tokens.size() + kBlock - 1) / kBlock;
  far.assign(blocks, {});
  scratch->words_.resize(tokens.size() + 1);
  scratch->words_.back() = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const size_t word = words_.Find(tokens[i].hash);
    FormScratch::Ahead& block = far[i / kBlock];
    block.classes |= tokens[i].classes;
    scratch->words_[i] = word == WordTable::kNone ? 0 : static_cast<uint32_t>(word);
    if (word != WordTable::kNone) block.anchors |= anchors_by_word_[word];
  }
  const auto widen = [blocks](std::vector<FormScratch::Ahead>* ahead, size_t step) {
    for (size_t b = 0; b + step < blocks; ++b) {
      (*ahead)[b].classes |= (*ahead)[b + step].classes;
      (*ahead)[b].anchors |= (*ahead)[b + step].anchors;
    }
  };
  for (size_t step = 1; step < kAhead.back() / kBlock; step *= 2) {
    if (step == kAhead.front() / kBlock) near = far;
    widen(&far, step);
  }
  // A stretch that begins at a block's last token ends in one block more.
  widen(&near, 1);
  widen(&far, 1);
}

bool Forms::Fits(const Alternative& alt, const Token& token) const {
  if ((token.classes & alt.require) != alt.require || (token.classes & alt.forbid) != 0) return false;
  if (!(alt.not_bits & WordBit(token.hash))) return true;
  const auto first = not_words_.begin() + alt.first_not_word;
  const auto end = not_words_.begin() + alt.end_not_word;
  return std::find(first, end, token.hash) == end;
}

bool Forms::Passes(const TestRow& test, const Token& token) const {
  for (uint32_t i = test.first_class; i < test.end_class; ++i) {
    if (Fits(alternatives_[i], token)) return true;
  }
  if (!(test.words & WordBit(token.hash))) return false;
  for (uint32_t i = test.first_word; i < test.end_word; ++i) {
    if (alternatives_[i].word == token.hash && Fits(alternatives_[i], token)) return true;
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
      const Instruction& in = form.code[at.pc];
      if (in.op == pb::Instruction::TEST) {
        if (at.token >= limit || !Passes(form.tests[in.a], tokens[at.token])) break;
        ++at.token;
        ++at.pc;
      } else if (in.op == pb::Instruction::SPLIT) {
        // Only branches multiply runs: entering each branch once at each token bounds them.
        uint32_t& seen = scratch->visited_[at.pc * (kReach + 1) + (at.token - start)];
        if (seen == stamp) break;
        seen = stamp;
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
  const Gate& gate = gates_[number];
  const FormScratch::Ahead& ahead = scratch->ahead_[gate.stretch][start / kBlock];
  if (((gate.needed & ~ahead.classes) | (gate.anchor & ~ahead.anchors)) != 0) return;
  if (start < scratch->next_start_[number]) return;
  const Form& form = forms_[number];
  const bool may_begin = std::any_of(form.entry.begin(), form.entry.end(),
                                     [&](uint32_t test) { return Passes(form.tests[test], tokens[start]); });
  FormMatch match;
  if (!may_begin || !RunAt(form, tokens, start, scratch, &match)) return;
  scratch->next_start_[number] = std::max(match.end_token, start + 1);
  scratch->matches.push_back(match);
}

// Adds the forms that a token of these classes lets through.
void Forms::Unite(const Openings& openings, ClassBits classes, uint64_t* out) {
  const auto add = [&](size_t row) {
    for (const Opening& opening : openings.by_class[row]) {
      const bool fits = (classes & opening.require) == opening.require && (classes & opening.forbid) == 0;
      out[opening.form / 64] |= uint64_t{fits} << (opening.form % 64);
    }
  };
  for (ClassBits bits = classes; bits != 0; bits &= bits - 1) add(static_cast<size_t>(std::countr_zero(bits)));
  add(64);
}

// set_words_ words of forms that a token of these classes may begin, then as many of forms that it
// may stand second in.
const uint64_t* Forms::SetsOf(ClassBits classes, FormScratch* scratch) const {
  classes &= first_.told_by | second_.told_by;
  const size_t home = (classes * 0x9E3779B97F4A7C15ull >> kRememberedShift) / kWays * kWays;
  FormScratch::Remembered* ways = &scratch->remembered_[home];
  for (size_t way = 0; way < kWays; ++way) {
    if (ways[way].filled && ways[way].classes == classes)
      return &scratch->remembered_sets_[(home + way) * 2 * set_words_];
  }
  const size_t way = ways[0].next++ % kWays;
  ways[way].classes = classes;
  ways[way].filled = true;
  uint64_t* sets = &scratch->remembered_sets_[(home + way) * 2 * set_words_];
  std::copy(first_.any.begin(), first_.any.end(), sets);
  std::copy(second_.any.begin(), second_.any.end(), sets + set_words_);
  Unite(first_, classes, sets);
  Unite(second_, classes, sets + set_words_);
  return sets;
}

void Forms::Run(const Document& doc, FormScratch* scratch) const {
  const auto& tokens = doc.tokens();
  scratch->matches.clear();
  scratch->next_start_.assign(forms_.size(), 0);
  scratch->visited_.resize(static_cast<size_t>(longest_code_) * (kReach + 1), 0);
  LookAhead(tokens, scratch);
  scratch->remembered_.resize(kRemembered);
  scratch->remembered_sets_.resize(kRemembered * 2 * set_words_);
  scratch->first_.assign(set_words_, 0);
  uint64_t* const first = scratch->first_.data();  // what the token before may begin
  for (uint32_t i = 0; i <= tokens.size(); ++i) {
    const uint64_t* sets = SetsOf(i < tokens.size() ? tokens[i].classes : 0, scratch);  // until the next call
    const size_t word = scratch->words_[i] * set_words_;
    for (size_t w = 0; w < set_words_; ++w) {
      uint64_t forms = first[w] & (sets[set_words_ + w] | second_.by_word[word + w]);
      first[w] = sets[w] | first_.by_word[word + w];
      for (; forms != 0; forms &= forms - 1) {
        Try(static_cast<uint32_t>(64 * w) + static_cast<uint32_t>(std::countr_zero(forms)), tokens, i - 1, scratch);
      }
    }
  }
}

}  // namespace phiveil

#include <algorithm>
#include <span>
#include <string>

#include "transform/generalise.h"

namespace phiveil {
namespace {

constexpr int kMaxAge = 999;
constexpr int kOldestAge = 89;

struct NumberWord {
  std::string_view word;
  int value;
};

constexpr NumberWord kNumberWords[] = {
    {"zero", 0},       {"one", 1},          {"two", 2},         {"three", 3},       {"four", 4},
    {"five", 5},       {"six", 6},          {"seven", 7},       {"eight", 8},       {"nine", 9},
    {"ten", 10},       {"eleven", 11},      {"twelve", 12},     {"thirteen", 13},   {"fourteen", 14},
    {"fifteen", 15},   {"sixteen", 16},     {"seventeen", 17},  {"eighteen", 18},   {"nineteen", 19},
    {"twenty", 20},    {"thirty", 30},      {"forty", 40},      {"fourty", 40},     {"fifty", 50},
    {"sixty", 60},     {"seventy", 70},     {"eighty", 80},     {"ninety", 90},     {"ninty", 90},
    {"first", 1},      {"second", 2},       {"third", 3},       {"fourth", 4},      {"fifth", 5},
    {"sixth", 6},      {"seventh", 7},      {"eighth", 8},      {"ninth", 9},       {"tenth", 10},
    {"eleventh", 11},  {"twelfth", 12},     {"thirteenth", 13}, {"fourteenth", 14}, {"fifteenth", 15},
    {"sixteenth", 16}, {"seventeenth", 17}, {"eighteenth", 18}, {"nineteenth", 19}, {"twentieth", 20},
    {"thirtieth", 30}, {"fortieth", 40},    {"fiftieth", 50},   {"sixtieth", 60},   {"seventieth", 70},
    {"eightieth", 80}, {"ninetieth", 90},   {"twenties", 29},   {"thirties", 39},   {"forties", 49},
    {"fifties", 59},   {"sixties", 69},     {"seventies", 79},  {"eighties", 89},   {"nineties", 99},
};

constexpr NumberWord kWholeAges[] = {
    {"newborn", 0},       {"neonate", 0},       {"sexagenarian", 69}, {"septuagenarian", 79},
    {"octogenarian", 89}, {"nonagenarian", 99}, {"centenarian", 109}, {"supercentenarian", 122},
};

constexpr std::string_view kBeyondWords[] = {"over",   "above",     "older", "greater",
                                             "beyond", "exceeding", "past",  "plus"};

// Units shorter than a year, and how many of them make one.
constexpr NumberWord kShortUnits[] = {
    {"mo", 12},      {"mos", 12},     {"mth", 12},      {"mths", 12},       {"month", 12},
    {"months", 12},  {"wk", 52},      {"wks", 52},      {"week", 52},       {"weeks", 52},
    {"day", 365},    {"days", 365},   {"hr", 8760},     {"hrs", 8760},      {"hour", 8760},
    {"hours", 8760}, {"min", 525600}, {"mins", 525600}, {"minute", 525600}, {"minutes", 525600},
};

std::optional<int> Find(std::span<const NumberWord> table, std::string_view word) {
  for (const NumberWord& entry : table) {
    if (entry.word == word) return entry.value;
  }
  return std::nullopt;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

class AgeReader {
 public:
  explicit AgeReader(std::string_view text) : text_(text) {}

  std::optional<int> Read() {
    while (at_ < text_.size()) {
      if (IsDigit(text_[at_])) {
        Digits();
      } else if (IsLetter(text_[at_])) {
        Word();
      } else {
        beyond_ = beyond_ || text_[at_] == '>' || (text_[at_] == '+' && number_.has_value());
        ++at_;
      }
    }
    Settle(1);
    // "over 89": older than the oldest age that may stay.
    if (beyond_ && age_ == kOldestAge) return kOldestAge + 1;
    return age_;
  }

 private:
  void Digits() {
    Settle(1);
    int value = 0;
    for (; at_ < text_.size() && IsDigit(text_[at_]); ++at_) value = std::min(value * 10 + (text_[at_] - '0'), kMaxAge);
    number_ = value;
    const bool decade = at_ < text_.size() && (text_[at_] | 0x20) == 's' && value % 10 == 0 &&
                        (at_ + 1 == text_.size() || !IsLetter(text_[at_ + 1]));
    if (decade) number_ = value + 9;
    SkipFraction();
  }

  void SkipFraction() {
    if (at_ + 1 >= text_.size() || text_[at_] != '.' || !IsDigit(text_[at_ + 1])) return;
    ++at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
  }

  void Word() {
    const size_t begin = at_;
    while (at_ < text_.size() && IsLetter(text_[at_])) ++at_;
    std::string word(text_.substr(begin, at_ - begin));
    for (char& c : word) c = static_cast<char>(c | 0x20);
    if (word == "hundred" || word == "hundredth") {
      number_ = std::min(number_.value_or(1) * 100, kMaxAge);
    } else if (const auto value = Find(kNumberWords, word)) {
      // "ninety" "two" is one number, "two" "ninety" are two.
      if (number_.has_value() && (*number_ % 10 != 0 || *value >= 10) && *number_ % 100 != 0) Settle(1);
      number_ = std::min(number_.value_or(0) + *value, kMaxAge);
    } else if (const auto whole = Find(kWholeAges, word)) {
      Settle(1);
      number_ = *whole;
    } else if (word != "and") {
      if (std::ranges::find(kBeyondWords, word) != std::end(kBeyondWords)) beyond_ = true;
      Settle(Find(kShortUnits, word).value_or(1));
    }
  }

  void Settle(int per_year) {
    if (!number_.has_value()) return;
    age_ = std::max(age_.value_or(0), *number_ / per_year);
    number_.reset();
  }

  const std::string_view text_;
  size_t at_ = 0;
  std::optional<int> number_;  // being read; its unit is still to come
  std::optional<int> age_;
  bool beyond_ = false;
};

}  // namespace

std::optional<int> AgeOf(std::string_view age) { return AgeReader(age).Read(); }

}  // namespace phiveil

#include <algorithm>
#include <array>

#include "transform/generalise.h"

namespace phiveil {
namespace {

constexpr size_t kMaxNumbers = 12;
constexpr int kFutureYears = 10;
constexpr int kOldestYear = 1800;
constexpr int kOldestPerson = 125;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool IsDateSeparator(char c) { return c == '-' || c == '/' || c == '.'; }

struct Number {
  size_t begin;
  size_t end;
  size_t digits() const { return end - begin; }
};

bool HasLetter(std::string_view text) { return std::ranges::any_of(text, IsLetter); }

// A month's name or its usual short form somewhere in the text.
bool HasMonth(std::string_view text) {
  constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec"};
  for (size_t i = 0; i + 3 <= text.size(); ++i) {
    if (!IsLetter(text[i]) || (i > 0 && IsLetter(text[i - 1]))) continue;
    const char word[3] = {static_cast<char>(text[i] | 0x20), static_cast<char>(text[i + 1] | 0x20),
                          static_cast<char>(text[i + 2] | 0x20)};
    if (std::ranges::find(kMonths, std::string_view(word, 3)) != std::end(kMonths)) return true;
  }
  return false;
}

bool IsCommaGap(std::string_view gap) {
  return gap.find(',') != std::string_view::npos &&
         std::ranges::all_of(gap, [](char c) { return c == ',' || c == ' ' || c == '\''; });
}

class YearReader {
 public:
  YearReader(std::string_view date, int reference_year, bool birth)
      : date_(date), reference_year_(reference_year), birth_(birth) {}

  std::optional<int> Read() {
    if (!FindNumbers()) return std::nullopt;
    for (size_t i = 0; i < count_; ++i) Consider(i);
    return unsure_ ? std::nullopt : year_;
  }

 private:
  bool FindNumbers() {
    for (size_t i = 0; i < date_.size();) {
      const size_t begin = i;
      while (i < date_.size() && IsDigit(date_[i])) ++i;
      if (i == begin) {
        ++i;
      } else if (count_ == kMaxNumbers) {
        return false;
      } else {
        numbers_[count_++] = {begin, i};
      }
    }
    return true;
  }

  void Consider(size_t i) {
    const Number& number = numbers_[i];
    switch (number.digits()) {
      case 2:
        if (IsShortYear(i)) Found(Century(Value(number.begin, 2)));
        break;
      case 4:
        if (IsYear(Value(number.begin, 4)) && StandsAsYear(i)) Found(Value(number.begin, 4));
        break;
      case 8:
      case 10:
      case 12:
      case 14:
        Found(CompactYear(number));
        break;
      default:
        break;
    }
  }

  int Value(size_t begin, size_t digits) const {
    int value = 0;
    for (size_t i = begin; i < begin + digits; ++i) value = value * 10 + (date_[i] - '0');
    return value;
  }

  bool IsYear(int year) const { return year >= kOldestYear && year <= reference_year_ + 2 * kFutureYears; }

  // 20250304, 202503041530; 03042025.
  std::optional<int> CompactYear(const Number& number) const {
    const auto is_month = [](int value) { return value >= 1 && value <= 12; };
    const auto is_day = [](int value) { return value >= 1 && value <= 31; };
    const int year = Value(number.begin, 4);
    if (IsYear(year) && is_month(Value(number.begin + 4, 2)) && is_day(Value(number.begin + 6, 2))) return year;
    if (number.digits() != 8 || !IsYear(Value(number.begin + 4, 4))) return std::nullopt;
    const int first = Value(number.begin, 2);
    const int second = Value(number.begin + 2, 2);
    const bool fits = (is_month(first) && is_day(second)) || (is_day(first) && is_month(second));
    return fits ? std::optional(Value(number.begin + 4, 4)) : std::nullopt;
  }

  // Four digits may also be a clock time ("3/4 1530").
  bool StandsAsYear(size_t i) const {
    const Number& number = numbers_[i];
    if (count_ == 1) return true;
    if (number.begin > 0 && IsDateSeparator(date_[number.begin - 1])) return true;
    if (number.end < date_.size() && IsDateSeparator(date_[number.end])) return true;
    return HasMonth(date_) || (i > 0 && IsCommaGap(Gap(i)));
  }

  std::string_view Gap(size_t i) const {
    return date_.substr(numbers_[i - 1].end, numbers_[i].begin - numbers_[i - 1].end);
  }

  bool SameSeparators(size_t i) const {
    const std::string_view first = Gap(i + 1);
    return first.size() == 1 && IsDateSeparator(first[0]) && Gap(i + 2) == first;
  }

  bool IsShortYear(size_t i) const {
    const Number& number = numbers_[i];
    if (number.begin > 0 && date_[number.begin - 1] == '\'') return true;
    // 3/4/25, and 96-03-04 where 96 can be neither a day nor a month.
    if (i >= 2 && SameSeparators(i - 2)) {
      return numbers_[i - 1].digits() <= 2 && numbers_[i - 2].digits() <= 2 &&
             !(numbers_[i - 2].digits() == 2 && Value(numbers_[i - 2].begin, 2) > 31);
    }
    if (i == 0 && count_ >= 3 && SameSeparators(0)) return Value(number.begin, 2) > 31;
    // 4-Mar-25; March 4, 25.
    if (i == 0 || numbers_[i - 1].digits() > 2) return false;
    const std::string_view rest = date_.substr(number.end);
    if (HasLetter(rest) || rest.starts_with(':')) return false;
    return HasMonth(Gap(i)) || (HasMonth(date_.substr(0, numbers_[i - 1].begin)) && IsCommaGap(Gap(i)));
  }

  std::optional<int> Century(int short_year) const {
    int year = reference_year_ - reference_year_ % 100 + short_year;
    if (year > reference_year_ + (birth_ ? 0 : kFutureYears)) year -= 100;
    // A child of this century or somebody very old.
    const int before = year - 100;
    if (birth_ && ImpliesOver89(before, reference_year_) && before > reference_year_ - kOldestPerson)
      return std::nullopt;
    return year;
  }

  void Found(std::optional<int> year) {
    if (!year.has_value() || (year_.has_value() && *year_ != *year)) {
      unsure_ = true;
    } else {
      year_ = year;
    }
  }

  const std::string_view date_;
  const int reference_year_;
  const bool birth_;
  std::array<Number, kMaxNumbers> numbers_{};
  size_t count_ = 0;
  std::optional<int> year_;
  bool unsure_ = false;
};

}  // namespace

std::optional<int> YearOf(std::string_view date, int reference_year, bool birth) {
  return YearReader(date, reference_year, birth).Read();
}

}  // namespace phiveil

#ifndef PHIVEIL_RECOGNIZE_VALIDATORS_INTERNAL_H_
#define PHIVEIL_RECOGNIZE_VALIDATORS_INTERNAL_H_

// What the validators' sources share: a cursor over the value, the neighbours, the table's parts.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "recognize/validators.h"

namespace phiveil::validators {

struct Entry {
  std::string_view name;
  Validator check;
};

std::span<const Entry> ShapeValidators();
std::span<const Entry> NumberValidators();
std::span<const Entry> DateValidators();
std::span<const Entry> PlaceValidators();
std::span<const Entry> FieldValidators();

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsLetter(char c) { return IsUpper(c) || IsLower(c); }
constexpr char ToUpper(char c) { return IsLower(c) ? static_cast<char>(c - 32) : c; }
constexpr char ToLower(char c) { return IsUpper(c) ? static_cast<char>(c + 32) : c; }

// The character `distance` before the value, or after it; NUL beyond the text's ends.
constexpr char Before(std::string_view view, size_t begin, size_t distance = 1) {
  return begin >= distance ? view[begin - distance] : '\0';
}
constexpr char After(std::string_view view, size_t end, size_t distance = 1) {
  return end + distance - 1 < view.size() ? view[end + distance - 1] : '\0';
}

constexpr std::string_view Value(std::string_view view, size_t begin, size_t end) {
  return view.substr(begin, end - begin);
}

// Whether `text` begins with the lower-case `word`, whatever its case.
constexpr bool StartsWithWord(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if (ToLower(text[i]) != word[i]) return false;
  }
  return true;
}

// Whether a row of numbers goes on beyond the value: one of `separators` and then a digit on its far side.
constexpr bool RowGoesOn(std::string_view view, size_t begin, size_t end, std::string_view separators) {
  const bool left = separators.find(Before(view, begin)) != std::string_view::npos && IsDigit(Before(view, begin, 2));
  const bool right = separators.find(After(view, end)) != std::string_view::npos && IsDigit(After(view, end, 2));
  return left || right;
}

// The digits of a value, the first `kMax` of them, everything else skipped.
struct Digits {
  static constexpr size_t kMax = 40;
  uint8_t value[kMax] = {};
  size_t count = 0;  // of all digits, also those beyond kMax

  explicit constexpr Digits(std::string_view text) {
    for (char c : text) {
      if (!IsDigit(c)) continue;
      if (count < kMax) value[count] = static_cast<uint8_t>(c - '0');
      ++count;
    }
  }
  constexpr int Number(size_t first, size_t length) const {
    int number = 0;
    for (size_t i = first; i < first + length; ++i) number = number * 10 + value[i];
    return number;
  }
};

// Whether the day exists. Months and days count from 1.
bool IsDay(int year, int month, int day);
// The same for a day of which the year is not known.
bool IsMonthDay(int month, int day);

}  // namespace phiveil::validators

#endif  // PHIVEIL_RECOGNIZE_VALIDATORS_INTERNAL_H_

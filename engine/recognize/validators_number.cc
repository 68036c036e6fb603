#include <algorithm>
#include <array>
#include <initializer_list>

#include "recognize/validators_internal.h"

namespace phiveil::validators {
namespace {

// The value up to its first letter: a telephone number without its extension.
std::string_view BeforeLetters(std::string_view value) {
  return value.substr(0, static_cast<size_t>(std::find_if(value.begin(), value.end(), IsLetter) - value.begin()));
}

bool PhoneNanp(std::string_view view, size_t begin, size_t end) {
  const Digits digits(BeforeLetters(Value(view, begin, end)));
  size_t first = 0;
  if (digits.count == 13 && digits.Number(0, 3) == 1) first = 3;  // 001 before the area
  if (digits.count == 11 && digits.value[0] == 1) first = 1;
  if (digits.count != first + 10) return false;
  return digits.value[first] >= 2 && digits.value[first + 3] >= 2;
}

bool PhoneDigits(std::string_view view, size_t begin, size_t end) {
  const Digits digits(BeforeLetters(Value(view, begin, end)));
  return digits.count >= 7 && digits.count <= 15;
}

bool SsnArea(std::string_view view, size_t begin, size_t end) {
  const Digits digits(Value(view, begin, end));
  if (digits.count != 9) return false;
  const int area = digits.Number(0, 3);
  return area != 0 && area != 666 && area < 900 && digits.Number(3, 2) != 0 && digits.Number(5, 4) != 0;
}

bool LuhnHolds(const Digits& digits, int sum) {
  for (size_t i = 0; i < digits.count; ++i) {
    int digit = digits.value[digits.count - 1 - i];
    if (i % 2 == 1) digit = digit < 5 ? digit * 2 : digit * 2 - 9;
    sum += digit;
  }
  return sum % 10 == 0;
}

bool Luhn(std::string_view view, size_t begin, size_t end) {
  const Digits digits(Value(view, begin, end));
  return digits.count >= 2 && digits.count <= Digits::kMax && LuhnHolds(digits, 0);
}

// Sixteen digits in fours, fifteen as American Express prints them, or 13 to 19 in a row that pass Luhn's check.
bool CardNumber(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  const Digits digits(value);
  if (digits.value[0] < 3 || digits.value[0] > 6) return false;
  const auto parted = [value](std::initializer_list<size_t> marks) {
    for (size_t at : marks) {
      if (IsLetter(value[at]) || IsDigit(value[at])) return false;
    }
    return true;
  };
  if (value.size() == 19 && digits.count == 16) return parted({4, 9, 14});
  if (value.size() == 17 && digits.count == 15) return parted({4, 11});
  return value.size() == digits.count && digits.count >= 13 && digits.count <= 19 && LuhnHolds(digits, 0);
}

// International bank account number: country and check digits to the end, letters as 10 to 35, modulo 97 is 1.
bool Iban(std::string_view view, size_t begin, size_t end) {
  std::string_view value = Value(view, begin, end);
  if (value.size() < 15 || value.size() > 42) return false;
  int remainder = 0;
  size_t count = 0;
  const auto add = [&remainder, &count](std::string_view part) {
    for (char c : part) {
      if (c == ' ' || c == '-') continue;
      ++count;
      if (IsDigit(c)) remainder = (remainder * 10 + (c - '0')) % 97;
      if (IsLetter(c)) remainder = (remainder * 100 + (ToUpper(c) - 'A' + 10)) % 97;
    }
  };
  add(value.substr(4));
  add(value.substr(0, 4));
  return remainder == 1 && count >= 15 && count <= 34 && IsLetter(value[0]) && IsLetter(value[1]);
}

// The check digit counts the prefix 80840 of a health card's issuer, which adds 24.
bool Npi(std::string_view view, size_t begin, size_t end) {
  const Digits digits(Value(view, begin, end));
  return digits.count == 10 && (digits.value[0] == 1 || digits.value[0] == 2) && LuhnHolds(digits, 24);
}

bool Dea(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  if (value.size() != 9 || !IsLetter(value[0]) || !(IsLetter(value[1]) || value[1] == '9')) return false;
  const Digits digits(value.substr(2));
  if (digits.count != 7) return false;
  const auto& d = digits.value;
  return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6];
}

// The value of a letter in a vehicle identification number; -1 for I, O, Q and what is no letter or digit.
int VinValue(char c) {
  if (IsDigit(c)) return c - '0';
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::array<int, 26> kValues = {1, 2,  3, 4,  5, 6, 7, 8, -1, 1, 2, 3, 4,
                                           5, -1, 7, -1, 9, 2, 3, 4, 5,  6, 7, 8, 9};
  const size_t at = kLetters.find(ToUpper(c));
  return at == std::string_view::npos ? -1 : kValues[at];
}

bool Vin(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  constexpr std::array<int, 17> kWeights = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
  if (value.size() != kWeights.size()) return false;
  int sum = 0;
  for (size_t i = 0; i < kWeights.size(); ++i) {
    const int digit = VinValue(value[i]);
    if (digit < 0) return false;
    sum += digit * kWeights[i];
  }
  return ToUpper(value[8]) == (sum % 11 == 10 ? 'X' : static_cast<char>('0' + sum % 11));
}

// Medicare Beneficiary Identifier, with or without its two hyphens: 1EG4-TE5-MK73.
bool Mbi(std::string_view view, size_t begin, size_t end) {
  constexpr std::string_view kShape = "1aX9aX9aa99";  // 1: 1-9, a: letter, X: letter or digit, 9: digit
  constexpr std::string_view kNotUsed = "SLOIBZ";
  size_t at = 0;
  for (char c : Value(view, begin, end)) {
    if ((c == '-' || c == ' ') && (at == 4 || at == 7)) continue;
    if (at == kShape.size()) return false;
    const bool letter = IsLetter(c) && kNotUsed.find(ToUpper(c)) == std::string_view::npos;
    const bool digit = IsDigit(c) && !(kShape[at] == '1' && c == '0');
    if (kShape[at] == 'a' ? !letter : kShape[at] == 'X' ? !letter && !digit : !digit) return false;
    ++at;
  }
  return at == kShape.size();
}

bool VersionWordBefore(std::string_view view, size_t begin) {
  while (begin > 0 && (view[begin - 1] == ' ' || view[begin - 1] == ':' || view[begin - 1] == '.')) --begin;
  size_t first = begin;
  while (first > 0 && begin - first < 12 && IsLetter(view[first - 1])) --first;
  const std::string_view word = view.substr(first, begin - first);
  constexpr std::array<std::string_view, 10> kWords = {"v",   "ver",      "version",  "build", "release",
                                                       "rev", "revision", "firmware", "oid",   "section"};
  return std::any_of(kWords.begin(), kWords.end(), [word](std::string_view known) {
    return word.size() == known.size() && StartsWithWord(word, known);
  });
}

bool Ipv4(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  size_t at = 0;
  std::array<int, 4> parts = {};
  bool short_parts = true;
  for (size_t part = 0; part < parts.size(); ++part) {
    if (part > 0 && (at >= value.size() || value[at++] != '.')) return false;
    const size_t first = at;
    while (at < value.size() && at - first < 4 && IsDigit(value[at]))
      parts[part] = parts[part] * 10 + (value[at++] - '0');
    if (at == first || parts[part] > 255) return false;
    short_parts = short_parts && at - first == 1;
  }
  if (at < value.size() && value[at] != ':' && value[at] != '/') return false;
  if (RowGoesOn(view, begin, end, ".") || VersionWordBefore(view, begin)) return false;
  return !short_parts || std::all_of(parts.begin(), parts.end(), [&parts](int part) { return part == parts[0]; });
}

bool IsHex(char c) { return IsDigit(c) || (ToLower(c) >= 'a' && ToLower(c) <= 'f'); }

bool Ipv6(std::string_view view, size_t begin, size_t end) {
  std::string_view value = Value(view, begin, end);
  value = value.substr(0, std::min(value.find('/'), value.find('%')));
  size_t groups = 0, gaps = 0, at = 0;
  while (at < value.size()) {
    if (value[at] == ':') {
      const bool gap = at + 1 < value.size() && value[at + 1] == ':';
      if (!gap && (at == 0 || at + 1 == value.size())) return false;
      gaps += gap;
      at += gap ? 2 : 1;
      if (at < value.size() && value[at] == ':') return false;
      continue;
    }
    const size_t first = at;
    while (at < value.size() && IsHex(value[at])) ++at;
    if (at == first || at - first > 4) return false;
    ++groups;
  }
  const bool has_digit = std::any_of(value.begin(), value.end(), IsDigit);
  return gaps == 0 ? groups == 8 : gaps == 1 && groups <= 7 && has_digit && (groups >= 2 || value == "::1");
}

bool Mac(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  const bool dots = value.size() == 14;
  if (!dots && value.size() != 17) return false;
  const size_t step = dots ? 5 : 3;
  const char separator = value[step - 1];
  if (dots ? separator != '.' : separator != ':' && separator != '-') return false;
  for (size_t i = 0; i < value.size(); ++i) {
    if (i % step == step - 1 ? value[i] != separator : !IsHex(value[i])) return false;
  }
  return std::any_of(value.begin(), value.end(), IsDigit);
}

bool Uuid(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  if (value.size() != 36) return false;
  for (size_t i = 0; i < value.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23 ? value[i] != '-' : !IsHex(value[i])) return false;
  }
  return true;
}

constexpr Entry kNumber[] = {
    {"phone_nanp", PhoneNanp},
    {"phone_digits", PhoneDigits},
    {"ssn_area", SsnArea},
    {"luhn", Luhn},
    {"card_number", CardNumber},
    {"iban", Iban},
    {"npi", Npi},
    {"dea", Dea},
    {"vin", Vin},
    {"mbi", Mbi},
    {"ipv4", Ipv4},
    {"ipv6", Ipv6},
    {"mac", Mac},
    {"uuid", Uuid},
};

}  // namespace

std::span<const Entry> NumberValidators() { return kNumber; }

}  // namespace phiveil::validators

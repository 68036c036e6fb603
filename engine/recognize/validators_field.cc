// Checks of values that a field's name has spoken for: they keep out what only stands in such fields.

#include <algorithm>
#include <array>

#include "recognize/validators_internal.h"
#include "structure/field_names.h"

namespace phiveil::validators {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};

bool IsYear(int number) { return number >= 1850 && number <= 2099; }

bool BeginsWithMonth(std::string_view text) {
  return std::any_of(kMonths.begin(), kMonths.end(),
                     [text](std::string_view month) { return StartsWithWord(text, month); });
}

size_t DigitRun(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

// Whether a word of the text begins as a month does.
bool NamesMonth(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins = IsLetter(text[i]) && (i == 0 || !IsLetter(text[i - 1]));
    if (begins && BeginsWithMonth(text.substr(i))) return true;
  }
  return false;
}

// 1961, 196102, 19610203, 1961-02, 1961-02-03T10:11, 2/3/61, 3.2.1961, 02031961, 3 Feb 1961.
bool BeginsAsDate(std::string_view value) {
  const Digits digits(value);
  const size_t run = DigitRun(value, 0);
  const bool more = run < value.size();
  const char sign = more ? value[run] : '\0';
  const bool parts = sign == '-' || sign == '/' || sign == '.';
  if (run == 4 && IsYear(digits.Number(0, 4))) {
    return !more || parts || sign == 'T' || (sign == ' ' && (DigitRun(value, run + 1) > 0 || NamesMonth(value)));
  }
  if (run >= 6 && run <= 14 && run % 2 == 0 && IsYear(digits.Number(0, 4))) {
    const int month = digits.Number(4, 2);
    return month >= 1 && month <= 12 && (run == 6 || (digits.Number(6, 2) >= 1 && digits.Number(6, 2) <= 31));
  }
  if (run == 8) return digits.Number(0, 2) <= 31 && digits.Number(2, 2) <= 31 && IsYear(digits.Number(4, 4)) && !more;
  if (run > 2) return false;
  if (!parts) return NamesMonth(value);
  const size_t second = run + 1 + DigitRun(value, run + 1);
  const bool third = second > run + 1 && second < value.size() && value[second] == sign;
  return third || (sign == '/' && second > run + 1) || NamesMonth(value);
}

// The same, and with a word before it: Feb 3, Tuesday, 3 Feb, Th 2/3.
bool DateLike(std::string_view view, size_t begin, size_t end) {
  constexpr size_t kLongest = 48;
  constexpr size_t kLongestWord = 12;
  const std::string_view value = Value(view, begin, end);
  const size_t digit = value.find_first_of("0123456789");
  if (value.size() > kLongest || digit == std::string_view::npos) return false;
  if (NamesMonth(value.substr(0, digit))) return true;
  return digit <= kLongestWord && BeginsAsDate(value.substr(digit));
}

// 802-555-0143, +1 (802) 555 0143 home, 5550143 x4 ask for the desk; not C-42 POS 14.2h.
bool PhoneLike(std::string_view view, size_t begin, size_t end) {
  constexpr size_t kLongest = 80;
  const std::string_view value = Value(view, begin, end);
  const auto letters = static_cast<size_t>(std::count_if(value.begin(), value.end(), IsLetter));
  const auto digits = static_cast<size_t>(std::count_if(value.begin(), value.end(), IsDigit));
  const size_t x = value.find_first_of("xX");
  const bool extension = x != std::string_view::npos && x > 0 && value.find_first_of("0123456789", x) <= x + 6;
  return value.size() <= kLongest && (letters * 2 <= digits + 1 || extension);
}

// Two to five words that begin with capitals, or several with a comma between: a person's name, as far
// as its form can tell.
bool PersonWords(std::string_view view, size_t begin, size_t end) {
  constexpr size_t kLongest = 60;
  const std::string_view value = Value(view, begin, end);
  if (value.size() > kLongest) return false;
  size_t words = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool begins = IsLetter(c) && (i == 0 || value[i - 1] == ' ' || value[i - 1] == ',');
    if (begins && IsLower(c) && value.substr(i, 3) != "de " && value.substr(i, 4) != "van ") return false;
    words += begins;
    const bool fits =
        IsLetter(c) || static_cast<uint8_t>(c) >= 0x80 || c == ' ' || c == ',' || c == '.' || c == '-' || c == '\'';
    if (!fits) return false;
  }
  return words >= 2 && words <= 5;
}

// What a file looks like when it is put into text.
bool FileData(std::string_view view, size_t begin, size_t end) {
  constexpr size_t kLeast = 64;
  const std::string_view value = Value(view, begin, end);
  return value.size() >= kLeast && std::all_of(value.begin(), value.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_' || c == '\n' ||
                  c == ' ' || c == '\\';
         });
}

bool NotOid(std::string_view view, size_t begin, size_t end) { return !LooksLikeOid(Value(view, begin, end)); }

bool NotAnchor(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  return value[0] != '#' || value.find(' ') != std::string_view::npos;
}

bool NotCanonical(std::string_view view, size_t begin, size_t end) {
  constexpr std::array<std::string_view, 10> kDefinitions = {
      "/ValueSet/",     "/StructureDefinition/", "/CodeSystem/",          "/ConceptMap/",    "/SearchParameter/",
      "/NamingSystem/", "/OperationDefinition/", "/CapabilityStatement/", "/Questionnaire/", "/ImplementationGuide/"};
  const std::string_view value = Value(view, begin, end);
  return std::none_of(kDefinitions.begin(), kDefinitions.end(),
                      [value](std::string_view part) { return value.find(part) != std::string_view::npos; });
}

constexpr Entry kField[] = {
    {"date_like", DateLike}, {"person_words", PersonWords}, {"phone_like", PhoneLike},       {"file_data", FileData},
    {"not_oid", NotOid},     {"not_anchor", NotAnchor},     {"not_canonical", NotCanonical},
};

}  // namespace

std::span<const Entry> FieldValidators() { return kField; }

}  // namespace phiveil::validators

#include "recognize/validators.h"

#include <algorithm>
#include <array>

#include "recognize/validators_internal.h"

namespace phiveil {
namespace validators {
namespace {

size_t CountDigits(std::string_view value) {
  return static_cast<size_t>(std::count_if(value.begin(), value.end(), IsDigit));
}

template <size_t kLeast>
bool DigitsAtLeast(std::string_view view, size_t begin, size_t end) {
  return CountDigits(Value(view, begin, end)) >= kLeast;
}

template <size_t kCount>
bool DigitsExactly(std::string_view view, size_t begin, size_t end) {
  return CountDigits(Value(view, begin, end)) == kCount;
}

template <size_t kLeast>
bool LengthAtLeast(std::string_view, size_t begin, size_t end) {
  return end - begin >= kLeast;
}

template <size_t kMost>
bool LengthAtMost(std::string_view, size_t begin, size_t end) {
  return end - begin <= kMost;
}

template <size_t kLeast, size_t kMost>
bool LengthBetween(std::string_view, size_t begin, size_t end) {
  return end - begin >= kLeast && end - begin <= kMost;
}

bool HasLetter(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  return std::any_of(value.begin(), value.end(), IsLetter);
}

bool LettersAndDigits(std::string_view view, size_t begin, size_t end) {
  return HasLetter(view, begin, end) && DigitsAtLeast<1>(view, begin, end);
}

bool DigitsOnly(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  return std::all_of(value.begin(), value.end(), IsDigit);
}

bool NotAllSameDigit(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  char first = '\0';
  for (char c : value) {
    if (!IsDigit(c)) continue;
    if (first == '\0') first = c;
    if (c != first) return true;
  }
  return CountDigits(value) < 2;
}

bool CasedCode(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  return std::none_of(value.begin(), value.end(), IsLower);
}

// Four digits that are a year.
bool NotYear(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  return !(value.size() == 4 && CountDigits(value) == 4 && (value.starts_with("19") || value.starts_with("20")));
}

bool NotRound(std::string_view view, size_t begin, size_t end) { return !Value(view, begin, end).ends_with("000"); }

// x4521
bool XExtension(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  return value.size() >= 4 && value.size() <= 7 && value[0] == 'x' && DigitsOnly(view, begin + 1, end);
}

// p7714
bool PNumber(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  return value.size() >= 5 && value.size() <= 6 && value[0] == 'p' && DigitsOnly(view, begin + 1, end);
}

// The letters before the digits are a part of the value, not the label of it.
bool NotALabel(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  const std::string_view head = value.substr(0, value.find(' '));
  constexpr std::array<std::string_view, 22> kLabels = {"id",  "no",  "num", "nos", "mrn", "ssn", "acct", "ref",
                                                        "csn", "fin", "npi", "dea", "dob", "tel", "fax",  "ext",
                                                        "ph",  "grp", "mem", "lot", "sn",  "rx"};
  return std::none_of(kLabels.begin(), kLabels.end(), [head](std::string_view label) {
    return head.size() == label.size() && StartsWithWord(head, label);
  });
}

// Letters at the begin and nowhere else.
bool LetteredFirst(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  const size_t first = value.find_first_of("0123456789");
  return first > 0 && first != std::string_view::npos &&
         std::none_of(value.begin() + static_cast<std::ptrdiff_t>(first), value.end(), IsLetter);
}

bool DigitsAndHyphens(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  return std::all_of(value.begin(), value.end(), [](char c) { return IsDigit(c) || c == '-'; });
}

bool Hyphenated(std::string_view view, size_t begin, size_t end) {
  return Value(view, begin, end).find('-') != std::string_view::npos;
}

bool StartsWithDigit(std::string_view view, size_t begin, size_t) { return IsDigit(view[begin]); }
bool StartsWithLetter(std::string_view view, size_t begin, size_t) { return IsLetter(view[begin]); }

bool AfterHash(std::string_view view, size_t begin, size_t) { return Before(view, begin) == '#'; }

bool InBrackets(std::string_view view, size_t begin, size_t end) {
  size_t left = begin;
  while (left > 0 && begin - left < 2 && (view[left - 1] == ' ' || view[left - 1] == '#')) --left;
  const char before = Before(view, left), after = After(view, end);
  const bool more = after == ' ' || after == ',' || after == ';';  // stands in the same brackets
  return (before == '(' && (after == ')' || more)) || (before == '[' && (after == ']' || more));
}

// Three groups of four digits or more.
bool Fours(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  size_t groups = 0;
  for (size_t i = 0; i < value.size(); i += 5, ++groups) {
    const std::string_view group = value.substr(i, 4);
    if (group.size() != 4 || !std::all_of(group.begin(), group.end(), IsDigit)) return false;
    if (i + 4 < value.size() && value[i + 4] != ' ' && value[i + 4] != '-') return false;
  }
  return groups >= 3 && value.size() % 5 == 4;
}

bool NotDecimal(std::string_view view, size_t begin, size_t end) {
  if (RowGoesOn(view, begin, end, ".,")) return false;
  const char before = Before(view, begin), after = After(view, end);
  if (before == '$' || after == '%' || (after == ' ' && After(view, end, 2) == '%')) return false;
  return !(before == '.' && !IsLetter(Before(view, begin, 2)));
}

bool NotDate(std::string_view view, size_t begin, size_t end) {
  for (std::string_view name : {"date_mdy", "date_iso", "date_md", "date_my", "date_range"}) {
    if (FindValidator(name)(view, begin, end)) return false;
  }
  return true;
}

bool IsUnit(std::string_view word) {
  constexpr std::array<std::string_view, 76> kUnits = {
      "mg",  "mcg",  "ug",   "ng",   "pg",   "g",   "gm", "gms", "kg",   "ml",  "l",    "dl",   "cc",
      "cm",  "mm",   "nm",   "m",    "in",   "ft",  "lb", "lbs", "oz",   "u",   "iu",   "unit", "units",
      "meq", "mmol", "mol",  "umol", "mmhg", "bpm", "hr", "hrs", "h",    "min", "mins", "sec",  "s",
      "d",   "day",  "days", "wk",   "wks",  "w",   "mo", "mos", "y",    "yo",  "yr",   "yrs",  "x",
      "st",  "nd",   "rd",   "th",   "k",    "f",   "c",  "am",  "pm",   "fr",  "ga",   "gy",   "cgy",
      "mci", "hz",   "khz",  "mv",   "ma",   "po",  "iv", "tab", "tabs", "e",   "ppd"};
  return std::any_of(kUnits.begin(), kUnits.end(), [word](std::string_view unit) {
    return word.size() == unit.size() && StartsWithWord(word, unit);
  });
}

// A number with a unit (10mg, 10mg/5mL, 2x500mg), an ordinal (12th), a range of small numbers (5-10), a dotted row.
bool NotMeasure(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  if (value.empty() || !IsDigit(value[0])) return true;
  if (std::count(value.begin(), value.end(), '.') >= 3) return false;
  bool unit = false;
  size_t longest = 0, runs = 0;  // of digits
  for (size_t i = 0; i < value.size();) {
    size_t run = i;
    if (IsLetter(value[i])) {
      while (run < value.size() && IsLetter(value[run])) ++run;
      if (!IsUnit(value.substr(i, run - i))) return true;
      unit = true;
    } else {
      while (run < value.size() && IsDigit(value[run])) ++run;
      longest = std::max(longest, run - i);
      runs += run > i;
      run = std::max(run, i + 1);
    }
    i = run;
  }
  const size_t row = value.find_first_of("-/");
  const bool pair = row != std::string_view::npos && value.find_first_of("-/", row + 1) == std::string_view::npos;
  if (unit && (longest <= 3 || runs == 1 || value.find('/') != std::string_view::npos)) return false;
  return !(pair && longest <= 3 && CountDigits(value) <= 6);
}

// C5-6, L4/L5, S1.
bool IsVertebralLevel(std::string_view value) {
  size_t at = 0;
  constexpr std::string_view kRegions = "CTLS";
  for (int part = 0; part < 2; ++part) {
    const bool letter = at < value.size() && kRegions.find(ToUpper(value[at])) != std::string_view::npos;
    if (letter) ++at;
    if (part == 0 && !letter) return false;
    const size_t first = at;
    while (at < value.size() && at - first < 2 && IsDigit(value[at])) ++at;
    if (at == first) return false;
    if (at == value.size()) return true;
    if (value[at] != '-' && value[at] != '/') return false;
    ++at;
  }
  return false;
}

// Letter, digit, digit or letter, then up to four more after a point or without: E11.65, S72001A.
bool IsIcd10(std::string_view value) {
  if (value.size() < 3 || value.size() > 8 || !IsLetter(value[0]) || !IsDigit(value[1])) return false;
  if (!IsDigit(value[2]) && !IsLetter(value[2])) return false;
  const std::string_view rest = value.substr(3);
  if (rest.empty() || rest[0] != '.') return rest.empty();
  return rest.size() > 1 && std::all_of(rest.begin() + 1, rest.end(), [](char c) { return IsDigit(c) || IsLetter(c); });
}

// A result glued to its name: BP144/83, RBC18550.
bool IsGluedResult(std::string_view value) {
  size_t letters = 0;
  while (letters < value.size() && IsLetter(value[letters])) ++letters;
  const std::string_view name = value.substr(0, letters);
  constexpr std::array<std::string_view, 20> kNames = {"rs",  "nm", "np",  "gm",  "hl",  "iso", "bp",
                                                       "hr",  "rr", "wbc", "rbc", "plt", "hgb", "hct",
                                                       "bpm", "na", "po",  "wt",  "cd",  "iq"};
  return letters < value.size() && IsDigit(value[letters]) &&
         std::any_of(kNames.begin(), kNames.end(), [name](std::string_view known) {
           return name.size() == known.size() && StartsWithWord(name, known);
         });
}

bool NotCodeSystem(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  const bool hcpcs = value.size() == 5 && IsLetter(value[0]) && CountDigits(value) == 4;
  const bool cpt = value.size() == 5 && CountDigits(value) >= 4 && IsDigit(value[0]);
  return !hcpcs && !cpt && !IsIcd10(value) && !IsVertebralLevel(value) && !IsGluedResult(value);
}

constexpr Entry kShape[] = {
    {"has_digit", DigitsAtLeast<1>},
    {"has_letter", HasLetter},
    {"letters_and_digits", LettersAndDigits},
    {"digits_only", DigitsOnly},
    {"not_all_same_digit", NotAllSameDigit},
    {"digits_2_plus", DigitsAtLeast<2>},
    {"digits_3_plus", DigitsAtLeast<3>},
    {"digits_4_plus", DigitsAtLeast<4>},
    {"digits_5_plus", DigitsAtLeast<5>},
    {"digits_6_plus", DigitsAtLeast<6>},
    {"digits_7_plus", DigitsAtLeast<7>},
    {"digits_8_plus", DigitsAtLeast<8>},
    {"digits_4", DigitsExactly<4>},
    {"digits_5", DigitsExactly<5>},
    {"digits_9", DigitsExactly<9>},
    {"digits_10", DigitsExactly<10>},
    {"len_4_plus", LengthAtLeast<4>},
    {"len_5_plus", LengthAtLeast<5>},
    {"len_6_plus", LengthAtLeast<6>},
    {"len_7_plus", LengthAtLeast<7>},
    {"len_8_plus", LengthAtLeast<8>},
    {"len_4_max", LengthAtMost<4>},
    {"len_6_max", LengthAtMost<6>},
    {"len_8_max", LengthAtMost<8>},
    {"len_12_max", LengthAtMost<12>},
    {"len_7_max", LengthAtMost<7>},
    {"len_9_to_11", LengthBetween<9, 11>},
    {"digits_12_plus", DigitsAtLeast<12>},
    {"not_decimal", NotDecimal},
    {"not_year", NotYear},
    {"not_round", NotRound},
    {"x_extension", XExtension},
    {"p_number", PNumber},
    {"after_hash", AfterHash},
    {"digits_and_hyphens", DigitsAndHyphens},
    {"hyphenated", Hyphenated},
    {"starts_with_digit", StartsWithDigit},
    {"starts_with_letter", StartsWithLetter},
    {"lettered_first", LetteredFirst},
    {"not_a_label", NotALabel},
    {"in_brackets", InBrackets},
    {"fours", Fours},
    {"not_date", NotDate},
    {"not_measure", NotMeasure},
    {"not_code_system", NotCodeSystem},
    {"cased_code", CasedCode},
};

}  // namespace

std::span<const Entry> ShapeValidators() { return kShape; }

}  // namespace validators

Validator FindValidator(std::string_view name) {
  for (std::span<const validators::Entry> table :
       {validators::DateValidators(), validators::NumberValidators(), validators::PlaceValidators(),
        validators::FieldValidators(), validators::ShapeValidators()}) {
    for (const validators::Entry& entry : table) {
      if (entry.name == name) return entry.check;
    }
  }
  return nullptr;
}

bool IsValidator(std::string_view name) { return FindValidator(name) != nullptr; }

}  // namespace phiveil

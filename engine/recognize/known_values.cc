#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/concat.h"
#include "recognize/known.h"

namespace phiveil {
namespace {

constexpr size_t kSlipLength = 7;
constexpr size_t kShortestValue = 4;

std::string Squeeze(std::string_view text) {
  std::string out;
  for (const std::string& word : FoldWords(text)) out += word;
  return out;
}

uint32_t CountWords(std::string_view text) { return static_cast<uint32_t>(FoldWords(text).size()); }

bool HasDigit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void AddValue(std::string squeezed, Category category, float score, std::vector<KnownValue>* out) {
  if (squeezed.size() < kShortestValue) return;
  const bool slip = squeezed.size() >= kSlipLength && HasDigit(squeezed);
  out->push_back({std::move(squeezed), 1, category, Subtype::kNone, score, slip, false});
}

void AddNumber(std::string_view text, Category category, std::vector<KnownValue>* out) {
  const std::string squeezed = Squeeze(text);
  AddValue(squeezed, category, 0.97f, out);
  const size_t zeros = std::min(squeezed.find_first_not_of('0'), squeezed.size());
  if (zeros > 0) AddValue(squeezed.substr(zeros), category, 0.90f, out);
}

void AddPhone(std::string_view text, std::vector<KnownValue>* out) {
  std::string digits;
  for (char c : text) {
    if (c == 'x' || c == 'X') break;  // the extension is written in too many ways to be part of the value
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  if (digits.size() == 11 && digits.front() == '1') digits.erase(0, 1);
  AddValue(digits, Category::kPhone, 0.97f, out);
  if (digits.size() != 10) return;
  AddValue("1" + digits, Category::kPhone, 0.97f, out);
  AddValue(digits.substr(3), Category::kPhone, 0.85f, out);
}

std::optional<std::array<int, 3>> ParseIsoDate(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::array<int, 3> parts{};
  const std::array<std::pair<size_t, size_t>, 3> at = {{{0, 4}, {5, 2}, {8, 2}}};
  for (size_t i = 0; i < 3; ++i) {
    const char* begin = text.data() + at[i].first;
    const char* end = begin + at[i].second;
    if (std::from_chars(begin, end, parts[i]).ptr != end) return std::nullopt;
  }
  if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31) return std::nullopt;
  return parts;
}

std::string TwoDigits(int value) { return Concat(value < 10 ? "0" : "", value); }

// Day, month and year in the orders and lengths people write; each order also glued together when it
// then has at least six digits.
void AddBirthDate(std::string_view iso, std::vector<KnownValue>* out) {
  static constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                               "may",       "june",     "july",     "august",
                                                               "september", "october",  "november", "december"};
  static constexpr std::array<std::string_view, 31> kOrdinals = {
      "first",        "second",      "third",        "fourth",      "fifth",       "sixth",         "seventh",
      "eighth",       "ninth",       "tenth",        "eleventh",    "twelfth",     "thirteenth",    "fourteenth",
      "fifteenth",    "sixteenth",   "seventeenth",  "eighteenth",  "nineteenth",  "twentieth",     "twentyfirst",
      "twentysecond", "twentythird", "twentyfourth", "twentyfifth", "twentysixth", "twentyseventh", "twentyeighth",
      "twentyninth",  "thirtieth",   "thirtyfirst"};
  const auto parsed = ParseIsoDate(iso);
  if (!parsed) return;
  const auto [year, month, day] = *parsed;
  auto add = [out](std::string squeezed, uint32_t words, float score) {
    out->push_back({std::move(squeezed), words, Category::kDate, Subtype::kBirthDate, score, false, false});
  };
  const std::string yyyy = Concat(year), yy = TwoDigits(year % 100);
  const std::string mm = TwoDigits(month), dd = TwoDigits(day);
  for (const std::string& y : {yyyy, yy}) {
    for (const std::string& m : {mm, Concat(month)}) {
      for (const std::string& d : {dd, Concat(day)}) {
        const bool full = m.size() == 2 && d.size() == 2;
        add(m + d + y, full ? 1 : 3, 0.97f);
        add(d + m + y, full && y.size() == 4 ? 1 : 3, 0.90f);
        add(y + m + d, full && y.size() == 4 ? 1 : 3, 0.97f);
      }
    }
    std::string_view name = kMonths[static_cast<size_t>(month - 1)];
    for (std::string_view m : {name, name.substr(0, 3), name.substr(0, 4)}) {
      for (const std::string& d : {dd, Concat(day)}) {
        for (std::string_view suffix : {"", "st", "nd", "rd", "th"}) {
          add(Concat(m, d, suffix, y), 2, 0.97f);
          add(Concat(d, suffix, m, y), 2, 0.97f);
          add(Concat(d, suffix, "of", m, y), 3, 0.97f);
          if (y.size() == 4) add(Concat(m, d, suffix), 2, 0.75f);
        }
      }
      const std::string_view spoken = kOrdinals[static_cast<size_t>(day - 1)];
      for (const std::string& tail : {y, std::string()}) {
        const float score = tail.empty() ? 0.75f : 0.97f;
        add(Concat(spoken, "of", m, tail), 3, score);
        add(Concat(m, "the", spoken, tail), 3, score);
        // "may first" is more often something else.
        if (!tail.empty() || m.size() > 3) add(Concat(m, spoken, tail), 2, score);
      }
    }
  }
}

struct StreetWord {
  std::string_view full, brief;
};
constexpr size_t kStreetTypes = 14;
constexpr std::array<StreetWord, 22> kStreetWords = {
    {{"street", "st"},   {"avenue", "ave"},   {"boulevard", "blvd"}, {"drive", "dr"},      {"road", "rd"},
     {"lane", "ln"},     {"court", "ct"},     {"circle", "cir"},     {"place", "pl"},      {"terrace", "ter"},
     {"highway", "hwy"}, {"parkway", "pkwy"}, {"square", "sq"},      {"trail", "trl"},     {"north", "n"},
     {"south", "s"},     {"east", "e"},       {"west", "w"},         {"apartment", "apt"}, {"suite", "ste"},
     {"room", "rm"},     {"building", "bldg"}}};

bool IsUnitWord(std::string_view word) {
  static constexpr std::array<std::string_view, 8> kUnits = {"apartment", "unit",     "suite", "lot",
                                                             "room",      "building", "floor", "trailer"};
  return std::find(kUnits.begin(), kUnits.end(), word) != kUnits.end();
}

bool IsStreetWord(std::string_view word) {
  return std::any_of(kStreetWords.begin(), kStreetWords.end(), [&](const StreetWord& w) { return w.full == word; });
}

// Of kStreetWords those that end the name of a street.
bool IsStreetType(std::string_view word) {
  const auto types = kStreetWords.begin() + kStreetTypes;
  return std::any_of(kStreetWords.begin(), types, [&](const StreetWord& w) { return w.full == word; });
}

// A value of words `first` to `end`; with a number, or it could be anybody's street.
void AddStreet(const std::vector<std::string>& words, size_t first, size_t end, float score,
               std::vector<KnownValue>* out) {
  std::string squeezed;
  for (size_t i = first; i < end; ++i) squeezed += words[i];
  const bool whole = first == 0 && end == words.size();
  if (squeezed.size() < kShortestValue || (!whole && !HasDigit(squeezed))) return;
  out->push_back({std::move(squeezed), 1, Category::kStreet, Subtype::kNone, score, false, true});
}

// The line, the line without its unit, the unit alone, and "12 North Oak" for "12 North Oak Street".
void AddStreetLine(std::string_view part, std::vector<KnownValue>* out) {
  std::vector<std::string> words = FoldWords(part);
  for (std::string& word : words) word = FullStreetWord(word);
  AddStreet(words, 0, words.size(), 0.97f, out);
  size_t unit = 1;
  while (unit < words.size() && !IsUnitWord(words[unit]) && !(unit > 2 && HasDigit(words[unit]))) ++unit;
  if (unit < words.size()) {
    AddStreet(words, 0, unit, 0.97f, out);
    if (IsUnitWord(words[unit])) AddStreet(words, unit, words.size(), 0.85f, out);
  }
  const bool typed = unit > 2 && HasDigit(words[0]) && IsStreetType(words[unit - 1]);
  if (typed && !(unit == 3 && IsStreetWord(words[1]))) AddStreet(words, 0, unit - 1, 0.85f, out);
}

void AddAddress(std::string_view address, std::vector<KnownValue>* out) {
  bool first = true;
  while (!address.empty()) {
    const size_t comma = std::min(address.find_first_of(",\n"), address.size());
    const std::string_view part = address.substr(0, comma);
    address.remove_prefix(std::min(comma + 1, address.size()));
    if (first) {
      AddStreetLine(part, out);
      first = false;
      continue;
    }
    const auto words = FoldWords(part);
    if (words.empty()) continue;
    const bool code = HasDigit(words.back()) && words.back().size() >= 4;
    if (code) {
      const bool plus_four = words.size() > 1 && words.back().size() == 4 && words[words.size() - 2].size() == 5;
      const std::string& zip = plus_four ? words[words.size() - 2] : words.back();
      AddValue(zip, Category::kZip, 0.95f, out);
      if (plus_four) AddValue(zip + words.back(), Category::kZip, 0.95f, out);
    } else if (!HasDigit(part) && CountWords(part) <= 4 && Squeeze(part).size() > 2) {
      AddValue(Squeeze(part), Category::kCity, 0.90f, out);
    } else {
      AddStreetLine(part, out);
    }
  }
}

}  // namespace

std::string_view FullStreetWord(std::string_view folded) {
  const auto it =
      std::find_if(kStreetWords.begin(), kStreetWords.end(), [&](const StreetWord& w) { return w.brief == folded; });
  return it == kStreetWords.end() ? folded : it->full;
}

std::vector<KnownValue> KnownValues(const KnownIdentifiers& known) {
  std::vector<KnownValue> out;
  for (const std::string& mrn : known.mrn) AddNumber(mrn, Category::kMrn, &out);
  for (const std::string& id : known.ids) AddNumber(id, Category::kOtherId, &out);
  for (const std::string& phone : known.phones) AddPhone(phone, &out);
  for (const std::string& email : known.emails) AddValue(Squeeze(email), Category::kEmail, 0.97f, &out);
  for (const std::string& address : known.addresses) AddAddress(address, &out);
  if (!known.birth_date.empty()) AddBirthDate(known.birth_date, &out);
  return out;
}

}  // namespace phiveil

#include "transform/surrogate.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/concat.h"
#include "transform/id_code.h"
#include "transform/surrogate_names.h"
#include "transform/surrogate_values.h"
#include "transform/written_date.h"

namespace phiveil {
namespace {

using Kind = BookEntry::Kind;

constexpr uint32_t kAttempts = 64;
constexpr size_t kMostStaying = 1000;  // of a text
constexpr size_t kLongestValue = 200;
constexpr size_t kShortestValue = 3;  // a letter or two would be taken back wherever they stand
constexpr std::string_view kTitles[] = {
    "mr", "mrs", "ms", "miss", "mx",  "dr", "prof", "md",  "do",  "rn",  "np",  "pa",  "phd", "jr",  "sr",
    "ii", "iii", "iv", "esq",  "dds", "de", "del",  "la",  "las", "los", "van", "von", "der", "den", "di",
    "da", "dos", "du", "le",   "el",  "al", "bin",  "ibn", "abu", "st",  "y",   "and", "ter", "lpn", "dpt"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool IsNameByte(char c) { return IsLetter(c) || static_cast<unsigned char>(c) >= 0x80; }

struct NameWordAt {
  size_t begin, end;
  bool surname;
};

bool IsTitle(std::string_view lower) { return std::ranges::find(kTitles, lower) != std::end(kTitles); }

// Apostrophes stay within a word: O'Brien.
std::vector<NameWordAt> WordsOf(std::string_view value) {
  std::vector<NameWordAt> words;
  for (size_t i = 0; i < value.size();) {
    const size_t begin = i;
    while (i < value.size() && (IsNameByte(value[i]) ||
                                (i > begin && value[i] == '\'' && i + 1 < value.size() && IsNameByte(value[i + 1]))))
      ++i;
    if (i == begin)
      ++i;
    else
      words.push_back({begin, i, false});
  }
  // "van der Berg" and "MD" are no given names.
  std::vector<NameWordAt*> own;
  for (NameWordAt& word : words) {
    if (!IsTitle(LowerAscii(value.substr(word.begin, word.end - word.begin)))) own.push_back(&word);
  }
  const size_t comma = value.find(',');
  for (size_t i = 0; i < own.size(); ++i) {
    own[i]->surname = comma != std::string_view::npos && own.front()->end <= comma && own.back()->begin > comma
                          ? own[i]->end <= comma
                          : own.size() > 1 && i + 1 == own.size();
  }
  return words;
}

// What "Mr." before a name says; nothing where nothing does.
std::optional<bool> FemaleByTitle(std::string_view before) {
  std::string lower = LowerAscii(before.substr(before.size() - std::min<size_t>(before.size(), 6)));
  while (!lower.empty() && (lower.back() == ' ' || lower.back() == '.')) lower.pop_back();
  const auto ends = [&](std::string_view title) {
    return lower.ends_with(title) &&
           (lower.size() == title.size() || !IsLetter(lower[lower.size() - title.size() - 1]));
  };
  if (ends("mrs") || ends("ms") || ends("miss")) return true;
  return ends("mr") ? std::optional(false) : std::nullopt;
}

std::string Normalised(std::string_view value) {
  std::string out;
  for (const char c : LowerAscii(value)) {
    if (IsDigit(c) || IsNameByte(c)) out.push_back(c);
  }
  return out;
}

std::string Title(std::string_view lower) {
  std::string out(lower);
  if (!out.empty() && IsLetter(out[0])) out[0] = static_cast<char>(out[0] & ~0x20);
  return out;
}

}  // namespace

int ShiftDays(const SubjectBook& book, const CategoryPolicy& rule, size_t secret) {
  const uint64_t random = book.Draw("shift", rule.whole_weeks ? "weeks" : "days", rule.max_days, secret);
  const int unit = rule.whole_weeks ? 7 : 1;
  const int most = rule.max_days / unit;
  const int steps = static_cast<int>(random / 2 % static_cast<uint64_t>(most)) + 1;
  return (random % 2 == 0 ? steps : -steps) * unit;
}

Surrogates::Surrogates(std::string_view text, SubjectBook* book, int reference_year)
    : text_(text), book_(book), reference_year_(reference_year), lower_text_(LowerAscii(text)) {
  for (size_t i = 0; i < lower_text_.size();) {
    const size_t begin = i;
    while (i < lower_text_.size() && IsNameByte(lower_text_[i])) ++i;
    if (i > begin)
      words_.insert(lower_text_.substr(begin, i - begin));
    else
      ++i;
  }
}

bool Surrogates::InText(std::string_view lower) const { return lower_text_.find(lower) != std::string::npos; }

std::optional<std::string> Surrogates::Replace(const Finding& finding, std::string_view value,
                                               const CategoryPolicy& rule) {
  if (finding.subtype == Subtype::kToken) return std::nullopt;
  // What is cut out of a word, or is long and of many lines, would not be found again.
  if (!IsWordEdge(text_, finding.begin) || !IsWordEdge(text_, finding.end)) return std::nullopt;
  if (value.size() > kLongestValue || value.find('\n') != std::string_view::npos) return std::nullopt;
  if (rule.action == Action::kShift) {
    if (finding.subtype == Subtype::kTime) return std::string(value);
    return MoveDate(value, rule);
  }
  if (Normalised(value).size() < kShortestValue) return std::nullopt;
  if (rule.action == Action::kSurrogate && finding.category == Category::kName) return Name(finding, value);
  if (rule.action == Action::kSurrogate && finding.category == Category::kPhoto) return std::nullopt;
  return Other(finding.category, value, rule.action == Action::kCode);
}

void Surrogates::Restart(std::span<const Finding> findings, bool shifts) {
  dates_ = DateContext();
  staying_dates_.clear();
  if (!shifts) return;
  size_t begin = 0;
  for (const Finding& finding : findings) {
    FindDateWords(text_.substr(begin, finding.begin - begin), reference_year_, kMostStaying, &staying_dates_);
    begin = finding.end;
  }
  FindDateWords(text_.substr(begin), reference_year_, kMostStaying, &staying_dates_);
}

void Surrogates::KeepStayingDates() {
  for (const std::string& date : staying_dates_) {
    if (!book_->Has(Kind::kMention, date, date)) book_->Add({Kind::kMention, Category::kDate, date, date});
  }
}

std::optional<std::string> Surrogates::MoveDate(std::string_view value, const CategoryPolicy& rule) {
  const DateShift shift(ShiftDays(*book_, rule), reference_year_, rule.weekdays);
  const auto moved = shift.MoveAndCheck(value, &dates_);
  if (!moved || moved->comes_back == DateShift::Return::kLost) return std::nullopt;
  if (book_->TakenByAnother(Kind::kMention, moved->text, value)) return std::nullopt;
  if (moved->text == value) return moved->text;
  if (staying_dates_.contains(moved->text)) return std::nullopt;
  if (!book_->Has(Kind::kMention, moved->text, value)) {
    book_->Add({Kind::kMention, Category::kDate, moved->text, std::string(value)});
  }
  return moved->text;
}

std::string Surrogates::InitialFor(char initial, uint32_t attempt) const {
  const char small = static_cast<char>(initial | 0x20);
  if (attempt == 0) {
    if (const std::string* known = book_->WordLike(small)) {
      return CaseLike(Title(known->substr(0, 1)), std::string_view(&initial, 1));
    }
  }
  const auto letter = static_cast<char>('A' + book_->Draw("initial", std::string_view(&small, 1), attempt) % 26);
  return IsUpper(initial) ? std::string(1, letter) : LowerAscii(std::string_view(&letter, 1));
}

std::string Surrogates::NameWord(std::string_view word, bool surname, std::optional<bool> female,
                                 std::optional<size_t> origin) {
  const std::string lower = LowerAscii(word);
  if (const std::string* known = book_->SurrogateOf(Kind::kWord, Category::kName, lower);
      known != nullptr && !words_.contains(LowerAscii(*known))) {
    return CaseLike(*known, word);
  }
  const auto found = FindKnownName(lower, surname);
  NamePart part = surname ? NamePart::kSurname : NamePart::kMale;
  if (found) {
    part = surname ? NamePart::kSurname : found->part;
    origin = found->origin;
  }
  if (part != NamePart::kSurname && female && (!found || found->part == NamePart::kSurname)) {
    part = *female ? NamePart::kFemale : NamePart::kMale;
  } else if (!surname && !found) {
    part = book_->Draw("sex", lower, 0) % 2 == 0 ? NamePart::kFemale : NamePart::kMale;
  }
  for (uint32_t attempt = 0; attempt < 8 * kAttempts; ++attempt) {
    // A small list may be used up; the largest comes next.
    const auto names = NamesOf(part, attempt < 4 * kAttempts ? origin.value_or(0) : 0);
    const std::string_view name = names[book_->Draw("name", lower, attempt) % names.size()];
    if (name == lower || name.size() < kShortestValue || words_.contains(name) ||
        book_->TakenByAnother(Kind::kWord, name, lower))
      continue;
    book_->Add({Kind::kWord, Category::kName, Title(name), std::string(word)});
    return CaseLike(Title(name), word);
  }
  return "";
}

std::optional<std::string> Surrogates::NameOnce(const Finding& finding, std::string_view value, uint32_t attempt) {
  const std::vector<NameWordAt> words = WordsOf(value);
  std::optional<bool> female = FemaleByTitle(text_.substr(0, finding.begin));
  std::optional<size_t> origin;
  for (const NameWordAt& word : words) {
    const auto known = FindKnownName(LowerAscii(value.substr(word.begin, word.end - word.begin)), word.surname);
    if (known && (!origin || known->part == NamePart::kSurname)) origin = known->origin;
    if (known && known->part != NamePart::kSurname && !female) female = known->part == NamePart::kFemale;
  }
  std::string out;
  size_t copied = 0;
  for (const NameWordAt& word : words) {
    const std::string_view written = value.substr(word.begin, word.end - word.begin);
    out.append(value.substr(copied, word.begin - copied));
    copied = word.end;
    if (words.size() > 1 && IsTitle(LowerAscii(written))) {
      out.append(written);
    } else if (written.size() == 1) {
      out.append(InitialFor(written[0], attempt));
    } else {
      const bool alone = words.size() == 1;
      const auto as_given = FindKnownName(LowerAscii(written), false);
      const bool surname = word.surname || (alone && (!as_given || as_given->part == NamePart::kSurname));
      const std::string made = NameWord(written, surname, female, origin);
      if (made.empty()) return std::nullopt;
      out.append(made);
    }
  }
  out.append(value.substr(copied));
  for (size_t i = 0; i < out.size(); ++i) {
    if (IsDigit(out[i]))
      out[i] = static_cast<char>('0' + book_->Draw("name digit", value, static_cast<uint32_t>(i)) % 10);
  }
  return out;
}

std::optional<std::string> Surrogates::Name(const Finding& finding, std::string_view value) {
  if (const std::string* known = book_->SurrogateOf(Kind::kMention, Category::kName, value);
      known != nullptr && !InText(LowerAscii(*known))) {
    return *known;
  }
  for (uint32_t attempt = 0; attempt < kAttempts; ++attempt) {
    auto made = NameOnce(finding, value, attempt);
    if (!made) return std::nullopt;
    if (*made == value || book_->TakenByAnother(Kind::kMention, *made, value)) continue;
    book_->Add({Kind::kMention, Category::kName, *made, std::string(value)});
    return made;
  }
  return std::nullopt;
}

std::string Surrogates::Make(Category category, std::string_view value, bool code, uint32_t attempt) const {
  const std::string plain = Normalised(value);
  const DrawNumber draw = [&](std::string_view what, uint32_t index) {
    return book_->Draw(Concat(CategoryName(category), " ", what, " ", attempt), plain, index);
  };
  return code ? CodeLike(value, [&](uint32_t i) { return draw("code", i); }) : SurrogateValue(category, value, draw);
}

std::optional<std::string> Surrogates::Other(Category category, std::string_view value, bool code) {
  if (const std::string* known = book_->SurrogateOf(Kind::kMention, category, value);
      known != nullptr && !InText(LowerAscii(*known))) {
    return *known;
  }
  if (Normalised(value).empty()) return std::nullopt;
  for (uint32_t attempt = 0; attempt < kAttempts; ++attempt) {
    std::string made = Make(category, value, code, attempt);
    const std::string lower = LowerAscii(made);
    if (made.empty() || InText(lower) || book_->TakenByAnother(Kind::kMention, made, value)) continue;
    book_->Add({Kind::kMention, category, made, std::string(value)});
    return made;
  }
  return std::nullopt;
}

}  // namespace phiveil

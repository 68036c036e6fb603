#include "transform/written_date.h"

#include <algorithm>
#include <array>

namespace phiveil {
namespace {

using Kind = DateField::Kind;

constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};
constexpr std::string_view kOtherWords[] = {"of", "the", "on",  "at",  "to",      "through", "thru", "and",
                                            "am", "pm",  "a",   "p",   "m",       "t",       "z",    "until",
                                            "h",  "hrs", "utc", "est", "between", "from",    "hours"};
constexpr int kOldestYear = 1800;
constexpr int kLatestYear = 2199;
constexpr int kFutureYears = 10;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (IsUpper(c)) c = static_cast<char>(c | 0x20);
  }
  return out;
}

// Whole names, their first three letters, and "sept", "tues", "thur", "thurs".
template <size_t N>
std::optional<int> FindName(const std::array<std::string_view, N>& names, std::string_view word) {
  if (word.size() < 3) return std::nullopt;
  for (size_t i = 0; i < N; ++i) {
    const bool whole = word == names[i];
    const bool shorter =
        names[i].starts_with(word) && (word.size() <= 3 || (word.size() <= 5 && N == 7) || word == "sept");
    if (whole || shorter) return static_cast<int>(i);
  }
  return std::nullopt;
}

struct Piece {
  enum class Kind : uint8_t { kNumber, kMonth, kWeekday, kWord, kMark } kind;
  size_t begin, end;
  int value = 0;  // of a number of up to nine digits, a month 1..12, a weekday 0..6
  bool ordinal = false;
  size_t size() const { return end - begin; }
};

class DateReader {
 public:
  DateReader(std::string_view text, int reference_year) : text_(text), reference_year_(reference_year) {}

  std::optional<std::vector<WrittenDate>> Read() {
    if (!Split()) return std::nullopt;
    while (at_ < pieces_.size()) {
      if (!SkipTime() && !Step()) return std::nullopt;
    }
    if (dates_.empty()) return std::nullopt;
    AttachWeekdays();
    Inherit();
    return std::move(dates_);
  }

 private:
  bool Split() {
    for (size_t i = 0; i < text_.size();) {
      const size_t begin = i;
      if (IsDigit(text_[i])) {
        long value = 0;
        for (; i < text_.size() && IsDigit(text_[i]); ++i)
          value = std::min(value * 10 + (text_[i] - '0'), 999'999'999L);
        pieces_.push_back({Piece::Kind::kNumber, begin, i, static_cast<int>(value), false});
      } else if (IsLetter(text_[i])) {
        while (i < text_.size() && IsLetter(text_[i])) ++i;
        if (!Word(begin, i)) return false;
      } else {
        ++i;
        if (text_[begin] != ' ') pieces_.push_back({Piece::Kind::kMark, begin, i, 0, false});
      }
    }
    return true;
  }

  bool Word(size_t begin, size_t end) {
    const std::string word = Lower(text_.substr(begin, end - begin));
    const bool after_number =
        !pieces_.empty() && pieces_.back().kind == Piece::Kind::kNumber && pieces_.back().end == begin;
    if (after_number && (word == "st" || word == "nd" || word == "rd" || word == "th")) {
      pieces_.back().end = end;
      pieces_.back().ordinal = true;
    } else if (const auto month = FindName(kMonths, word)) {
      pieces_.push_back({Piece::Kind::kMonth, begin, end, *month + 1, false});
    } else if (const auto weekday = FindName(kWeekdays, word)) {
      pieces_.push_back({Piece::Kind::kWeekday, begin, end, *weekday, false});
    } else if (std::ranges::find(kOtherWords, word) != std::end(kOtherWords)) {
      pieces_.push_back({Piece::Kind::kWord, begin, end, 0, false});
    } else {
      return false;
    }
    return true;
  }

  const Piece* At(size_t offset) const { return at_ + offset < pieces_.size() ? &pieces_[at_ + offset] : nullptr; }
  bool Number(size_t offset, size_t least, size_t most) const {
    const Piece* piece = At(offset);
    return piece != nullptr && piece->kind == Piece::Kind::kNumber && !piece->ordinal && piece->size() >= least &&
           piece->size() <= most;
  }
  bool Day(size_t offset) const {
    const Piece* piece = At(offset);
    return piece != nullptr && piece->kind == Piece::Kind::kNumber && (piece->ordinal || piece->size() <= 2);
  }
  bool Is(size_t offset, Piece::Kind kind) const { return At(offset) != nullptr && At(offset)->kind == kind; }
  char Mark(size_t offset) const { return Is(offset, Piece::Kind::kMark) ? text_[At(offset)->begin] : '\0'; }
  bool Says(size_t offset, std::string_view word) const {
    return Is(offset, Piece::Kind::kWord) && Lower(text_.substr(At(offset)->begin, At(offset)->size())) == word;
  }
  bool DateMark(size_t offset) const {
    const char c = Mark(offset);
    return c == '/' || c == '-' || c == '.';
  }
  bool IsYear(int value) const { return value >= kOldestYear && value <= kLatestYear; }
  bool Year4(size_t offset) const { return Number(offset, 4, 4) && IsYear(At(offset)->value); }

  // 14:30, 14:30:05, 9 am; after a date also 1530.
  bool SkipTime() {
    if (!Number(0, 1, 4)) return false;
    if (Number(0, 1, 2) && Mark(1) == ':' && Number(2, 2, 2)) {
      at_ += 3;
      while ((Mark(0) == ':' || Mark(0) == '.') && Number(1, 1, 9)) at_ += 2;
      return true;
    }
    if (Number(0, 1, 2) && (Says(1, "am") || Says(1, "pm"))) return at_ += 2, true;
    const bool dated = !dates_.empty() && (dates_.back().day.has_value() || dates_.back().year.has_value());
    if (dated && Number(0, 4, 4) && (!IsYear(At(0)->value) || Says(1, "h") || Says(1, "hrs") || Says(1, "hours"))) {
      ++at_;
      return true;
    }
    return false;
  }

  bool Step() {
    if (Is(0, Piece::Kind::kWord) || Is(0, Piece::Kind::kMark)) return ++at_, true;
    if (Is(0, Piece::Kind::kWeekday)) {
      WrittenDate date;
      Add(&date, Kind::kWeekday, *At(0));
      dates_.push_back(date);
      return ++at_, true;
    }
    return Compact() || Numeric() || DayMonth() || MonthDay() || Alone();
  }

  void Add(WrittenDate* date, Kind kind, const Piece& piece) {
    date->fields.push_back({kind, piece.begin, piece.end, piece.ordinal});
    switch (kind) {
      case Kind::kYear:
        date->year = piece.value;
        break;
      case Kind::kShortYear:
        date->year = Century(piece.value);
        break;
      case Kind::kMonth:
      case Kind::kMonthName:
        date->month = piece.value;
        date->own_month = true;
        break;
      case Kind::kDay:
        date->day = piece.value;
        break;
      case Kind::kWeekday:
        date->weekday = piece.value;
        break;
    }
  }

  int Century(int short_year) const {
    const int year = reference_year_ - reference_year_ % 100 + short_year;
    return year > reference_year_ + kFutureYears ? year - 100 : year;
  }

  bool Take(std::initializer_list<std::pair<Kind, size_t>> fields, size_t pieces) {
    WrittenDate date;
    for (const auto& [kind, offset] : fields) Add(&date, kind, *At(offset));
    if (date.month && (*date.month < 1 || *date.month > 12)) return false;
    if (date.day && (*date.day < 1 || *date.day > 31)) return false;
    dates_.push_back(std::move(date));
    at_ += pieces;
    return true;
  }

  Piece Part(size_t begin, size_t size) const {
    int value = 0;
    for (size_t i = begin; i < begin + size; ++i) value = value * 10 + (text_[i] - '0');
    return {Piece::Kind::kNumber, begin, begin + size, value, false};
  }

  // 20240304, 202403041530, 03042024.
  bool Compact() {
    if (!Is(0, Piece::Kind::kNumber) || At(0)->ordinal) return false;
    const size_t begin = At(0)->begin, size = At(0)->size();
    if (size != 8 && size != 10 && size != 12 && size != 14) return false;
    const auto fits = [](int month, int day) { return month >= 1 && month <= 12 && day >= 1 && day <= 31; };
    Piece year = Part(begin, 4), month = Part(begin + 4, 2), day = Part(begin + 6, 2);
    if (!IsYear(year.value) || !fits(month.value, day.value)) {
      year = Part(begin + 4, 4), month = Part(begin, 2), day = Part(begin + 2, 2);
      if (size != 8 || !IsYear(year.value) || !fits(month.value, day.value)) return false;
    }
    WrittenDate date;
    Add(&date, Kind::kYear, year);
    Add(&date, Kind::kMonth, month);
    Add(&date, Kind::kDay, day);
    dates_.push_back(std::move(date));
    ++at_;
    return true;
  }

  // With the same separator twice, or once.
  bool Numeric() {
    if (!Number(0, 1, 4) || !DateMark(1) || !Number(2, 1, 4)) return false;
    const bool thrice = Mark(3) == Mark(1) && Number(4, 1, 4);
    if (Year4(0) && Number(2, 1, 2)) {
      if (thrice && Number(4, 1, 2)) return Take({{Kind::kYear, 0}, {Kind::kMonth, 2}, {Kind::kDay, 4}}, 5);
      return Take({{Kind::kYear, 0}, {Kind::kMonth, 2}}, 3);
    }
    if (!Number(0, 1, 2)) return false;
    if (Number(2, 1, 2) && thrice && (Year4(4) || Number(4, 2, 2))) {
      const Kind year = Number(4, 4, 4) ? Kind::kYear : Kind::kShortYear;
      if (At(0)->value > 31) return Take({{Kind::kShortYear, 0}, {Kind::kMonth, 2}, {Kind::kDay, 4}}, 5);
      if (At(0)->value > 12) return Take({{Kind::kDay, 0}, {Kind::kMonth, 2}, {year, 4}}, 5);
      return Take({{Kind::kMonth, 0}, {Kind::kDay, 2}, {year, 4}}, 5);
    }
    if (Year4(2)) return Take({{Kind::kMonth, 0}, {Kind::kYear, 2}}, 3);
    if (Mark(1) != '/' || !Number(2, 1, 2)) return false;
    return Take({{Kind::kMonth, 0}, {Kind::kDay, 2}}, 3);
  }

  // 4 March 2024, 4th of March, 04MAR24, 4-Mar-2024.
  bool DayMonth() {
    if (!Day(0)) return false;
    const size_t month = Is(1, Piece::Kind::kMonth) ? 1 : 2;
    if (month == 2 && Mark(1) != '-' && Mark(1) != '/' && Mark(1) != '.' && !Says(1, "of")) return false;
    if (!Is(month, Piece::Kind::kMonth)) return false;
    size_t year = month + 1;
    if (At(year) != nullptr && (Mark(year) == '-' || Mark(year) == '/' || Mark(year) == ',' || Mark(year) == '.'))
      ++year;
    if (Year4(year)) return Take({{Kind::kDay, 0}, {Kind::kMonthName, month}, {Kind::kYear, year}}, year + 1);
    const bool joined = Number(year, 2, 2) && pieces_[at_ + year - 1].end == At(year)->begin;
    if (joined) return Take({{Kind::kDay, 0}, {Kind::kMonthName, month}, {Kind::kShortYear, year}}, year + 1);
    return Take({{Kind::kDay, 0}, {Kind::kMonthName, month}}, month + 1);
  }

  // March 4, 2024; Mar. 4; March 2024; March '24; March.
  bool MonthDay() {
    if (!Is(0, Piece::Kind::kMonth)) return false;
    size_t next = 1;
    if (Mark(next) == '.' || Mark(next) == ',' || Mark(next) == '-' || Mark(next) == '/' || Says(next, "of")) ++next;
    if (Year4(next)) return Take({{Kind::kMonthName, 0}, {Kind::kYear, next}}, next + 1);
    if (Mark(next) == '\'' && Number(next + 1, 2, 2)) {
      return Take({{Kind::kMonthName, 0}, {Kind::kShortYear, next + 1}}, next + 2);
    }
    if (Says(next, "the")) ++next;
    if (!Day(next)) return Take({{Kind::kMonthName, 0}}, 1);
    size_t year = next + 1;
    if (Mark(year) == ',' || Mark(year) == '-' || Mark(year) == '/') ++year;
    if (Year4(year)) return Take({{Kind::kMonthName, 0}, {Kind::kDay, next}, {Kind::kYear, year}}, year + 1);
    if (Mark(year - 1) == ',' && Number(year, 2, 2)) {
      return Take({{Kind::kMonthName, 0}, {Kind::kDay, next}, {Kind::kShortYear, year}}, year + 1);
    }
    return Take({{Kind::kMonthName, 0}, {Kind::kDay, next}}, next + 1);
  }

  // A year, or a day: "the 14th", the 7 of "March 4-7".
  bool Alone() {
    if (Year4(0)) return Take({{Kind::kYear, 0}}, 1);
    const bool follows = !dates_.empty() && dates_.back().month && dates_.back().day;
    if (!Day(0) || (!At(0)->ordinal && !follows)) return false;
    size_t year = 1;
    if (Mark(year) == ',') ++year;
    if (year == 2 && Year4(year)) return Take({{Kind::kDay, 0}, {Kind::kYear, year}}, year + 1);
    return Take({{Kind::kDay, 0}}, 1);
  }

  // A weekday belongs to the date after it, else to the one before.
  void AttachWeekdays() {
    const auto lone = [](const WrittenDate& date) { return date.weekday && !date.year && !date.month && !date.day; };
    for (size_t i = 0; i < dates_.size() && dates_.size() > 1;) {
      const bool to_next = i + 1 < dates_.size() && !dates_[i + 1].weekday;
      const bool to_last = i > 0 && !dates_[i - 1].weekday;
      if (!lone(dates_[i]) || (!to_next && !to_last)) {
        ++i;
        continue;
      }
      WrittenDate& other = to_next ? dates_[i + 1] : dates_[i - 1];
      other.weekday = dates_[i].weekday;
      other.fields.push_back(dates_[i].fields[0]);
      dates_.erase(dates_.begin() + static_cast<ptrdiff_t>(i));
    }
  }

  void Inherit() {
    for (size_t i = 1; i < dates_.size(); ++i) {
      if (dates_[i].day && !dates_[i].month) dates_[i].month = dates_[i - 1].month;
    }
    for (size_t i = dates_.size(); i-- > 1;) {
      if (!dates_[i - 1].year && dates_[i - 1].month && dates_[i].month) dates_[i - 1].year = dates_[i].year;
    }
    for (size_t i = 1; i < dates_.size(); ++i) {
      if (!dates_[i].year && dates_[i].month) dates_[i].year = dates_[i - 1].year;
    }
  }

  const std::string_view text_;
  const int reference_year_;
  std::vector<Piece> pieces_;
  std::vector<WrittenDate> dates_;
  size_t at_ = 0;
};

// In the length and the case of `like`.
std::string NameLike(std::string_view name, std::string_view like, bool whole) {
  std::string out(whole ? name : name.substr(0, 3));
  const bool upper = like.size() > 1 && IsUpper(like[1]);
  for (size_t i = 0; i < out.size(); ++i) {
    if (upper || (i == 0 && IsUpper(like[0]))) out[i] = static_cast<char>(out[i] & ~0x20);
  }
  return out;
}

std::string_view OrdinalSuffix(int day) {
  if (day >= 11 && day <= 13) return "th";
  return day % 10 == 1 ? "st" : day % 10 == 2 ? "nd" : day % 10 == 3 ? "rd" : "th";
}

std::string Digits(int value, size_t width) {
  std::string out = std::to_string(value);
  return out.size() < width ? std::string(width - out.size(), '0') + out : out;
}

// Two digits where the text pads its numbers; where it does not tell, in a date with its year.
size_t WidthOf(std::string_view text, const WrittenDate& date) {
  bool short_one = false;
  for (const DateField& field : date.fields) {
    if (field.kind != Kind::kMonth && field.kind != Kind::kDay) continue;
    if (text[field.begin] == '0') return 2;
    short_one = short_one || field.end == field.begin + 1 || field.ordinal;
  }
  const auto has = [&](Kind kind) {
    return std::ranges::find(date.fields, kind, &DateField::kind) != date.fields.end();
  };
  const bool plain = has(Kind::kMonthName) || (!has(Kind::kYear) && !has(Kind::kShortYear));
  return short_one || plain ? 1 : 2;
}

std::string Write(std::string_view text, const WrittenDate& date, const DateField& field, size_t width) {
  const std::string_view like = text.substr(field.begin, field.end - field.begin);
  switch (field.kind) {
    case Kind::kYear:
      return Digits(*date.year, 4);
    case Kind::kShortYear:
      return Digits(*date.year % 100, 2);
    case Kind::kMonth:
      return Digits(*date.month, width);
    case Kind::kMonthName:
      return NameLike(kMonths[static_cast<size_t>(*date.month - 1)], like,
                      like.size() > 4 || Lower(like) == "june" || Lower(like) == "july" || Lower(like) == "may");
    case Kind::kDay: {
      std::string day = Digits(*date.day, field.ordinal ? 1 : width);
      if (!field.ordinal) return day;
      std::string suffix(OrdinalSuffix(*date.day));
      if (IsUpper(like.back())) {
        for (char& c : suffix) c = static_cast<char>(c & ~0x20);
      }
      return day + suffix;
    }
    case Kind::kWeekday:
      return NameLike(kWeekdays[static_cast<size_t>(*date.weekday)], like, like.size() > 5);
  }
  return "";
}

}  // namespace

std::optional<std::vector<WrittenDate>> ReadWrittenDates(std::string_view text, int reference_year) {
  return DateReader(text, reference_year).Read();
}

std::string WriteDates(std::string_view text, const std::vector<WrittenDate>& dates) {
  struct Edit {
    size_t begin, end;
    std::string text;
  };
  std::vector<Edit> edits;
  for (const WrittenDate& date : dates) {
    const size_t width = WidthOf(text, date);
    for (const DateField& field : date.fields) {
      edits.push_back({field.begin, field.end, Write(text, date, field, width)});
    }
  }
  std::ranges::sort(edits, {}, &Edit::begin);
  std::string out;
  size_t copied = 0;
  for (const Edit& edit : edits) {
    out.append(text.substr(copied, edit.begin - copied)).append(edit.text);
    copied = edit.end;
  }
  return out.append(text.substr(copied));
}

void FindDateWords(std::string_view text, int reference_year, size_t most, std::set<std::string>* found) {
  constexpr size_t kShortest = 3, kLongest = 20;
  constexpr std::string_view kMarks = "/-.", kFirstLetters = "jfmasondtw";
  const auto in_word = [&](char c) { return IsDigit(c) || IsLetter(c) || kMarks.find(c) != std::string_view::npos; };
  for (size_t i = 0; i < text.size() && found->size() < most;) {
    if (!IsDigit(text[i]) && !IsLetter(text[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && in_word(text[i])) ++i;
    std::string_view word = text.substr(begin, i - begin);
    while (kMarks.find(word.back()) != std::string_view::npos) word.remove_suffix(1);
    const char first = static_cast<char>(word[0] | 0x20);
    if (!IsDigit(word[0]) && kFirstLetters.find(first) == std::string_view::npos) continue;
    if (word.size() < kShortest || word.size() > kLongest || found->contains(std::string(word))) continue;
    if (ReadWrittenDates(word, reference_year)) found->insert(std::string(word));
  }
}

}  // namespace phiveil

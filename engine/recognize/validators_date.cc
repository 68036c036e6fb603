#include <array>
#include <optional>

#include "recognize/validators_internal.h"

namespace phiveil::validators {

bool IsMonthDay(int month, int day) {
  constexpr std::array<int, 13> kDays = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 && day >= 1 && day <= kDays[static_cast<size_t>(month)];
}

bool IsDay(int year, int month, int day) {
  if (year < 1850 || year > 2099 || !IsMonthDay(month, day)) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month != 2 || day <= 28 || leap;
}

namespace {

// Reads a value from left to right. A failed read leaves the cursor where it was.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  std::string_view Rest() const { return text_.substr(at_); }
  void Skip(size_t count) { at_ += count; }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  void Spaces() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == '\n') ++at_;
  }
  // A run of digits, `length` of them counted; nothing for a run longer than nine.
  std::optional<int> Number(size_t* length = nullptr) {
    size_t end = at_;
    int number = 0;
    for (; end < text_.size() && IsDigit(text_[end]); ++end) {
      if (end - at_ < 9) number = number * 10 + (text_[end] - '0');
    }
    const size_t count = end - at_;
    if (count == 0 || count > 9) return std::nullopt;
    at_ = end;
    if (length != nullptr) *length = count;
    return number;
  }
  // Exactly `count` digits.
  std::optional<int> Fixed(size_t count) {
    if (text_.size() - at_ < count) return std::nullopt;
    int number = 0;
    for (size_t i = at_; i < at_ + count; ++i) {
      if (!IsDigit(text_[i])) return std::nullopt;
      number = number * 10 + (text_[i] - '0');
    }
    at_ += count;
    return number;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

int FullYear(int year, size_t length) { return length == 2 ? (year > 40 ? 1900 : 2000) + year : year; }

struct Date {
  int year = 0;  // 0: not said
  int month = 0;
  int day = 0;
  char separator = 0;
};

// `3/4`, `3/4/25`, `3-4-2025`: month first, or day first where that alone makes a day and `either` allows it.
std::optional<Date> ReadNumericDate(Cursor* cursor, bool either) {
  Cursor at = *cursor;
  const auto first = at.Number();
  at.Spaces();
  const char separator = at.Peek();
  if (!first || (separator != '/' && separator != '-' && separator != '.')) return std::nullopt;
  at.Skip(1);
  at.Spaces();
  const auto second = at.Number();
  if (!second) return std::nullopt;
  Date date{0, *first, *second, separator};
  Cursor tail = at;
  tail.Spaces();
  if (tail.Take(separator)) {
    tail.Spaces();
    tail.Take('\'');
    size_t length = 0;
    const auto year = tail.Number(&length);
    if (year && (length == 2 || length == 4)) {
      date.year = FullYear(*year, length);
      at = tail;
    }
  }
  const auto is_day = [&date](int month, int day) {
    return date.year == 0 ? IsMonthDay(month, day) : IsDay(date.year, month, day);
  };
  if (!is_day(date.month, date.day)) {
    if (!either || !is_day(date.day, date.month)) return std::nullopt;
    std::swap(date.month, date.day);
  }
  *cursor = at;
  return date;
}

bool DateMdy(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto date = ReadNumericDate(&cursor, true);
  if (!date || date->year == 0 || !cursor.AtEnd()) return false;
  return !RowGoesOn(view, begin, end, date->separator == '-' ? "/-" : date->separator == '.' ? "./" : "/");
}

// Not the fraction of a mixed number (2 1/2, 1-1/2), nor of a size (3/4-inch).
bool DateMd(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto date = ReadNumericDate(&cursor, false);
  if (!date || date->year != 0 || !cursor.AtEnd() || RowGoesOn(view, begin, end, "/.,:")) return false;
  const char before = Before(view, begin), after = After(view, end);
  if (std::string_view("$+#<>").find(before) != std::string_view::npos || before == '\'') return false;
  if (std::string_view("%\"+").find(after) != std::string_view::npos && after != '\0') return false;
  if (before == ' ' && IsDigit(Before(view, begin, 2)) && (begin < 4 || Before(view, begin, 3) == ' ')) return false;
  const char far = Before(view, begin, 3);
  if (before == '-' && IsDigit(Before(view, begin, 2)) && (far == ' ' || far == '\0')) return false;
  return !(after == '-' && IsLetter(After(view, end, 2)));
}

// Day first too, where a weekday says that it is a date.
bool DateMdEither(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto date = ReadNumericDate(&cursor, true);
  return date && date->year == 0 && cursor.AtEnd() && !RowGoesOn(view, begin, end, "/.,:");
}

// 9/3, 6/28: no part of a whole, and no whole that scores are given out of.
bool NotAFraction(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto first = cursor.Number();
  if (!first || !cursor.Take('/')) return false;
  const auto second = cursor.Number();
  return second && (*first > *second || *second > 12) && *second != 30 && *second != 20;
}

bool DateMy(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto month = cursor.Number();
  if (!month || *month < 1 || *month > 12 || !(cursor.Take('/') || cursor.Take('-') || cursor.Take('.'))) return false;
  const auto year = cursor.Fixed(4);
  return year && *year >= 1850 && *year <= 2099 && cursor.AtEnd() && !RowGoesOn(view, begin, end, "/.");
}

bool DateMyShort(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto month = cursor.Number();
  if (!month || *month < 1 || *month > 12 || !cursor.Take('/')) return false;
  const auto year = cursor.Fixed(2);
  return year && *year > 49 && cursor.AtEnd() && After(view, end) != '/' && !RowGoesOn(view, begin, end, "/.-");
}

// `11:30`, `11:30:05.123`, `1130`, followed by `Z` or `+0500` or nothing.
bool ReadClock(Cursor* cursor) {
  const auto hour = cursor->Fixed(2);
  if (!hour || *hour > 24) return false;
  for (int part = 0; part < 2; ++part) {
    cursor->Take(':');
    if (!IsDigit(cursor->Peek())) break;
    const auto sixty = cursor->Fixed(2);
    if (!sixty || *sixty > 60) return false;
  }
  if (cursor->Take('.') || cursor->Take(',')) {
    if (!cursor->Number()) return false;
  }
  if (cursor->Take('Z') || cursor->Take('z')) return true;
  if (!cursor->Take('+') && !cursor->Take('-')) return true;
  const auto zone = cursor->Fixed(2);
  if (!zone || *zone > 14) return false;
  cursor->Take(':');
  return cursor->AtEnd() || cursor->Fixed(2).has_value();
}

// Three groups with spaces between them; 7 19 78 too.
bool DateSpaced(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  size_t month_length = 0, day_length = 0;
  const auto month = cursor.Number(&month_length);
  const bool parted = cursor.Take(' ');
  const auto day = cursor.Number(&day_length);
  const bool parted_again = cursor.Take(' ');
  size_t length = 0;
  const auto year = cursor.Number(&length);
  if (month_length > 2 || day_length > 2) return false;
  if (!month || !day || !year || !parted || !parted_again || (length != 2 && length != 4) || !cursor.AtEnd())
    return false;
  return IsDay(FullYear(*year, length), *month, *day) || IsDay(FullYear(*year, length), *day, *month);
}

bool DateIso(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto year = cursor.Fixed(4);
  const char separator = cursor.Peek();
  if (!year || !(cursor.Take('-') || cursor.Take('/') || cursor.Take('.'))) return false;
  const auto month = cursor.Number();
  if (!month || !cursor.Take(separator)) return false;
  const auto day = cursor.Number();
  if (!day || !IsDay(*year, *month, *day)) return false;
  if (RowGoesOn(view, begin, end, separator == '.' ? "./" : "-/")) return false;
  if (cursor.AtEnd()) return true;
  cursor.Skip(1);
  return ReadClock(&cursor) && cursor.AtEnd();
}

bool ReadCompactDay(Cursor* cursor) {
  const auto year = cursor->Fixed(4), month = cursor->Fixed(2), day = cursor->Fixed(2);
  return year && month && day && IsDay(*year, *month, *day);
}

bool DateCompact(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  return ReadCompactDay(&cursor) && cursor.AtEnd();
}

bool DateCompactUs(std::string_view view, size_t begin, size_t end) {
  const size_t length = end - begin;
  if (length != 6 && length != 8) return false;
  Cursor cursor(Value(view, begin, end));
  const auto month = cursor.Fixed(2), day = cursor.Fixed(2), year = cursor.Fixed(length - 4);
  return month && day && year && IsDay(FullYear(*year, length - 4), *month, *day);
}

bool Hl7Timestamp(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  return ReadCompactDay(&cursor) && ReadClock(&cursor) && cursor.AtEnd();
}

bool DateRange(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto from = ReadNumericDate(&cursor, false);
  if (!from) return false;
  while (!cursor.AtEnd() && !IsDigit(cursor.Peek())) cursor.Skip(1);
  const auto to = ReadNumericDate(&cursor, false);
  if (!to || !cursor.AtEnd() || RowGoesOn(view, begin, end, "/-")) return false;
  if (from->year != 0 && to->year != 0 && from->year != to->year) return from->year < to->year;
  if (from->year == 0 && from->month == 12 && to->month < 12) return true;  // over the turn of the year
  return from->month < to->month || (from->month == to->month && from->day <= to->day);
}

bool CompactOrTimestamp(std::string_view view, size_t begin, size_t end) {
  return DateCompact(view, begin, end) || Hl7Timestamp(view, begin, end);
}

constexpr std::array<std::string_view, 16> kMonths = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
                                                      "sep", "oct", "nov", "dec", "ene", "abr", "ago", "dic"};
constexpr std::array<int, 16> kMonthNumbers = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 4, 8, 12};

int MonthAt(std::string_view text) {
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (StartsWithWord(text, kMonths[i])) return kMonthNumbers[i];
  }
  return 0;
}

// "may", "march", "mayo": words of their own unless written as names.
bool IsWordInLowerCase(std::string_view name) { return name == "may" || name == "march" || name == "mayo"; }

bool DateNamed(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  int month = 0, day = 0, year = 0;
  bool lower_word = false;
  for (size_t i = 0; i < value.size();) {
    size_t run = i;
    if (IsDigit(value[i])) {
      int number = 0;
      for (; run < value.size() && IsDigit(value[run]); ++run) {
        if (run - i < 4) number = number * 10 + (value[run] - '0');
      }
      const size_t length = run - i;
      if (length >= 4) {
        year = number;
      } else if (length == 2 && year == 0 && run == value.size() && month != 0 && (day != 0 || number > 31)) {
        year = FullYear(number, 2);  // "4 Mar 25", "Mar 98"
      } else if (day == 0) {
        day = number;
      }
    } else if (IsLetter(value[i])) {
      while (run < value.size() && IsLetter(value[run])) ++run;
      if (month == 0 && run - i >= 3 && (month = MonthAt(value.substr(i))) != 0) {
        lower_word = IsWordInLowerCase(value.substr(i, run - i));
      }
    } else {
      ++run;
    }
    i = run;
  }
  if (month == 0) return false;
  if (lower_word && year == 0) return false;
  // "4. May repeat": a numbered line.
  const size_t dot = value.find(". ");
  if (year == 0 && dot != std::string_view::npos && IsDigit(value[0]) && dot <= 2) return false;
  return day == 0 || IsMonthDay(month, day);
}

bool YearPlausible(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto year = cursor.Fixed(4);
  if (!year || !cursor.AtEnd() || *year < 1900 || *year > 2099) return false;
  if (RowGoesOn(view, begin, end, "./:")) return false;
  const char before = Before(view, begin), after = After(view, end);
  return before != '$' && before != '.' && before != '+' && before != '#' && after != '%';
}

bool TimeOfDay(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  size_t length = 0;
  auto hour = cursor.Number(&length);
  if (!hour) return false;
  bool minutes = false;
  if (length == 4) {
    if (*hour % 100 > 59) return false;
    hour = *hour / 100;
    minutes = true;
  }
  for (int part = 0; part < 2 && (cursor.Peek() == ':' || cursor.Peek() == '.') && length <= 2; ++part) {
    Cursor tail = cursor;
    tail.Skip(1);
    const auto sixty = tail.Fixed(2);
    if (!sixty) break;
    if (*sixty > 59) return false;
    cursor = tail;
    minutes = true;
  }
  cursor.Spaces();
  const char mark = ToLower(cursor.Peek());
  if (mark == 'a' || mark == 'p') return *hour >= 1 && *hour <= 12;
  if (RowGoesOn(view, begin, end, ":/")) return false;
  return *hour <= 24 && (minutes || mark == 'h');
}

bool Age90Plus(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto age = cursor.Number();
  return age && *age >= 90 && *age <= 115;
}

// The number at the value's begin: 92F, 95 male.
bool AgeRangePrefix(std::string_view view, size_t begin, size_t end) {
  size_t number_end = begin;
  while (number_end < end && IsDigit(view[number_end])) ++number_end;
  Cursor cursor(Value(view, begin, number_end));
  const auto age = cursor.Number();
  return age && *age <= 125 && !RowGoesOn(view, begin, end, ".,/:-") && Before(view, begin) != '.';
}

// Not a year: '90s, 1990s.
bool DecadeOfAge(std::string_view view, size_t begin, size_t) {
  const char before = Before(view, begin);
  return !IsDigit(before) && !IsLetter(before) && before != '\'' && before != '.';
}

bool AgeRange(std::string_view view, size_t begin, size_t end) {
  Cursor cursor(Value(view, begin, end));
  const auto age = cursor.Number();
  if (!age || *age > 125) return false;
  const char before = Before(view, begin);
  return before != '.' && before != '$' && before != '#' && before != '/' && After(view, end) != '%' &&
         !RowGoesOn(view, begin, end, ".,/:");
}

constexpr Entry kDate[] = {
    {"date_mdy", DateMdy},
    {"date_md", DateMd},
    {"date_md_either", DateMdEither},
    {"date_my", DateMy},
    {"date_my_short", DateMyShort},
    {"date_iso", DateIso},
    {"date_compact", DateCompact},
    {"date_compact_us", DateCompactUs},
    {"date_range", DateRange},
    {"date_named", DateNamed},
    {"hl7_timestamp", Hl7Timestamp},
    {"compact_or_timestamp", CompactOrTimestamp},
    {"year_plausible", YearPlausible},
    {"time_of_day", TimeOfDay},
    {"age_range", AgeRange},
    {"age_90_plus", Age90Plus},
    {"date_spaced", DateSpaced},
    {"not_a_fraction", NotAFraction},
    {"age_range_prefix", AgeRangePrefix},
    {"decade_of_age", DecadeOfAge},
};

}  // namespace

std::span<const Entry> DateValidators() { return kDate; }

}  // namespace phiveil::validators

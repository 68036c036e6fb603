#include "transform/date_shift.h"

#include <cmath>
#include <cstdlib>

#include "transform/written_date.h"

namespace phiveil {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr int kPlainYear = 2023;  // of 365 days
constexpr double kDaysOfMonth = 365.2425 / 12;
constexpr double kDaysOfYear = 365.2425;

int Modulo(int value, int by) { return (value % by + by) % by; }

std::optional<sys_days> DayOf(int y, int m, int d) {
  const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
  return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

void Put(sys_days moved, WrittenDate* date) {
  const year_month_day parts(moved);
  if (date->year) date->year = static_cast<int>(parts.year());
  date->month = static_cast<int>(static_cast<unsigned>(parts.month()));
  date->day = static_cast<int>(static_cast<unsigned>(parts.day()));
}

// The day of that number nearest to `last`.
std::optional<sys_days> NearestDay(int number, sys_days last) {
  const year_month_day near(last);
  std::optional<sys_days> best;
  for (int step = -1; step <= 1; ++step) {
    const auto m = near.year() / near.month() + std::chrono::months(step);
    const auto there = DayOf(static_cast<int>(m.year()), static_cast<int>(static_cast<unsigned>(m.month())), number);
    if (there && (!best || std::abs((*there - last).count()) < std::abs((*best - last).count()))) best = there;
  }
  return best;
}

bool MoveMonth(int by, WrittenDate* date) {
  if (by == 0) return true;
  const int months = date->year.value_or(0) * 12 + *date->month - 1 + by;
  date->month = Modulo(months, 12) + 1;
  if (date->year) date->year = (months - Modulo(months, 12)) / 12;
  return true;
}

bool MoveYearless(int by, WrittenDate* date) {
  const auto there = DayOf(kPlainYear, *date->month, *date->day);
  if (!there) return false;
  const sys_days first = sys_days(year(kPlainYear) / 1 / 1);
  Put(first + days(Modulo(static_cast<int>((*there - first).count()) + by, 365)), date);
  return true;
}

bool SameDays(std::string_view a, std::string_view b, int reference_year) {
  const auto first = ReadWrittenDates(a, reference_year), second = ReadWrittenDates(b, reference_year);
  if (!first || !second || first->size() != second->size()) return false;
  for (size_t i = 0; i < first->size(); ++i) {
    const WrittenDate &x = (*first)[i], &y = (*second)[i];
    if (x.year != y.year || x.month != y.month || x.day != y.day || x.weekday != y.weekday) return false;
  }
  return true;
}

class Mover {
 public:
  Mover(int by, bool lone_weekdays, DateContext* context) : by_(by), lone_weekdays_(lone_weekdays), context_(context) {}

  bool Move(WrittenDate* date) {
    const bool lone = !date->year && !date->month && !date->day;
    if (date->weekday && (!lone || lone_weekdays_)) date->weekday = Modulo(*date->weekday + by_, 7);
    if (lone) return date->weekday.has_value();
    if (date->day && date->month && date->year) return MoveFull(date);
    if (date->day && date->month) return MoveYearless(by_, date);
    if (date->day) return MoveDay(date);
    if (date->month) return MoveMonth(static_cast<int>(std::lround(by_ / kDaysOfMonth)), date);
    *date->year += static_cast<int>(std::lround(by_ / kDaysOfYear));
    return true;
  }

 private:
  bool MoveFull(WrittenDate* date) {
    const auto there = DayOf(*date->year, *date->month, *date->day);
    if (!there) return false;
    context_->last = there;
    Put(*there + days(by_), date);
    return true;
  }

  bool MoveDay(WrittenDate* date) {
    if (!context_->last || date->year) return false;
    const auto there = NearestDay(*date->day, *context_->last);
    if (!there) return false;
    date->day = static_cast<int>(static_cast<unsigned>(year_month_day(*there + days(by_)).day()));
    return true;
  }

  const int by_;
  const bool lone_weekdays_;
  DateContext* const context_;
};

}  // namespace

std::optional<std::string> DateShift::Move(std::string_view text, DateContext* context) const {
  auto dates = ReadWrittenDates(text, reference_year_);
  if (!dates) return std::nullopt;
  Mover mover(days_, lone_weekdays_, context);
  for (size_t i = 0; i < dates->size(); ++i) {
    WrittenDate& date = (*dates)[i];
    const bool inherits = date.day && date.month && !date.own_month;
    if (!mover.Move(&date)) return std::nullopt;
    // "March 28-31" can only stay in one month.
    if (inherits && date.month != (*dates)[i - 1].month) return std::nullopt;
  }
  return WriteDates(text, *dates);
}

std::optional<DateShift::Moved> DateShift::MoveAndCheck(std::string_view text, DateContext* context) const {
  DateContext there = *context;
  if (there.last) *there.last += std::chrono::days(days_);
  auto moved = Move(text, context);
  if (!moved) return std::nullopt;
  Moved out{*std::move(moved), Return::kLost};
  const auto back = DateShift(-days_, reference_year_, lone_weekdays_).Move(out.text, &there);
  if (back == text) {
    out.comes_back = Return::kExact;
  } else if (back && SameDays(*back, text, reference_year_)) {
    out.comes_back = Return::kFormat;
  }
  return out;
}

}  // namespace phiveil

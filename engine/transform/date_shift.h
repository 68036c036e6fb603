#ifndef PHIVEIL_TRANSFORM_DATE_SHIFT_H_
#define PHIVEIL_TRANSFORM_DATE_SHIFT_H_

// Moves written dates by a number of days, forth and back.
//
//   DateShift(10, 2026, false).Move("Mon 03/04/2024", &context) == "Thu 03/14/2024"
//   DateShift(-10, …).Move(…)   brings it back
//
// What a date does not say is not added:
// - a month and a day without a year move in a year of 365 days; 29 February then cannot be moved
// - a month alone moves by whole months, a year alone by whole years, the nearest to the days
// - a day alone ("the 14th") is the one nearest to the last full date before it; without one it cannot
// A weekday beside a date moves along with it, also one that was wrong before.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace phiveil {

// The last full date of the text so far.
struct DateContext {
  std::optional<std::chrono::sys_days> last;
};

class DateShift {
 public:
  // `lone_weekdays`: whether a weekday that stands alone moves.
  DateShift(int days, int reference_year, bool lone_weekdays)
      : days_(days), reference_year_(reference_year), lone_weekdays_(lone_weekdays) {}

  // Nothing for what cannot be read, is no day of the calendar (30 February), or cannot be written in
  // the form of `text`. `context` moves on.
  std::optional<std::string> Move(std::string_view text, DateContext* context) const;

  enum class Return {
    kExact,   // moved back, it is `text` again
    kFormat,  // the same day, but written otherwise: with another number of zeros
    kLost,    // another day, or none
  };
  struct Moved {
    std::string text;
    Return comes_back = Return::kLost;
  };
  // The same, with what moving back would give.
  std::optional<Moved> MoveAndCheck(std::string_view text, DateContext* context) const;

  int days() const { return days_; }

 private:
  int days_;
  int reference_year_;
  bool lone_weekdays_;
};

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_DATE_SHIFT_H_

#ifndef PHIVEIL_TRANSFORM_WRITTEN_DATE_H_
#define PHIVEIL_TRANSFORM_WRITTEN_DATE_H_

// A date as somebody wrote it, taken apart so that it can be written again with other values in the
// same form: "03/04/2024", "4-MAR-24", "Mon, March 4th", "20240304153000", "3/4-3/7", "March 4-7, 2024".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace phiveil {

struct DateField {
  enum class Kind : uint8_t { kYear, kShortYear, kMonth, kMonthName, kDay, kWeekday };
  Kind kind;
  size_t begin, end;     // in the text; of a day with its ordinal suffix
  bool ordinal = false;  // of a day: 4th
};

struct WrittenDate {
  std::vector<DateField> fields;
  // What is written, and what it takes from its neighbours: the year of "3/4" in "3/4-3/7/2024".
  std::optional<int> year, month, day, weekday;  // weekday: 0 is Sunday
  bool own_month = false;                        // false for the 7 of "March 4-7"
};

// The dates of `text` in order. Nothing unless every number and every word of it is understood.
// A two-digit year is the latest not more than ten years after `reference_year`.
std::optional<std::vector<WrittenDate>> ReadWrittenDates(std::string_view text, int reference_year);

// `text` with the values of `dates` (as many and with the same fields as were read from it).
std::string WriteDates(std::string_view text, const std::vector<WrittenDate>& dates);

// The words of `text` that read as dates by themselves: "3/4", "2nd", "May", "Mon"; until there are `most`.
void FindDateWords(std::string_view text, int reference_year, size_t most, std::set<std::string>* found);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_WRITTEN_DATE_H_

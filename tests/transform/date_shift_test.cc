#include "transform/date_shift.h"

#include <gtest/gtest.h>

#include <string>

#include "transform/written_date.h"

namespace phiveil {
namespace {

constexpr int kNow = 2026;

std::string Moved(std::string_view text, int days, DateContext* context, bool weekdays = false) {
  return DateShift(days, kNow, weekdays).Move(text, context).value_or("(none)");
}

std::string Moved(std::string_view text, int days, bool weekdays = false) {
  DateContext context;
  return Moved(text, days, &context, weekdays);
}

TEST(DateShiftTest, KeepsTheFormat) {
  const struct {
    const char* text;
    int days;
    const char* moved;
  } kCases[] = {
      {"2024-03-04", 10, "2024-03-14"},
      {"03/04/2024", 10, "03/14/2024"},
      {"3/4/2024", 10, "3/14/2024"},
      {"3/4/24", -10, "2/23/24"},
      {"03.04.2024", 1, "03.05.2024"},
      {"25/12/2024", 10, "04/01/2025"},
      {"2024/12/30", 3, "2025/01/02"},
      {"96-03-04", 366, "97-03-05"},
      {"March 4, 2024", 10, "March 14, 2024"},
      {"Mar 4 2024", 30, "Apr 3 2024"},
      {"MAR 4, 2024", 30, "APR 3, 2024"},
      {"march 4th, 2024", -3, "march 1st, 2024"},
      {"4 March 2024", 28, "1 April 2024"},
      {"the 4th of March, 2024", 7, "the 11th of March, 2024"},
      {"4-Mar-2024", 10, "14-Mar-2024"},
      {"04MAR24", 10, "14MAR24"},
      {"04-MAR-2024", 300, "29-DEC-2024"},
      {"20240304", 28, "20240401"},
      {"20240304153000", 28, "20240401153000"},
      {"03042024", 1, "03052024"},
      {"2024-03-04T15:30:00Z", 1, "2024-03-05T15:30:00Z"},
      {"03/04/2024 14:30", 1, "03/05/2024 14:30"},
      {"March 4, 2024 at 9 am", 1, "March 5, 2024 at 9 am"},
      // Out of the month, out of the year, a leap day.
      {"01/31/2024", 1, "02/01/2024"},
      {"12/31/2024", 1, "01/01/2025"},
      {"02/28/2024", 1, "02/29/2024"},
      {"02/29/2024", 1, "03/01/2024"},
      // Weekdays beside a date, also a wrong one.
      {"Monday, March 4, 2024", 10, "Thursday, March 14, 2024"},
      {"Mon 3/4/2024", 7, "Mon 3/11/2024"},
      {"3/4/2024 (Mon)", 2, "3/6/2024 (Wed)"},
      {"Sunday, March 4, 2024", 1, "Monday, March 5, 2024"},
      // Without a year: only where needed.
      {"3/4", 10, "3/14"},
      {"12/30", 5, "1/4"},
      {"1/4", -5, "12/30"},
      {"March 4", 28, "April 1"},
      {"3/4-3/7", 10, "3/14-3/17"},
      {"3/4-7", 10, "3/14-17"},
      {"March 4-7, 2024", 10, "March 14-17, 2024"},
      {"3/4/24 - 3/7/24", 30, "4/3/24 - 4/6/24"},
      {"2/27-3/2/2024", 10, "3/8-3/12/2024"},
      // Parts of a date.
      {"March 2024", 31, "April 2024"},
      {"March 2024", 10, "March 2024"},
      {"December 2024", 31, "January 2025"},
      {"March", -62, "January"},
      {"3/2024", 366, "3/2025"},
      {"2024-03", 31, "2024-04"},
      {"2024", 365, "2025"},
      {"2024", 100, "2024"},
      {"Monday", 3, "Monday"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Moved(c.text, c.days), c.moved) << c.text << " " << c.days;
  }
  EXPECT_EQ(Moved("Monday", 3, true), "Thursday");
  EXPECT_EQ(Moved("TUES", -3, true), "SAT");
}

TEST(DateShiftTest, LeavesAloneWhatIsNoDay) {
  for (const char* text : {"02/30/2024", "2/29", "13/45", "Christmas", "last Tuesday of Lent", "the 14th", "March 28-31", "",
                           "0304", "06/31/2024"}) {
    EXPECT_EQ(Moved(text, 2), "(none)") << text;
  }
}

TEST(DateShiftTest, ADayAloneFollowsTheLastFullDate) {
  DateContext context;
  EXPECT_EQ(Moved("03/04/2025", 20, &context), "03/24/2025");
  EXPECT_EQ(Moved("the 14th", 20, &context), "the 3rd");
  EXPECT_EQ(Moved("the 30th", 20, &context), "the 19th");  // 30 March: February has none
  DateContext there;
  EXPECT_EQ(Moved("03/24/2025", -20, &there), "03/04/2025");
  EXPECT_EQ(Moved("the 3rd", -20, &there), "the 14th");
}

TEST(DateShiftTest, EveryDayOfThreeYearsComesBack) {
  using std::chrono::sys_days;
  using std::chrono::year_month_day;
  const sys_days first = std::chrono::year(2023) / 1 / 1;
  const char* kForms[] = {"%04d-%02d-%02d", "%04d%02d%02d"};
  for (int shift : {-3650, -365, -1, 1, 7, 29, 364, 3650}) {
    for (int i = 0; i < 3 * 366; ++i) {
      const year_month_day day(first + std::chrono::days(i)), expected(first + std::chrono::days(i + shift));
      for (const char* form : kForms) {
        const auto write = [&](year_month_day d) {
          char text[32];
          std::snprintf(text, sizeof text, form, int(d.year()), int(unsigned(d.month())), int(unsigned(d.day())));
          return std::string(text);
        };
        DateContext context;
        const auto moved = DateShift(shift, kNow, false).MoveAndCheck(write(day), &context);
        ASSERT_TRUE(moved.has_value());
        EXPECT_EQ(moved->text, write(expected));
        EXPECT_EQ(moved->comes_back, DateShift::Return::kExact) << write(day) << " " << shift;
      }
    }
  }
}

// Whatever is said to come back does, and intervals of the same form stay what they were.
TEST(DateShiftTest, YearlessDaysComeBackAndKeepTheirDistance) {
  for (int shift = -400; shift <= 400; shift += 7) {
    std::string last;
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= 28; ++day) {
        const std::string text = std::to_string(month) + "/" + std::to_string(day);
        DateContext context, back;
        const auto moved = DateShift(shift, kNow, false).MoveAndCheck(text, &context);
        ASSERT_TRUE(moved.has_value()) << text;
        EXPECT_EQ(moved->comes_back, DateShift::Return::kExact) << text << " -> " << moved->text;
        EXPECT_EQ(Moved(moved->text, -shift), text);
        EXPECT_NE(moved->text, last);
        last = moved->text;
      }
    }
  }
}

TEST(DateShiftTest, SaysWhatWouldNotComeBack) {
  DateContext context;
  const auto padded = DateShift(250, kNow, false).MoveAndCheck("3/15/2024", &context);
  ASSERT_TRUE(padded.has_value());
  EXPECT_EQ(padded->text, "11/20/2024");
  EXPECT_EQ(padded->comes_back, DateShift::Return::kFormat);
  const auto turned = DateShift(10, kNow, false).MoveAndCheck("25/12/2024", &context);
  ASSERT_TRUE(turned.has_value());
  EXPECT_EQ(turned->comes_back, DateShift::Return::kLost);  // 04/01/2025 would be read as 1 April
}

TEST(DateShiftTest, AnyBytes) {
  unsigned seed = 7;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (int n = 0; n < 12; ++n) text.push_back("0123456789/-., :thMarApSunTZ'\xC3\xA9"[(seed = seed * 1103515245 + 12345) >> 16 & 31]);
    DateContext context;
    const auto moved = DateShift(17, kNow, true).MoveAndCheck(text, &context);
    if (moved && moved->comes_back == DateShift::Return::kExact) {
      DateContext again;
      EXPECT_TRUE(ReadWrittenDates(moved->text, kNow).has_value()) << text;
    }
  }
}

}  // namespace
}  // namespace phiveil

#include "transform/generalise.h"

#include <gtest/gtest.h>

#include <string>

namespace phiveil {
namespace {

constexpr int kNow = 2026;

std::string Year(std::string_view date, bool birth = false) {
  const auto year = YearOf(date, kNow, birth);
  return year.has_value() ? std::to_string(*year) : "";
}

TEST(YearOf, WrittenForms) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"2025-03-04", "2025"},
      {"2025-03-04T15:30:00Z", "2025"},
      {"2025/3/4", "2025"},
      {"03/04/2025", "2025"},
      {"3.4.2025", "2025"},
      {"3/2025", "2025"},
      {"3/4/25", "2025"},
      {"03-04-96", "1996"},
      {"96-03-04", "1996"},
      {"04/05/36", "2036"},
      {"04/05/37", "1937"},
      {"3/4/25 14:30", "2025"},
      {"20250304", "2025"},
      {"202503041530", "2025"},
      {"20250304153000", "2025"},
      {"20250304153000.123-0500", "2025"},
      {"2025030415", "2025"},
      {"03042025", "2025"},
      {"31121999", "1999"},
      {"March 4, 2025", "2025"},
      {"4 March 2025", "2025"},
      {"4th of March 2025", "2025"},
      {"Mar 2025", "2025"},
      {"March 4 2025", "2025"},
      {"4-Mar-25", "2025"},
      {"4-MAR-2025", "2025"},
      {"4 March 25", "2025"},
      {"March 4, 25", "2025"},
      {"Mar 4, '96", "1996"},
      {"Mar '96", "1996"},
      {"'53", "1953"},
      {"1953", "1953"},
      {"late July 2015", "2015"},
      {"3/4/2025-3/7/2025", "2025"},
      {"3/4/25 - 3/7/25", "2025"},
      {"Tuesday, March 4, 2025", "2025"},
  };
  for (const auto& [date, year] : cases) EXPECT_EQ(Year(date), year) << date;
}

TEST(YearOf, SaysNothingWhereThereIsNoneOrItIsNotSure) {
  for (const std::string_view date : {"",
                                      "3/4",
                                      "March 4",
                                      "March 25",
                                      "4-7 March",
                                      "March 4-7",
                                      "14 March and 15 April",
                                      "the 14th of June",
                                      "late July",
                                      "Tuesday",
                                      "14:30",
                                      "1530 hours on 3/4",
                                      "3/4 1530",
                                      "March 4, 10:30",
                                      "250304",
                                      "202503",
                                      "20259999",
                                      "99999999",
                                      "12/30/2024-1/3/2025",
                                      "2023-2024",
                                      "1/1/1700",
                                      "9999-01-01",
                                      "Mar-25",
                                      "03/25",
                                      "1 2 3 4 5 6 7 8 9 10 11 12 2025",
                                      "123456789012345678901234567890"}) {
    EXPECT_EQ(Year(date), "") << date;
  }
}

TEST(YearOf, TwoDigitYearsOfBirth) {
  EXPECT_EQ(Year("3/4/53", true), "1953");
  EXPECT_EQ(Year("3/4/27", true), "1927");
  EXPECT_EQ(Year("3/4/26", true), "");  // 2026 or 1926
  EXPECT_EQ(Year("3/4/02", true), "");  // 2002 or 1902
  EXPECT_EQ(Year("3/4/2002", true), "2002");
  EXPECT_EQ(Year("'36", true), "1936");
}

TEST(YearOf, EveryDayOfEveryYearInEveryForm) {
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (int year = 1900; year <= 2030; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int day : {1, 9, 12, 13, 28}) {
        char forms[5][32];
        std::snprintf(forms[0], sizeof forms[0], "%04d-%02d-%02d", year, month, day);
        std::snprintf(forms[1], sizeof forms[1], "%d/%d/%04d", month, day, year);
        std::snprintf(forms[2], sizeof forms[2], "%04d%02d%02d", year, month, day);
        std::snprintf(forms[3], sizeof forms[3], "%d-%s-%04d", day, kMonths[month - 1], year);
        std::snprintf(forms[4], sizeof forms[4], "%s %d, %04d", kMonths[month - 1], day, year);
        for (const char* form : forms) ASSERT_EQ(Year(form), std::to_string(year)) << form;
      }
    }
  }
}

TEST(ImpliesOver89, FromTheYearInWhichNinetyIsReached) {
  EXPECT_TRUE(ImpliesOver89(1900, kNow));
  EXPECT_TRUE(ImpliesOver89(1936, kNow));
  EXPECT_FALSE(ImpliesOver89(1937, kNow));
  EXPECT_FALSE(ImpliesOver89(2026, kNow));
}

TEST(AgeOf, Forms) {
  const std::pair<std::string_view, int> cases[] = {
      {"92", 92},
      {"92-year-old", 92},
      {"92 y/o", 92},
      {"92yo", 92},
      {"age 101", 101},
      {"ninety-two", 92},
      {"Ninety Two year old", 92},
      {"one hundred and three", 103},
      {"a hundred", 100},
      {"one hundred twenty two", 122},
      {"eighty-nine", 89},
      {"forty five", 45},
      {"nineteen", 19},
      {"ninety-second birthday", 92},
      {"ninetieth", 90},
      {"hundredth", 100},
      {"90s", 99},
      {"80s", 89},
      {"mid-80s", 89},
      {"nineties", 99},
      {"eighties", 89},
      {"nonagenarian", 99},
      {"octogenarian", 89},
      {"Centenarian", 109},
      {"89+", 90},
      {">89", 90},
      {"> 89", 90},
      {"over 89", 90},
      {"89 or older", 90},
      {"over 80", 80},
      {"90+", 90},
      {"18 months", 1},
      {"18-month-old", 1},
      {"100 months", 8},
      {"6 weeks", 0},
      {"92 days old", 0},
      {"2 years 11 months", 2},
      {"88-91", 91},
      {"92.5", 92},
      {"5.95 years", 5},
      {"92 M", 92},
      {"newborn", 0},
      {"99999999999999999999", 999},
      {"hundred hundred hundred hundred hundred hundred", 999},
  };
  for (const auto& [text, age] : cases) EXPECT_EQ(AgeOf(text), age) << text;
}

TEST(AgeOf, SaysNothingWithoutANumber) {
  for (const std::string_view text : {"", "elderly", "years old", "and", "+", "９２"}) {
    EXPECT_FALSE(AgeOf(text).has_value()) << text;
  }
}

TEST(AgeOf, EveryAgeInWords) {
  constexpr const char* kOnes[] = {"zero",     "one",     "two",     "three",     "four",     "five",    "six",
                                   "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
                                   "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  constexpr const char* kTens[] = {"",      "",      "twenty",  "thirty", "forty",
                                   "fifty", "sixty", "seventy", "eighty", "ninety"};
  const auto words = [&](int age) {
    if (age < 20) return std::string(kOnes[age]);
    return std::string(kTens[age / 10]) + (age % 10 == 0 ? "" : std::string("-") + kOnes[age % 10]);
  };
  for (int age = 0; age <= 125; ++age) {
    EXPECT_EQ(AgeOf(std::to_string(age)), age);
    if (age < 100) {
      EXPECT_EQ(AgeOf(words(age)), age) << words(age);
    } else {
      const std::string text = "one hundred" + (age == 100 ? "" : " and " + words(age - 100));
      EXPECT_EQ(AgeOf(text), age) << text;
    }
  }
}

TEST(Zip3Of, Forms) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"02139", "021"},  {"02139-4307", "021"}, {"02139 4307", "021"}, {"021394307", "021"}, {"03601", ""},
      {"00001", ""},     {"2139", ""},          {"021390", ""},        {"K1A 0B1", ""},      {"", ""},
      {"02139-430", ""}, {"02139x4307", ""},
  };
  for (const auto& [zip, zip3] : cases) EXPECT_EQ(Zip3Of(zip), zip3) << zip;
}

// --- Stays and Shown -----------------------------------------------------------------------------

Finding Of(Category category, Subtype subtype = Subtype::kNone) {
  Finding finding;
  finding.category = category;
  finding.subtype = subtype;
  return finding;
}

TEST(Stays, Keeps) {
  const CategoryPolicy date = {.action = Action::kToken, .keep_year = true, .keep_weekday = true};
  const CategoryPolicy age = {.action = Action::kToken, .keep_under_90 = true};
  const CategoryPolicy keep = {.action = Action::kKeep};
  const CategoryPolicy token = {.action = Action::kToken};
  const struct {
    std::string_view value;
    Finding finding;
    CategoryPolicy rule;
    bool stays;
  } cases[] = {
      {"2025", Of(Category::kDate, Subtype::kYear), date, true},
      {"1920", Of(Category::kDate, Subtype::kYear), date, true},
      {"2025", Of(Category::kDate, Subtype::kYear), token, false},
      {"1953", Of(Category::kDate, Subtype::kBirthYear), date, true},
      {"1937", Of(Category::kDate, Subtype::kBirthYear), date, true},
      {"1936", Of(Category::kDate, Subtype::kBirthYear), date, false},
      {"'53", Of(Category::kDate, Subtype::kBirthYear), date, true},
      {"'25", Of(Category::kDate, Subtype::kBirthYear), date, false},
      {"unread", Of(Category::kDate, Subtype::kBirthYear), date, false},
      {"03/04/2025", Of(Category::kDate), date, false},
      {"03/04/1953", Of(Category::kDate, Subtype::kBirthDate), date, false},
      {"Tuesday", Of(Category::kDate, Subtype::kWeekday), date, true},
      {"14:30", Of(Category::kDate, Subtype::kTime), date, true},
      {"Tuesday", Of(Category::kDate, Subtype::kWeekday), token, false},
      {"89", Of(Category::kAge), age, true},
      {"90", Of(Category::kAge), age, false},
      {"elderly", Of(Category::kAge), age, false},
      {"45", Of(Category::kAge), token, false},
      {"45", Of(Category::kMrn), age, false},
      {"Oregon", Of(Category::kState), keep, true},
      {"Ana", Of(Category::kName), token, false},
      {"[NAME_7QK2G]", Of(Category::kOtherId, Subtype::kToken), keep, false},
  };
  for (const auto& c : cases) EXPECT_EQ(Stays(c.value, c.finding, c.rule, kNow), c.stays) << c.value;
}

TEST(Shown, Hints) {
  const struct {
    std::string_view value;
    Finding finding;
    Show show;
    std::string_view shown;
  } cases[] = {
      {"03/04/2025", Of(Category::kDate), Show::kYear, "2025"},
      {"03/04/2025", Of(Category::kDate), Show::kNothing, ""},
      {"03/04", Of(Category::kDate), Show::kYear, ""},
      {"11/02/1953", Of(Category::kDate, Subtype::kBirthDate), Show::kYear, "1953"},
      {"11/02/1936", Of(Category::kDate, Subtype::kBirthDate), Show::kYear, ""},
      {"11/02/1936", Of(Category::kDate), Show::kYear, ""},
      {"11/02/1937", Of(Category::kDate), Show::kYear, "1937"},
      {"11/02/25", Of(Category::kDate, Subtype::kBirthDate), Show::kYear, ""},
      {"92", Of(Category::kAge), Show::kCap90, "90+"},
      {"45", Of(Category::kAge), Show::kCap90, ""},
      {"elderly", Of(Category::kAge), Show::kCap90, ""},
      {"02139", Of(Category::kZip), Show::kZip3, "021"},
      {"03601", Of(Category::kZip), Show::kZip3, ""},
      {"Ana", Of(Category::kName, Subtype::kStaff), Show::kRole, "staff"},
      {"Ana", Of(Category::kName, Subtype::kPatient), Show::kRole, "patient"},
      {"Ana", Of(Category::kName, Subtype::kRelative), Show::kRole, "relative"},
      {"ana1", Of(Category::kName, Subtype::kUserName), Show::kRole, ""},
      {"Ana", Of(Category::kName), Show::kRole, ""},
      {"02139", Of(Category::kMrn), Show::kZip3, ""},
  };
  for (const auto& c : cases) EXPECT_EQ(Shown(c.value, c.finding, {.show = c.show}, kNow), c.shown) << c.value;
}

}  // namespace
}  // namespace phiveil

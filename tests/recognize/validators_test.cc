#include "recognize/validators.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace phiveil {
namespace {

// Whether `value` passes, standing between `before` and `after`.
bool Holds(std::string_view validator, std::string_view value, std::string_view before = "",
           std::string_view after = "") {
  const Validator check = FindValidator(validator);
  EXPECT_NE(check, nullptr) << validator;
  if (check == nullptr) return false;
  const std::string view = std::string(before) + std::string(value) + std::string(after);
  return check(view, before.size(), before.size() + value.size());
}

template <typename... Args>
std::string Format(const char* format, Args... args) {
  std::array<char, 64> buffer;
  const int size = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return {buffer.data(), static_cast<size_t>(size)};
}

bool DayExists(int year, int month, int day) {
  return std::chrono::year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

constexpr std::array<int, 8> kYears = {1849, 1850, 1900, 1999, 2000, 2023, 2024, 2100};

TEST(DateValidators, AgreeWithTheCalendarOnEveryMonthAndDay) {
  for (int year : kYears) {
    for (int month = 0; month <= 99; ++month) {
      for (int day = 0; day <= 99; ++day) {
        const bool in_range = year >= 1850 && year <= 2099;
        const bool us = in_range && DayExists(year, month, day);
        const bool either = us || (in_range && DayExists(year, day, month));
        EXPECT_EQ(Holds("date_mdy", Format("%d/%d/%04d", month, day, year)), either)
            << month << ' ' << day << ' ' << year;
        EXPECT_EQ(Holds("date_mdy", Format("%02d-%02d-%04d", month, day, year)), either) << month << ' ' << day;
        EXPECT_EQ(Holds("date_iso", Format("%04d-%02d-%02d", year, month, day)), us)
            << year << ' ' << month << ' ' << day;
        EXPECT_EQ(Holds("date_compact", Format("%04d%02d%02d", year, month, day)), us);
        EXPECT_EQ(Holds("date_compact_us", Format("%02d%02d%04d", month, day, year)), us);
        EXPECT_EQ(Holds("hl7_timestamp", Format("%04d%02d%02d1130", year, month, day)), us);
      }
    }
  }
}

TEST(DateValidators, TwoDigitYearsAreAnyYear) {
  for (int year = 0; year <= 99; ++year) {
    EXPECT_TRUE(Holds("date_mdy", Format("3/4/%02d", year)));
    EXPECT_TRUE(Holds("date_compact_us", Format("0304%02d", year)));
    EXPECT_EQ(Holds("date_my_short", Format("8/%02d", year)), year > 49);
  }
}

TEST(DateValidators, MonthAndDayAloneAreMonthFirst) {
  for (int month = 0; month <= 99; ++month) {
    for (int day = 0; day <= 99; ++day) {
      EXPECT_EQ(Holds("date_md", Format("%d/%d", month, day)), DayExists(2024, month, day)) << month << '/' << day;
    }
  }
}

TEST(DateValidators, EveryClockTime) {
  for (int hour = 0; hour <= 99; ++hour) {
    for (int minute = 0; minute <= 99; ++minute) {
      const bool exists = hour <= 24 && minute <= 59;
      EXPECT_EQ(Holds("time_of_day", Format("%d:%02d", hour, minute)), exists) << hour << ':' << minute;
      EXPECT_EQ(Holds("time_of_day", Format("%02d%02d", hour, minute)), exists) << hour << minute;
      EXPECT_EQ(Holds("time_of_day", Format("%d:%02d pm", hour, minute)), hour >= 1 && hour <= 12 && minute <= 59);
    }
  }
}

TEST(DateValidators, EveryYearAndAge) {
  for (int number = 0; number <= 9999; ++number) {
    EXPECT_EQ(Holds("year_plausible", Format("%04d", number)), number >= 1900 && number <= 2099);
    EXPECT_EQ(Holds("age_range", Format("%d", number)), number <= 125);
    EXPECT_EQ(Holds("age_90_plus", Format("%d", number)), number >= 90 && number <= 115);
    EXPECT_EQ(Holds("not_year", Format("%04d", number)), number / 100 != 19 && number / 100 != 20);
  }
}

struct Case {
  std::string_view validator, before, value, after;
  bool holds;
};

TEST(Validators, LookAtTheNeighbours) {
  const std::vector<Case> cases = {
      {"date_mdy", "", "3/4/25", "", true},
      {"date_mdy", "", "3/4/25", "/7", false},
      {"date_mdy", "1.", "2.3.25", "", false},
      {"date_mdy", "seen ", "3.4.25", ".", true},
      {"date_mdy", "", "3/ 4/2025", "", true},
      {"date_mdy", "", "3/4/\n2025", "", true},
      {"date_mdy", "", "3/4-2025", "", false},
      {"date_mdy", "", "3/4/125", "", false},
      {"date_md", "on ", "3/4", ".", true},
      {"date_md", "(", "3/4", ")", true},
      {"date_md", "2 ", "1/2", "", false},
      {"date_md", "1-", "1/2", "", false},
      {"date_md", "3/1-", "3/4", "", true},
      {"date_md", "", "3/4", "-inch", false},
      {"date_md", "", "3/4", "/25", false},
      {"date_md", "", "3/4", "%", false},
      {"date_md", "$", "3/4", "", false},
      {"date_md", "0.", "3/4", "", false},
      {"not_a_fraction", "", "9/3", "", true},
      {"not_a_fraction", "", "6/28", "", true},
      {"not_a_fraction", "", "5/5", "", false},
      {"not_a_fraction", "", "8/10", "", false},
      {"not_a_fraction", "", "28/30", "", false},
      {"date_spaced", "", "02 06 2024", "", true},
      {"date_spaced", "", "02 36 2024", "", false},
      {"date_spaced", "", "12 10 43", "", true},
      {"after_hash", "#", "448291", "", true},
      {"after_hash", " ", "448291", "", false},
      {"date_my", "", "03/2024", "", true},
      {"date_my", "", "11/2017", "-12/2017", true},
      {"date_my", "", "13/2024", "", false},
      {"date_my", "1/", "03/2024", "", false},
      {"date_iso", "", "2025-03-04T11:30:00Z", "", true},
      {"date_iso", "", "2025-03-04T11:30:00.123-05:00", "", true},
      {"date_iso", "", "2025-03-04T25:30", "", false},
      {"date_iso", "", "2025-3-4", "", true},
      {"date_iso", "", "2025/03-04", "", false},
      {"date_iso", "", "2025-03-04", "-7", false},
      {"hl7_timestamp", "", "20250304113000-0500", "", true},
      {"hl7_timestamp", "", "20250304113000.123", "", true},
      {"hl7_timestamp", "", "2025030411", "", true},
      {"hl7_timestamp", "", "20250304", "", false},
      {"hl7_timestamp", "", "2025030425", "", false},
      {"compact_or_timestamp", "", "20250304", "", true},
      {"date_range", "", "3/4-3/7", "", true},
      {"date_range", "", "3/7-3/4", "", false},
      {"date_range", "", "12/29-1/3", "", true},
      {"date_range", "", "3/4/25 to 3/11/25", "", true},
      {"date_range", "", "3/4/25 to 3/11/24", "", false},
      {"date_range", "", "13/4-13/7", "", false},
      {"date_named", "", "March 4th, 2025", "", true},
      {"date_named", "", "Feb 30", "", false},
      {"date_named", "", "Feb 29", "", true},
      {"date_named", "", "4-Mar-25", "", true},
      {"date_named", "", "04MAR2025", "", true},
      {"date_named", "", "32 March", "", false},
      {"date_named", "", "may 4", "", false},
      {"date_named", "", "may 4, 2025", "", true},
      {"date_named", "", "May 4", "", true},
      {"date_named", "", "MAY 4", "", true},
      {"date_named", "", "4 de marzo de 2025", "", true},
      {"date_named", "", "12 enero", "", true},
      {"date_named", "", "October 2019", "", true},
      {"year_plausible", "$", "2000", "", false},
      {"year_plausible", "1.", "2000", "", false},
      {"year_plausible", "", "1971", ",4. Hernia", true},
      {"year_plausible", "2019-", "2021", "", true},
      {"age_range", "", "92", "-year-old", true},
      {"age_range", "98.", "6", "", false},
      {"age_range", "", "98", ".6", false},
      {"age_range", "120/", "80", "", false},
      {"age_range_prefix", "", "92F", "", true},
      {"age_range_prefix", "", "126M", "", false},
      {"age_range_prefix", "98.", "6F", "", false},
      {"decade_of_age", "her ", "90s", "", true},
      {"decade_of_age", "the '", "90s", "", false},
      {"decade_of_age", "19", "90s", "", false},
      {"not_decimal", "", "12", ".5", false},
      {"not_decimal", "1,", "204", "", false},
      {"not_decimal", "", "12", " %", false},
      {"not_decimal", "$", "12", "", false},
      {"not_decimal", "MRN ", "12", ".", true},
      {"zip_after_state", "Salem, OR ", "97301", "", true},
      {"zip_after_state", "Salem OR\n", "97301", "", true},
      {"zip_after_state", "Salem, Oregon  ", "97301", "", true},
      {"zip_after_state", "Albany, N.Y. ", "12207", "", true},
      {"zip_after_state", "one or ", "97301", "", false},
      {"zip_after_state", "COLOR ", "97301", "", false},
      {"zip_after_state", "MRN ", "97301", "", false},
      {"zip_after_state", "", "97301", "", false},
      {"in_brackets", "Ana Roe (", "624538", ")", true},
      {"in_brackets", "[", "624538", "]", true},
      {"in_brackets", "(#", "624538", ", F)", true},
      {"in_brackets", "(", "624538", "]", false},
      {"in_brackets", "Ana Roe ", "624538", "", false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Holds(c.validator, c.value, c.before, c.after), c.holds)
        << c.validator << ": " << c.before << c.value << c.after;
  }
}

TEST(SsnArea, EveryAreaGroupAndSerial) {
  for (int area = 0; area <= 999; ++area) {
    EXPECT_EQ(Holds("ssn_area", Format("%03d-12-3456", area)), area != 0 && area != 666 && area < 900) << area;
  }
  for (int group = 0; group <= 99; ++group) EXPECT_EQ(Holds("ssn_area", Format("123-%02d-3456", group)), group != 0);
  for (int serial = 0; serial <= 9999; ++serial)
    EXPECT_EQ(Holds("ssn_area", Format("123 12 %04d", serial)), serial != 0);
  EXPECT_FALSE(Holds("ssn_area", "123-12-345"));
  EXPECT_FALSE(Holds("ssn_area", "123-12-34567"));
}

// Luhn's rule as one would do it on paper: double every second digit from the right, add the digits of the products.
bool PaperLuhn(const std::string& digits) {
  int sum = 0;
  bool twice = false;
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, twice = !twice) {
    const int product = (*it - '0') * (twice ? 2 : 1);
    sum += product / 10 + product % 10;
  }
  return sum % 10 == 0;
}

TEST(Luhn, AgreesWithPaperOnEveryNumberOfFiveDigits) {
  for (int number = 0; number <= 99999; ++number) {
    const std::string text = Format("%05d", number);
    ASSERT_EQ(Holds("luhn", text), PaperLuhn(text)) << text;
  }
}

TEST(Luhn, EveryChangedDigitIsNoticed) {
  for (std::string card : {"4111111111111111", "79927398713", "378282246310005"}) {
    ASSERT_TRUE(Holds("luhn", card));
    for (size_t i = 0; i < card.size(); ++i) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string changed = card;
        changed[i] = digit;
        EXPECT_EQ(Holds("luhn", changed), changed == card) << changed;
      }
    }
  }
}

TEST(Npi, AgreesWithPaperThroughEveryHalf) {
  for (const char* first : {"0", "1", "2", "3", "9"}) {
    for (int half = 0; half <= 99999; ++half) {
      for (const std::string& number : {Format("%s2345%05d", first, half), Format("%s%05d6789", first, half)}) {
        const bool expected = (first[0] == '1' || first[0] == '2') && PaperLuhn("80840" + number);
        ASSERT_EQ(Holds("npi", number), expected) << number;
      }
    }
  }
  EXPECT_TRUE(Holds("npi", "1234567893"));
  EXPECT_FALSE(Holds("npi", "12345678930"));
}

TEST(Dea, EveryNumber) {
  for (int number = 0; number <= 999999; ++number) {
    const std::array<int, 6> d = {number / 100000,   number / 10000 % 10, number / 1000 % 10,
                                  number / 100 % 10, number / 10 % 10,    number % 10};
    const int check = (d[0] + d[2] + d[4] + (d[1] + d[3] + d[5]) * 2) % 10;
    const std::string right = Format("BM%06d%d", number, check);
    const std::string wrong = Format("BM%06d%d", number, (check + 1 + number % 9) % 10);
    ASSERT_TRUE(Holds("dea", right)) << right;
    ASSERT_FALSE(Holds("dea", wrong)) << wrong;
  }
  EXPECT_TRUE(Holds("dea", "a91234563"));
  EXPECT_FALSE(Holds("dea", "1M1234563"));
}

// The sum as the standard's tables give it.
int VinRemainder(const std::string& vin) {
  constexpr std::string_view kSigns = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
  constexpr std::string_view kDigits = "012345678912345678123457923456789";
  constexpr std::array<int, 17> kWeights = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
  int sum = 0;
  for (size_t i = 0; i < vin.size(); ++i) sum += (kDigits[kSigns.find(vin[i])] - '0') * kWeights[i];
  return sum % 11;
}

TEST(Vin, EveryCharacterAtEveryPlaceWithEveryCheckDigit) {
  const std::string base = "1M8GDM9AXKP042788";
  ASSERT_TRUE(Holds("vin", base));
  for (size_t place = 0; place < base.size(); ++place) {
    for (char c : std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
      if (place == 8) continue;
      std::string vin = base;
      vin[place] = c;
      const bool known = c != 'I' && c != 'O' && c != 'Q';
      for (char check : std::string_view("0123456789X")) {
        vin[8] = check;
        const bool right = known && VinRemainder(vin) == (check == 'X' ? 10 : check - '0');
        EXPECT_EQ(Holds("vin", vin), right) << vin;
      }
    }
  }
  EXPECT_FALSE(Holds("vin", base.substr(1)));
}

TEST(Mbi, EveryCharacterAtEveryPlace) {
  const std::string base = "1EG4TE5MK73";
  constexpr std::string_view kLetters = "ACDEFGHJKMNPQRTUVWXY";
  constexpr std::array<std::string_view, 11> kKinds = {"1", "a", "x", "9", "a", "x", "9", "a", "a", "9", "9"};
  for (size_t place = 0; place < base.size(); ++place) {
    for (char c : std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")) {
      std::string value = base;
      value[place] = c;
      const bool letter = kLetters.find(c) != std::string_view::npos;
      const bool digit = c >= '0' && c <= '9';
      bool right = false;
      if (kKinds[place] == "1") right = digit && c != '0';
      if (kKinds[place] == "a") right = letter;
      if (kKinds[place] == "9") right = digit;
      if (kKinds[place] == "x") right = letter || digit;
      EXPECT_EQ(Holds("mbi", value), right) << value;
    }
  }
  EXPECT_TRUE(Holds("mbi", "1EG4-TE5-MK73"));
  EXPECT_FALSE(Holds("mbi", "1EG-4TE5-MK73"));
}

TEST(Iban, EveryPairOfCheckDigits) {
  // 98 minus the remainder, as the standard computes them.
  for (std::string rest : {"BUKB20201555555555", "NWBK60161331926819"}) {
    for (int check = 0; check <= 99; ++check) {
      const std::string account = Format("GB%02d", check) + rest;
      int remainder = 0;
      for (char c : rest + "GB00") {
        const std::string digits = c <= '9' ? std::string(1, c) : std::to_string(c - 'A' + 10);
        for (char digit : digits) remainder = (remainder * 10 + digit - '0') % 97;
      }
      EXPECT_EQ(Holds("iban", account), check % 97 == (98 - remainder) % 97) << account;
    }
  }
  EXPECT_TRUE(Holds("iban", "GB33 BUKB 2020 1555 5555 55"));
}

TEST(Ipv4, EveryValueOfEveryPart) {
  for (int value = 0; value <= 999; ++value) {
    for (int place = 0; place < 4; ++place) {
      std::array<int, 4> parts = {10, 20, 30, 40};
      parts[static_cast<size_t>(place)] = value;
      EXPECT_EQ(Holds("ipv4", Format("%d.%d.%d.%d", parts[0], parts[1], parts[2], parts[3])), value <= 255);
    }
  }
  EXPECT_TRUE(Holds("ipv4", "192.0.2.1:8080"));
  EXPECT_TRUE(Holds("ipv4", "8.8.8.8"));
  EXPECT_FALSE(Holds("ipv4", "1.2.3.4"));
  EXPECT_FALSE(Holds("ipv4", "10.2.31.144", "firmware "));
  EXPECT_FALSE(Holds("ipv4", "10.2.31.144", "v"));
  EXPECT_FALSE(Holds("ipv4", "10.2.31.144", "1."));
}

TEST(ZipAfterState, EveryPairOfLetters) {
  const std::set<std::string> states = {"AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI",
                                        "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN",
                                        "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH",
                                        "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA",
                                        "WV", "WI", "WY", "PR", "VI", "GU", "AS", "MP", "AE", "AP", "AA"};
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      const std::string code = {a, b};
      EXPECT_EQ(Holds("zip_after_state", "12345", "Town, " + code + " "), states.contains(code)) << code;
      EXPECT_FALSE(Holds("zip_after_state", "12345", "Town, X" + code + " ")) << code;
    }
  }
}

TEST(PhoneNanp, EveryAreaAndExchange) {
  for (int number = 0; number <= 999; ++number) {
    EXPECT_EQ(Holds("phone_nanp", Format("(%03d) 555-0100", number)), number >= 200) << number;
    EXPECT_EQ(Holds("phone_nanp", Format("+1 503-%03d-0100", number)), number >= 200) << number;
  }
  EXPECT_TRUE(Holds("phone_nanp", "503-555-0100 ext. 4521"));
  EXPECT_TRUE(Holds("phone_nanp", "001-503-555-0100"));
  EXPECT_FALSE(Holds("phone_nanp", "2-503-555-0100"));
}

TEST(Validators, Shapes) {
  const std::vector<Case> cases = {
      {"ipv6", "", "2001:db8::8a2e:370:7334", "", true},
      {"ipv6", "", "2001:0db8:0000:0000:0000:8a2e:0370:7334", "", true},
      {"ipv6", "", "::1", "", true},
      {"ipv6", "", "12:30:45", "", false},
      {"ipv6", "", "1::2::3", "", false},
      {"ipv6", "", "1:2:3:4:5:6:7:8:9", "", false},
      {"mac", "", "00:1B:44:11:3A:B7", "", true},
      {"mac", "", "3c-22-fb-90-01-e5", "", true},
      {"mac", "", "001b.4411.3ab7", "", true},
      {"mac", "", "00:1B-44:11:3A:B7", "", false},
      {"mac", "", "00:1B:44:11:3A:G7", "", false},
      {"uuid", "", "3f2b9c1e-77aa-4d10-9b6e-0c4418f2a9d1", "", true},
      {"uuid", "", "3f2b9c1e-77aa-4d10-9b6e-0c4418f2a9dg", "", false},
      {"tld_known", "", "www.example.org/diet", "", true},
      {"tld_known", "", "https://portal.example.health:8443/x", "", true},
      {"tld_known", "", "www.x", "", false},
      {"bare_host", "", "riverclinic.example.com/forms", "", true},
      {"bare_host", "", "pain.commonly", "", false},
      {"bare_host", "", "a@example.com", "", false},
      {"file_suffix", "", "IMG_0041.jpg", "", true},
      {"file_suffix", "", "rash.png-like", "", false},
      {"digits_only", "", "0048", "", true},
      {"digits_only", "", "00-48", "", false},
      {"letters_and_digits", "", "A48", "", true},
      {"letters_and_digits", "", "48", "", false},
      {"not_all_same_digit", "", "0000000", "", false},
      {"not_all_same_digit", "", "00-00-01", "", true},
      {"cased_code", "", "QX48", "", true},
      {"cased_code", "", "Qx48", "", false},
      {"not_measure", "", "10mg", "", false},
      {"not_measure", "", "10mg/5mL", "", false},
      {"not_measure", "", "2x500mg", "", false},
      {"not_measure", "", "12th", "", false},
      {"not_measure", "", "50000u", "", false},
      {"not_measure", "", "29X27908", "", true},
      {"not_measure", "", "5-10", "", false},
      {"not_measure", "", "48291-377", "", true},
      {"not_measure", "", "7A0049281", "", true},
      {"not_code_system", "", "E11.65", "", false},
      {"not_code_system", "", "S72.001A", "", false},
      {"not_code_system", "", "J1885", "", false},
      {"not_code_system", "", "99213", "", false},
      {"not_code_system", "", "L4-L5", "", false},
      {"not_code_system", "", "S25-14567", "", true},
      {"not_date", "", "3-4-25", "", false},
      {"not_date", "", "2025-03-04", "", false},
      {"not_date", "", "34-44-25", "", true},
      {"not_a_label", "", "HC 004 4719", "", true},
      {"not_a_label", "", "ID 004 4719", "", false},
      {"lettered_first", "", "W0417 24 118827", "", true},
      {"lettered_first", "", "74 HR95 RR12", "", false},
      {"starts_with_digit", "", "4 Rt 9", "", true},
      {"starts_with_digit", "", "Rt 9", "", false},
      {"starts_with_letter", "4 ", "Rt 9", "", true},
      {"starts_with_letter", "", "4 Rt 9", "", false},
      {"digits_and_hyphens", "", "5-0128", "", true},
      {"digits_and_hyphens", "", "5/0128", "", false},
      {"hyphenated", "", "612-00-4471", "", true},
      {"hyphenated", "", "612 00 4471", "", false},
      {"after_cap_word", "Ave, Oakville ", "94601", "", true},
      {"after_cap_word", "cost ", "94601", "", false},
      {"date_named", "", "4. May", " repeat", false},
      {"date_named", "", "4. May 2024", "", true},
      {"street_shape", "", "96 SNOMED CT", " codes", false},
      {"street_shape", "", "96 ORCHARD CT", ", SALEM", true},
      {"not_measure", "", "1123X04", "", true},
      {"p_number", "", "p7714", "", true},
      {"p_number", "", "p53", "", false},
      {"not_namespace", "", "http://loinc.org", "", false},
      {"not_namespace", "", "http://www.hl7.org/fhir", "", false},
      {"not_namespace", "", "https://portal.example.org/loinc.org", "", true},
      {"x_extension", "", "x4521", "", true},
      {"x_extension", "", "x12", "", false},
      {"not_round", "", "5000000", "", false},
      {"not_round", "", "5000001", "", true},
      {"fours", "", "4829 1377 0042", "", true},
      {"fours", "", "4829 1377", "", false},
      {"fours", "", "4829 137 0042", "", false},
      {"not_code_system", "", "BP144/83", "", false},
      {"not_measure", "", "0.0-6.2", "", false},
      {"not_measure", "", "12-34-56", "", true},
      {"street_shape", "", "4 Chamber View", "", false},
      {"street_shape", "", "44 Chamber View", "", true},
      {"card_number", "", "4111-1111-1111-1111", "", true},
      {"card_number", "", "3782 822463 10005", "", true},
      {"card_number", "", "4012888888881881", "", true},
      {"card_number", "", "4012888888881882", "", false},
      {"card_number", "", "9111-1111-1111-1111", "", false},
      {"secret_prefix", "", "sk_test_4Tq9ab77Lx02", "", true},
      {"secret_prefix", "", "desk_12345", "", false},
      {"street_shape", "", "4417 Birch Hollow Rd, Apt 3B", "", true},
      {"street_shape", "", "12 N. 5th Street", "", true},
      {"street_shape", "", "2 Head CT", "", false},
      {"street_shape", "", "4 weeks the way", "", false},
      {"street_shape", "", "14 Oak Dr", ". Smith", false},
      {"street_shape", "", "14 Oak Dr", ", Salem", true},
      {"apartment_word", "", "Apt. 12", "", true},
      {"apartment_word", "", "Room 12", "", false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Holds(c.validator, c.value, c.before, c.after), c.holds)
        << c.validator << ": " << c.before << c.value << c.after;
  }
}

TEST(Validators, CountsAndLengthsAreWhatTheirNamesSay) {
  for (size_t size = 1; size <= 14; ++size) {
    const std::string digits(size, '7'), letters(size, 'q');
    for (size_t bound = 2; bound <= 8; ++bound) {
      EXPECT_EQ(Holds(Format("digits_%zu_plus", bound), digits), size >= bound);
      EXPECT_FALSE(Holds(Format("digits_%zu_plus", bound), letters));
    }
    for (size_t count : {4u, 5u, 9u, 10u}) EXPECT_EQ(Holds(Format("digits_%zu", count), digits), size == count);
    for (size_t bound = 4; bound <= 8; ++bound) EXPECT_EQ(Holds(Format("len_%zu_plus", bound), letters), size >= bound);
    for (size_t bound : {4u, 6u, 7u, 8u, 12u}) EXPECT_EQ(Holds(Format("len_%zu_max", bound), letters), size <= bound);
    EXPECT_EQ(Holds("len_9_to_11", letters), size >= 9 && size <= 11);
    EXPECT_EQ(Holds("digits_12_plus", digits), size >= 12);
  }
}

constexpr std::string_view kNames[] = {"date_mdy",
                                       "date_md",
                                       "date_my",
                                       "date_my_short",
                                       "date_iso",
                                       "date_compact",
                                       "date_compact_us",
                                       "date_range",
                                       "date_named",
                                       "hl7_timestamp",
                                       "compact_or_timestamp",
                                       "year_plausible",
                                       "time_of_day",
                                       "age_range",
                                       "age_range_prefix",
                                       "decade_of_age",
                                       "phone_nanp",
                                       "phone_digits",
                                       "ssn_area",
                                       "luhn",
                                       "npi",
                                       "dea",
                                       "vin",
                                       "mbi",
                                       "ipv4",
                                       "ipv6",
                                       "mac",
                                       "uuid",
                                       "tld_known",
                                       "bare_host",
                                       "file_suffix",
                                       "secret_prefix",
                                       "zip_after_state",
                                       "street_shape",
                                       "apartment_word",
                                       "has_digit",
                                       "has_letter",
                                       "letters_and_digits",
                                       "digits_only",
                                       "not_all_same_digit",
                                       "not_decimal",
                                       "not_year",
                                       "not_round",
                                       "not_date",
                                       "not_measure",
                                       "not_code_system",
                                       "cased_code",
                                       "x_extension",
                                       "in_brackets",
                                       "fours",
                                       "card_number",
                                       "iban"};

TEST(Validators, UnknownNamesAreUnknown) {
  for (std::string_view name : kNames) EXPECT_TRUE(IsValidator(name)) << name;
  for (std::string_view name : {"", "date", "DATE_MDY", "npi ", "digits_1_plus"}) {
    EXPECT_FALSE(IsValidator(name)) << name;
    EXPECT_EQ(FindValidator(name), nullptr) << name;
  }
}

// Whatever a pattern may hand over, at whatever place: an answer, within the view. Sanitizers watch.
TEST(Validators, AnswerForEveryStretchOfAnyText) {
  std::mt19937 random(7);
  constexpr std::string_view kBytes = "0123456789 0123456789/-.:,()[]xXaApPmMsTFZ+#$%@\n\tJanMarchSt\xc3\xa9";
  for (int round = 0; round < 300; ++round) {
    std::string view;
    const size_t size = random() % 24;
    for (size_t i = 0; i < size; ++i) view += kBytes[random() % kBytes.size()];
    for (std::string_view name : kNames) {
      const Validator check = FindValidator(name);
      ASSERT_NE(check, nullptr);
      for (size_t begin = 0; begin < view.size(); ++begin) {
        for (size_t end = begin + 1; end <= view.size(); ++end) {
          ASSERT_EQ(check(view, begin, end), check(view, begin, end)) << name;
        }
      }
    }
  }
}

}  // namespace
}  // namespace phiveil

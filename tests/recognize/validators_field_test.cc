#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "recognize/validators.h"

namespace phiveil {
namespace {

struct Case {
  std::string_view validator;
  std::vector<std::string_view> stand, fall;
};

class FieldValidator : public ::testing::TestWithParam<Case> {};

TEST_P(FieldValidator, TellsWhatMayStand) {
  const Validator check = FindValidator(GetParam().validator);
  ASSERT_NE(check, nullptr);
  for (std::string_view value : GetParam().stand) EXPECT_TRUE(check(value, 0, value.size())) << value;
  for (std::string_view value : GetParam().fall) EXPECT_FALSE(check(value, 0, value.size())) << value;
}

INSTANTIATE_TEST_SUITE_P(
    All, FieldValidator,
    ::testing::Values(
        Case{"date_like",
             {"1961",
              "196102",
              "19610203",
              "196102031005",
              "19610203100559.5+0100",
              "1961-02",
              "1961-02-03T10:11:12Z",
              "1961/2/3",
              "2/3/61",
              "2/3",
              "3.2.1961",
              "3-2-61",
              "3-Feb-61",
              "3 Feb 1961",
              "3Feb1961",
              "Feb 3, 1961",
              "February 1961",
              "Tuesday, Feb 3",
              "Mon Jan 05 2026",
              "02031961"},
             {"12", "1234", "120000", "999999", "19611303", "19610244", "3.5", "3-5", "61", "14:05", "about 3",
              "12345678", "x", "2026 was a long year and nothing at all happened in it, or so", "61 years",
              "1961 beds"}},
        Case{"person_words",
             {"Ada Quill", "QUILL, ADA", "Quill,Ada", "Ada M. Quill", "Jean-Luc O'Roe", "Ludwig van Beethoven",
              "Maria de Souza"},
             {"Ada", "ada quill", "Ada Quill 2", "Basic panel, fasting", "A B C D E F", "Ada Quill: note", ""}},
        Case{"phone_like",
             {"802-555-0143", "+1 (802) 555 0143", "5550143 x4 ask for the desk", "5550143 home", "same, ext 14"},
             {"C-42 POS 14.2h", "room 12 bed 3", "0143 is what she left on the machine last night"}},
        Case{"file_data",
             {"iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4AAAAQuarry=="},
             {"iVBORw0KGgo=", "This sentence is longer than sixty-four bytes, and has stops in it: no file."}},
        Case{"not_oid", {"2.16.840", "4417", "Q-1.2.3.4"}, {"2.16.840.1.113883.19"}},
        Case{"not_anchor", {"4417", "# 4417", "a#b", "#4 of the list"}, {"#result-4", "#4"}},
        Case{"not_canonical",
             {"http://x.org/Patient/44", "Patient/44"},
             {"http://hl7.org/fhir/ValueSet/units", "http://x.org/fhir/StructureDefinition/p"}},
        Case{"us_state",
             {"OH", "oh", "PR", "Ohio", "NEW YORK", "North Carolina", "West Virginia"},
             {"XX", "idle", "O", "Ohio State University", "final", ""}}),
    [](const auto& one) { return std::string(one.param.validator); });

}  // namespace
}  // namespace phiveil

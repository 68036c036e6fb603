#include "structure/field_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "structure_fixture.h"

namespace phiveil {
namespace {

using ::testing::ElementsAreArray;

TEST(SplitName, PartsWordsAsTheyAreWritten) {
  const struct {
    std::string_view name;
    std::vector<std::string_view> words;
  } kCases[] = {
      {"patient_name", {"patient", "name"}},
      {"patientName", {"patient", "Name"}},
      {"PatientName", {"Patient", "Name"}},
      {"PATIENT NAME", {"PATIENT", "NAME"}},
      {"Patient's Name", {"Patient", "Name"}},
      {"patient-last.name", {"patient", "last", "name"}},
      {"SSNumber", {"SS", "Number"}},
      {"patientID", {"patient", "ID"}},
      {"MRN#", {"MRN"}},
      {"addressLine1", {"address", "Line"}},
      {"phone_2", {"phone"}},
      {"dob", {"dob"}},
      {"Stra\xC3\x9F"
       "e",
       {"Stra\xC3\x9F"
        "e"}},
      {"17", {}},
      {"", {}},
      {"__", {}},
  };
  for (const auto& c : kCases) EXPECT_THAT(SplitName(c.name), ElementsAreArray(c.words)) << c.name;
}

TEST(LooksLikeOid, IsForDigitsAndDots) {
  for (std::string_view yes : {"2.16.840.1.113883", "1.2.3.4", "2.16.840.1.113883.19.5"})
    EXPECT_TRUE(LooksLikeOid(yes)) << yes;
  for (std::string_view no : {"", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3.4", "3.1.2.3", "12.1.2.3", "1.2.3.x"}) {
    EXPECT_FALSE(LooksLikeOid(no)) << no;
  }
}

class Find : public ::testing::Test {
 public:
  // The words of the name that a path of these keys ends in, "" for none.
  std::string operator()(const std::vector<std::string_view>& keys) const {
    std::vector<KeyWord> path;
    for (std::string_view key : keys) LooksLikeOid(key) ? AppendWhole(key, &path) : AppendWords(key, &path);
    const uint32_t name = names_.Find(path);
    return name == FieldNames::kNone ? "" : fields_.names(static_cast<int>(name)).words();
  }
  const pb::Fields fields_ = testing::SomeFields();
  const FieldNames names_{fields_};
};

TEST_F(Find, TakesTheLongestEndOfAPath) {
  const Find& find = *this;
  const struct {
    std::vector<std::string_view> keys;
    std::string_view name;
  } kCases[] = {
      {{"name"}, "name"},
      {{"patientName"}, "patient name"},
      {{"patient", "name"}, "patient name"},
      {{"data", "patient", "name"}, "patient name"},
      {{"patient", "0", "name"}, "patient name"},
      {{"patient", "drug", "name"}, "name"},
      {{"name", "given"}, "name given"},
      // A name begins where a key begins, unless it is an ending.
      {{"drugName"}, ""},
      {{"drug_name"}, ""},
      {{"homePhone"}, "phone"},
      {{"home", "phone"}, "phone"},
      {{"phoneType"}, ""},
      {{"oid", "2.16.840.1.113883.4.1"}, "2.16.840.1.113883.4.1"},
      {{"2.16.840.1.113883.4.2"}, ""},
      {{}, ""},
      {{"17"}, ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(find(c.keys), c.name) << ::testing::PrintToString(c.keys);
}

TEST_F(Find, KnowsValuesThatAreNone) {
  for (std::string_view none : {"", "-", "--", "N/A", "n.a.", "Unknown", "UNKNOWN", "none", "\"\"", "(none)"}) {
    EXPECT_TRUE(names_.SaysNothing(none)) << none;
  }
  for (std::string_view some : {"A", "4", "Nona", "unknown 4", "nan-xi", "\xC3\x89"})
    EXPECT_FALSE(names_.SaysNothing(some)) << some;
}

}  // namespace
}  // namespace phiveil

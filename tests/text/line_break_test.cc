#include "text/line_break.h"

#include <gtest/gtest.h>

namespace phiveil {
namespace {

constexpr std::string_view kProse = "The patient was seen in clinic today by the";  // 43 bytes

TEST(IsSoftBreak, NextLine) {
  const std::pair<std::string_view, bool> cases[] = {
      {"resident on call", true},
      {"Resident on call", true},
      {"Émile", true},
      {"12 hours later", true},
      {"2024 was better", true},
      {"1.5 mg of it", true},
      {"at 10:30 he left", true},
      {"10:30 he left the ward", true},
      {"19:43 r.lund: who has bed 5", false},
      {"", false},
      {"\nNext", false},
      {"  indented", false},
      {"- bullet", false},
      {"* bullet", false},
      {"(in brackets)", false},
      {"1. first", false},
      {"12) twelfth", false},
      {"1.\n", false},
      {"a) first", false},
      {"Allergies: none", false},
      {"Date of birth: 1953", false},
      {"Past medical surgical history: none", false},
      {"A line of five words: prose", true},
      {"Plan\nNext: b", true},
  };
  for (const auto& [rest, soft] : cases) EXPECT_EQ(IsSoftBreak(kProse, rest), soft) << rest;
}

TEST(IsSoftBreak, LineBefore) {
  const std::pair<std::string_view, bool> cases[] = {
      {"The patient was seen in clinic today and,", true},
      {"The patient was seen in clinic today by   ", true},
      {"The patient was seen in clinic by us --", true},
      {"Too short to have been wrapped", false},
      {"The patient was seen in clinic today by her.", false},
      {"The patient was seen in clinic today by her.  ", false},
      {"The patient was seen in clinic today by us:", false},
      {"The patient was seen in clinic today by us;", false},
      {"The patient was seen in clinic today by us!", false},
      {"Was the patient seen in the clinic today by us?", false},
      {"Sodium   138       potassium     4.1 and so on", false},
      {"Sodium 138\tpotassium 4.1 and so on, and so on", false},
      {"Sodium 138 | potassium 4.1 and so on, and so on", false},
      {"Sodium 138   potassium 4.1 and so on, and so on", true},
      {"----------------------------------------------", false},
      {"=====  RESULTS OF THE LABORATORY TODAY  =======", false},
      {"                                               ", false},
  };
  for (const auto& [line, soft] : cases) {
    EXPECT_EQ(IsSoftBreak(line, "resident"), soft && line.size() >= 40) << line;
  }
}

TEST(IsSoftBreak, FortyBytesAreEnough) {
  EXPECT_TRUE(IsSoftBreak(std::string(40, 'a'), "b"));
  EXPECT_FALSE(IsSoftBreak(std::string(39, 'a'), "b"));
}

}  // namespace
}  // namespace phiveil

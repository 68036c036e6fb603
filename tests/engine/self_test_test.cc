#include "self_test.h"

#include <gtest/gtest.h>

#include "support/engine.h"

namespace phiveil {
namespace {

std::string Compare(std::string_view text, const std::vector<Mark>& marks, Category category) {
  const auto problem = CompareWithMarks(*testing::BuiltinRules(), text, marks, category);
  EXPECT_TRUE(problem.ok()) << problem.status();
  return problem.value_or("failed");
}

TEST(SelfTestTest, ComparesFindingsWithMarks) {
  const std::string_view text = "MRN: 00482913 noted.";
  EXPECT_EQ(Compare(text, {{5, 13, Category::kMrn}}, Category::kMrn), "");
  EXPECT_NE(Compare(text, {}, Category::kMrn), "") << "found what is not marked";
  EXPECT_NE(Compare(text, {{5, 12, Category::kMrn}}, Category::kMrn), "") << "another extent";
  EXPECT_NE(Compare(text, {{14, 19, Category::kMrn}}, Category::kMrn), "") << "marked, not found";
  EXPECT_EQ(Compare(text, {}, Category::kPhone), "") << "other categories do not matter";
}

TEST(SelfTestTest, SaysWhereWithoutTheText) {
  const std::string problem = Compare("MRN: 00482913 noted.", {}, Category::kMrn);
  EXPECT_NE(problem.find("5 to 13"), std::string::npos) << problem;
  EXPECT_EQ(problem.find("00482913"), std::string::npos) << problem;
}

TEST(SelfTestTest, ComparesVetoes) {
  EXPECT_EQ(Compare("given 500 mg twice", {{6, 12, Category::kSafe}}, Category::kSafe), "");
  EXPECT_NE(Compare("given nothing twice", {{6, 13, Category::kSafe}}, Category::kSafe), "");
}

}  // namespace
}  // namespace phiveil

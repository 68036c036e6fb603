#include "transform/lookalikes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "phiveil/token.h"

namespace phiveil {
namespace {

Finding At(uint32_t begin, uint32_t end) {
  Finding finding;
  finding.begin = begin;
  finding.end = end;
  finding.category = Category::kName;
  finding.rule = "name";
  return finding;
}

// "3-7 name" or "3-7 token".
std::vector<std::string> Describe(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& f : findings) {
    const bool token = f.subtype == Subtype::kToken;
    if (token) {
      EXPECT_EQ(f.category, Category::kOtherId);
      EXPECT_EQ(f.rule, "phiveil.token_lookalike");
      EXPECT_EQ(f.score, 1.0f);
    }
    out.push_back(std::to_string(f.begin) + "-" + std::to_string(f.end) + (token ? " token" : " name"));
  }
  return out;
}

TEST(MergeLookalikes, Stretches) {
  const struct {
    std::vector<Stretch> lookalikes;
    std::vector<std::pair<uint32_t, uint32_t>> findings;
    std::vector<std::string> merged;
  } cases[] = {
      {{}, {}, {}},
      {{}, {{1, 2}}, {"1-2 name"}},
      {{{5, 9}}, {}, {"5-9 token"}},
      {{{5, 9}}, {{1, 5}, {9, 12}}, {"1-5 name", "5-9 token", "9-12 name"}},
      {{{5, 9}}, {{6, 7}}, {"5-9 token"}},
      {{{5, 9}}, {{1, 6}, {8, 20}, {20, 21}}, {"1-20 token", "20-21 name"}},
      {{{5, 9}}, {{4, 10}}, {"4-10 token"}},
      {{{5, 9}, {12, 16}}, {{8, 13}, {15, 18}}, {"5-18 token"}},
      {{{5, 9}, {9, 16}}, {}, {"5-9 token", "9-16 token"}},
      {{{5, 9}, {12, 16}},
       {{1, 2}, {10, 11}, {17, 18}},
       {"1-2 name", "5-9 token", "10-11 name", "12-16 token", "17-18 name"}},
  };
  for (const auto& c : cases) {
    std::vector<Finding> findings;
    for (const auto& [begin, end] : c.findings) findings.push_back(At(begin, end));
    MergeLookalikes(c.lookalikes, &findings);
    EXPECT_EQ(Describe(findings), c.merged);
  }
}

TEST(MergeLookalikes, MentionsOfAText) {
  const std::string token = FormatToken(Category::kName, TokenCode::Make(Category::kName, "7QK2"), "");  // 12 bytes
  std::vector<Finding> findings = {At(0, 3), At(5, 9)};
  MergeLookalikes("Ana " + token + " [DATE_00000] Ruiz", &findings);
  EXPECT_THAT(Describe(findings), ::testing::ElementsAre("0-3 name", "4-16 token", "17-29 token"));
}

}  // namespace
}  // namespace phiveil

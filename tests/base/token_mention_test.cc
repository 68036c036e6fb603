#include <gtest/gtest.h>

#include <random>
#include <string>

#include "phiveil/token.h"

namespace phiveil {
namespace {

const std::string kCode(TokenCode::Make(Category::kName, "7QK2").view());
const std::string kOtherCode(TokenCode::Make(Category::kOtherId, "3MX8").view());

std::string Fill(std::string_view pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i, 2) == "$N") {
      out += kCode;
      ++i;
    } else if (pattern.substr(i, 2) == "$O") {
      out += kOtherCode;
      ++i;
    } else {
      out += pattern[i];
    }
  }
  return out;
}

// The mentions of a text, "!" before those that are not intact.
std::vector<std::string> Mentions(std::string_view text) {
  std::vector<std::string> out;
  size_t from = 0;
  while (const auto mention = FindTokenMention(text, from)) {
    EXPECT_LE(from, mention->begin);
    EXPECT_LT(mention->begin, mention->end);
    EXPECT_LE(mention->end, text.size());
    out.push_back((mention->intact ? "" : "!") +
                  std::string(text.substr(mention->begin, mention->end - mention->begin)));
    from = mention->end;
  }
  return out;
}

struct Case {
  std::string_view text;
  std::vector<std::string_view> mentions;
};

TEST(FindTokenMention, Forms) {
  const Case cases[] = {
      // as written
      {"[NAME_$N]", {"[NAME_$N]"}},
      {"a [NAME_$N] b [OTHER_ID_$O] c", {"[NAME_$N]", "[OTHER_ID_$O]"}},
      {"[NAME_$N][NAME_$N]", {"[NAME_$N]", "[NAME_$N]"}},
      {"[NAME_$N staff]", {"[NAME_$N staff]"}},
      {"[NAME_$N]'s", {"[NAME_$N]"}},
      // another case
      {"[name_7qk2g]", {"[name_7qk2g]"}},
      {"[Other_Id_$O]", {"[Other_Id_$O]"}},
      // escaped
      {"\\[NAME\\_$N\\]", {"\\[NAME\\_$N\\]"}},
      {"\\[OTHER\\_ID\\_$O\\]", {"\\[OTHER\\_ID\\_$O\\]"}},
      {"\\\\[NAME\\\\_$N\\\\]", {"\\\\[NAME\\\\_$N\\\\]"}},
      {"\\u005bNAME_$N\\u005d", {"\\u005bNAME_$N\\u005d"}},
      {"\\u005BNAME_$N staff\\u005D", {"\\u005BNAME_$N staff\\u005D"}},
      {"&#91;NAME_$N&#93;", {"&#91;NAME_$N&#93;"}},
      {"&lbrack;NAME_$N&rbrack;", {"&lbrack;NAME_$N&rbrack;"}},
      {"&#x5B;NAME_$N&#x5d;", {"&#x5B;NAME_$N&#x5d;"}},
      // emphasised
      {"**[NAME_$N]**", {"[NAME_$N]"}},
      {"[**NAME_$N**]", {"[**NAME_$N**]"}},
      {"[`NAME_$N`]", {"[`NAME_$N`]"}},
      {"_[NAME_$N]_", {"[NAME_$N]"}},
      // a hint lost, changed, wrapped; never more than a word
      {"[NAME_$N relative]", {"[NAME_$N relative]"}},
      {"[NAME_$N: staff]", {"[NAME_$N: staff]"}},
      {"[NAME_$N\n  staff]", {"[NAME_$N\n  staff]"}},
      {"[NAME_$N 90\\+]", {"[NAME_$N 90\\+]"}},
      {"[NAME_$N was seen]", {"NAME_$N"}},
      {"[NAME_$N, 45]", {"NAME_$N"}},
      {"[NAME_$N OTHER_ID_$O]", {"NAME_$N", "OTHER_ID_$O"}},
      {"[NAME_$N [OTHER_ID_$O]", {"NAME_$N", "[OTHER_ID_$O]"}},
      // brackets lost
      {"NAME_$N", {"NAME_$N"}},
      {"(NAME_$N)", {"NAME_$N"}},
      {"NAME_$N's", {"NAME_$N"}},
      {"**NAME_$N**", {"NAME_$N"}},
      {"NAME\\_$N", {"NAME\\_$N"}},
      {"[NAME_$N", {"NAME_$N"}},
      {"NAME_7QK2H", {}},
      {"xNAME_$N", {}},
      {"X_NAME_$N", {}},
      {"NAME_$Nx", {}},
      {"NAME_$N_x", {}},
      // altered
      {"[NAME_7QK2H]", {"![NAME_7QK2H]"}},
      {"[DATE_$N]", {"![DATE_$N]"}},
      {"[NAME_7QK2]", {"![NAME_7QK2]"}},
      {"[NAME_7QKUG]", {"![NAME_7QKUG]"}},
      // nothing of ours
      {"", {}},
      {"_", {}},
      {"____", {}},
      {"[NAME]", {}},
      {"[NAME_]", {}},
      {"[DATE_TIME]", {}},
      {"[SAFE_7QK2G]", {}},
      {"[NAMES_7QK2G]", {}},
      {"[NAME_7QK27QK27QK27]", {}},
      {"[NAME-$N]", {}},
      {"u005bNAME_7QK2H", {}},
      // not swallowed: a backslash that was there before
      {"C:\\[NAME_$N]", {"[NAME_$N]"}},
      {"\\\\[NAME_$N\\]", {"\\[NAME_$N\\]"}},
      {"[[NAME_$N]]", {"[NAME_$N]"}},
  };
  for (const Case& c : cases) {
    std::vector<std::string> expected;
    for (const std::string_view mention : c.mentions) expected.push_back(Fill(mention));
    EXPECT_EQ(Mentions(Fill(c.text)), expected) << c.text;
  }
}

TEST(FindTokenMention, ReadsBackEveryCategory) {
  for (size_t i = 1; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    const TokenCode code = TokenCode::Make(category, "0B9ZK1");
    for (const std::string_view hint : {"", "2025", "90+", "021", "staff"}) {
      const std::string token = FormatToken(category, code, hint);
      const auto mention = FindTokenMention("x" + token + "x", 0);
      ASSERT_TRUE(mention.has_value()) << token;
      EXPECT_EQ(mention->begin, 1u);
      EXPECT_EQ(mention->end, 1 + token.size());
      EXPECT_EQ(mention->category, category);
      EXPECT_EQ(mention->code, code);
      EXPECT_TRUE(mention->intact);
    }
  }
}

TEST(FindTokenMention, EveryLengthOfCode) {
  for (size_t size = TokenCode::kMinRandom; size <= TokenCode::kMaxRandom; ++size) {
    const TokenCode code = TokenCode::Make(Category::kMrn, std::string(size, 'Z'));
    const std::string token = FormatToken(Category::kMrn, code, "");
    EXPECT_EQ(Mentions(token), std::vector<std::string>{token});
  }
}

TEST(FindTokenMention, BeginsAtFromAndSeesNothingBefore) {
  const std::string text = "x" + Fill("NAME_$N");
  EXPECT_FALSE(FindTokenMention(text, 0).has_value());
  EXPECT_TRUE(FindTokenMention(text, 1).has_value());
  EXPECT_FALSE(FindTokenMention(text, 2).has_value());
  EXPECT_FALSE(FindTokenMention(text, text.size()).has_value());
  const auto inner = FindTokenMention(Fill("[NAME_$N]"), 1);
  ASSERT_TRUE(inner.has_value());
  EXPECT_EQ(inner->begin, 1u);
}

TEST(FindTokenMention, RandomTextNeverLeavesItsBounds) {
  const std::string pieces[] = {"[",  "]",   "\\", "_",     "NAME",  "name",    "OTHER", "ID", "_7QK2G", kCode, " ",
                                "\n", "90+", "*",  "&#91;", "&#93;", "\\u005b", "u005d", "IP", "Z",      "é",   "'s"};
  std::mt19937 rng(9);
  for (int round = 0; round < 50000; ++round) {
    std::string text;
    for (size_t i = 0; i < rng() % 14; ++i) text += pieces[rng() % std::size(pieces)];
    Mentions(std::string_view(text.data(), text.size()));  // its own expectations
  }
}

// Quadratic work on four megabytes would run into the test's time limit.
TEST(FindTokenMention, CraftedTextsEnd) {
  for (const std::string_view piece : {"[[[[[[NAME_", "_", "\\\\\\\\_", "[NAME_7QK2H ", "NAME_7QK2G", "[**NAME_"}) {
    std::string text;
    while (text.size() < (4u << 20)) text += piece;
    for (const std::string& mention : Mentions(text)) ASSERT_LT(mention.size(), 80u);
  }
}

}  // namespace
}  // namespace phiveil

#include "phiveil/token.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace phiveil {
namespace {

// Every pair of values at every pair of neighbouring places, and every value at every place: the
// check is linear, so these, with random characters elsewhere, are all the cases there are.
class TokenCodeLength : public ::testing::TestWithParam<size_t> {
 protected:
  std::string Random() {
    std::string out;
    for (size_t i = 0; i < GetParam(); ++i) out.push_back(kTokenAlphabet[rng_() % 32]);
    return out;
  }
  std::mt19937 rng_{20};
};

bool Fits(Category category, std::string_view code) {
  const auto parsed = TokenCode::Parse(code);
  return parsed.has_value() && parsed->ChecksAs(category);
}

TEST_P(TokenCodeLength, MadeCodeFitsItsCategoryAlone) {
  for (size_t c = 0; c < kCategoryCount; ++c) {
    const std::string random = Random();
    const TokenCode code = TokenCode::Make(static_cast<Category>(c), random);
    EXPECT_EQ(code.view().substr(0, random.size()), random);
    EXPECT_EQ(code.view().size(), random.size() + 1);
    for (size_t other = 0; other < kCategoryCount; ++other) {
      EXPECT_EQ(code.ChecksAs(static_cast<Category>(other)), other == c);
    }
  }
}

TEST_P(TokenCodeLength, EveryChangeOfOneCharacterIsNoticed) {
  for (size_t place = 0; place <= GetParam(); ++place) {
    for (const char from : kTokenAlphabet) {
      std::string random = Random();
      if (place < random.size()) random[place] = from;
      const std::string code(TokenCode::Make(Category::kMrn, random).view());
      for (const char to : kTokenAlphabet) {
        std::string changed = code;
        changed[place] = to;
        EXPECT_EQ(Fits(Category::kMrn, changed), changed == code);
      }
    }
  }
}

TEST_P(TokenCodeLength, EveryExchangeOfNeighboursIsNoticed) {
  for (size_t place = 0; place + 1 < GetParam(); ++place) {
    for (const char a : kTokenAlphabet) {
      for (const char b : kTokenAlphabet) {
        std::string random = Random();
        random[place] = a;
        random[place + 1] = b;
        std::string code(TokenCode::Make(Category::kDate, random).view());
        std::swap(code[place], code[place + 1]);
        EXPECT_EQ(Fits(Category::kDate, code), a == b);
      }
    }
  }
}

TEST_P(TokenCodeLength, ExchangeWithTheCheckCharacterIsNoticed) {
  for (int round = 0; round < 4000; ++round) {
    std::string code(TokenCode::Make(Category::kPhone, Random()).view());
    const std::string whole = code;
    std::swap(code[code.size() - 2], code[code.size() - 1]);
    EXPECT_EQ(Fits(Category::kPhone, code), code == whole);
  }
}

INSTANTIATE_TEST_SUITE_P(Lengths, TokenCodeLength, ::testing::Range<size_t>(TokenCode::kMinRandom, 12));

TEST(TokenCode, RefusesWhatCannotBeACode) {
  EXPECT_TRUE(TokenCode::Make(Category::kName, "7QK").empty());
  EXPECT_TRUE(TokenCode::Make(Category::kName, "7QK27QK27QK2").empty());
  EXPECT_TRUE(TokenCode::Make(Category::kName, "7QKU").empty());
  EXPECT_FALSE(TokenCode().ChecksAs(Category::kSafe));
  for (const std::string_view bad : {"", "7QK2", "7QK2F7QK2F7QK", "7QKUF", "7QK-F", "7QK2\xC3"}) {
    EXPECT_FALSE(TokenCode::Parse(bad).has_value()) << bad;
  }
}

TEST(TokenCode, ReadsAnyCaseAndLookalikes) {
  EXPECT_EQ(TokenCode::Parse("olIi0a")->view(), "01110A");
  for (const char c : kTokenAlphabet) {
    const std::string lower(5, static_cast<char>(c >= 'A' ? c + 32 : c));
    EXPECT_EQ(TokenCode::Parse(lower)->view(), std::string(5, c));
  }
}

TEST(TokenCode, CheckCharacterIsPinned) {
  // Vaults and texts in the field hold these: they may not change.
  EXPECT_EQ(TokenCode::Make(Category::kName, "7QK2").view(), "7QK2G");
  EXPECT_EQ(TokenCode::Make(Category::kOtherId, "0000000000Z").view(), "0000000000ZC");
}

TEST(FormatToken, WritesCategoryCodeAndHint) {
  const TokenCode code = TokenCode::Make(Category::kHealthPlan, "3MX8");
  const std::string bare = "[HEALTH_PLAN_" + std::string(code.view()) + "]";
  EXPECT_EQ(FormatToken(Category::kHealthPlan, code, ""), bare);
  EXPECT_EQ(FormatToken(Category::kHealthPlan, code, "2025"), bare.substr(0, bare.size() - 1) + " 2025]");
}

}  // namespace
}  // namespace phiveil

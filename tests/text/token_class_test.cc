#include "text/token_class.h"

#include <gtest/gtest.h>

namespace phiveil {
namespace {

TEST(StructuralClass, NamesAreTheRuleLanguages) {
  constexpr std::string_view kNames[] = {
      "Cap",   "Upper",  "Lower", "Mixed",     "Initial", "Letter", "Num",       "NonLatin", "Comma", "Dot",
      "Colon", "Hyphen", "Slash", "LParen",    "RParen",  "Hash",   "Amp",       "Quote",    "Apos",  "Nl",
      "Poss",  "Semi",   "Other", "LineStart", "LineEnd", "Glued",  "SentStart", "CapsLine"};
  static_assert(std::size(kNames) == token_class::kFirstListBit);
  for (int bit = 0; bit < token_class::kFirstListBit; ++bit) {
    EXPECT_EQ(StructuralClass(kNames[bit]), 1ull << bit) << kNames[bit];
  }
}

TEST(StructuralClass, AnyIsNoBit) { EXPECT_EQ(StructuralClass("Any"), 0u); }

TEST(StructuralClass, OthersAreUnknown) {
  for (const std::string_view name : {"", "cap", "Caps", "Last", "CAP"}) {
    EXPECT_FALSE(StructuralClass(name).has_value()) << name;
  }
}

TEST(TokenClass, ListsHaveTheRestOfTheBits) {
  EXPECT_EQ(token_class::kMaxLists, 36);
  EXPECT_EQ(token_class::kAnyWord & token_class::kNum, 0u);
}

}  // namespace
}  // namespace phiveil

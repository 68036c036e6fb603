#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/document.h"

namespace phiveil {
namespace {

TEST(FoldWords, Entries) {
  const std::pair<std::string_view, std::vector<std::string>> cases[] = {
      {"", {}},
      {"MRN", {"mrn"}},
      {"Med. Rec. No.", {"med", "rec", "no"}},
      {"O'Brien", {"obrien"}},
      {"O\u2019Brien", {"obrien"}},
      {"Winston-Salem", {"winston", "salem"}},
      {"St. Mary's Hospital", {"st", "mary", "hospital"}},
      {"drivers' license", {"drivers", "license"}},
      {"Núñez", {"nunez"}},
      {"Çelik", {"celik"}},
      {"type2", {"type", "2"}},
      {"Иван", {"Иван"}},
      {"&, --", {}},
      {"\xFF", {}},
  };
  for (const auto& [entry, words] : cases) EXPECT_EQ(FoldWords(entry), words) << entry;
}

TEST(FoldWords, HashAsTheTokensOfATextDo) {
  const std::string_view text = "Seen by Dr. O\u2019BRIEN-Núñez at St. Mary\u2019s, MRN 00482913.";
  Document doc;
  ASSERT_TRUE(doc.Reset(text).ok());
  const std::vector<std::string> words = FoldWords(text);
  size_t next = 0;
  for (const Token& token : doc.tokens()) {
    if ((token.classes & (token_class::kAnyWord | token_class::kNum)) == 0) continue;
    ASSERT_LT(next, words.size());
    EXPECT_EQ(token.hash, FoldedHash(words[next])) << words[next];
    ++next;
  }
  EXPECT_EQ(next, words.size());
}

}  // namespace
}  // namespace phiveil

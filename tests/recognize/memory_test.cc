#include "recognize/memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "recognize/recognizer.h"

namespace phiveil {
namespace {

// Words in lists are marked by hand: "Common" is the first class, "Title" the second.
class NameMemoryTest : public ::testing::Test {
 protected:
  NameMemoryTest() {
    pack_.add_classes("Common");
    pack_.add_classes("Title");
  }

  // The places besides `name` that memory takes, once `name` is established with `score`.
  std::vector<uint32_t> Mentions(std::string_view text, std::string_view name, float score,
                                 const std::vector<std::string>& common = {}) {
    Document doc;
    EXPECT_TRUE(doc.Reset(text).ok());
    for (Token& token : doc.tokens()) {
      for (const std::string& word : common) {
        if (token.hash == FoldedHash(word)) token.classes |= ListBits(pack_, {"Common"});
      }
      if (token.hash == FoldedHash("dr")) token.classes |= ListBits(pack_, {"Title"});
    }
    Evidence evidence;
    Candidate established;
    established.begin = static_cast<uint32_t>(text.find(name));
    established.end = established.begin + static_cast<uint32_t>(name.size());
    std::tie(established.first_token, established.end_token) = TokenRange(doc, established.begin, established.end);
    established.category = Category::kName;
    established.score = score;
    evidence.candidates.push_back(established);
    NameMemory(pack_).Add(doc, &evidence);
    std::vector<uint32_t> out;
    for (size_t i = 1; i < evidence.candidates.size(); ++i) {
      EXPECT_EQ(evidence.candidates[i].category, Category::kName);
      out.push_back(evidence.candidates[i].begin);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  pb::Pack pack_;
};

using Places = std::vector<uint32_t>;

TEST_F(NameMemoryTest, FindsOtherMentions) {
  EXPECT_EQ(Mentions("Ana Ruiz came. RUIZ left; ruiz's bag, Ana.", "Ana Ruiz", 0.9f), (Places{15, 26, 38}));
}

TEST_F(NameMemoryTest, NeedsStrongEvidence) {
  EXPECT_TRUE(Mentions("Ana Ruiz came. Ruiz left.", "Ana Ruiz", 0.6f).empty());
}

TEST_F(NameMemoryTest, OrdinaryWordsMustBeWrittenAsNames) {
  const std::vector<std::string> common = {"long"};
  EXPECT_EQ(Mentions("Mr. Long waits. How long? Long walks. We told Long so.", "Long", 0.9f, common), (Places{46}));
  EXPECT_TRUE(Mentions("Mr. Long waits.\nLONG BONES AND LONG DAYS", "Long", 0.9f, common).empty());
}

TEST_F(NameMemoryTest, LeavesTitlesAndShortWordsAlone) {
  EXPECT_TRUE(Mentions("Dr Wu came. The dr left with Wu.", "Dr Wu", 0.9f).empty());
}

TEST_F(NameMemoryTest, DoesNotLearnTheSmallWordsOfAName) {
  EXPECT_EQ(Mentions("Anton The Bull came. I met The Bull at The Fair.", "Anton The Bull", 0.9f, {"the"}),
            (Places{31}));
}

TEST_F(NameMemoryTest, DoesNotMatchInsideWords) {
  EXPECT_TRUE(Mentions("Ana came. Anaemia and Banana.", "Ana", 0.9f).empty());
}

TEST_F(NameMemoryTest, FindsUserNames) {
  EXPECT_EQ(Mentions("Ruth Okafor came. by rokafor at 9, rokafor2 at 8, r.okafor, xokafor", "Ruth Okafor", 0.9f),
            (Places{21, 35, 50}));
}

TEST_F(NameMemoryTest, FindsWordsInTwoParts) {
  EXPECT_EQ(Mentions("Ruth Okafor came. Oka for left, Oka-\nfor too. Oka then for.", "Ruth Okafor", 0.9f),
            (Places{18, 32}));
}

TEST_F(NameMemoryTest, FindsLongWordsMisspelt) {
  EXPECT_EQ(Mentions("Ruth Okafor came. Okofor left, Akafor stays, Rut too, okaforr came.", "Ruth Okafor", 0.9f),
            (Places{18, 54}));
}

TEST_F(NameMemoryTest, AnOrdinaryWordIsNoMisspelling) {
  EXPECT_TRUE(Mentions("Ms. Holden came. The holder and Golden.", "Holden", 0.9f, {"holder", "golden"}).empty());
}

TEST_F(NameMemoryTest, FindsWordsSpelledOut) {
  EXPECT_EQ(Mentions("Ana Ruiz came: R-U-I-Z, r u i z, R U I.", "Ana Ruiz", 0.9f), (Places{15, 24}));
}

TEST_F(NameMemoryTest, OrdinaryWordsBesideTheRestOfTheName) {
  EXPECT_EQ(Mentions("Grace Long came.\nlater grace long left by grace.", "Grace Long", 0.9f, {"grace", "long"}),
            (Places{23, 29}));
}

TEST_F(NameMemoryTest, FindsInitialsWhereNotesAreSigned) {
  EXPECT_EQ(Mentions("Ana Ruiz\nAll done. ar\nThe AR was high.\nrow 1   AR\n(AR) -AR\n", "Ana Ruiz", 0.9f),
            (Places{19, 47, 51, 56}));
}

TEST_F(NameMemoryTest, FindsPairsOfInitials) {
  EXPECT_EQ(Mentions("Ana Ruiz\nAR/mlt and mlt/ar, not xy/zz.", "Ana Ruiz", 0.9f), (Places{9, 20}));
}

TEST_F(NameMemoryTest, FindsInitialsWithPoints) {
  EXPECT_EQ(Mentions("Ana Ruiz came; A.R. left, not B.R. or A.R.B.", "Ana Ruiz", 0.9f), (Places{15}));
}

TEST_F(NameMemoryTest, UnknownInitialsMustSignTwice) {
  EXPECT_EQ(Mentions("Ana Ruiz\nAll done. qx\nMore done. qx\nLess done. zk\n", "Ana Ruiz", 0.9f), (Places{19, 33}));
}

TEST_F(NameMemoryTest, FindsWordsWithForeignLetters) {
  EXPECT_EQ(Mentions("Ana Ruiz met S\xc6\xa1n and V\xc3\xa2n at a caf\xc3\xa9.", "Ana Ruiz", 0.9f), (Places{13, 21}));
}

}  // namespace
}  // namespace phiveil

#include "resolve/resolve.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace phiveil {
namespace {

class ResolveTest : public ::testing::Test {
 protected:
  ResolveTest() { thresholds_.fill(0.5f); }

  void Add(uint32_t begin, uint32_t end, Category category, float score, Source source = Source::kPattern) {
    Candidate c;
    c.begin = begin;
    c.end = end;
    c.category = category;
    c.score = score;
    c.source = source;
    evidence_.candidates.push_back(c);
  }

  // "0-4 NAME, 5-8 DATE"
  std::string Resolved(std::string_view text) {
    Document doc;
    EXPECT_TRUE(doc.Reset(text).ok());
    ResolveScratch scratch;
    std::vector<Decision> decisions;
    Resolve(doc, thresholds_, &evidence_, &scratch, &decisions);
    std::string out;
    for (const Decision& d : decisions) {
      out += (out.empty() ? "" : ", ") + std::to_string(d.begin) + "-" + std::to_string(d.end) + " " +
             std::string(CategoryName(evidence_.candidates[d.candidate].category));
    }
    return out;
  }

  Thresholds thresholds_{};
  Evidence evidence_;
};

constexpr std::string_view kText = "abcd efgh ijkl mnop";

TEST_F(ResolveTest, TakesWhatReachesItsThreshold) {
  Add(0, 4, Category::kName, 0.50f);
  Add(5, 9, Category::kName, 0.49f);
  Add(10, 14, Category::kDate, 0.45f);
  thresholds_[static_cast<size_t>(Category::kDate)] = 0.4f;
  EXPECT_EQ(Resolved(kText), "0-4 NAME, 10-14 DATE");
}

TEST_F(ResolveTest, OneStretchOneCategory) {
  Add(0, 4, Category::kMrn, 0.7f);
  Add(0, 4, Category::kAccount, 0.8f);
  EXPECT_EQ(Resolved(kText), "0-4 ACCOUNT");
}

TEST_F(ResolveTest, TheWholeBeatsItsPart) {
  Add(0, 4, Category::kName, 0.80f);
  Add(0, 14, Category::kStreet, 0.75f);
  EXPECT_EQ(Resolved(kText), "0-14 STREET");
}

TEST_F(ResolveTest, WhatTheLoserCoversBeyondTheWinnerStaysCovered) {
  Add(0, 9, Category::kName, 0.95f);
  Add(5, 14, Category::kCity, 0.60f);
  EXPECT_EQ(Resolved(kText), "0-9 NAME, 10-14 CITY");
}

TEST_F(ResolveTest, OneCategoryJoins) {
  Add(0, 9, Category::kName, 0.95f);
  Add(5, 14, Category::kName, 0.60f);
  EXPECT_EQ(Resolved(kText), "0-14 NAME");
}

TEST_F(ResolveTest, OutsideEvidenceStrengthens) {
  Add(0, 4, Category::kName, 0.40f);
  Add(0, 4, Category::kName, 0.40f, Source::kOutside);
  Add(5, 9, Category::kName, 0.40f);
  EXPECT_EQ(Resolved(kText), "0-4 NAME");
}

TEST_F(ResolveTest, RememberedWordsOfOneNameMerge) {
  Add(0, 4, Category::kName, 0.72f, Source::kMemory);
  Add(5, 9, Category::kName, 0.72f, Source::kMemory);
  Add(10, 14, Category::kName, 0.72f);
  EXPECT_EQ(Resolved(kText), "0-9 NAME, 10-14 NAME");
}

// Every letter of every accepted candidate is covered, in whatever way they overlap; decisions are in
// order and apart.
TEST_F(ResolveTest, NothingAcceptedIsLeftUncovered) {
  std::mt19937 random(7);
  std::string text(300, 'a');
  for (size_t i = 0; i < text.size(); i += 1 + random() % 7) text[i] = ' ';
  Document doc;
  ASSERT_TRUE(doc.Reset(text).ok());
  for (int round = 0; round < 500; ++round) {
    evidence_.Clear();
    for (int i = 0; i < 40; ++i) {
      const uint32_t begin = random() % 280;
      Add(begin, begin + 1 + random() % 20, static_cast<Category>(1 + random() % (kCategoryCount - 1)),
          static_cast<float>(random() % 100) / 100.0f);
    }
    ResolveScratch scratch;
    std::vector<Decision> decisions;
    Resolve(doc, thresholds_, &evidence_, &scratch, &decisions);
    std::vector<bool> covered(text.size(), false);
    uint32_t last = 0;
    for (const Decision& d : decisions) {
      ASSERT_LE(last, d.begin);
      ASSERT_LT(d.begin, d.end);
      last = d.end;
      for (uint32_t i = d.begin; i < d.end; ++i) covered[i] = true;
    }
    for (const Candidate& c : evidence_.candidates) {
      if (c.score < 0.5f) continue;
      for (uint32_t i = c.begin; i < c.end; ++i) ASSERT_TRUE(covered[i] || text[i] == ' ') << i;
    }
  }
}

}  // namespace
}  // namespace phiveil

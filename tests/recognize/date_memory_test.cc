#include "recognize/date_memory.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace phiveil {
namespace {

TEST(MonthOf, AsDatesAreWritten) {
  const struct {
    std::string_view date;
    int month;
  } kCases[] = {{"3/14", 3},       {"03/14/2025", 3},   {"12-1-25", 12}, {"2025-03-14", 3},
                {"26.09.2024", 9}, {"14 March", 3},     {"Sept. 4", 9},  {"4-MAR-25", 3},
                {"JUN 2024", 6},   {"14th of June", 6}, {"2024", 0},     {"the 9th", 0},
                {"", 0},           {"20250314", 0},     {"13/14", 0},    {"Thanksgiving", 0},
                {"0/4", 0},        {"remarkable 3", 0}, {"3/2024", 0},   {"3 / 4", 3}};
  for (const auto& c : kCases) EXPECT_EQ(MonthOf(c.date), c.month) << c.date;
}

class RaiseDatesTest : public ::testing::Test {
 protected:
  // The score of `weak` after `sure` stands in the same text.
  float Raised(std::string_view sure, std::string_view weak, float weak_score = 0.36f, float sure_score = 0.9f) {
    const std::string text = std::string(sure) + " and " + std::string(weak) + " again";
    Document doc;
    EXPECT_TRUE(doc.Reset(text).ok());
    Evidence evidence;
    Add(0, sure.size(), sure_score, &evidence);
    Add(sure.size() + 5, weak.size(), weak_score, &evidence);
    RaiseDates(doc, &evidence);
    EXPECT_EQ(evidence.candidates[0].score, sure_score);
    EXPECT_EQ(evidence.candidates[1].reason_count, evidence.candidates[1].score == weak_score ? 1u : 2u);
    return evidence.candidates[1].score;
  }

  static void Add(size_t begin, size_t size, float score, Evidence* evidence) {
    Candidate candidate;
    candidate.begin = static_cast<uint32_t>(begin);
    candidate.end = static_cast<uint32_t>(begin + size);
    candidate.category = Category::kDate;
    candidate.source = Source::kPattern;
    candidate.score = score;
    candidate.first_reason = static_cast<uint32_t>(evidence->reasons.size());
    candidate.reason_count = 1;
    evidence->reasons.push_back({Contribution::Kind::kRule, 0, 0, score});
    evidence->candidates.push_back(candidate);
  }
};

TEST_F(RaiseDatesTest, ByTheMonthAndItsNeighbours) {
  for (const char* near : {"8/30", "7/29", "9/11"}) EXPECT_GT(Raised("8/2/2024", near), 0.5f) << near;
  EXPECT_GT(Raised("12/30/2024", "1/9"), 0.5f);
  for (const char* far : {"6/30", "10/28", "2/28"}) EXPECT_FLOAT_EQ(Raised("8/2/2024", far), 0.36f) << far;
}

TEST_F(RaiseDatesTest, NotWhatIsAScoreInAnyMonth) {
  for (const char* score : {"4/5", "3/10", "4/4", "2/3", "3/4"})
    EXPECT_FLOAT_EQ(Raised("3/2/2024", score), 0.36f) << score;
}

TEST_F(RaiseDatesTest, OnlyBySureDatesAndOnlyWhatIsLeftOpen) {
  EXPECT_FLOAT_EQ(Raised("8/2/2024", "8/30", 0.36f, 0.6f), 0.36f);
  EXPECT_FLOAT_EQ(Raised("8/2/2024", "8/30", 0.2f), 0.2f);
  EXPECT_FLOAT_EQ(Raised("8/2/2024", "8/30", 0.56f), 0.56f);
  EXPECT_FLOAT_EQ(Raised("2024", "8/30"), 0.36f);
}

}  // namespace
}  // namespace phiveil

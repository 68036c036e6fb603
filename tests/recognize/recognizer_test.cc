#include "recognize/recognizer.h"

#include <gtest/gtest.h>

#include <vector>

namespace phiveil {
namespace {

class VetoTest : public ::testing::Test {
 protected:
  void AddCandidate(uint32_t begin, uint32_t end, float score, bool labelled, Source source = Source::kPattern) {
    Candidate candidate;
    candidate.begin = begin;
    candidate.end = end;
    candidate.score = score;
    candidate.labelled = labelled;
    candidate.source = source;
    candidate.first_reason = static_cast<uint32_t>(evidence_.reasons.size());
    candidate.reason_count = 1;
    evidence_.reasons.push_back({Contribution::Kind::kRule, 0, 7, score});
    evidence_.candidates.push_back(candidate);
  }
  void AddVeto(uint32_t begin, uint32_t end, float weight) { evidence_.vetoes.push_back({begin, end, 9, weight}); }
  float ScoreOf(size_t candidate) const { return evidence_.candidates[candidate].score; }

  Evidence evidence_;
};

TEST_F(VetoTest, LowersWhatItCoversHalfOf) {
  AddCandidate(10, 20, 0.8f, false);
  AddCandidate(30, 40, 0.8f, false);
  AddVeto(5, 15, 0.5f);
  AddVeto(36, 40, 0.5f);
  ApplyVetoes(0, &evidence_);
  EXPECT_FLOAT_EQ(ScoreOf(0), 0.3f);
  EXPECT_FLOAT_EQ(ScoreOf(1), 0.8f);
}

TEST_F(VetoTest, CountsAQuarterAgainstALabel) {
  AddCandidate(10, 20, 0.8f, true);
  AddVeto(10, 20, 0.4f);
  ApplyVetoes(0, &evidence_);
  EXPECT_FLOAT_EQ(ScoreOf(0), 0.7f);
}

TEST_F(VetoTest, OnlyTheStrongestCountsAndNeverBelowZero) {
  AddCandidate(10, 20, 0.4f, false);
  AddVeto(8, 20, 0.3f);
  AddVeto(10, 20, 0.6f);
  ApplyVetoes(0, &evidence_);
  EXPECT_FLOAT_EQ(ScoreOf(0), 0.0f);
}

TEST_F(VetoTest, DoesNotTouchWhatTheCallerKnows) {
  AddCandidate(10, 20, 0.9f, true, Source::kKnown);
  AddVeto(10, 20, 0.6f);
  ApplyVetoes(0, &evidence_);
  EXPECT_FLOAT_EQ(ScoreOf(0), 0.9f);
}

TEST_F(VetoTest, IsAReasonBesideTheOthers) {
  AddCandidate(10, 20, 0.9f, false);
  AddCandidate(30, 40, 0.9f, false);
  AddVeto(10, 20, 0.5f);
  AddVeto(30, 40, 0.5f);
  ApplyVetoes(0, &evidence_);
  for (const Candidate& candidate : evidence_.candidates) {
    ASSERT_EQ(candidate.reason_count, 2u);
    float sum = 0;
    for (uint32_t i = 0; i < candidate.reason_count; ++i) sum += evidence_.reasons[candidate.first_reason + i].weight;
    EXPECT_FLOAT_EQ(sum, candidate.score);
  }
}

TEST_F(VetoTest, LeavesEarlierCandidatesAlone) {
  AddCandidate(10, 20, 0.9f, false);
  AddCandidate(10, 20, 0.9f, false);
  AddVeto(10, 20, 0.5f);
  ApplyVetoes(1, &evidence_);
  EXPECT_FLOAT_EQ(ScoreOf(0), 0.9f);
  EXPECT_FLOAT_EQ(ScoreOf(1), 0.4f);
}

TEST(TokenRangeTest, GivesTheTokensAStretchTouches) {
  Document doc;
  ASSERT_TRUE(doc.Reset("one two three").ok());
  EXPECT_EQ(TokenRange(doc, 0, 3), (std::pair<uint32_t, uint32_t>{0, 1}));
  EXPECT_EQ(TokenRange(doc, 5, 9), (std::pair<uint32_t, uint32_t>{1, 3}));
  EXPECT_EQ(TokenRange(doc, 13, 13), (std::pair<uint32_t, uint32_t>{3, 3}));
}

}  // namespace
}  // namespace phiveil

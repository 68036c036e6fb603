#include "cli/eval_interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace phiveil::cli::eval {
namespace {

EvalCounts Document(uint64_t entities, uint64_t full, uint64_t required, uint64_t stray, const char* label = "NAME") {
  EvalCounts counts;
  counts.labels[label] = {entities, full, 0, 4 * entities, 4 * full};
  counts.required = required;
  counts.stray = stray;
  return counts;
}

std::vector<EvalCounts> Varied(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<EvalCounts> documents;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t entities = 1 + random() % 20;
    documents.push_back(Document(entities, entities - random() % (entities / 3 + 1), 50, random() % 10));
  }
  return documents;
}

TEST(EvalInterval, TheSameEveryTime) {
  const auto documents = Varied(40, 1);
  const DrawnFigures first = Draw(documents), again = Draw(documents);
  EXPECT_EQ(first.entity_recall, again.entity_recall);
  EXPECT_EQ(first.precision, again.precision);
  EXPECT_EQ(first.label_character_recall, again.label_character_recall);
  EXPECT_EQ(first.entity_recall.size(), kDraws);
}

// Written down once: a different library, or a changed draw, would move figures that people compare.
TEST(EvalInterval, TheSameEverywhere) {
  std::vector<EvalCounts> documents;
  for (uint64_t i = 0; i < 10; ++i) documents.push_back(Document(10, i, 1, 0));
  const auto interval = IntervalOf(Draw(documents).entity_recall);
  ASSERT_TRUE(interval.has_value());
  EXPECT_EQ(interval->low, 0.28);
  EXPECT_EQ(interval->high, 0.63);
}

TEST(EvalInterval, HoldsTheFigureAndNarrowsWithMoreDocuments) {
  double width = 1;
  for (const size_t count : {10u, 160u, 2560u}) {
    const auto documents = Varied(count, 2);
    EvalCounts total;
    for (const EvalCounts& document : documents) total += document;
    const DrawnFigures drawn = Draw(documents);
    const auto recall = IntervalOf(drawn.entity_recall), precision = IntervalOf(drawn.precision);
    ASSERT_TRUE(recall.has_value() && precision.has_value());
    EXPECT_LT(recall->low, total.All().EntityRecall());
    EXPECT_GT(recall->high, total.All().EntityRecall());
    EXPECT_LT(precision->low, total.Precision());
    EXPECT_GT(precision->high, total.Precision());
    EXPECT_LT(recall->high - recall->low, width / 2);
    width = recall->high - recall->low;
  }
}

TEST(EvalInterval, NothingVariesNothingMoves) {
  const struct {
    const char* what;
    std::vector<EvalCounts> documents;
  } kCases[] = {{"one document", {Document(4, 3, 9, 1)}},
                {"documents that are alike", std::vector<EvalCounts>(25, Document(4, 3, 9, 1))}};
  for (const auto& test : kCases) {
    const DrawnFigures drawn = Draw(test.documents);
    EXPECT_EQ(IntervalOf(drawn.entity_recall), (Interval{0.75, 0.75})) << test.what;
    EXPECT_EQ(IntervalOf(drawn.character_recall), (Interval{0.75, 0.75})) << test.what;
    EXPECT_EQ(IntervalOf(drawn.precision), (Interval{0.9, 0.9})) << test.what;
  }
}

TEST(EvalInterval, DrawsWithoutTheFigureDoNotCount) {
  // NAME is in one of three documents: many draws have none.
  const std::vector<EvalCounts> documents = {Document(2, 1, 0, 0), Document(4, 4, 0, 0, "DATE"),
                                             Document(4, 4, 0, 0, "DATE")};
  const DrawnFigures drawn = Draw(documents);
  EXPECT_EQ(IntervalOf(drawn.label_entity_recall.at("NAME")), (Interval{0.5, 0.5}));
  EXPECT_FALSE(IntervalOf(drawn.precision).has_value()) << "nothing was found";
  EXPECT_FALSE(IntervalOf({}).has_value());
}

TEST(EvalInterval, TheMiddleOfTheDraws) {
  DrawnFigure figure;
  for (int i = 1000; i >= 1; --i) figure.push_back(i);
  EXPECT_EQ(IntervalOf(figure), (Interval{25, 975}));
  figure.push_back(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(IntervalOf(figure), (Interval{25, 975}));
  EXPECT_EQ(IntervalOf({7}), (Interval{7, 7}));
}

TEST(EvalInterval, TwoEnginesAreComparedDrawByDraw) {
  const auto before = Varied(30, 3);
  std::vector<EvalCounts> after = before;
  for (EvalCounts& document : after) document.labels["NAME"].full = document.labels["NAME"].entities;
  const DrawnFigures was = Draw(before), is = Draw(after);
  const auto same = IntervalOf(Difference(was.entity_recall, was.entity_recall));
  EXPECT_EQ(same, (Interval{0, 0}));
  const auto gain = IntervalOf(Difference(is.entity_recall, was.entity_recall));
  ASSERT_TRUE(gain.has_value());
  EXPECT_GT(gain->low, 0) << "what is never worse is a gain in every draw";
}

}  // namespace
}  // namespace phiveil::cli::eval

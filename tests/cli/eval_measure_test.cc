#include "cli/eval_measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/eval_fixture.h"
#include "cli/stop.h"

namespace phiveil::cli::eval {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(EvalMeasure, NamesInTheListsAndNot) {
  const auto engine = SmallEngine();
  const struct {
    const char* name;
    bool listed;
  } kCases[] = {
      {"Smith", true},
      {"smith", true},
      {"SMITH, MARY", true},
      {"Mary A. Smith", true},
      {"Maria de la Cruz", true},
      {"Dr. Smith", true},
      {"Smith Jr.", true},
      {"Mary Smith-Cruz", true},
      {"Ma", true},  // a particle that is a surname too
      {"Qwxzor", false},
      {"Mary Qwxzor", false},
      {"Mary Smith-Qwxzor", false},
      {"M. S.", false},
      {"de la", false},
      {"Dr.", false},
      {"msmith42", false},
      {"Smith 42", false},
      {"", false},
      {"--", false},
  };
  for (const auto& test : kCases) {
    const auto listed = IsListedName(*engine, test.name);
    ASSERT_TRUE(listed.ok()) << listed.status();
    EXPECT_EQ(*listed, test.listed) << test.name;
  }
}

TEST(EvalMeasure, AnEngineOverGold) {
  const auto engine = SmallEngine();
  const Gold gold = {Marked("Call [[PHONE:555-201-3344]]. Seen by Dr. [[NAME:Smith]] and by [[NAME:Qwxzor]]."),
                     Marked("Write to ana.ruiz@example.org", "b")};
  const auto measured = Measure(*engine, gold);
  ASSERT_TRUE(measured.ok()) << measured.status();
  EXPECT_EQ(measured->total.documents, 2u);
  EXPECT_EQ(measured->total.labels.at("PHONE"), (EntityCounts{1, 1, 0, 10, 10}));
  EXPECT_EQ(measured->total.listed_names, (EntityCounts{1, 1, 0, 5, 5}));
  EXPECT_EQ(measured->total.unlisted_names, (EntityCounts{1, 0, 0, 6, 0}));
  EXPECT_EQ(measured->scores[1].false_findings.size(), 1u);
  EXPECT_EQ(measured->findings[1][0].category, Category::kEmail);
  EXPECT_FALSE(measured->findings[1][0].reasons.empty());
  EXPECT_EQ(measured->drawn.precision.size(), kDraws);
}

TEST(EvalMeasure, KnownIdentifiersAreUsed) {
  const auto engine = SmallEngine();
  Gold gold = {Marked("then [[NAME:qwxzor]] said no")};
  EXPECT_EQ(Measure(*engine, gold)->total.All().full, 0u);
  gold[0].known.names = {"Ann Qwxzor"};
  EXPECT_EQ(Measure(*engine, gold)->total.All().full, 1u);
}

TEST(EvalMeasure, WhatTheEngineRefusesIsMissed) {
  const auto engine = SmallEngine();
  Gold gold = {Marked("[[NAME:SECRET]]"), Marked("[[EMAIL:a@example.org]]", "b")};
  gold[0].text += "\xff";
  const auto measured = Measure(*engine, gold);
  ASSERT_TRUE(measured.ok()) << measured.status();
  EXPECT_EQ(measured->total.failed, 1u);
  EXPECT_EQ(measured->total.All(), (EntityCounts{2, 1, 0, 17, 11}));
  ASSERT_EQ(measured->failures.size(), 1u);
  EXPECT_THAT(measured->failures[0], HasSubstr("a: "));
  EXPECT_THAT(measured->failures[0], Not(HasSubstr("SECRET")));
}

TEST(EvalMeasure, AStopStops) {
  const auto engine = SmallEngine();
  RequestStop();
  EXPECT_TRUE(absl::IsCancelled(Measure(*engine, {Marked("x")}).status()));
  ClearStop();
  EXPECT_TRUE(Measure(*engine, {Marked("x")}).ok());
}

// A side without an engine: findings are what the test says.
Measured Found(const Gold& gold, std::vector<std::vector<std::pair<uint32_t, uint32_t>>> stretches) {
  Measured measured;
  for (size_t i = 0; i < gold.size(); ++i) {
    std::vector<Finding> findings;
    for (const auto& [begin, end] : stretches[i]) {
      findings.emplace_back().begin = begin;
      findings.back().end = end;
    }
    measured.scores.push_back(ScoreDocument(gold[i], findings));
    measured.findings.push_back(std::move(findings));
  }
  return measured;
}

TEST(EvalMeasure, GainedAndLost) {
  const Gold gold = {Marked("[[NAME:Ana Ruiz]] xx yy"), Marked("zz [[DATE:3/4]] [[STATE:OR]]", "b")};
  using Stretches = std::vector<std::vector<std::pair<uint32_t, uint32_t>>>;
  const struct {
    const char* what;
    Stretches before, after;
    Comparison expected;
  } kCases[] = {
      {"the same", {{{0, 3}}, {{0, 2}}}, {{{0, 3}}, {{0, 2}}}, {}},
      {"gained", {{}, {}}, {{{0, 8}}, {}}, {.gained = {{0, 0}}}},
      {"gained from a part", {{{0, 3}}, {}}, {{{0, 3}, {4, 8}}, {}}, {.gained = {{0, 0}}}},
      {"lost", {{}, {{3, 6}}}, {{}, {}}, {.lost = {{1, 0}}}},
      {"lost in part", {{}, {{3, 6}}}, {{}, {{3, 4}}}, {.lost = {{1, 0}}}},
      {"more", {{{0, 1}}, {}}, {{{0, 3}}, {}}, {.more = {{0, 0}}}},
      {"less", {{{0, 3}}, {}}, {{{0, 1}}, {}}, {.less = {{0, 0}}}},
      {"other letters, as many", {{{0, 1}}, {}}, {{{1, 2}}, {}}, {}},
      {"another cut of the same", {{{0, 8}}, {}}, {{{0, 3}, {4, 8}}, {}}, {}},
      {"what may stay", {{}, {{7, 9}}}, {{}, {}}, {}},
      {"new false", {{}, {}}, {{{9, 11}}, {{0, 2}}}, {.new_false = {{0, 0}, {1, 0}}}},
      {"gone false", {{{0, 8}, {9, 11}}, {}}, {{{0, 8}}, {}}, {.gone_false = {{0, 1}}}},
      {"another stretch is another", {{{9, 11}}, {}}, {{{9, 14}}, {}}, {.new_false = {{0, 0}}, .gone_false = {{0, 0}}}},
      {"false no more", {{{9, 11}}, {}}, {{{0, 11}}, {}}, {.gained = {{0, 0}}, .gone_false = {{0, 0}}}},
      {"one for another", {{{0, 8}}, {}}, {{}, {{3, 6}}}, {.gained = {{1, 0}}, .lost = {{0, 0}}}},
  };
  for (const auto& test : kCases) {
    const Measured before = Found(gold, test.before), after = Found(gold, test.after);
    for (const bool swapped : {false, true}) {
      const Comparison got = swapped ? Compare(after, before) : Compare(before, after);
      EXPECT_EQ(swapped ? got.lost : got.gained, test.expected.gained) << test.what;
      EXPECT_EQ(swapped ? got.gained : got.lost, test.expected.lost) << test.what;
      EXPECT_EQ(swapped ? got.less : got.more, test.expected.more) << test.what;
      EXPECT_EQ(swapped ? got.more : got.less, test.expected.less) << test.what;
      EXPECT_EQ(swapped ? got.gone_false : got.new_false, test.expected.new_false) << test.what;
      EXPECT_EQ(swapped ? got.new_false : got.gone_false, test.expected.gone_false) << test.what;
    }
  }
}

}  // namespace
}  // namespace phiveil::cli::eval

#include "explain.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/engine.h"

namespace phiveil {
namespace {

using testing::Engine;

const Explanation::Candidate* ByOutcome(const Explanation& explanation, std::string_view outcome) {
  const auto it = std::find_if(explanation.candidates.begin(), explanation.candidates.end(),
                               [&](const auto& c) { return c.outcome.starts_with(outcome); });
  return it == explanation.candidates.end() ? nullptr : &*it;
}

bool Mentions(const Explanation::Candidate& candidate, std::string_view what) {
  return std::any_of(candidate.reasons.begin(), candidate.reasons.end(),
                     [&](const Reason& reason) { return reason.what.find(what) != std::string::npos; });
}

TEST(ExplainTest, SaysWhyAStretchWasTaken) {
  Engine engine("tag_only");
  const auto explanation = engine->Explain("MRN: 00482913 noted.", {}, 5, 13);
  ASSERT_TRUE(explanation.ok());
  const auto* taken = ByOutcome(*explanation, "taken");
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(taken->category, Category::kMrn);
  EXPECT_TRUE(Mentions(*taken, "rule us.mrn"));
  EXPECT_TRUE(Mentions(*taken, "cue 'mrn'"));
  EXPECT_GE(taken->score, taken->threshold);
}

TEST(ExplainTest, SaysWhyAStretchWasLeft) {
  Engine engine("tag_only");
  const std::string_view text = "weight 80 kg, 00482913 units";
  const auto explanation = engine->Explain(text, {.rules_only = true}, 14, 22);
  ASSERT_TRUE(explanation.ok());
  EXPECT_EQ(ByOutcome(*explanation, "taken"), nullptr);
  EXPECT_NE(ByOutcome(*explanation, "below threshold"), nullptr) << "the rules that looked and were not sure are named";
}

TEST(ExplainTest, NamesVetoesAndLists) {
  Engine engine("tag_only");
  const auto explanation = engine->Explain("given 500 mg by Smith", {}, 6, 21);
  ASSERT_TRUE(explanation.ok());
  EXPECT_NE(ByOutcome(*explanation, "veto"), nullptr);
  EXPECT_TRUE(std::any_of(explanation->notes.begin(), explanation->notes.end(),
                          [](const std::string& note) { return note.find("in list") != std::string::npos; }));
}

TEST(ExplainTest, WordsSayWhatListsTheyAreIn) {
  Engine engine("tag_only");
  const std::string_view text = "é Dr Smith, 12";
  const auto explanation = engine->Explain(text, {}, 0, text.size());
  ASSERT_TRUE(explanation.ok());
  std::vector<std::string_view> words;
  for (const Explanation::Word& word : explanation->words)
    words.push_back(text.substr(word.begin, word.end - word.begin));
  EXPECT_EQ(words, (std::vector<std::string_view>{"é", "Dr", "Smith", "12"}));
  const auto lists = [&](size_t i) -> const auto& { return explanation->words[i].lists; };
  EXPECT_EQ(std::count(lists(1).begin(), lists(1).end(), "Title"), 1);
  EXPECT_EQ(std::count(lists(2).begin(), lists(2).end(), "Last"), 1);
  EXPECT_TRUE(lists(3).empty());
}

TEST(ExplainTest, NothingStandsInAnEmptyStretch) {
  Engine engine("tag_only");
  const auto explanation = engine->Explain("plain words", {}, 3, 3);
  ASSERT_TRUE(explanation.ok());
  EXPECT_EQ(ByOutcome(*explanation, "taken"), nullptr);
}

}  // namespace
}  // namespace phiveil

#include "pipeline.h"

#include <gtest/gtest.h>

#include "support/engine.h"

namespace phiveil {
namespace {

TEST(PipelineTest, AWorkspaceIsUsedAgain) {
  WorkspacePool pool(testing::BuiltinRules()->impl().recognizer.get());
  Workspace* first = nullptr;
  {
    auto lease = pool.Take(0);
    ASSERT_TRUE(lease.ok());
    first = &**lease;
  }
  auto again = pool.Take(0);
  auto other = pool.Take(0);
  ASSERT_TRUE(again.ok() && other.ok());
  EXPECT_EQ(&**again, first);
  EXPECT_NE(&**other, first);
}

// Its room is what is kept, of one large workspace and not for ever.
TEST(PipelineTest, OneLargeWorkspaceWaitsForTheNextLongText) {
  constexpr size_t kLong = size_t{1} << 20;
  const Recognizer* const recognizer = testing::BuiltinRules()->impl().recognizer.get();
  WorkspacePool pool(recognizer);
  const auto room = [&](size_t text_size) {
    const auto lease = pool.Take(text_size);
    EXPECT_TRUE(lease.ok());
    return (*lease)->doc.tokens().capacity();
  };
  std::string text;
  while (text.size() < kLong) text += "a.";
  size_t grown = 0;
  {
    auto one = pool.Take(kLong), other = pool.Take(kLong);
    ASSERT_TRUE(one.ok() && other.ok());
    for (Workspace* workspace : {&**one, &**other}) ASSERT_TRUE(workspace->doc.Reset(text, {}).ok());
    grown = (*one)->doc.tokens().capacity();
  }
  EXPECT_LT(room(100), grown) << "a short text has no use for it";
  {
    const auto one = pool.Take(kLong), other = pool.Take(kLong);
    ASSERT_TRUE(one.ok() && other.ok());
    EXPECT_EQ((*one)->doc.tokens().capacity(), grown);
    EXPECT_LT((*other)->doc.tokens().capacity(), grown) << "two are kept";
  }
  for (int i = 0; i < 100; ++i) room(100);
  EXPECT_LT(room(kLong), grown) << "kept although no long text came";
}

TEST(PipelineTest, AWorkspaceKeepsNothingOfTheTextBefore) {
  WorkspacePool pool(testing::BuiltinRules()->impl().recognizer.get());
  auto lease = pool.Take(0);
  ASSERT_TRUE(lease.ok());
  const Recognizer& recognizer = *testing::BuiltinRules()->impl().recognizer;
  ASSERT_TRUE(Read(recognizer, "MRN: 00482913", {}, DefaultThresholds(), 0.5f, &**lease).ok());
  EXPECT_EQ((*lease)->decisions.size(), 1u);
  ASSERT_TRUE(Read(recognizer, "", {}, DefaultThresholds(), 0.5f, &**lease).ok());
  EXPECT_TRUE((*lease)->decisions.empty());
  EXPECT_FALSE(Read(recognizer, "\xff", {}, DefaultThresholds(), 0.5f, &**lease).ok());
  ASSERT_TRUE(Read(recognizer, "MRN: 00482913", {}, DefaultThresholds(), 0.5f, &**lease).ok());
  EXPECT_EQ((*lease)->decisions.size(), 1u);
}

TEST(PipelineTest, FindingsAreInBytesOfTheInput) {
  WorkspacePool pool(testing::BuiltinRules()->impl().recognizer.get());
  auto lease = pool.Take(0);
  ASSERT_TRUE(lease.ok());
  const std::string text = "caf\u00e9 \u2014 MRN:\u00a0004\u200b82913.";
  ASSERT_TRUE(Read(*testing::BuiltinRules()->impl().recognizer, text, {}, DefaultThresholds(), 0.5f, &**lease).ok());
  const auto findings = MakeFindings(*testing::BuiltinRules(), {.reasons = true}, **lease);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(text.substr(findings[0].begin, findings[0].end - findings[0].begin), "004\u200b82913");
  EXPECT_FALSE(findings[0].reasons.empty());
}

// What a workspace remembers of words, kinds and classes saves time and changes nothing.
TEST(PipelineTest, AUsedWorkspaceReadsAsAFreshOne) {
  const RulePack& pack = *testing::BuiltinRules();
  const auto read = [&](std::string_view text, Workspace* workspace) {
    EXPECT_TRUE(Read(*pack.impl().recognizer, text, {}, DefaultThresholds(), 0.1f, workspace).ok());
    std::string out;
    for (const Finding& finding : MakeFindings(pack, {}, *workspace)) {
      out += std::to_string(finding.begin) + "-" + std::to_string(finding.end) + " " + finding.rule + " " +
             std::to_string(finding.score) + "\n";
    }
    return out;
  };
  WorkspacePool pool(pack.impl().recognizer.get());
  auto used = pool.Take(0);
  ASSERT_TRUE(used.ok());
  // More words than are remembered.
  std::string words;
  for (int i = 0; i < 60000; ++i) {
    for (int left = i * 7919 % 1000003 + 1000; left > 0; left /= 26) words += static_cast<char>('a' + left % 26);
    words += i % 16 == 0 ? ".\n" : i % 3 == 0 ? ", Mr. " : " ";
  }
  std::vector<std::string> texts;
  for (const auto& note : testing::ReadNotes(testing::CorporaFolder("notes"))) texts.push_back(note.text);
  texts.push_back(words);
  for (const auto& note : testing::ReadNotes(testing::CorporaFolder("clean"))) texts.push_back(note.text);
  std::string upper = texts.front();
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
  texts.push_back(upper);
  for (const std::string& text : texts) {
    WorkspacePool others(pack.impl().recognizer.get());
    auto fresh = others.Take(0);
    ASSERT_TRUE(fresh.ok());
    const std::string expected = read(text, &**fresh);
    EXPECT_EQ(read(text, &**used), expected);
    EXPECT_EQ(read(text, &**used), expected) << "a second time";
  }
}

}  // namespace
}  // namespace phiveil

#include "pipeline.h"

#include <gtest/gtest.h>

#include "support/engine.h"

namespace phiveil {
namespace {

TEST(PipelineTest, AWorkspaceIsUsedAgain) {
  WorkspacePool pool(testing::BuiltinRules()->impl().recognizer.get());
  Workspace* first = nullptr;
  {
    auto lease = pool.Take();
    ASSERT_TRUE(lease.ok());
    first = &**lease;
  }
  auto again = pool.Take();
  auto other = pool.Take();
  ASSERT_TRUE(again.ok() && other.ok());
  EXPECT_EQ(&**again, first);
  EXPECT_NE(&**other, first);
}

TEST(PipelineTest, AWorkspaceKeepsNothingOfTheTextBefore) {
  WorkspacePool pool(testing::BuiltinRules()->impl().recognizer.get());
  auto lease = pool.Take();
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
  auto lease = pool.Take();
  ASSERT_TRUE(lease.ok());
  const std::string text = "caf\u00e9 \u2014 MRN:\u00a0004\u200b82913.";
  ASSERT_TRUE(Read(*testing::BuiltinRules()->impl().recognizer, text, {}, DefaultThresholds(), 0.5f, &**lease).ok());
  const auto findings = MakeFindings(*testing::BuiltinRules(), {.reasons = true}, **lease);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(text.substr(findings[0].begin, findings[0].end - findings[0].begin), "004\u200b82913");
  EXPECT_FALSE(findings[0].reasons.empty());
}

}  // namespace
}  // namespace phiveil

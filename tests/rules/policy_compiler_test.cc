#include "compiler/policy_compiler.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/concat.h"
#include "phiveil/policy.h"

namespace phiveil::rules {
namespace {

std::string Text(std::string_view basis, std::string_view usual, std::string_view categories) {
  return Concat("name: p\nversion: '1'\nabout: x\nbasis: ", basis, "\nclaim: y\ndefault: ", usual, "\ncategories:\n",
                categories);
}

TEST(PolicyCompiler, DefaultFillsWhatIsNotNamed) {
  Diagnostics diagnostics;
  const auto bytes = CompilePolicyText(
      "p.yaml",
      Text("none", "{action: tag, threshold: 0.4}",
           "  ZIP: {action: tag, show: zip3}\n  DATE: {action: keep, keep_year: true, threshold: 0.7}\n"),
      &diagnostics);
  ASSERT_TRUE(bytes.has_value()) << FormatDiagnostic(diagnostics.Sorted()[0]);
  const auto policy = Policy::Load(*bytes);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->name(), "p");
  EXPECT_EQ(policy->basis(), Basis::kNone);
  EXPECT_EQ(policy->RuleFor(Category::kName).action, Action::kTag);
  EXPECT_FLOAT_EQ(policy->RuleFor(Category::kName).threshold, 0.4f);
  EXPECT_EQ(policy->RuleFor(Category::kZip).show, Show::kZip3);
  EXPECT_FLOAT_EQ(policy->RuleFor(Category::kZip).threshold, 0.5f);
  EXPECT_EQ(policy->RuleFor(Category::kDate).action, Action::kKeep);
  EXPECT_TRUE(policy->RuleFor(Category::kDate).keep_year);
}

TEST(PolicyCompiler, ExpiryOfThePolicyAndOfACategory) {
  Diagnostics diagnostics;
  const auto bytes = CompilePolicyText(
      "p.yaml", "expire_after: 90d\n" + Text("none", "{action: token}", "  SSN: {action: token, expire_after: 2w}\n"),
      &diagnostics);
  ASSERT_TRUE(bytes.has_value()) << FormatDiagnostic(diagnostics.Sorted()[0]);
  const auto policy = Policy::Load(*bytes);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->RuleFor(Category::kName).expire_days, 90u);
  EXPECT_EQ(policy->RuleFor(Category::kSsn).expire_days, 14u);
  for (const char* bad : {"90", "d", "0d", "-3d", "90 d", "36526d", "5218w", "9y", "1.5d", "4294967297d", "999999d"}) {
    Diagnostics refused;
    EXPECT_FALSE(CompilePolicyText(
                     "p.yaml",
                     Concat("expire_after: ", bad, "\n", Text("none", "{action: token}", "  SSN: {action: tag}\n")),
                     &refused)
                     .has_value())
        << bad;
    ASSERT_EQ(refused.errors(), 1u) << bad;
    EXPECT_EQ(refused.Sorted()[0].id, CodeId(Code::kOutOfRange)) << FormatDiagnostic(refused.Sorted()[0]);
    EXPECT_EQ(refused.Sorted()[0].line, 1);
  }
}

TEST(PolicyCompiler, SaysWhatIsWrongAndWhere) {
  const std::string tag = "{action: tag}";
  const struct {
    std::string text;
    Code code;
    int line;
    int column;
  } kCases[] = {
      {Text("none", tag, "  NAM: {action: tag}\n"), Code::kUnknownCategory, 8, 3},
      {Text("none", tag, "  SAFE: {action: tag}\n"), Code::kUnknownCategory, 8, 3},
      {Text("none", tag, "  NAME: {action: hide}\n"), Code::kUnknownValue, 8, 18},
      {Text("none", tag, "  NAME: {action: tag, shows: role}\n"), Code::kUnknownKey, 8, 23},
      {Text("none", tag, "  NAME: {action: tag, threshold: 2}\n"), Code::kOutOfRange, 8, 34},
      {Text("none", tag, "  NAME: {show: role}\n"), Code::kMissingKey, 8, 9},
      {Text("none", tag, "  NAME: tag\n"), Code::kWrongType, 8, 9},
      {Text("none", tag, "  NAME: {action: tag}\n  NAME: {action: tag}\n"), Code::kDuplicateKey, 9, 3},
      {Text("harbor", tag, "  NAME: {action: tag}\n"), Code::kUnknownValue, 4, 8},
      {Text("none", "tag", "  NAME: {action: tag}\n"), Code::kWrongType, 6, 10},
      {Text("none", tag, "  NAME: {action: token, expire_after: soon}\n"), Code::kOutOfRange, 8, 39},
      {Text("none", tag, "  NAME: {action: tag, expire_after: 9d}\n"), Code::kPolicyClaim, 8, 3},
      // The claim check: names are no part of what may stay.
      {Text("safe_harbor", tag, "  NAME: {action: keep}\n"), Code::kPolicyClaim, 8, 3},
      {Text("safe_harbor", "{action: keep}", "  STATE: {action: keep}\n"), Code::kPolicyClaim, 4, 8},
      {"name: x\n", Code::kMissingKey, 1, 1},
      {"", Code::kWrongType, 1, 1},
  };
  for (const auto& c : kCases) {
    Diagnostics diagnostics;
    EXPECT_FALSE(CompilePolicyText("p.yaml", c.text, &diagnostics).has_value()) << c.text;
    ASSERT_GE(diagnostics.errors(), 1u) << c.text;
    const Diagnostic first = diagnostics.Sorted()[0];
    EXPECT_EQ(first.id, CodeId(c.code)) << FormatDiagnostic(first);
    EXPECT_EQ(first.line, c.line) << FormatDiagnostic(first);
    EXPECT_EQ(first.column, c.column) << FormatDiagnostic(first);
  }
}

// What is shipped compiles, says its own name, and bears its claim.
TEST(PolicyCompiler, ShippedPolicies) {
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(Concat(PHIVEIL_SOURCE_DIR, "/rules/policies"))) {
    if (entry.path().extension() != ".yaml") continue;
    Diagnostics diagnostics;
    const auto bytes = CompilePolicy(entry.path().string(), &diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.Sorted()) ADD_FAILURE() << FormatDiagnostic(diagnostic);
    ASSERT_TRUE(bytes.has_value());
    EXPECT_EQ(Policy::Load(*bytes)->name(), entry.path().stem().string());
    ++seen;
  }
  EXPECT_GE(seen, 4);
}

}  // namespace
}  // namespace phiveil::rules

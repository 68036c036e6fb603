#include "compiler/cases.h"

#include <gtest/gtest.h>

namespace phiveil::rules {
namespace {

TEST(Cases, AreReadWithTheirExpectation) {
  const SourceFile file("x.cases",
                        "# a comment\n\nMRN [[MRN:1]]\\nand\\tso\\\\n\tok\r\nx\tmiss #12\n# not a comment\textra #3\n"
                        "with\ttab\tok");
  Diagnostics diagnostics;
  const std::vector<CaseLine> cases = ParseCases(file, &diagnostics);
  EXPECT_EQ(diagnostics.errors(), 0u);
  ASSERT_EQ(cases.size(), 4u);
  EXPECT_EQ(cases[0].marked.text, "MRN 1\nand\tso\\n");
  EXPECT_EQ(cases[0].marked.marks.size(), 1u);
  EXPECT_EQ(cases[0].line, 3);
  EXPECT_EQ(cases[0].expect, Expectation::kOk);
  EXPECT_EQ(cases[1].expect, Expectation::kMiss);
  EXPECT_EQ(cases[1].fault, "#12");
  EXPECT_EQ(cases[2].expect, Expectation::kExtra);
  EXPECT_EQ(cases[2].fault, "#3");
  EXPECT_EQ(cases[3].marked.text, "with\ttab");
}

TEST(Cases, BrokenLinesAreReportedAndLeftOut) {
  const struct {
    std::string_view text;
    int column;
  } kCases[] = {
      {"no tab here\n", 1}, {"x\tokay\n", 3},           {"x\tmiss 3\n", 3},  {"x\tmiss #\n", 3},
      {"x\t\n", 3},         {"\\n\\n[[MRN:1\tok\n", 5}, {"a \xff\tok\n", 3},
  };
  for (const auto& c : kCases) {
    const SourceFile file("x.cases", std::string(c.text));
    Diagnostics diagnostics;
    EXPECT_TRUE(ParseCases(file, &diagnostics).empty()) << c.text;
    ASSERT_EQ(diagnostics.errors(), 1u) << c.text;
    EXPECT_EQ(diagnostics.Sorted()[0].column, c.column) << FormatDiagnostic(diagnostics.Sorted()[0]);
  }
}

}  // namespace
}  // namespace phiveil::rules

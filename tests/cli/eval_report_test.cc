#include "cli/eval_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <vector>

#include "cli/eval_fixture.h"

namespace phiveil::cli::eval {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(EvalReport, Decimals) {
  const struct {
    double value;
    int digits;
    bool sign;
    const char* text;
  } kCases[] = {
      {0, 4, false, "0.0000"},       {0, 4, true, "0.0000"},        {1, 4, false, "1.0000"},
      {2.0 / 3, 4, false, "0.6667"}, {0.125, 2, false, "0.12"},     {0.375, 2, false, "0.38"},
      {0.00005, 4, true, "+0.0001"}, {-0.00004, 4, true, "0.0000"}, {0.5, 4, true, "+0.5000"},
      {-0.5, 4, true, "-0.5000"},    {41.906, 2, false, "41.91"},
  };
  for (const auto& test : kCases) EXPECT_EQ(Decimal(test.value, test.digits, test.sign), test.text) << test.value;
}

class EvalReportTest : public ::testing::Test {
 protected:
  EvalReportTest() {
    gold_ = {Marked("\u00e9 weight [[NAME:Cruz]] Qwxzor\n4 ana.ruiz@example.org b@example.org", "doc 1"),
             Marked("Lot [[PHONE:555-201-3344]], Dr. [[NAME:Zzyzzq]]; \"quoted\" [[NAME:Vvrrt]]", "doc 2")};
  }

  Report Make(size_t sides, Limits limits = {}) {
    std::vector<Side> measured;
    for (size_t i = 0; i < sides; ++i) measured.push_back({*Measure(*engine_, gold_), "", ""});
    auto report = MakeReport("the/gold", gold_, std::move(measured), limits);
    EXPECT_TRUE(report.ok()) << report.status();
    return *std::move(report);
  }

  Gold gold_;
  const std::unique_ptr<Deidentifier> engine_ = SmallEngine();
};

TEST_F(EvalReportTest, CasesSayWhereAndWhy) {
  const Report report = Make(1);
  ASSERT_EQ(report.lists.size(), 2u);
  ASSERT_EQ(report.lists[0].total, 3u);
  const Case& miss = report.lists[0].shown[0];
  EXPECT_EQ(miss.document, "doc 1");
  EXPECT_EQ(miss.line, 1u);
  EXPECT_EQ(miss.begin, 9u) << "code points, not bytes";
  EXPECT_EQ(miss.end, 13u);
  EXPECT_EQ(miss.text, "Cruz");
  EXPECT_EQ(miss.before, "\u00e9 weight ");
  EXPECT_EQ(miss.letters, 4u);
  EXPECT_EQ(miss.covered, 0u);
  ASSERT_EQ(miss.candidates.size(), 1u);
  EXPECT_EQ(miss.candidates[0].rule, "small.name.listed");
  EXPECT_EQ(miss.candidates[0].outcome, "below threshold");
  EXPECT_EQ(miss.candidates[0].begin, 9u);
  ASSERT_EQ(miss.words.size(), 1u);
  EXPECT_EQ(miss.words[0].text, "Cruz");
  EXPECT_EQ(miss.words[0].lists, std::vector<std::string>{"Last"});

  const Case& vetoed = report.lists[0].shown[1];
  EXPECT_EQ(vetoed.text, "555-201-3344");
  ASSERT_EQ(vetoed.candidates.size(), 2u);
  EXPECT_EQ(vetoed.candidates[0].reasons.back().what, "veto small.safe.lot");
  EXPECT_EQ(vetoed.candidates[1].outcome, "veto");
  EXPECT_TRUE(report.lists[0].shown[2].candidates.empty()) << "nobody spoke for it";

  ASSERT_EQ(report.lists[1].total, 2u);
  const Case& error = report.lists[1].shown[0];
  EXPECT_EQ(error.label, "EMAIL");
  EXPECT_EQ(error.line, 2u);
  EXPECT_EQ(error.begin, 23u);
  ASSERT_FALSE(error.candidates.empty());
  EXPECT_EQ(error.candidates[0].outcome, "taken");
  EXPECT_EQ(error.candidates[0].begin, 23u);
  EXPECT_FALSE(error.candidates[0].reasons.empty());
  EXPECT_GE(error.candidates[0].score, error.candidates[0].threshold);
}

TEST_F(EvalReportTest, LimitsLeaveTheTotals) {
  const struct {
    Limits limits;
    size_t misses, errors;
  } kCases[] = {{{}, 3, 2}, {{0, 0}, 0, 0}, {{1, {}}, 1, 2}, {{{}, 1}, 3, 1}, {{99, 99}, 3, 2}};
  for (const auto& test : kCases) {
    const Report report = Make(1, test.limits);
    EXPECT_EQ(report.lists[0].shown.size(), test.misses);
    EXPECT_EQ(report.lists[1].shown.size(), test.errors);
    EXPECT_EQ(report.lists[0].total, 3u);
    EXPECT_EQ(report.lists[1].total, 2u);
  }
  const std::string text = ToText(Make(1, {0, 0}));
  EXPECT_THAT(text, HasSubstr("MISS: 3 more"));
  EXPECT_THAT(text, HasSubstr("FALSE: 2 more"));
  for (const char* inside : {"Cruz", "Vvrrt", "ana.ruiz", "quoted", "weight"})
    EXPECT_THAT(text, Not(HasSubstr(inside)));
}

TEST_F(EvalReportTest, TenOfAMeasurementAndAllOfAComparison) {
  gold_.clear();
  for (int i = 0; i < 12; ++i) gold_.push_back(Marked("then [[NAME:qwxzor]]", std::to_string(i)));
  EXPECT_EQ(Make(1).lists[0].shown.size(), 10u);
  std::vector<Side> sides = {{*Measure(*engine_, gold_), "", ""}, {}};
  for (GoldDocument& document : gold_) document.known.names = {"Ann Qwxzor"};
  sides[1].measured = *Measure(*engine_, gold_);
  const auto report = MakeReport("gold", gold_, std::move(sides), {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->lists[0].key, "gained");
  EXPECT_EQ(report->lists[0].shown.size(), 12u);
  EXPECT_EQ(report->lists[0].shown[0].was_covered, 0u);
  EXPECT_EQ(report->lists[0].shown[0].covered, 6u);
  EXPECT_EQ(report->lists[0].shown[0].candidates[0].outcome, "taken");
  EXPECT_THAT(ToText(*report), HasSubstr("identifiers gained 12, lost 0"));
}

TEST_F(EvalReportTest, JsonReadsBack) {
  for (const size_t sides : {1u, 2u}) {
    const std::string json = ToJson(Make(sides));
    EXPECT_EQ(json.find('\n'), json.size() - 1);
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    ASSERT_FALSE(parser.parse(json).get(root)) << json;
    std::vector<simdjson::dom::element> measured;
    for (const char* key : {"before", "after"}) {
      if (sides == 2) measured.push_back(root[key]);
    }
    if (sides == 1) measured.push_back(root);
    for (const simdjson::dom::element side : measured) {
      EXPECT_EQ(uint64_t(side["docs"]), 2u);
      EXPECT_EQ(uint64_t(side["entities"]), 4u);
      EXPECT_EQ(double(side["entity_recall"]), 0.25);
      EXPECT_EQ(uint64_t(side["labels"]["NAME"]["full"]), 1u);
      EXPECT_EQ(std::string_view(side["pack"]["name"]), "small");
      EXPECT_EQ(uint64_t(side["found"]["EMAIL"]["false"]), 2u);
      EXPECT_EQ(uint64_t(side["names"]["listed"]["entities"]), 1u);
      EXPECT_EQ(uint64_t(side["names"]["unlisted"]["entities"]), 2u);
      EXPECT_EQ(simdjson::dom::array(side["precision_95"]).size(), 2u);
    }
    if (sides == 2) {
      EXPECT_EQ(double(root["change"]["entity_recall"]), 0.0);
      EXPECT_EQ(uint64_t(root["gained"]["total"]), 0u);
    } else {
      EXPECT_EQ(std::string_view(root["misses"]["shown"].at(2)["text"]), "Vvrrt");
      EXPECT_EQ(std::string_view(root["misses"]["shown"].at(2)["before"]), "Lot 555-201-3344, Dr. Zzyzzq; \"quoted\" ");
    }
  }
}

// What stands in a note must not work on the terminal of whoever looks at it.
TEST_F(EvalReportTest, TextOfNotesIsQuoted) {
  gold_.clear();
  gold_.push_back(Marked("then \x1b[31m [[NAME:qwx\nzor]]"));
  const std::string text = ToText(Make(1));
  EXPECT_THAT(text, HasSubstr("\"qwx\\nzor\""));
  EXPECT_THAT(text, HasSubstr("\\u001b[31m"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace phiveil::cli::eval

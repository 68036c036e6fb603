#include "compiler/rule_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "base/concat.h"
#include "compiler/pack_compiler.h"

namespace phiveil::rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string MiniDir() { return Concat(PHIVEIL_SOURCE_DIR, "/tests/rules/data/mini"); }

const std::vector<std::string> kTexts = {"MRN: 00482913, chart 5512093. Seen by Dr. Smith on 03/14/2025 in Salem.",
                                         "Nothing to be found in here.", "Give 5 mg of it to Dr. Jones in New York."};

std::set<std::string> IdsOf(const Deidentifier& engine) {
  std::set<std::string> ids;
  for (const RulePack::RuleInfo& rule : engine.pack().rules()) ids.insert(rule.id);
  return ids;
}

// A clock by which each of `dear` that only the first pack has takes a tenth of the whole.
CostOptions::Timer Costly(const std::vector<std::string>& dear) {
  return [dear](const Deidentifier& with, const Deidentifier& without, const std::vector<std::string_view>&, int) {
    const std::set<std::string> all = IdsOf(with), rest = IdsOf(without);
    CostOptions::Timing timing{1.0, 1.0};
    for (const std::string& id : dear) timing.without -= all.contains(id) && !rest.contains(id) ? 0.1 : 0.0;
    return timing;
  };
}

struct Ran {
  int code = 0;
  std::string out, progress;
};

Ran Cost(const CostOptions& options, const std::vector<std::string>& texts = kTexts,
         const std::string& dir = MiniDir()) {
  std::ostringstream out, progress;
  Ran run;
  run.code = CostOfRules(dir, texts, options, out, progress);
  run.out = out.str();
  run.progress = progress.str();
  return run;
}

// The line of the table that ends in the rule's id, its words.
std::vector<std::string> Row(const std::string& out, std::string_view id) {
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.ends_with(Concat("  ", id)) && !line.ends_with(Concat(" ", id))) continue;
    std::istringstream words(line);
    std::vector<std::string> row;
    for (std::string word; words >> word;) row.push_back(word);
    return row;
  }
  return {};
}

TEST(RuleCost, NamesWhatIsDear) {
  const Ran run = Cost({.timer = Costly({"mini.name.titled"})});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.progress, HasSubstr("name.yaml:"));
  EXPECT_THAT(run.progress, HasSubstr("warning PH108 costly-rule: `mini.name.titled` slows the pack by 11 %"));
  EXPECT_THAT(run.progress, Not(HasSubstr("first_last")));
  EXPECT_EQ(Row(run.out, "mini.name.titled").front(), "10.0");  // share of the whole, the dearest first
  EXPECT_LT(run.out.find("mini.name.titled"), run.out.find("mini.name.first_last"));
}

TEST(RuleCost, WarnsOfNothingWhereNothingIsDear) {
  const Ran run = Cost({.timer = Costly({})});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.progress, "");
}

TEST(RuleCost, CountsHitsAndWhatWasKept) {
  const Ran run = Cost({.timer = Costly({})});
  // The record number's shape is also tried on the chart's number and the other way round.
  EXPECT_THAT(Row(run.out, "mini.mrn.labelled"),
              ElementsAre("0.0", "%", "2", "1", testing::_, "ms", testing::_, "bytes", "pattern", "mini.mrn.labelled"));
  EXPECT_THAT(Row(run.out, "mini.name.titled"),
              ElementsAre("0.0", "%", "2", "2", testing::_, "ms", "15", "steps", "form", "mini.name.titled"));
  EXPECT_THAT(Row(run.out, "mini.city.listed"),
              ElementsAre("0.0", "%", "2", "2", testing::_, "ms", testing::_, "steps", "list", "mini.city.listed"));
  EXPECT_EQ(Row(run.out, "mini.safe.dose")[3], "veto");
}

TEST(RuleCost, MeasuresSharedExpressionsAsAWhole) {
  const Ran run = Cost({.timer = Costly({"mini.mrn.labelled", "mini.mrn.chart"})});
  EXPECT_THAT(run.out, HasSubstr("20.0 %  mini.mrn.labelled, mini.mrn.chart\n"));
  EXPECT_THAT(run.progress, HasSubstr("the expression of `mini.mrn.labelled` and 1 more rule slows the pack by 25 %"));
}

TEST(RuleCost, LeavesOutRetiredRulesAndWhatWasNotAskedFor) {
  EXPECT_THAT(Cost({.timer = Costly({})}).out, Not(HasSubstr("mini.mrn.old")));
  const Ran run = Cost({.only = {"mini.date.slashes"}, .timer = Costly({"mini.name.titled"})});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, HasSubstr("mini.date.slashes"));
  EXPECT_THAT(run.out, Not(HasSubstr("mini.name")));
  EXPECT_EQ(run.progress, "");
}

TEST(RuleCost, RefusesUnknownRulesAndBadPacksAndBadTexts) {
  const Ran unknown = Cost({.only = {"mini.date.slashed"}, .timer = Costly({})});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_EQ(unknown.out, "");
  EXPECT_THAT(unknown.progress, HasSubstr("no rule `mini.date.slashed`: did you mean `mini.date.slashes`?"));

  const Ran bad = Cost({.timer = Costly({})}, kTexts, Concat(PHIVEIL_SOURCE_DIR, "/tests/rules/data/bad/bad_pattern"));
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.progress, HasSubstr("PH031"));

  const Ran text = Cost({.timer = Costly({})}, {"Dr. Smith", "\xff secret"});
  EXPECT_EQ(text.code, 1);
  EXPECT_THAT(text.progress, HasSubstr("text 2 of the corpus"));
  EXPECT_THAT(text.progress, Not(HasSubstr("secret")));
}

TEST(RuleCost, TakesThePacksExamplesForWantOfTexts) {
  const Ran run = Cost({.timer = Costly({})}, {});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, HasSubstr("mini 1 on 17 texts"));
}

// More text than is timed: every n-th is, hits are counted on all.
TEST(RuleCost, TimesAPartOfALargeCorpus) {
  const std::vector<std::string> texts(100, "Seen by Dr. Smith.");
  size_t timed = 0;
  CostOptions options{.most_bytes = 180};
  options.timer = [&](const Deidentifier&, const Deidentifier&, const std::vector<std::string_view>& some, int) {
    timed = some.size();
    return CostOptions::Timing{1.0, 1.0};
  };
  const Ran run = Cost(options, texts);
  EXPECT_EQ(timed, 10u);
  EXPECT_THAT(run.out, HasSubstr("100 texts, 1800 bytes; timed on 10, 180"));
  EXPECT_EQ(Row(run.out, "mini.name.titled")[2], "100");
}

TEST(RuleCost, WritesTheSameForMachines) {
  const Ran run = Cost({.json = true, .timer = Costly({"mini.name.titled"})});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, testing::StartsWith("{\"pack\":\"mini\",\"version\":\"1\",\"texts\":3,"));
  EXPECT_THAT(run.out, HasSubstr("{\"rule\":\"mini.name.titled\",\"kind\":\"form\",\"slows\":0.11111,\"share\":0.10000,"
                                 "\"hits\":2,\"kept\":2,\"compile_ms\":"));
  EXPECT_THAT(run.out, HasSubstr("\"size\":15,\"size_unit\":\"steps\",\"warning\":\"PH108\"}"));
  EXPECT_THAT(run.out, HasSubstr("\"shared\":[\n{\"rules\":[\"mini.mrn.labelled\",\"mini.mrn.chart\"]"));
  EXPECT_THAT(run.out, testing::EndsWith("]}\n"));
}

// Leaving out nothing gives the same pack, and leaving out a form what finds by patterns as it was: else the rest would
// look cheaper than it is.
TEST(RuleCost, LeavesTheRestAsItIs) {
  Diagnostics diagnostics;
  CompiledPack whole = CompilePack(Concat(PHIVEIL_SOURCE_DIR, "/rules/packs/us"), &diagnostics);
  ASSERT_TRUE(whole.good);
  whole.pack.clear_model();
  const CompiledPack same = CompileWithout(&whole, {});
  ASSERT_TRUE(same.good);
  EXPECT_EQ(same.pack.SerializeAsString(), whole.pack.SerializeAsString());

  const auto form =
      std::find_if(whole.parts.begin(), whole.parts.end(), [](const auto& part) { return part.form >= 0; });
  const auto pattern =
      std::find_if(whole.parts.begin(), whole.parts.end(), [](const auto& part) { return part.expression >= 0; });
  for (const auto& part : {form, pattern}) {
    const auto rule = static_cast<size_t>(part - whole.parts.begin());
    const CompiledPack rest = CompileWithout(&whole, {rule});
    ASSERT_TRUE(rest.good);
    EXPECT_EQ(rest.pack.rules_size(), whole.pack.rules_size() - 1);
    EXPECT_NE(whole.source->rules[rule].status, "retired");
    if (part != form) continue;
    EXPECT_EQ(rest.pack.forms_size(), whole.pack.forms_size() - 1);
    EXPECT_EQ(rest.pack.hs_database(), whole.pack.hs_database());
    ASSERT_EQ(rest.pack.walks_size(), whole.pack.walks_size());
    for (int i = 0; i < rest.pack.walks_size(); ++i) {
      EXPECT_EQ(rest.pack.walks(i).SerializeAsString(), whole.pack.walks(i).SerializeAsString());
    }
    for (int i = 0; i < rest.pack.expressions_size(); ++i) {
      EXPECT_EQ(rest.pack.expressions(i).walked(), whole.pack.expressions(i).walked());
    }
  }
}

// By the real clock: every kind of rule has a figure, fields that the table of HL7 speaks of too.
TEST(RuleCost, MeasuresFieldsOfTheBuiltInPack) {
  const Ran run = Cost({.only = {"us.field.mrn"}}, {R"({"patient": {"mrn": "Q-4417"}})"},
                       Concat(PHIVEIL_SOURCE_DIR, "/rules/packs/us"));
  EXPECT_EQ(run.code, 0);
  const std::vector<std::string> row = Row(run.out, "us.field.mrn");
  ASSERT_FALSE(row.empty()) << run.out << run.progress;
  EXPECT_EQ(row[1], "%");
  EXPECT_EQ(row[3], "1");
  EXPECT_THAT(run.out, HasSubstr("names  field    us.field.mrn"));
}

}  // namespace
}  // namespace phiveil::rules

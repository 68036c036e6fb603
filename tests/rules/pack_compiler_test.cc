#include "compiler/pack_compiler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "base/concat.h"
#include "pack/pack_tables.h"
#include "text/token_class.h"

namespace phiveil::rules {
namespace {

const CompiledPack& Mini() {
  static const CompiledPack* const compiled = [] {
    Diagnostics diagnostics;
    auto* pack = new CompiledPack(CompilePack(Concat(PHIVEIL_SOURCE_DIR, "/tests/rules/data/mini"), &diagnostics));
    for (const Diagnostic& diagnostic : diagnostics.Sorted()) ADD_FAILURE() << FormatDiagnostic(diagnostic);
    return pack;
  }();
  return *compiled;
}

const pb::Rule& RuleOf(const pb::Pack& pack, std::string_view id) {
  for (const pb::Rule& rule : pack.rules()) {
    if (rule.id() == id) return rule;
  }
  ADD_FAILURE() << id;
  return pb::Rule::default_instance();
}

TEST(PackCompiler, KeepsWhatTheRulesSay) {
  ASSERT_TRUE(Mini().good);
  const pb::Pack& pack = Mini().pack;
  EXPECT_EQ(pack.name(), "mini");
  EXPECT_EQ(pack.version(), "1");
  EXPECT_EQ(pack.rules_size(), 7);
  const pb::Rule& rule = RuleOf(pack, "mini.mrn.labelled");
  EXPECT_EQ(rule.category(), static_cast<uint32_t>(Category::kMrn));
  EXPECT_EQ(rule.status(), "stable");
  EXPECT_FLOAT_EQ(rule.score(), 0.30f);
  ASSERT_EQ(rule.cues_size(), 2);
  EXPECT_EQ(rule.cues(0).side(), pb::Cue::BEFORE);
  EXPECT_EQ(rule.cues(0).within(), 4u);
  EXPECT_FLOAT_EQ(rule.cues(1).add(), -0.20f);
  EXPECT_EQ(rule.validators(0), "not_all_same_digit");
  EXPECT_EQ(rule.allow(0), "12345678");
  ASSERT_EQ(rule.examples_size(), 5);
  EXPECT_EQ(rule.examples(0).text(), "MRN: 00482913 admitted.");
  EXPECT_EQ(rule.examples(0).begin(0), 5u);
  EXPECT_EQ(rule.examples(0).end(0), 13u);
  EXPECT_EQ(RuleOf(pack, "mini.name.titled").subtype(), static_cast<uint32_t>(Subtype::kStaff));
  EXPECT_FLOAT_EQ(RuleOf(pack, "mini.safe.dose").veto(), 0.5f);
}

TEST(PackCompiler, RetiredRulesAreReservedOnly) {
  for (const pb::Rule& rule : Mini().pack.rules()) EXPECT_NE(rule.id(), "mini.mrn.old");
  const auto& rules = Mini().source->rules;
  EXPECT_TRUE(std::any_of(rules.begin(), rules.end(), [](const RuleSource& r) { return r.id == "mini.mrn.old"; }));
}

TEST(PackCompiler, RulesOfOnePatternShareAnExpression) {
  const pb::Pack& pack = Mini().pack;
  ASSERT_EQ(pack.expressions_size(), 3);
  std::set<std::string> sharing;
  for (uint32_t rule : pack.expressions(0).rules()) sharing.insert(pack.rules(static_cast<int>(rule)).id());
  EXPECT_EQ(sharing, (std::set<std::string>{"mini.mrn.labelled", "mini.mrn.chart"}));
  EXPECT_EQ(pack.expressions(0).max_width(), 12u);
  EXPECT_TRUE(pack.expressions(0).caseless());
  EXPECT_NE(pack.expressions(0).trigger(), 0u);
  EXPECT_TRUE(pack.expressions(0).walked());
  EXPECT_EQ(pack.hs_platform(), "avx2");
}

TEST(PackCompiler, ListsBecomeClassesWithTheirSource) {
  const pb::Pack& pack = Mini().pack;
  ASSERT_EQ(pack.classes_size(), 3);
  EXPECT_EQ(pack.classes(1), "First");
  ASSERT_EQ(pack.sources_size(), 1);
  EXPECT_EQ(pack.sources(0).list(), "first_names.tsv");
  EXPECT_EQ(pack.sources(0).text(), "First names made up for tests.\n2026-11");
  EXPECT_FALSE(pack.lexicon().buckets().empty());
  const auto list = std::find_if(pack.forms().begin(), pack.forms().end(), [&](const pb::Form& form) {
    return pack.rules(static_cast<int>(form.rule())).id() == "mini.city.listed";
  });
  ASSERT_NE(list, pack.forms().end());
  EXPECT_EQ(list->first_any(), 1ull << (token_class::kFirstListBit + 2));
}

TEST(PackCompiler, PackSurvivesItsFile) {
  const std::string bytes = SerializePack(Mini().pack);
  const auto tables = ParsePack(bytes);
  ASSERT_TRUE(tables.ok()) << tables.status();
  EXPECT_EQ(SerializePack((*tables)->pack), bytes);
}

TEST(PackCompiler, SameFolderGivesSameBytes) {
  Diagnostics diagnostics;
  const CompiledPack again = CompilePack(Concat(PHIVEIL_SOURCE_DIR, "/tests/rules/data/mini"), &diagnostics);
  EXPECT_EQ(SerializePack(again.pack), SerializePack(Mini().pack));
}

}  // namespace
}  // namespace phiveil::rules

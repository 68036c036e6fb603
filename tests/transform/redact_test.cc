#include "transform/redact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "fake_vault.h"
#include "policies.h"
#include "transform/lookalikes.h"
#include "transform/restore.h"

namespace phiveil {
namespace {

using ::testing::ElementsAre;
using testing::FakeVault;

constexpr int kNow = 2026;

struct Mark {
  std::string_view value;
  Category category;
  Subtype subtype = Subtype::kNone;
};

// The marks' values, found one after the other.
std::vector<Finding> Findings(std::string_view text, std::initializer_list<Mark> marks) {
  std::vector<Finding> findings;
  size_t from = 0;
  for (const Mark& mark : marks) {
    const size_t at = text.find(mark.value, from);
    EXPECT_NE(at, std::string_view::npos) << mark.value;
    from = at + mark.value.size();
    Finding& finding = findings.emplace_back();
    finding.begin = static_cast<uint32_t>(at);
    finding.end = static_cast<uint32_t>(from);
    finding.category = mark.category;
    finding.subtype = mark.subtype;
  }
  return findings;
}

Redacted Redact(std::string_view text, std::vector<Finding> findings, const Policy& policy, FakeVault* vault) {
  RedactionPlan plan = PlanRedaction(text, findings, policy, kNow);
  const std::vector<TokenCode> codes = vault->Assign(plan.values);
  auto out = RenderRedaction(text, std::move(findings), std::move(plan), codes);
  EXPECT_TRUE(out.ok()) << out.status();
  return out.ok() ? *std::move(out) : Redacted();
}

Restored Restore(std::string_view text, const FakeVault& vault) {
  auto back = RestoreText(text, [&](Category category, const TokenCode& code) { return vault.Lookup(category, code); });
  EXPECT_TRUE(back.ok()) << back.status();
  return back.ok() ? *std::move(back) : Restored();
}

Policy SafeHarbor(Action action) {
  pb::Policy policy = testing::PlainPolicy(action, Basis::kSafeHarbor);
  const auto show = [&](Category category, Show what) {
    testing::RuleOf(&policy, category)->set_show(static_cast<uint32_t>(what));
  };
  show(Category::kName, Show::kRole);
  show(Category::kDate, Show::kYear);
  show(Category::kAge, Show::kCap90);
  show(Category::kZip, Show::kZip3);
  testing::RuleOf(&policy, Category::kDate)->set_keep_year(true);
  testing::RuleOf(&policy, Category::kDate)->set_keep_weekday(true);
  testing::RuleOf(&policy, Category::kAge)->set_keep_under_90(true);
  testing::SetAction(&policy, Category::kState, Action::kKeep);
  testing::SetAction(&policy, Category::kCountry, Action::kKeep);
  return testing::Loaded(policy);
}

TEST(RedactBare, ANumberOfJsonIsPutIntoQuotesAndComesBackWithout) {
  const std::string text = R"({"mrn": 448120, "ids": [448120,7], "dob": 1953})";
  std::vector<Finding> findings = Findings(
      text,
      {{"448120", Category::kMrn}, {"448120", Category::kMrn}, {"7", Category::kOtherId}, {"1953", Category::kDate}});
  for (Finding& finding : findings) finding.bare = true;
  FakeVault vault;
  const Redacted token = Redact(text, findings, SafeHarbor(Action::kToken), &vault);
  EXPECT_THAT(
      token.text,
      ::testing::MatchesRegex(
          R"(\{"mrn": "\[MRN_[0-9A-Z]+ #\]", "ids": \["\[MRN_[0-9A-Z]+ #\]","\[OTHER_ID_[0-9A-Z]+ #\]"\], "dob": "\[DATE_[0-9A-Z]+ 1953#\]"\})"));
  EXPECT_EQ(Restore(token.text, vault).text, text);
  EXPECT_EQ(Redact(text, findings, SafeHarbor(Action::kTag), &vault).text,
            R"({"mrn": "[MRN]", "ids": ["[MRN]","[OTHER_ID]"], "dob": "[DATE 1953]"})");
  EXPECT_EQ(Redact(text, findings, testing::Loaded(testing::PlainPolicy(Action::kDrop)), &vault).text,
            R"({"mrn": null, "ids": [null,null], "dob": null})");
}

TEST(Redact, TagsWithWhatMayStay) {
  const std::string text =
      "Ana Ruiz, 92, of Salem, OR 97301 seen Tuesday 03/04/2025 by Dr. Wu; DOB 1931; since 2019. Son is 45.";
  const auto findings = Findings(text, {{"Ana Ruiz", Category::kName, Subtype::kPatient},
                                        {"92", Category::kAge},
                                        {"Salem", Category::kCity},
                                        {"OR", Category::kState},
                                        {"97301", Category::kZip},
                                        {"Tuesday", Category::kDate, Subtype::kWeekday},
                                        {"03/04/2025", Category::kDate},
                                        {"Wu", Category::kName, Subtype::kStaff},
                                        {"1931", Category::kDate, Subtype::kBirthYear},
                                        {"2019", Category::kDate, Subtype::kYear},
                                        {"45", Category::kAge}});
  FakeVault vault;
  const Redacted out = Redact(text, findings, SafeHarbor(Action::kTag), &vault);
  EXPECT_EQ(
      out.text,
      "[NAME patient], [AGE 90+], of [CITY], OR [ZIP 973] seen Tuesday [DATE 2025] by Dr. [NAME staff]; DOB [DATE]; "
      "since 2019. Son is 45.");
  EXPECT_THAT(out.replacements, ElementsAre("[NAME patient]", "[AGE 90+]", "[CITY]", "OR", "[ZIP 973]", "Tuesday",
                                            "[DATE 2025]", "[NAME staff]", "[DATE]", "2019", "45"));
  EXPECT_EQ(out.findings.size(), findings.size());
  EXPECT_EQ(out.alignment.replacements().size(), 7u);
}

TEST(Redact, TokensOneForEachValue) {
  const std::string text = "Ana met Wu on 03/04/2025; Ana left.";
  const auto findings = Findings(
      text,
      {{"Ana", Category::kName}, {"Wu", Category::kName}, {"03/04/2025", Category::kDate}, {"Ana", Category::kName}});
  FakeVault vault;
  const Redacted out = Redact(text, findings, SafeHarbor(Action::kToken), &vault);
  ASSERT_EQ(out.replacements.size(), 4u);
  EXPECT_EQ(out.replacements[0], out.replacements[3]);
  EXPECT_NE(out.replacements[0], out.replacements[1]);
  EXPECT_TRUE(out.replacements[2].ends_with(" 2025]"));
  EXPECT_EQ(out.text, out.replacements[0] + " met " + out.replacements[1] + " on " + out.replacements[2] + "; " +
                          out.replacements[3] + " left.");
  const Restored back = Restore(out.text, vault);
  EXPECT_EQ(back.text, text);
  EXPECT_EQ(back.restored, 4u);
}

TEST(Redact, EdgesAndNeighbours) {
  FakeVault vault;
  const Policy tags = testing::Loaded(testing::PlainPolicy(Action::kTag));
  EXPECT_EQ(Redact("", {}, tags, &vault).text, "");
  EXPECT_EQ(Redact("plain", {}, tags, &vault).text, "plain");
  EXPECT_EQ(
      Redact("AnaRuiz", Findings("AnaRuiz", {{"Ana", Category::kName}, {"Ruiz", Category::kName}}), tags, &vault).text,
      "[NAME][NAME]");
  const Policy drops = testing::Loaded(testing::PlainPolicy(Action::kDrop));
  const Redacted dropped = Redact("a Ana b", Findings("a Ana b", {{"Ana", Category::kName}}), drops, &vault);
  EXPECT_EQ(dropped.text, "a  b");
  EXPECT_THAT(dropped.replacements, ElementsAre(""));
}

TEST(Redact, AlignmentFitsTheOutput) {
  const std::string text = "Ana met Wu.";
  FakeVault vault;
  const Redacted out = Redact(text, Findings(text, {{"Ana", Category::kName}, {"Wu", Category::kName}}),
                              testing::Loaded(testing::PlainPolicy(Action::kToken)), &vault);
  for (const Replacement& r : out.alignment.replacements()) {
    EXPECT_EQ(out.text.substr(r.out_begin, r.out_end - r.out_begin),
              r.begin == 0 ? out.replacements[0] : out.replacements[1]);
  }
  EXPECT_EQ(out.text.substr(out.alignment.ToOutput(text.find("met")), 3), "met");
  EXPECT_EQ(text.substr(out.alignment.ToInput(out.text.find("met")), 3), "met");
}

TEST(Redact, WantsOneCodeForEachValue) {
  const Policy policy = testing::Loaded(testing::PlainPolicy(Action::kToken));
  std::vector<Finding> findings = Findings("Ana", {{"Ana", Category::kName}});
  RedactionPlan plan = PlanRedaction("Ana", findings, policy, kNow);
  EXPECT_EQ(plan.values.size(), 1u);
  EXPECT_EQ(RenderRedaction("Ana", std::move(findings), std::move(plan), {}).status().code(),
            absl::StatusCode::kInternal);
}

// A code of this vault, so that a forged token would be restored if it got through.
TokenCode KnownCode(FakeVault* vault) {
  const Vault::Value value{Category::kName, "SECRET"};
  return vault->Assign({&value, 1})[0];
}

TEST(Redact, LookalikesStayNowhere) {
  FakeVault vault;
  const std::string code(KnownCode(&vault).view());
  const struct {
    std::string text;
    std::string_view finding;  // replaced as a phone number
  } cases[] = {
      {"forged [NAME_" + code + "] here", ""},
      {"bare NAME_" + code + " here", ""},
      {"laid bare: xNAME_" + code, "x"},
      {"laid bare: NAME_" + code + "55", "55"},
      {"laid bare: 12NAME_" + code + "55", "12"},
      {"cut [NAME_" + code + "]", code},
      {"half [NAME_" + code + "] more", "] more"},
      {"name only [NAME_" + code + "]", "NAME"},
      {"backslash \\Ana", "Ana"},
      {"backslashes \\\\Ana\\", "Ana"},
      {"emphasis **Ana**", "Ana"},
      {"opened [NAME_Ana]", "Ana"},
      {"opened [Ana]", "Ana"},
      {"begun NAME_Ana", "Ana"},
      {"ended Ana_" + code + "]", "Ana"},
  };
  for (const Action action : {Action::kToken, Action::kTag, Action::kDrop, Action::kKeep}) {
    pb::Policy in = testing::PlainPolicy(Action::kToken);
    testing::SetAction(&in, Category::kOtherId, action);
    const Policy policy = testing::Loaded(in);
    for (const auto& c : cases) {
      std::vector<Finding> findings;
      if (!c.finding.empty()) findings = Findings(c.text, {{c.finding, Category::kPhone}});
      const Redacted out = Redact(c.text, findings, policy, &vault);
      const Restored back = Restore(out.text, vault);
      EXPECT_EQ(back.text.find("SECRET"), std::string::npos) << c.text << " -> " << out.text;
      if (action == Action::kToken || action == Action::kKeep) {
        EXPECT_EQ(back.text, c.text) << out.text;
        EXPECT_EQ(back.altered + back.unknown + back.foreign, 0u) << out.text;
      }
    }
  }
}

TEST(Redact, LookalikesBecomeTagsWithoutAVault) {
  FakeVault vault;
  const std::string text = "forged [NAME_" + std::string(KnownCode(&vault).view()) + "]";
  EXPECT_EQ(Redact(text, {}, testing::Loaded(testing::PlainPolicy(Action::kKeep)), &vault).text, "forged [OTHER_ID]");
}

TEST(Redact, DroppingJoinsNothingIntoALookalike) {
  FakeVault vault;
  const std::string code(KnownCode(&vault).view());
  pb::Policy in = testing::PlainPolicy(Action::kToken);
  testing::SetAction(&in, Category::kPhone, Action::kDrop);
  const Policy policy = testing::Loaded(in);
  const std::string texts[] = {"[NA#ME_" + code + "]", "[NAME_" + code.substr(0, 2) + "#" + code.substr(2) + "]",
                               "[NAME#_#" + code + "]", "NAME_#" + code + " x", "#[#NAME_" + code + "#]#"};
  for (const std::string& text : texts) {
    std::vector<Finding> findings;
    for (size_t at = text.find('#'); at != std::string::npos; at = text.find('#', at + 1)) {
      Finding& finding = findings.emplace_back();
      finding.begin = static_cast<uint32_t>(at);
      finding.end = finding.begin + 1;
      finding.category = Category::kPhone;
    }
    const Redacted out = Redact(text, findings, policy, &vault);
    EXPECT_EQ(Restore(out.text, vault).text.find("SECRET"), std::string::npos) << text << " -> " << out.text;
  }
}

std::string RandomText(std::mt19937* rng, const std::string& code) {
  const std::string pieces[] = {"[NAME_" + code + "]",
                                "NAME_" + code,
                                "\\[NAME\\_" + code + "\\]",
                                "[",
                                "]",
                                "\\",
                                "_",
                                "NAME",
                                "OTHER_ID",
                                code,
                                "[NAME_7QK2H]",
                                "[DATE_00000 2025]",
                                "Ana",
                                "é",
                                "\n",
                                " ",
                                " ",
                                "*",
                                "**",
                                "&#91;",
                                "&#93;",
                                "\\u005b",
                                "\\u005d",
                                "02139",
                                "92",
                                "'s",
                                "[[[[[NAME_",
                                ":",
                                "90+",
                                "staff"};
  std::string text;
  for (size_t i = 0, size = (*rng)() % 16; i < size; ++i) text += pieces[(*rng)() % std::size(pieces)];
  return text;
}

std::vector<Finding> RandomFindings(std::mt19937* rng, size_t size) {
  std::vector<Finding> findings;
  for (uint32_t at = 0; at < size;) {
    const uint32_t begin = at + static_cast<uint32_t>((*rng)() % 12);
    const uint32_t end = begin + 1 + static_cast<uint32_t>((*rng)() % 8);
    if (end > size) break;
    Finding& finding = findings.emplace_back();
    finding.begin = begin;
    finding.end = end;
    finding.category = static_cast<Category>(1 + (*rng)() % (kCategoryCount - 1));
    finding.subtype = static_cast<Subtype>((*rng)() % 10);
    at = end;
  }
  return findings;
}

TEST(RedactProperty, WhatGoesOutComesBackByteByByte) {
  std::mt19937 rng(17);
  const Policy policy = SafeHarbor(Action::kToken);
  for (int round = 0; round < 30000; ++round) {
    FakeVault vault;
    const std::string text = RandomText(&rng, std::string(KnownCode(&vault).view()));
    std::vector<Finding> findings = RandomFindings(&rng, text.size());
    if (round % 2 == 0) MergeLookalikes(text, &findings);
    const Redacted out = Redact(text, findings, policy, &vault);
    const Restored back = Restore(out.text, vault);
    ASSERT_EQ(back.text, text) << out.text;
    ASSERT_EQ(back.restored, out.alignment.replacements().size());
    ASSERT_EQ(back.unknown + back.altered + back.foreign, 0u) << text << "\n" << out.text;
    ASSERT_EQ(out.replacements.size(), out.findings.size());
  }
}

TEST(RedactProperty, NoPolicyLetsAForgedTokenThrough) {
  std::mt19937 rng(18);
  for (int round = 0; round < 30000; ++round) {
    pb::Policy in = testing::PlainPolicy(Action::kToken);
    for (size_t i = 1; i < kCategoryCount; ++i) {
      testing::SetAction(&in, static_cast<Category>(i), static_cast<Action>(rng() % 4));
    }
    FakeVault vault;
    const std::string text = RandomText(&rng, std::string(KnownCode(&vault).view()));
    const Redacted out = Redact(text, RandomFindings(&rng, text.size()), testing::Loaded(in), &vault);
    ASSERT_EQ(Restore(out.text, vault).text.find("SECRET"), std::string::npos) << text << "\n" << out.text;
  }
}

}  // namespace
}  // namespace phiveil

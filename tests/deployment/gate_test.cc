#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "phiveil/deployment.h"
#include "transform/policies.h"

namespace phiveil {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kToday = "2026-11-23";

Agreement AgreementOf(std::string_view state, Provider provider) {
  const std::string party = provider == Provider::kAnthropicApi ? "Anthropic, PBC" : "Amazon Web Services, Inc.";
  if (state == "none") return {};
  if (state == "expired") return {true, party, "contract 17", "2024-01-01", "2026-11-22"};
  if (state == "other_party") return {true, "Somebody Else Ltd", "contract 17", "2024-01-01", ""};
  return {true, party, "contract 17", "2024-01-01", "2026-11-23"};
}

DeploymentProfile Sound(Provider provider = Provider::kAmazonBedrock) {
  DeploymentProfile profile;
  profile.name = "test";
  profile.version = "1";
  profile.provider = provider;
  profile.baa = profile.dpa = AgreementOf("in_force", provider);
  profile.no_training = true;
  profile.training_reference = "terms 3";
  profile.inference_region = profile.vault_region = "us-east-1";
  profile.us_regions = {"us", "us-east-1"};
  profile.eu_regions = {"eu", "eu-central-1"};
  profile.tls_minimum = "1.2";
  profile.encrypted_at_rest = true;
  profile.key_owner = "customer";
  return profile;
}

Policy PolicyOf(std::string_view basis) {
  for (const Basis b : {Basis::kNone, Basis::kSafeHarbor, Basis::kLimitedDataSet, Basis::kPseudonymized}) {
    if (BasisName(b) != basis) continue;
    pb::Policy policy = testing::PlainPolicy(Action::kToken, b);
    testing::SetAction(&policy, Category::kState, Action::kKeep);
    if (b == Basis::kLimitedDataSet) testing::SetAction(&policy, Category::kDate, Action::kKeep);
    if (b == Basis::kNone) testing::SetAction(&policy, Category::kName, Action::kKeep);
    return testing::Loaded(policy);
  }
  ADD_FAILURE() << basis;
  return testing::Loaded(testing::PlainPolicy(Action::kTag));
}

std::set<std::string> Codes(const GateDecision& decision) {
  std::set<std::string> codes;
  for (const GateReason& reason : decision.reasons) codes.insert(reason.code);
  return codes;
}

std::vector<std::string> Split(const std::string& line, char by) {
  std::vector<std::string> parts;
  std::stringstream in(line);
  for (std::string part; std::getline(in, part, by);) parts.push_back(part);
  return parts;
}

TEST(GateTest, DecisionTable) {
  std::ifstream file(PHIVEIL_SOURCE_DIR "/tests/deployment/gate_table.tsv");
  size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto cells = Split(line, '\t');
    ASSERT_EQ(cells.size(), 8u) << line;
    DeploymentProfile profile = Sound(cells[0] == "anthropic_api" ? Provider::kAnthropicApi : Provider::kAmazonBedrock);
    ASSERT_EQ(ProviderName(profile.provider), cells[0]);
    profile.baa = AgreementOf(cells[1], profile.provider);
    profile.dpa = AgreementOf(cells[2], profile.provider);
    profile.inference_region = cells[3];
    profile.vault_region = cells[4];
    const Jurisdiction where = cells[5] == "US"   ? Jurisdiction::kUs
                               : cells[5] == "EU" ? Jurisdiction::kEu
                                                  : Jurisdiction::kUnstated;
    const Policy policy = PolicyOf(cells[6]);
    const GateDecision decision = DecideGate(profile, {&policy, nullptr, where, std::string(kToday)});
    std::set<std::string> expected;
    if (cells[7] != "allow") {
      for (const std::string& code : Split(cells[7], ',')) expected.insert(code);
    }
    EXPECT_EQ(Codes(decision), expected) << line;
    EXPECT_EQ(decision.allowed, expected.empty()) << line;
    ++rows;
  }
  EXPECT_GE(rows, 80u);
}

TEST(GateTest, EachSafeguardIsAReasonOfItsOwn) {
  const Policy policy = PolicyOf("limited_data_set");
  const struct {
    const char* code;
    void (*spoil)(DeploymentProfile*);
  } kCases[] = {
      {"tls", [](DeploymentProfile* p) { p->tls_minimum = "1.1"; }},
      {"tls", [](DeploymentProfile* p) { p->tls_minimum.clear(); }},
      {"at_rest", [](DeploymentProfile* p) { p->encrypted_at_rest = false; }},
      {"key_owner", [](DeploymentProfile* p) { p->key_owner = "somebody"; }},
      {"training", [](DeploymentProfile* p) { p->no_training = false; }},
      {"training", [](DeploymentProfile* p) { p->training_reference.clear(); }},
      {"baa.reference", [](DeploymentProfile* p) { p->baa.reference.clear(); }},
      {"baa.dates", [](DeploymentProfile* p) { p->baa.from.clear(); }},
      {"baa.dates", [](DeploymentProfile* p) { p->baa.until = "2026-02-30"; }},
      {"baa.dates", [](DeploymentProfile* p) { p->baa.until = "tomorrow"; }},
      {"baa.dates", [](DeploymentProfile* p) { p->baa.until = "2023-12-31"; }},
      {"region.not_providers", [](DeploymentProfile* p) { p->inference_region = "us"; }},
      {"region.not_providers", [](DeploymentProfile* p) { p->provider = Provider::kAnthropicApi; }},
      {"allowed_regions", [](DeploymentProfile* p) { p->us_regions.push_back("us-eats-1"); }},
      {"baa.not_yet", [](DeploymentProfile* p) { p->baa.from = "2026-11-24", p->baa.until.clear(); }},
      {"baa.expired", [](DeploymentProfile* p) { p->baa.until = "2026-11-22"; }},
  };
  for (const auto& c : kCases) {
    DeploymentProfile profile = Sound();
    EXPECT_TRUE(DecideGate(profile, {&policy, nullptr, Jurisdiction::kUs, std::string(kToday)}).allowed);
    c.spoil(&profile);
    const GateDecision decision = DecideGate(profile, {&policy, nullptr, Jurisdiction::kUs, std::string(kToday)});
    EXPECT_FALSE(decision.allowed) << c.code;
    EXPECT_TRUE(Codes(decision).contains(c.code)) << c.code;
  }
}

// What no program can look up is said with every answer.
TEST(GateTest, SaysWhatItBelieves) {
  const Policy policy = PolicyOf("safe_harbor");
  for (const Jurisdiction where : {Jurisdiction::kUs, Jurisdiction::kEu, Jurisdiction::kUnstated}) {
    for (const bool signed_up : {true, false}) {
      DeploymentProfile profile = Sound();
      if (!signed_up) profile.baa = profile.dpa = {};
      std::set<std::string> codes, expected = {"region", "vault_region", "tls", "at_rest", "jurisdiction", "basis"};
      for (const GateReason& r : DecideGate(profile, {&policy, nullptr, where, std::string(kToday)}).believed)
        codes.insert(r.code);
      if (signed_up && where != Jurisdiction::kEu) expected.insert("baa");
      if (signed_up && where != Jurisdiction::kUs) expected.insert("dpa");
      if (where != Jurisdiction::kUs) expected.insert("training");
      EXPECT_EQ(codes, expected);
    }
  }
}

TEST(GateTest, AnEuListMustLieInTheUnion) {
  const Policy policy = PolicyOf("safe_harbor");
  DeploymentProfile profile = Sound();
  profile.inference_region = profile.vault_region = "eu-central-1";
  const GateQuery query{&policy, nullptr, Jurisdiction::kEu, std::string(kToday)};
  EXPECT_TRUE(DecideGate(profile, query).allowed);
  profile.eu_regions.push_back("eu-west-2");
  EXPECT_THAT(Codes(DecideGate(profile, query)), UnorderedElementsAre("allowed_regions"));
}

TEST(GateTest, TellsEveryReasonAtOnce) {
  DeploymentProfile profile;
  const Policy policy = PolicyOf("none");
  const auto codes = Codes(DecideGate(profile, {&policy, nullptr, Jurisdiction::kUnstated, "someday"}));
  EXPECT_THAT(codes, UnorderedElementsAre("today", "baa.missing", "kept.without_baa", "dpa.missing", "region.unknown",
                                          "vault_region.unknown", "training", "tls", "at_rest", "key_owner"));
}

TEST(GateTest, ATaskTakesAwayWhatThePolicyKeeps) {
  DeploymentProfile profile = Sound();
  profile.baa = {};
  const Policy policy = PolicyOf("limited_data_set");
  TaskProfile task;
  task.name = "triage";
  const GateDecision decision = DecideGate(profile, {&policy, &task, Jurisdiction::kUs, std::string(kToday)});
  EXPECT_THAT(Codes(decision), UnorderedElementsAre("baa.missing"));
}

TEST(GateTest, WithoutAPolicyNothingGoes) {
  EXPECT_FALSE(DecideGate(Sound(), {nullptr, nullptr, Jurisdiction::kUs, std::string(kToday)}).allowed);
}

TEST(RegisterTest, SaysWhatTheProfileSaysAndWhatItDoesNot) {
  DeploymentProfile profile = Sound();
  profile.controller = {"Mercy | Health", "privacy@mercy.example", "", "Ohio"};
  profile.purposes = {"summaries for \"treatment\""};
  const Policy policy = PolicyOf("limited_data_set");
  const RegisterEntry entry = WriteRegister(profile, policy, nullptr, kToday);
  EXPECT_THAT(entry.markdown,
              HasSubstr("| Controller | Art. 30(1)(a) | Mercy \\| Health, privacy@mercy.example, Ohio |"));
  EXPECT_THAT(entry.markdown, HasSubstr("| Representative | Art. 30(1)(a), Art. 27 | not stated |"));
  EXPECT_THAT(entry.markdown, HasSubstr("DATE in clear"));
  EXPECT_THAT(entry.json, HasSubstr("\"purposes\": [\"summaries for \\\"treatment\\\"\"]"));
  EXPECT_THAT(entry.json, HasSubstr("region us-east-1"));
  EXPECT_THAT(entry.missing, ::testing::Contains("Time limits for erasure"));
  EXPECT_THAT(entry.missing, Not(::testing::Contains("Controller")));
}

TEST(ExplainPolicyTest, EveryCategoryIsSpokenOfOnce) {
  for (size_t a = 0; a < kActionCount; ++a) {
    pb::Policy raw = testing::PlainPolicy(Action::kTag);
    const auto action = static_cast<Action>(a);
    const Category category = action == Action::kShift || action == Action::kYear ? Category::kDate
                              : action == Action::kCap                            ? Category::kAge
                              : action == Action::kZip3                           ? Category::kZip
                                                                                  : Category::kName;
    testing::SetAction(&raw, category, action);
    const std::string words = ExplainPolicy(testing::Loaded(raw), nullptr);
    for (size_t i = 1; i < kCategoryCount; ++i) {
      const std::string row = "\n  " + std::string(CategoryName(static_cast<Category>(i))) + " (";
      const size_t first = words.find(row);
      ASSERT_NE(first, std::string::npos) << row;
      EXPECT_EQ(words.find(row, first + 1), std::string::npos);
      EXPECT_EQ(first > words.find("What stays\n"), static_cast<Category>(i) == category && action == Action::kKeep);
    }
  }
}

}  // namespace
}  // namespace phiveil

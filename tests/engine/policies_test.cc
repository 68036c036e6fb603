// The shipped policies end to end, and what their results promise.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "support/engine.h"

namespace phiveil {
namespace {

using testing::Engine;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kNote =
    "Patient: Maria Okonkwo  DOB: 03/04/1961  MRN: 00482913\n"
    "Address: 1420 Maple Ave, Salem, OR 97301\n"
    "Seen by Dr. Henrik Aaltonen on 12 March 2024 at Mercy General Hospital. Call (503) 399-2233 or write "
    "m.okonkwo@mail.example.\n"
    "Admitted 3/4/2024, discharged 3/7/2024. She is 61 years old; her mother is 93 years old.\n"
    "BP 120/80, metformin 500 mg twice daily. Ms. Okonkwo will return in 3 weeks. NPI 1234567893.\n";

TEST(PoliciesTest, EveryShippedPolicyHidesTheValuesAndBringsBackWhatItSays) {
  for (const std::string_view name : BuiltinPolicyNames()) {
    Engine engine(name);
    const Policy policy = testing::NamedPolicy(name);
    const auto out = engine->Redact(kNote, {.subject = "p1"});
    ASSERT_TRUE(out.ok()) << name << ": " << out.status();
    for (const char* secret : {"Okonkwo", "Maria", "00482913", "Aaltonen", "399-2233", "mail.example", "1420 Maple"}) {
      EXPECT_THAT(out->text, Not(HasSubstr(secret))) << name;
    }
    EXPECT_THAT(out->text, HasSubstr("BP 120/80, metformin 500 mg")) << name;
    bool all = true;
    for (const Finding& finding : out->findings) {
      const Action action = policy.RuleFor(finding.category).action;
      all = all && (action == Action::kKeep || ComesBack(action));
    }
    const auto back = engine->Restore(out->text, {.subject = "p1"});
    ASSERT_TRUE(back.ok()) << name << ": " << back.status();
    if (all) {
      EXPECT_EQ(back->text, kNote) << name << "\n" << out->text;
    }
  }
}

TEST(PoliciesTest, AFindingSaysWhetherItStays) {
  const std::string text =
      std::string(kNote) + "Aged 45, mother aged 93, of Ohio; last here in 2019, on a Tuesday. ZIP 02139.\n";
  for (const std::string_view name : BuiltinPolicyNames()) {
    Engine engine(name);
    const auto found = engine->Find(text, {.subject = "p1"});
    const auto out = engine->Redact(text, {.subject = "p1"});
    ASSERT_TRUE(found.ok() && out.ok()) << name;
    ASSERT_EQ(found->size(), out->findings.size());
    for (size_t i = 0; i < found->size(); ++i) {
      const Finding& finding = (*found)[i];
      const std::string value = text.substr(finding.begin, finding.end - finding.begin);
      if (finding.stays) {
        EXPECT_EQ(out->replacements[i], value) << name;
      }
      EXPECT_EQ(finding.stays, out->findings[i].stays) << name << " " << value;
      EXPECT_TRUE(finding.stays || (value != "45" && value != "Ohio") || name == "tag_only") << name << " " << value;
    }
  }
}

TEST(PoliciesTest, SurrogatesStayTheSameAcrossDocumentsOfASubjectAndDifferBetweenSubjects) {
  Engine engine("surrogate_research");
  const auto first = engine->Redact(kNote, {.subject = "p1"});
  const auto again = engine->Redact(kNote, {.subject = "p1"});
  const auto other = engine->Redact(kNote, {.subject = "p2"});
  ASSERT_TRUE(first.ok() && again.ok() && other.ok());
  EXPECT_EQ(first->text, again->text);
  EXPECT_NE(first->text, other->text);
  EXPECT_THAT(first->text, HasSubstr("(")) << first->text;
  const auto foreign = engine->Restore(first->text, {.subject = "p2"});
  ASSERT_TRUE(foreign.ok());
  EXPECT_THAT(foreign->text, Not(HasSubstr("Aaltonen")));
}

TEST(PoliciesTest, AnAnswerInOtherWordsIsRestored) {
  Engine engine("surrogate_research");
  const auto out = engine->Redact("Patient: Maria Okonkwo, MRN: 00482913. Maria Okonkwo was seen on 03/04/2024.\n",
                                  {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  ASSERT_GE(out->replacements.size(), 2u);
  const std::string name = out->replacements[0];
  const std::string surname = name.substr(name.rfind(' ') + 1);
  const auto back =
      engine->Restore("Ms. " + surname + "'s record " + out->replacements[1] + " was read.", {.subject = "p1"});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->text, "Ms. Okonkwo's record 00482913 was read.");
  EXPECT_EQ(back->restored, 2u);
}

TEST(PoliciesTest, DatesKeepTheirDistance) {
  Engine engine("limited_data_set_shifted");
  const auto out = engine->Redact("Admitted on 03/04/2024, discharged on 03/11/2024.\n", {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  ASSERT_EQ(out->replacements.size(), 2u);
  const auto day = [](const std::string& text) {
    return std::chrono::sys_days(std::chrono::year(std::stoi(text.substr(6))) / std::stoi(text.substr(0, 2)) /
                                 std::stoi(text.substr(3, 2)));
  };
  EXPECT_EQ((day(out->replacements[1]) - day(out->replacements[0])).count(), 7);
  EXPECT_EQ((day(out->replacements[0]) - day("03/04/2024")).count() % 7, 0);
  EXPECT_NE(out->replacements[0], "03/04/2024");
}

// By the dates that were given out, not by what recognition makes of an answer.
TEST(PoliciesTest, GivenOutDatesComeBackWhereverTheyStand) {
  Engine engine("limited_data_set_shifted");
  const std::string note =
      "Admitted on 03/04/2024, discharged on 3/11. Pain 3/10, grade 1/2. May repeat dose. "
      "Seen March 6, 2024.\n";
  const auto out = engine->Redact(note, {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  EXPECT_THAT(out->text, HasSubstr("Pain 3/10, grade 1/2. May repeat dose."));
  EXPECT_EQ(engine->Restore(out->text, {.subject = "p1"})->text, note);
  const auto back = [&](const std::string& answer) { return engine->Restore(answer, {.subject = "p1"})->text; };
  ASSERT_GE(out->replacements.size(), 2u);
  const std::string full = out->replacements[0];
  EXPECT_EQ(back("[" + full + "]"), "[03/04/2024]");
  EXPECT_EQ(back("v=" + full + ";"), "v=03/04/2024;");
  EXPECT_EQ(back("ratio 9/" + full), "ratio 9/" + full) << "part of something longer";
  for (const char* stays : {"variant 1/2", "grade 1/2", "Pain 3/10 on 3 of 5", "May repeat."}) {
    EXPECT_EQ(back(stays), stays);
  }
}

TEST(PoliciesTest, SealsNeedTheVaultAndTheSubject) {
  Engine engine("sealed");
  const auto out = engine->Redact(kNote, {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(engine->Redact(kNote, {.subject = "p1"})->text, out->text);
  EXPECT_NE(engine->Redact(kNote, {.subject = "p2"})->text, out->text);
  EXPECT_EQ(engine->Restore(out->text, {})->text, kNote);
  const Policy policy = testing::NamedPolicy("sealed");
  EXPECT_EQ(Deidentifier::Create({.pack = testing::BuiltinRules(), .policy = policy}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  // The key alone opens nothing.
  const auto keyed = Deidentifier::Create({.pack = testing::BuiltinRules(), .policy = policy, .key = engine.key.get()});
  ASSERT_TRUE(keyed.ok());
  EXPECT_EQ((*keyed)->Redact(kNote, {.subject = "p1"}).status().code(), absl::StatusCode::kFailedPrecondition);
  const auto unopened = (*keyed)->Restore(out->text, {.subject = "p1"});
  ASSERT_TRUE(unopened.ok()) << unopened.status();
  EXPECT_EQ(unopened->text, out->text);
  EXPECT_GT(unopened->unknown, 0u);
  const auto foreign = engine->Restore(out->text, {.subject = "p2"});
  ASSERT_TRUE(foreign.ok());
  EXPECT_EQ(foreign->restored, 0u);
  EXPECT_GT(foreign->foreign, 0u);
  EXPECT_EQ(foreign->text, out->text);
  // Each letter of a seal changed once: never opened, and never another value.
  const size_t begin = out->text.find("[NAME~"), end = out->text.find(']', begin);
  ASSERT_NE(begin, std::string::npos);
  const std::string seal = out->text.substr(begin, end - begin + 1);
  for (size_t i = 6; i + 2 < seal.size(); ++i) {
    std::string changed = seal;
    changed[i] = changed[i] == '0' ? '1' : '0';
    const auto back = engine->Restore(changed, {.subject = "p1"});
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->restored, 0u) << i;
  }
}

// Texts kept from the builds that wrote format 1.
TEST(PoliciesTest, SealsOfFormat1AreStillRead) {
  testing::TemporaryFolder folder;
  std::ofstream(folder / "key") << "phiveil-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9zgHjb\n";
  ASSERT_EQ(chmod((folder / "key").c_str(), 0600), 0);
  const auto key = KeyEncryptionKey::FromFile(folder / "key");
  ASSERT_TRUE(key.ok()) << key.status();
  const auto vault = OpenVault({.path = folder / "vault", .key = &*key});
  ASSERT_TRUE(vault.ok()) << vault.status();
  struct Kept {
    const char* tenant;
    std::string sealed, text;
  };
  const Kept kept[] = {
      {"",
       "Patient: [NAME~5SEMFNSKDC5QVEB04MZP2HFBDWVX33RVNVZV78MNH9BXKP7FBX5N42XQYG5G]  MRN: "
       "[MRN~5SEMFNSKDC5QT3WF0MNEHZ18CXECFBNBQ7DKKFZCXG41M03865DG]",
       "Patient: Maria Okonkwo  MRN: 00482913"},
      {"", R"({"mrn": "[MRN~5SEMFNSKDC5QV9QVZJP620Q8M1PBPERJ377T0C1JDG06K07SQEM0#]"})", R"({"mrn": 48291387})"},
      {"ward-3",
       "Patient: [NAME~JDWTJQ67HK2ME92874CFAJ2AKFE4TT69CC1GZG1GPJBE2WJNFAH2TXS4J0XG]  MRN: "
       "[MRN~JDWTJQ67HK2MFBDDE4EBT0HA300JHZE6K4AB6YS3SZB2P40WG5X0]",
       "Patient: Maria Okonkwo  MRN: 00482913"}};
  for (const Kept& one : kept) {
    for (Vault* const held : {static_cast<Vault*>(nullptr), vault->get()}) {
      const auto engine = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                                .policy = testing::NamedPolicy("sealed"),
                                                .vault = held,
                                                .tenant = one.tenant,
                                                .key = &*key});
      ASSERT_TRUE(engine.ok()) << engine.status();
      EXPECT_EQ((*engine)->Restore(one.sealed, {.subject = "p1"})->text, one.text);
      EXPECT_EQ((*engine)->Restore(one.sealed, {})->text, one.text);
      const auto foreign = (*engine)->Restore(one.sealed, {.subject = "p2"});
      ASSERT_TRUE(foreign.ok());
      EXPECT_EQ(foreign->text, one.sealed);
      EXPECT_GT(foreign->foreign, 0u);
    }
    const auto keyless = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                               .policy = testing::NamedPolicy("sealed"),
                                               .vault = vault->get(),
                                               .tenant = one.tenant});
    ASSERT_TRUE(keyless.ok()) << keyless.status();
    EXPECT_EQ((*keyless)->Restore(one.sealed, {.subject = "p1"})->text, one.sealed);
  }
}

TEST(PoliciesTest, LookalikesOfSealsComeBackAsTheyWere) {
  Engine engine("sealed");
  const auto out = engine->Redact("Patient: Maria Okonkwo.\n", {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  const std::string forged = "Note quotes " + out->replacements[0] + " literally.\n";
  const auto again = engine->Redact(forged, {.subject = "p1"});
  ASSERT_TRUE(again.ok());
  EXPECT_THAT(again->text, Not(HasSubstr(out->replacements[0])));
  const auto back = engine->Restore(again->text, {.subject = "p1"});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->text, forged);
}

TEST(PoliciesTest, WhatTheVaultKeepsForTheEngineIsNeverRestored) {
  Engine engine("surrogate_research");
  ASSERT_TRUE(engine->Redact(kNote, {.subject = "p1"}).ok());
  const auto held = engine.vault->ValuesOf("p1", "");
  ASSERT_TRUE(held.ok());
  ASSERT_FALSE(held->empty());
  for (const auto& [category, value] : *held) {
    std::vector<TokenCode> codes;
    const Vault::Value asked{category, value.ExposeOriginal()};
    ASSERT_TRUE(engine.vault->Assign("p1", {&asked, 1}, &codes).ok());
    const std::string token = FormatToken(category, codes[0], "");
    const auto back = engine->Restore(token, {.subject = "p1"});
    ASSERT_TRUE(back.ok());
    EXPECT_THAT(back->text, Not(HasSubstr("\x01")));
  }
}

TEST(PoliciesTest, ABareNumberOfJsonStaysOne) {
  for (const char* name : {"surrogate_research", "sealed"}) {
    Engine engine(name);
    const std::string text = R"({"patient": {"mrn": 48291387, "name": "Maria Okonkwo"}})";
    const auto out = engine->Redact(text, {.subject = "p1"});
    ASSERT_TRUE(out.ok());
    EXPECT_THAT(out->text, Not(HasSubstr("48291387"))) << name;
    const auto back = engine->Restore(out->text, {.subject = "p1"});
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->text, text) << out->text;
  }
}

TEST(PoliciesTest, ATaskLeavesOutSectionsAndTightensThePolicy) {
  Engine engine;
  TaskProfile task;
  task.name = "t";
  task.version = "1";
  task.sections = {"plan"};
  const auto limited = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                             .policy = testing::NamedPolicy("limited_data_set"),
                                             .vault = engine.vault.get(),
                                             .audit = engine.audit.get(),
                                             .task = &task,
                                             .reference_year = 2026});
  ASSERT_TRUE(limited.ok()) << limited.status();
  const std::string text =
      "Seen by Dr. Henrik Aaltonen.\nPlan: Dr. Aaltonen calls on 03/04/2024.\nWork History:\nroofer\n";
  const auto out = (*limited)->Redact(text, {.subject = "p1"});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_TRUE(out->text.starts_with("[section left out]\nPlan: Dr. [NAME_")) << out->text;
  EXPECT_THAT(out->text, Not(HasSubstr("roofer")));
  EXPECT_THAT(out->text, Not(HasSubstr("03/04/2024"))) << "the task does not name DATE";
  ASSERT_EQ(out->findings.size(), out->replacements.size());
  for (size_t i = 0; i < out->findings.size(); ++i) {
    const Finding& finding = out->findings[i];
    EXPECT_GE(finding.begin, text.find("Plan"));
    EXPECT_EQ(out->text.substr(out->alignment.ToOutput(finding.begin), out->replacements[i].size()),
              out->replacements[i]);
  }
}

TEST(PoliciesTest, TheGateStandsBeforeEveryCall) {
  Engine engine;
  DeploymentProfile profile;
  profile.name = "p";
  profile.version = "1";
  profile.provider = Provider::kAmazonBedrock;
  profile.inference_region = profile.vault_region = "us-east-1";
  profile.us_regions = {"us-east-1"};
  profile.tls_minimum = "1.2";
  profile.encrypted_at_rest = true;
  profile.key_owner = "customer";
  for (const char* policy : {"safe_harbor", "limited_data_set"}) {
    const auto gated = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                             .policy = testing::NamedPolicy(policy),
                                             .vault = engine.vault.get(),
                                             .audit = engine.audit.get(),
                                             .deployment = &profile,
                                             .jurisdiction = Jurisdiction::kUs});
    ASSERT_TRUE(gated.ok());
    const auto out = (*gated)->Redact(kNote, {.subject = "p1"});
    if (std::string_view(policy) == "safe_harbor") {
      EXPECT_TRUE(out.ok()) << out.status();
    } else {
      EXPECT_EQ(out.status().code(), absl::StatusCode::kPermissionDenied);
      EXPECT_THAT(std::string(out.status().message()), HasSubstr("baa.missing"));
    }
  }
  const std::vector<std::string> lines = engine.AuditLines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], HasSubstr(R"("provider":"amazon_bedrock","model":"","region":"us-east-1")"));
  EXPECT_THAT(lines[1], HasSubstr(R"("decision":"denied","reason":"gate of p@1 denies: baa.missing)"));
}

}  // namespace
}  // namespace phiveil

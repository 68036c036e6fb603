// What comes back of every kind of replacement, on both stores: for tenants apart, through rotation,
// backup and forgetting, and under roles and limits.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "engine/two_stores.h"
#include "phiveil/vault_tools.h"
#include "policy.pb.h"
#include "support/engine.h"
#include "vault/keeping.h"
#include "vault/open_vault.h"

namespace phiveil {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kNote =
    "Patient: Maria Okonkwo  MRN: 00482913\n"
    "Seen by Dr. Henrik Aaltonen on 12 March 2024. Call (503) 399-2233.\n"
    "Admitted 3/4/2024, discharged 3/7/2024. NPI 1234567893.\n";
constexpr const char* kPolicies[] = {"safe_harbor", "surrogate_research", "limited_data_set_shifted", "sealed"};
constexpr const char* kSecrets[] = {"Okonkwo", "00482913", "Aaltonen", "399-2233"};

constexpr std::string_view kRoles = R"({"format": 1, "purpose": "optional",
  "roles": {"clinician": {"may": ["restore"], "tokens_per_minute": 12}},
  "grants": [{"actor": "dr.k", "tenant": "ward-3", "roles": ["clinician"]}]})";

class KeepingTogetherTest : public testing::TwoStoresTest {
 protected:
  struct Door {
    std::unique_ptr<Vault> vault;
    std::unique_ptr<Deidentifier> engine;
    const Deidentifier* operator->() const { return engine.get(); }
  };
  Door Open(std::string_view policy, std::string_view tenant, const KeyEncryptionKey& key,
            AccessControl* access = nullptr) {
    Door door;
    auto vault = OpenVault({.path = path_, .key = &key, .tenant = std::string(tenant)});
    EXPECT_TRUE(vault.ok()) << vault.status();
    if (!vault.ok()) return door;
    door.vault = *std::move(vault);
    auto engine = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                        .policy = testing::NamedPolicy(policy),
                                        .vault = door.vault.get(),
                                        .access = access,
                                        .tenant = std::string(tenant),
                                        .key = &key,
                                        .reference_year = 2026});
    EXPECT_TRUE(engine.ok()) << engine.status();
    if (engine.ok()) door.engine = *std::move(engine);
    return door;
  }
  // The note as it goes out, of p1.
  std::string Out(const Door& door) {
    const auto redacted = door->Redact(kNote, {.subject = "p1"});
    EXPECT_TRUE(redacted.ok()) << door->policy().name() << ": " << redacted.status();
    return redacted.ok() ? redacted->text : std::string();
  }
  std::string Back(const Door& door, std::string_view text, const Request& request) {
    const auto back = door->Restore(text, request);
    return back.ok() ? back->text : std::string(absl::StatusCodeToString(back.status().code()));
  }

  KeyEncryptionKey next_ = *KeyEncryptionKey::CreateSuccessorFile(folder_ / "next", key_);
};

INSTANTIATE_TEST_SUITE_P(Stores, KeepingTogetherTest, ::testing::Bool(), testing::StoreName);

TEST_P(KeepingTogetherTest, TenantsKnowNothingOfEachOther) {
  for (const std::string policy : kPolicies) {
    std::string out;
    {
      const Door ward = Open(policy, "ward-3", key_);
      out = Out(ward);
      EXPECT_EQ(Back(ward, out, {.subject = "p1"}), kNote) << policy;
    }
    for (const char* tenant : {"ward-4", ""}) {
      const Door other = Open(policy, tenant, key_);
      for (const char* subject : {"p1", "p2", ""}) {
        const std::string back = Back(other, out, {.subject = subject});
        for (const char* secret : kSecrets) EXPECT_THAT(back, Not(HasSubstr(secret))) << policy << " " << tenant;
      }
    }
  }
}

TEST_P(KeepingTogetherTest, EverythingComesBackAfterRotationAndFromABackupAndNothingOnceForgotten) {
  for (const std::string policy : kPolicies) {
    path_ = NewPlace(policy);
    std::string out;
    {
      const Door ward = Open(policy, "ward-3", key_);
      out = Out(ward);
      ASSERT_TRUE(ward.vault->Rotate(next_).ok());
      EXPECT_EQ(Back(ward, out, {.subject = "p1"}), kNote) << policy;
      ASSERT_TRUE(ward.vault->Reencrypt(true).ok());
    }
    const std::string copy = NewPlace(policy + "-copy");
    ASSERT_TRUE(BackupVault({.path = path_, .key = &next_, .create = false}, copy).ok());
    {
      const Door ward = Open(policy, "ward-3", next_);
      EXPECT_EQ(Back(ward, out, {.subject = "p1"}), kNote) << policy;
      EXPECT_EQ(ward->Redact(kNote, {.subject = "p1"})->text, out) << policy;
      ASSERT_TRUE(ward.vault->Forget("p1").ok());
      for (const char* subject : {"p1", ""}) {
        const std::string back = Back(ward, out, {.subject = subject});
        for (const char* secret : kSecrets) EXPECT_THAT(back, Not(HasSubstr(secret))) << policy;
      }
      // What is drawn for the subject anew opens nothing of what was.
      ASSERT_TRUE(ward->Redact(kNote, {.subject = "p1"}).ok()) << policy;
      const std::string back = Back(ward, out, {.subject = "p1"});
      for (const char* secret : kSecrets) EXPECT_THAT(back, Not(HasSubstr(secret))) << policy;
      ASSERT_TRUE(ward.vault->Forget("p1").ok());
    }
    const auto report = VerifyVault({.path = path_, .key = &next_, .create = false});
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->damaged_count, 0u) << (report->damaged.empty() ? "" : report->damaged[0]);
    EXPECT_EQ(report->mappings, 0u) << policy;
    path_ = copy;
    EXPECT_EQ(Back(Open(policy, "ward-3", next_), out, {.subject = "p1"}), kNote) << policy;
  }
}

// A copy from before the forgetting, of everything but the record that forgetting destroys first.
TEST_P(KeepingTogetherTest, ACopyWithoutTheKeyRecordGivesNothing) {
  for (const std::string policy : kPolicies) {
    path_ = NewPlace(policy);
    const std::string out = Out(Open(policy, "ward-3", key_));
    {
      auto opened =
          vault_internal::OpenStore({.path = path_, .key = &key_, .create = false}, vault_internal::Access::kWrite, {});
      ASSERT_TRUE(opened.ok()) << opened.status();
      std::vector<vault_internal::StoreRecord> records;
      ASSERT_TRUE(opened->store->GetUnder("s", &records).ok());
      ASSERT_EQ(records.size(), 1u);
      ASSERT_TRUE(opened->store->Apply({{{records[0].key, records[0].value, std::nullopt}}, -1, 0}).ok());
    }
    const Door ward = Open(policy, "ward-3", key_);
    for (const char* subject : {"p1", ""}) {
      const std::string back = Back(ward, out, {.subject = subject});
      for (const char* secret : kSecrets) EXPECT_THAT(back, Not(HasSubstr(secret))) << policy << " " << back;
    }
  }
}

// What a process remembers of a subject, tokens, pairs and secret, ends when another one forgets the subject.
TEST_P(KeepingTogetherTest, WhatAnotherProcessForgetsNobodyRemembers) {
  if (!GetParam()) GTEST_SKIP() << "one process at a time";
  for (const std::string policy : kPolicies) {
    path_ = NewPlace(policy);
    const Door worker = Open(policy, "ward-3", key_), keeper = Open(policy, "ward-3", key_);
    const auto out = worker->Redact(kNote, {.subject = "p1"}), other = worker->Redact(kNote, {.subject = "p2"});
    ASSERT_TRUE(out.ok() && other.ok()) << policy;
    EXPECT_EQ(Back(worker, out->text, {.subject = "p1"}), kNote) << policy;
    ASSERT_TRUE(keeper.vault->Forget("p1").ok());
    for (const char* subject : {"p1", ""}) {
      const std::string back = Back(worker, out->text, {.subject = subject});
      for (const char* secret : kSecrets) EXPECT_THAT(back, Not(HasSubstr(secret))) << policy << " " << back;
    }
    // Whoever was not forgotten goes on as before, although nothing of it is new.
    const auto again = worker->Redact(kNote, {.subject = "p2"});
    ASSERT_TRUE(again.ok()) << policy << ": " << again.status();
    EXPECT_EQ(again->text, other->text) << policy;
    const auto fresh = worker->Redact(kNote, {.subject = "p1"});
    ASSERT_TRUE(fresh.ok()) << policy << ": " << fresh.status();
    EXPECT_NE(fresh->text, out->text) << policy;
    EXPECT_EQ(Back(worker, fresh->text, {.subject = "p1"}), kNote) << policy;
    EXPECT_EQ(Back(keeper, fresh->text, {.subject = "p1"}), kNote) << policy;
    // Noticed only when the text is about to go out: nothing was read between.
    ASSERT_TRUE(keeper.vault->Forget("p1").ok());
    const auto third = worker->Redact(kNote, {.subject = "p1"});
    ASSERT_TRUE(third.ok()) << policy << ": " << third.status();
    EXPECT_EQ(Back(keeper, third->text, {.subject = "p1"}), kNote) << policy;
    EXPECT_NE(Back(worker, fresh->text, {.subject = "p1"}), kNote) << policy;
  }
}

// What one worker adds to a subject the others see, though they remember the subject.
TEST_P(KeepingTogetherTest, WhatAnotherProcessAddsIsSeen) {
  if (!GetParam()) GTEST_SKIP() << "one process at a time";
  for (const std::string policy : {"surrogate_research", "limited_data_set_shifted"}) {
    path_ = NewPlace(policy);
    const Door first = Open(policy, "ward-3", key_), second = Open(policy, "ward-3", key_);
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(first->Redact(kNote, {.subject = "p1"}).ok());
      const auto state = first.vault->StateOf("p1");
      ASSERT_TRUE(state.ok()) << state.status();
      EXPECT_EQ(*first.vault->StateOf("p1"), *state);
      const std::string more = "Met Tobias Lindqvist" + std::string(1, static_cast<char>('a' + i)) + ", MRN: 0048291" +
                               std::to_string(i) + ", on " + std::to_string(i + 2) + " May 2023.\n";
      const auto out = second->Redact(more, {.subject = "p1"});
      ASSERT_TRUE(out.ok()) << out.status();
      EXPECT_NE(*first.vault->StateOf("p1"), *state) << policy;
      EXPECT_EQ(Back(first, out->text, {.subject = "p1"}), more) << policy;
      EXPECT_EQ(first->Redact(more, {.subject = "p1"})->text, out->text) << policy;
    }
  }
}

// The days of a policy, swept by another process.
TEST_P(KeepingTogetherTest, WhatAnotherProcessSweepsNobodyRemembers) {
  if (!GetParam()) GTEST_SKIP() << "one process at a time";
  const std::string note = "Patient: Maria Okonkwo, MRN: 00482913. Seen on 03/04/2024.\n";
  for (const std::string name : {"safe_harbor", "surrogate_research", "limited_data_set_shifted"}) {
    path_ = NewPlace(name);
    pb::Policy expiring;
    ASSERT_TRUE(expiring.ParseFromString(std::string(*BuiltinPolicy(name))));
    expiring.set_format(2);
    expiring.set_expire_after_days(7);
    const auto vault = OpenVault({.path = path_, .key = &key_});
    const auto policy = Policy::Load(expiring.SerializeAsString());
    ASSERT_TRUE(vault.ok() && policy.ok()) << vault.status() << policy.status();
    const auto worker = Deidentifier::Create(
        {.pack = testing::BuiltinRules(), .policy = *policy, .vault = vault->get(), .reference_year = 2026});
    ASSERT_TRUE(worker.ok()) << worker.status();
    const auto out = (*worker)->Redact(note, {.subject = "p1"});
    ASSERT_TRUE(out.ok()) << name << ": " << out.status();
    EXPECT_EQ((*worker)->Restore(out->text, {.subject = "p1"})->text, note) << name;
    {
      auto opened = vault_internal::OpenStore({.path = path_, .key = &key_}, vault_internal::Access::kWrite, {});
      ASSERT_TRUE(opened.ok()) << opened.status();
      const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()).time_since_epoch();
      const auto day = static_cast<uint32_t>(today.count() + 8);
      ASSERT_TRUE(vault_internal::SweepStore(*opened->sealer, *opened->store, day).ok());
    }
    const auto back = (*worker)->Restore(out->text, {.subject = "p1"});
    ASSERT_TRUE(back.ok()) << name << ": " << back.status();
    for (const char* gone : {"Okonkwo", "00482913", "03/04/2024"})
      EXPECT_THAT(back->text, Not(HasSubstr(gone))) << name;
    const auto later = (*worker)->Redact(note, {.subject = "p1"});
    ASSERT_TRUE(later.ok()) << name << ": " << later.status();
    EXPECT_NE(later->text, out->text) << name;
    EXPECT_EQ((*worker)->Restore(later->text, {.subject = "p1"})->text, note) << name;
  }
}

TEST_P(KeepingTogetherTest, RolesAndLimitsHoldForEveryKindOfReplacement) {
  for (const std::string policy : kPolicies) {
    path_ = NewPlace(policy);
    const auto access = *AccessControl::Parse(kRoles, "roles", {});
    const Door ward = Open(policy, "ward-3", key_, access.get());
    const auto redacted = ward->Redact(kNote, {.subject = "p1"});
    ASSERT_TRUE(redacted.ok()) << policy << ": " << redacted.status();
    EXPECT_EQ(Back(ward, redacted->text, {.subject = "p1", .actor = "mallory"}), "PERMISSION_DENIED") << policy;
    EXPECT_EQ(Back(ward, redacted->text, {.subject = "p1", .actor = "dr.k"}), kNote) << policy;
    EXPECT_EQ(Back(ward, redacted->text, {.subject = "p1", .actor = "dr.k"}), "RESOURCE_EXHAUSTED") << policy;
  }
}

}  // namespace
}  // namespace phiveil

// What a policy's times to live leave of a subject as the days pass.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "policy.pb.h"
#include "support/engine.h"
#include "vault/keeping.h"
#include "vault/open_vault.h"
#include "vault/record.h"

namespace phiveil {
namespace {

using testing::Engine;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kNote = "Patient: Maria Okonkwo, MRN: 00482913. Seen on 03/04/2024 by Dr. Aaltonen.\n";

// The shipped policy with times to live: of dates and record numbers other ones than of the rest.
Policy Expiring(std::string_view name, uint32_t all, uint32_t dates, uint32_t mrn) {
  pb::Policy policy;
  EXPECT_TRUE(policy.ParseFromString(std::string(*BuiltinPolicy(name))));
  policy.set_format(2);
  policy.set_expire_after_days(all);
  policy.mutable_categories(static_cast<int>(Category::kDate) - 1)->set_expire_after_days(dates);
  policy.mutable_categories(static_cast<int>(Category::kMrn) - 1)->set_expire_after_days(mrn);
  auto loaded = Policy::Load(policy.SerializeAsString());
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return *loaded;
}

struct ExpiringEngine : Engine {
  explicit ExpiringEngine(const Policy& policy) : policy_(policy) { Open(); }

  void Sweep(int in_days) {
    engine.reset();
    vault.reset();
    {
      auto opened =
          vault_internal::OpenStore({.path = folder / "vault", .key = key.get()}, vault_internal::Access::kWrite, {});
      ASSERT_TRUE(opened.ok()) << opened.status();
      const auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()).time_since_epoch();
      const auto day = static_cast<uint32_t>(now.count() + in_days);
      const auto report = vault_internal::SweepStore(*opened->sealer, *opened->store, day);
      ASSERT_TRUE(report.ok()) << report.status();
    }
    Open();
  }

  // As if all that is in the vault had been given its time so much earlier.
  void Age(uint32_t days) {
    engine.reset();
    vault.reset();
    {
      auto opened =
          vault_internal::OpenStore({.path = folder / "vault", .key = key.get()}, vault_internal::Access::kWrite, {});
      ASSERT_TRUE(opened.ok()) << opened.status();
      std::vector<vault_internal::StoreRecord> records;
      ASSERT_TRUE(opened->store->GetUnder("e", &records).ok());
      ASSERT_FALSE(records.empty());
      vault_internal::ChangeSet set;
      for (const auto& record : records) {
        const uint32_t day = *vault_internal::DayOfExpiryKey(record.key) - days;
        set.changes.push_back({record.key, record.value, std::nullopt});
        set.changes.push_back({vault_internal::ExpiryKey(day, record.key.substr(5)), std::nullopt, record.value});
      }
      ASSERT_TRUE(opened->store->Apply(set).ok());
    }
    Open();
  }

  void Open() {
    engine.reset();
    if (vault == nullptr) vault = *OpenVault({.path = folder / "vault", .key = key.get()});
    auto built = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                       .policy = policy_,
                                       .vault = vault.get(),
                                       .audit = audit.get(),
                                       .reference_year = 2026});
    ASSERT_TRUE(built.ok()) << built.status();
    engine = *std::move(built);
  }

 private:
  const Policy policy_;
};

// Nobody calls Sweep: who redacts another text does.
TEST(ExpiryTest, WhoRedactsSweepsAndRecordsIt) {
  ExpiringEngine engine(Expiring("safe_harbor", 30, 30, 30));
  const auto out = engine->Redact(kNote, {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  engine.Age(29);
  ASSERT_TRUE(engine->Redact("Seen by Dr. Aaltonen.\n", {.subject = "p2"}).ok());
  EXPECT_EQ(engine->Restore(out->text, {.subject = "p1"})->text, kNote) << "a day is left";
  engine.Age(1);
  const size_t before = engine.AuditLines().size();
  const auto other = engine->Redact("Seen by Dr. Lindqvist.\n", {.subject = "p3"});
  ASSERT_TRUE(other.ok());
  EXPECT_THAT(engine->Restore(out->text, {.subject = "p1"})->text, Not(HasSubstr("Okonkwo")));
  EXPECT_EQ(engine->Restore(other->text, {.subject = "p3"})->text, "Seen by Dr. Lindqvist.\n");
  const auto lines = engine.AuditLines();
  ASSERT_GE(lines.size(), before + 3);
  EXPECT_THAT(lines[before + 1], HasSubstr("\"verb\":\"sweep\",\"actor\":\"phiveil\""));
  EXPECT_THAT(lines[before + 1], HasSubstr("expired values: begun"));
  EXPECT_THAT(lines[before + 2], HasSubstr("expired values: done, "));
  EXPECT_THAT(lines[before + 2], HasSubstr("\"NAME\":"));
}

class RefusingLog : public AuditLog {
 public:
  absl::Status Append(std::span<const AuditRecord> records) override {
    const bool sweep = records[0].verb == AuditRecord::Verb::kSweep;
    sweeps += sweep;
    return sweep ? absl::ResourceExhaustedError("full") : absl::OkStatus();
  }
  int sweeps = 0;
};

TEST(ExpiryTest, NothingIsSweptUnrecordedAndNoCallFailsForIt) {
  ExpiringEngine engine(Expiring("safe_harbor", 30, 30, 30));
  const auto out = engine->Redact(kNote, {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  engine.Age(30);
  const uint64_t before = engine.vault->Info()->mappings;
  RefusingLog log;
  for (const uint32_t minutes : {10u, 0u}) {
    const auto built = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                             .policy = engine->policy(),
                                             .vault = engine.vault.get(),
                                             .audit = &log,
                                             .sweep_minutes = minutes,
                                             .reference_year = 2026});
    ASSERT_TRUE(built.ok());
    EXPECT_TRUE((*built)->Redact("No news.\n", {.subject = "p2"}).ok());
    EXPECT_EQ(log.sweeps, 1) << "tried once; with 0 minutes never";
    EXPECT_EQ(engine.vault->Info()->mappings, before);
  }
}

TEST(ExpiryTest, SomeAtATime) {
  ExpiringEngine engine(Expiring("safe_harbor", 30, 30, 30));
  ASSERT_TRUE(engine->Redact(kNote, {.subject = "p1"}).ok());
  engine.Age(30);
  uint64_t left = engine.vault->Info()->mappings;
  ASSERT_GE(left, 3u);
  int begun = 0;
  const auto begin = [&] {
    ++begun;
    return absl::OkStatus();
  };
  for (; left > 0; --left) {
    const auto swept = engine.vault->SweepSome(1, begin);
    ASSERT_TRUE(swept.ok()) << swept.status();
    EXPECT_EQ(swept->values, 1u);
    EXPECT_EQ(engine.vault->Info()->mappings, left - 1);
  }
  const int times = begun;
  EXPECT_EQ(engine.vault->SweepSome(1, begin)->values, 0u);
  EXPECT_EQ(begun, times) << "there was nothing to remove";
}

TEST(ExpiryTest, TokensEndEachOnTheDayOfItsCategory) {
  ExpiringEngine engine(Expiring("safe_harbor", 90, 7, 400));
  const auto out = engine->Redact(kNote, {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  const auto back = [&] {
    const auto restored = engine->Restore(out->text, {.subject = "p1"});
    EXPECT_TRUE(restored.ok()) << restored.status();
    return restored->text;
  };
  EXPECT_EQ(back(), kNote);
  engine.Sweep(6);
  EXPECT_EQ(back(), kNote);
  engine.Sweep(8);
  EXPECT_THAT(back(), HasSubstr("Maria Okonkwo"));
  EXPECT_THAT(back(), Not(HasSubstr("03/04/2024")));
  engine.Sweep(91);
  EXPECT_THAT(back(), Not(HasSubstr("Okonkwo")));
  EXPECT_THAT(back(), HasSubstr("00482913"));
  engine.Sweep(401);
  EXPECT_THAT(back(), Not(HasSubstr("00482913")));
  EXPECT_EQ(engine.vault->Info()->mappings, 0u);
}

TEST(ExpiryTest, ShiftedDatesEndWithTheirSecretAndSurrogatesWithTheirPairs) {
  ExpiringEngine engine(Expiring("surrogate_research", 90, 7, 90));
  const auto out = engine->Redact(kNote, {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(engine->Restore(out->text, {.subject = "p1"})->text, kNote);
  engine.Sweep(8);
  const auto later = engine->Redact(kNote, {.subject = "p1"});
  ASSERT_TRUE(later.ok());
  EXPECT_NE(later->replacements, out->replacements) << "a new secret moves dates by another number of days";
  EXPECT_EQ(engine->Restore(later->text, {.subject = "p1"})->text, kNote);
  EXPECT_THAT(engine->Restore(out->text, {.subject = "p1"})->text, Not(HasSubstr("03/04/2024")));
  engine.Sweep(91);
  EXPECT_THAT(engine->Restore(out->text, {.subject = "p1"})->text, Not(HasSubstr("Okonkwo")));
  EXPECT_EQ(engine.vault->Info()->mappings, 0u);
}

}  // namespace
}  // namespace phiveil

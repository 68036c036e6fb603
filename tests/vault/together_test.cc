// Shards, keeping, tenants and what the engine lists, on one vault: each after the others.

#include <algorithm>
#include <set>

#include "phiveil/vault_tools.h"
#include "postgres_server.h"
#include "vault/keeping.h"
#include "vault/open_vault.h"
#include "vault_fixture.h"

namespace phiveil {
namespace {

using vault_internal::Access;
using vault_internal::OpenedStore;
using vault_internal::OpenStore;
using vault_internal::Tag;

constexpr Category kName = Category::kName;

class TogetherTest : public VaultTest, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    path_ = NewPlace("vault");
    if (path_.empty()) GTEST_SKIP() << why_;
  }
  std::string NewPlace(const std::string& name) {
    if (!GetParam()) return dir_ / name;
    PostgresServer* const server = PostgresServer::Get(&why_);
    return server == nullptr ? "" : server->Url(server->NewDatabase());
  }
  std::unique_ptr<Vault> Open(const std::string& path, const KeyEncryptionKey& key) const {
    auto vault = OpenVault({.path = path, .key = &key});
    EXPECT_TRUE(vault.ok()) << vault.status();
    return vault.ok() ? *std::move(vault) : nullptr;
  }
  std::unique_ptr<Vault> Open() const { return Open(path_, key_); }
  VaultReport Verified(const std::string& path, const KeyEncryptionKey& key) const {
    const auto report = VerifyVault({.path = path, .key = &key, .create = false});
    EXPECT_TRUE(report.ok()) << report.status();
    if (!report.ok()) return {};
    EXPECT_EQ(report->damaged_count, 0u) << (report->damaged.empty() ? "" : report->damaged[0]);
    return *report;
  }

  // Three shards in which the same value of two subjects has a code each, merged as `unify` says.
  std::vector<TokenCode> MergeThree(bool unify, uint32_t ttl_days = 0) {
    std::vector<TokenCode> codes;
    std::vector<std::string> shards;
    for (int i = 0; i < 3; ++i) {
      shards.push_back(dir_ / ("w" + std::to_string(i) + ".shard"));
      auto worker = OpenVault({.path = "shard:" + shards.back(), .key = &key_, .ttl_days = ttl_days});
      EXPECT_TRUE(worker.ok()) << worker.status();
      codes.push_back(KeepOne(**worker, "s", kName, "Ana Ruiz"));
      KeepOne(**worker, "t", kName, "Ana Ruiz");
    }
    for (const std::string& shard : shards) {
      const auto merged = MergeShards({.path = path_, .key = &key_}, {&shard, 1}, {.unify = unify});
      EXPECT_TRUE(merged.ok()) << merged.status();
    }
    return codes;
  }

  std::string path_, why_;
};

INSTANTIATE_TEST_SUITE_P(Stores, TogetherTest, testing::Bool(),
                         [](const auto& postgres) { return postgres.param ? "Postgres" : "Rocks"; });

TEST_P(TogetherTest, EveryCodeOfAValueOutlivesNewDataKeysAndRotationAndABackup) {
  const auto next = *KeyEncryptionKey::CreateSuccessorFile(dir_ / "next", key_);
  for (const bool unify : {false, true}) {
    path_ = NewPlace(unify ? "unified" : "several");
    const std::vector<TokenCode> codes = MergeThree(unify);
    EXPECT_EQ(Verified(path_, key_).mappings, unify ? 2u : 6u);
    TokenCode given;
    {
      const auto vault = Open();
      given = AssignOne(*vault, "s", kName, "Ana Ruiz");
      const auto fresh = vault->Reencrypt(true);
      ASSERT_TRUE(fresh.ok()) << fresh.status();
      EXPECT_EQ(fresh->values, unify ? 2u : 6u);
      for (const TokenCode& code : codes) EXPECT_EQ(Answer(*vault, "s", kName, code), "=Ana Ruiz");
      const auto rotated = vault->Rotate(next);
      ASSERT_TRUE(rotated.ok()) << rotated.status();
    }
    Verified(path_, next);
    const std::string copy = NewPlace(unify ? "copy-unified" : "copy-several");
    ASSERT_TRUE(BackupVault({.path = path_, .key = &next, .create = false}, copy).ok());
    ASSERT_TRUE(CompactVault({.path = path_, .key = &next}).ok());
    for (const std::string& place : {path_, copy}) {
      const auto vault = Open(place, next);
      ASSERT_NE(vault, nullptr);
      for (const TokenCode& code : codes) EXPECT_EQ(Answer(*vault, "s", kName, code), "=Ana Ruiz");
      EXPECT_EQ(AssignOne(*vault, "s", kName, "Ana Ruiz"), given);
    }
    Verified(copy, next);
  }
}

TEST_P(TogetherTest, ForgettingTakesEveryCodeOfAMergedValue) {
  for (const bool unify : {false, true}) {
    path_ = NewPlace(unify ? "unified" : "several");
    const std::vector<TokenCode> codes = MergeThree(unify);
    const auto forgotten = Open()->Forget("s");
    ASSERT_TRUE(forgotten.ok()) << forgotten.status();
    EXPECT_EQ(forgotten->values, unify ? 1u : 3u);
    for (const TokenCode& code : codes) EXPECT_EQ(Answer(*Open(), "", kName, code), "unknown");
    const VaultReport report = Verified(path_, key_);
    EXPECT_EQ(report.subjects, 1u);
    EXPECT_EQ(report.mappings, unify ? 1u : 3u);
    EXPECT_EQ(report.aliases, unify ? 2u : 0u) << "those of the other subject";
  }
}

TEST_P(TogetherTest, WhatAShardsValuesHadToLiveTheyHaveInTheVault) {
  const std::vector<TokenCode> codes = MergeThree(false, 2);
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()).time_since_epoch();
  const uint32_t day = static_cast<uint32_t>(today.count());
  const auto opened = OpenStore({.path = path_, .key = &key_}, Access::kWrite, {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  const auto early = vault_internal::SweepStore(*opened->sealer, *opened->store, day);
  ASSERT_TRUE(early.ok()) << early.status();
  EXPECT_EQ(early->values, 0u);
  const auto late = vault_internal::SweepStore(*opened->sealer, *opened->store, day + 3);
  ASSERT_TRUE(late.ok()) << late.status();
  EXPECT_EQ(late->values, 6u);
  EXPECT_EQ(opened->store->Totals()->mappings, 0u);
}

// Keys destroyed and the mark set, and there the process was killed.
TEST_P(TogetherTest, AForgettingCutShortIsNoDamageAndTakesNothingThatComesAfter) {
  Tag tag{};
  {
    const auto vault = Open();
    KeepOne(*vault, "s", kName, "Ana Ruiz");
    KeepOne(*vault, "s", kName, "Bob Soto");
    KeepOne(*vault, "t", kName, "Ana Ruiz");
  }
  {
    const auto opened = OpenStore({.path = path_, .key = &key_}, Access::kWrite, {});
    ASSERT_TRUE(opened.ok()) << opened.status();
    tag = *opened->sealer->SubjectTag(Tag{}, "s");
    const std::string key = vault_internal::SubjectKey(tag);
    const Tag mark = *opened->sealer->ForgettingMac(tag);
    const auto record = *GetOne(*opened->store, key);
    ASSERT_TRUE(
        opened->store
            ->Apply({{{key, record, std::nullopt},
                      {vault_internal::ForgettingKey(tag), std::nullopt, std::string(vault_internal::View(mark))}},
                     -1,
                     0})
            .ok());
  }
  EXPECT_EQ(Verified(path_, key_).mappings, 3u);
  TokenCode code;
  {
    const auto vault = Open();
    code = KeepOne(*vault, "s", kName, "Cleo Dunn");
    ASSERT_TRUE(vault->Sweep().ok());
    EXPECT_EQ(Answer(*vault, "s", kName, code), "=Cleo Dunn");
  }
  EXPECT_EQ(Verified(path_, key_).mappings, 2u);
  EXPECT_EQ(Answer(*Open(), "s", kName, code), "=Cleo Dunn");
}

TEST_P(TogetherTest, ASubjectsValuesAreListedForItAlone) {
  const auto none = Open();
  const auto clinic = *none->ForTenant("clinic");
  const auto listed = [](Vault& vault, std::string_view subject, std::string_view prefix) {
    std::multiset<std::string> all;
    const auto values = vault.ValuesOf(subject, prefix);
    EXPECT_TRUE(values.ok()) << values.status();
    for (const auto& [category, text] : *values) {
      all.insert(std::string(CategoryName(category)) + " " + std::string(text.ExposeOriginal()));
    }
    return all;
  };
  using All = std::multiset<std::string>;
  EXPECT_EQ(listed(*none, "s", ""), All());
  AssignOne(*none, "s", kName, "Ana Ruiz");
  EXPECT_EQ(listed(*none, "s", ""), All({"NAME Ana Ruiz"})) << "before it is committed";
  KeepOne(*none, "s", Category::kMrn, "Anvil 7");
  KeepOne(*none, "s", kName, "Bob Soto");
  KeepOne(*none, "t", kName, "Ana Lund");
  KeepOne(*clinic, "s", kName, "Ana Voss");
  EXPECT_EQ(listed(*none, "s", "An"), All({"MRN Anvil 7", "NAME Ana Ruiz"}));
  EXPECT_EQ(listed(*none, "s", "Ann"), All());
  EXPECT_EQ(listed(*clinic, "s", ""), All({"NAME Ana Voss"}));
  EXPECT_EQ(listed(*clinic, "t", ""), All());
  ASSERT_TRUE(none->Reencrypt(true).ok());
  EXPECT_EQ(listed(*none, "s", "Bob"), All({"NAME Bob Soto"}));
  ASSERT_TRUE(none->Forget("s").ok());
  EXPECT_EQ(listed(*none, "s", ""), All());
  EXPECT_EQ(listed(*none, "t", ""), All({"NAME Ana Lund"}));
  EXPECT_EQ(listed(*clinic, "s", ""), All({"NAME Ana Voss"}));
}

TEST(TogetherShardTest, AShardListsASubjectsValues) {
  TempDir dir;
  const auto key = *KeyEncryptionKey::CreateFile(dir / "key");
  const auto vault = *OpenVault({.path = "shard:" + (dir / "w.shard"), .key = &key});
  KeepOne(*vault, "s", kName, "Ana Ruiz");
  AssignOne(*vault, "s", kName, "Bob Soto");
  KeepOne(*vault, "t", kName, "Ana Lund");
  EXPECT_EQ(vault->ValuesOf("s", "")->size(), 2u);
  EXPECT_EQ(vault->ValuesOf("s", "Ana")->size(), 1u);
}

}  // namespace
}  // namespace phiveil

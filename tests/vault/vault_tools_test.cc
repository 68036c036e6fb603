// Verify, backup and compact on every store that they serve.

#include "phiveil/vault_tools.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "postgres_server.h"
#include "vault/open_vault.h"
#include "vault_fixture.h"

namespace phiveil {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using vault_internal::Access;
using vault_internal::ChangeSet;
using vault_internal::OpenStore;

class VaultToolsTest : public VaultTest, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && !Server()) GTEST_SKIP() << why_;
    path_ = NewPlace("vault");
  }
  PostgresServer* Server() { return PostgresServer::Get(&why_); }
  std::string NewPlace(const std::string& name) {
    return GetParam() ? Server()->Url(Server()->NewDatabase()) : dir_ / name;
  }
  VaultOptions Options() const { return {.path = path_, .key = &key_}; }

  std::map<std::string, std::string> Records() const {
    std::map<std::string, std::string> records;
    const auto opened = OpenStore(Options(), Access::kRead, {});
    EXPECT_TRUE(opened.ok()) << opened.status();
    const auto snapshot = opened->store->Snapshot();
    const absl::Status read = (*snapshot)->ForEach("", [&](auto key, auto value) {
      records[std::string(key)] = value;
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return records;
  }
  void Change(const std::vector<vault_internal::Change>& changes) const {
    const auto opened = OpenStore(Options(), Access::kWrite, {});
    ASSERT_TRUE(opened.ok()) << opened.status();
    const absl::Status applied = opened->store->Apply({changes, 0, 0});
    ASSERT_TRUE(applied.ok()) << applied;
  }
  std::string Damage() const {
    const auto report = VerifyVault(Options());
    if (!report.ok()) return report.status().ToString();
    std::string all;
    for (const std::string& damaged : report->damaged) all += damaged + "\n";
    return all;
  }

  std::string why_, path_;
};

TEST_P(VaultToolsTest, VerifyNamesEveryDamagedRecord) {
  std::vector<std::string> tokens;
  {
    auto vault = OpenVault(Options());
    ASSERT_TRUE(vault.ok()) << vault.status();
    for (const auto& [subject, text] : {std::pair{"s", "Ana Ruiz"}, {"s", "Bob Soto"}, {"t", "Ana Ruiz"}}) {
      tokens.push_back(FormatToken(Category::kName, KeepOne(**vault, subject, Category::kName, text), ""));
    }
  }
  EXPECT_EQ(Damage(), "");
  const auto records = Records();
  for (const auto& [key, value] : records) {
    if (key[0] == 'c' || key[0] == 'm') continue;  // rewritten by the change itself; tried elsewhere
    for (size_t i = 0; i < value.size(); i += 3) {
      std::string changed = value;
      changed[i] = static_cast<char>(changed[i] ^ 0x10);
      Change({{key, value, changed}});
      const std::string damage = Damage();
      EXPECT_NE(damage, "") << key[0] << " byte " << i;
      EXPECT_EQ(damage.find("Ana"), std::string::npos);
      if (key[0] == 'v' && i > 17) {
        const auto named = [&](const std::string& token) { return damage.find(token) != std::string::npos; };
        EXPECT_TRUE(std::any_of(tokens.begin(), tokens.end(), named)) << damage;
      }
      Change({{key, changed, value}});
    }
    Change({{key, value, std::nullopt}});
    EXPECT_NE(Damage(), "") << key[0] << " removed";
    Change({{key, std::nullopt, value}});
    for (const auto& [other, other_value] : records) {
      if (other[0] != key[0] || other <= key) continue;
      Change({{key, value, other_value}, {other, other_value, value}});
      EXPECT_NE(Damage(), "") << key[0] << " exchanged";
      Change({{key, other_value, value}, {other, value, other_value}});
    }
  }
  Change({{"z", std::nullopt, "what is this"}});
  EXPECT_THAT(Damage(), HasSubstr("no record of a vault"));
  Change({{"z", "what is this", std::nullopt}});
  EXPECT_EQ(Damage(), "");
}

// A whole mapping taken out leaves every other record genuine: only the account shows it.
TEST_P(VaultToolsTest, VerifyMissesWholeMappingsThatVanished) {
  {
    auto vault = OpenVault(Options());
    KeepOne(**vault, "s", Category::kName, "Ana Ruiz");
  }
  const auto before = Records();
  KeepOne(**OpenVault(Options()), "s", Category::kName, "Bob Soto");
  std::vector<vault_internal::Change> gone;
  for (const auto& [key, value] : Records()) {
    if (!before.contains(key) && key[0] != 'c') gone.push_back({key, value, std::nullopt});
  }
  ASSERT_EQ(gone.size(), 2u);
  Change(gone);
  EXPECT_THAT(Damage(), HasSubstr("counters: speak of 2 values, but there are 1"));
}

TEST_P(VaultToolsTest, BackupIsWholeWhileWritersGoOn) {
  auto vault = OpenVault(Options());
  ASSERT_TRUE(vault.ok()) << vault.status();
  std::atomic<bool> stop{false};
  std::atomic<int> kept{0};
  std::vector<TokenCode> codes(200'000);
  std::vector<std::thread> writers;
  writers.emplace_back([&] {
    for (int i = 0; !stop && i < static_cast<int>(codes.size()); ++i) {
      codes[static_cast<size_t>(i)] =
          KeepOne(**vault, "s" + std::to_string(i % 97), Category::kName, std::to_string(i));
      kept = i + 1;
      std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
  });
  for (int round = 0; round < 4; ++round) {
    while (kept < 100 * (round + 1)) std::this_thread::yield();
    const int acknowledged = kept;
    // Across stores too: a directory from either, and the other way round.
    const std::string to = round % 2 == 0 ? dir_ / ("copy" + std::to_string(round)) : NewPlace("other");
    if (round == 3) std::filesystem::remove_all(dir_ / "other");
    const auto copied = BackupVault(Options(), to);
    ASSERT_TRUE(copied.ok()) << copied.status();
    EXPECT_GE(copied->mappings, static_cast<uint64_t>(acknowledged));
    const VaultOptions copy = {.path = to, .key = &key_, .create = false};
    const auto report = VerifyVault(copy);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->damaged_count, 0u) << report->damaged[0];
    EXPECT_EQ(report->mappings, copied->mappings);
    EXPECT_EQ(BackupVault(Options(), to).status().code(), StatusCode::kFailedPrecondition) << "not empty";
    auto opened = OpenVault(copy);
    for (int i = 0; i < acknowledged; i += 7) {
      ASSERT_EQ(Answer(**opened, "", Category::kName, codes[static_cast<size_t>(i)]), "=" + std::to_string(i));
    }
    EXPECT_EQ((*opened)->Info()->id, (*vault)->Info()->id);
  }
  stop = true;
  for (auto& writer : writers) writer.join();
  vault->reset();
  EXPECT_EQ(Damage(), "");
}

TEST_P(VaultToolsTest, CompactLeavesEverythingInPlace) {
  {
    auto vault = OpenVault(Options());
    for (int i = 0; i < 300; ++i) KeepOne(**vault, "s", Category::kName, std::to_string(i));
  }
  const auto before = Records();
  ASSERT_TRUE(CompactVault(Options()).ok());
  EXPECT_EQ(Records(), before);
  VaultOptions none = Options();
  none.path = NewPlace("none");
  EXPECT_EQ(CompactVault(none).code(), StatusCode::kNotFound);
}

INSTANTIATE_TEST_SUITE_P(Stores, VaultToolsTest, testing::Bool(),
                         [](const auto& store) { return store.param ? "Postgres" : "Rocks"; });

}  // namespace
}  // namespace phiveil

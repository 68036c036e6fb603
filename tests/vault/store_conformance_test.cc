// What vault.h and vault/store.h promise, on every store there is.

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "postgres_server.h"
#include "vault/open_vault.h"
#include "vault/store.h"
#include "vault_fixture.h"

namespace phiveil {
namespace {

using absl::StatusCode;
using vault_internal::Access;
using vault_internal::ChangeSet;
using vault_internal::OpenedStore;
using vault_internal::OpenStore;
using vault_internal::Store;

enum class Kind { kRocks, kPostgres, kShard };

class StoreTest : public VaultTest, public testing::WithParamInterface<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::kRocks) path_ = dir_ / "vault";
    if (GetParam() == Kind::kShard) path_ = "shard:" + dir_ / "w.shard";
    if (GetParam() == Kind::kPostgres) {
      std::string why;
      server_ = PostgresServer::Get(&why);
      if (server_ == nullptr) GTEST_SKIP() << why;
      path_ = server_->Url(server_->NewDatabase());
    }
  }

  bool shared() const { return GetParam() == Kind::kPostgres; }
  VaultOptions Options(std::string tenant = "") const {
    return {.path = path_, .key = &key_, .tenant = std::move(tenant)};
  }
  std::unique_ptr<Vault> MustOpen(std::string tenant = "") {
    auto vault = OpenVault(Options(std::move(tenant)));
    EXPECT_TRUE(vault.ok()) << vault.status();
    return vault.ok() ? *std::move(vault) : nullptr;
  }
  OpenedStore MustOpenStore() {
    auto store = OpenStore(Options(), Access::kWrite, {});
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : OpenedStore{};
  }
  static std::string Read(Store& store, const std::string& key) {
    const auto value = vault_internal::GetOne(store, key);
    if (!value.ok()) return value.status().ToString();
    return *value ? **value : "(none)";
  }

  std::string path_;
  PostgresServer* server_ = nullptr;
};

TEST_P(StoreTest, InsertsAllOrNothingAndSaysWhatIsTaken) {
  auto opened = MustOpenStore();
  Store& store = *opened.store;
  std::vector<size_t> taken;
  const std::string bytes("\0\xff\n\x80", 4);
  const auto first = store.Insert({{{"xb", bytes}, {"xa", ""}}, 0, 0}, &taken);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Read(store, "xb"), bytes) << "seen before it is synced";
  EXPECT_EQ(store.Insert({{{"xc", "3"}, {"xb", "4"}, {"xa", "5"}}, 0, 0}, &taken).status().code(),
            StatusCode::kAlreadyExists);
  EXPECT_THAT(taken, testing::ElementsAre(1, 2));
  EXPECT_EQ(Read(store, "xc"), "(none)");
  EXPECT_EQ(Read(store, "xa"), "");
  ASSERT_TRUE(store.Sync(*first).ok());
  opened = {};
  opened = MustOpenStore();
  EXPECT_EQ(Read(*opened.store, "xb"), bytes);
  EXPECT_EQ(opened.store->Insert({{{"xb", "4"}}, 0, 0}, &taken).status().code(), StatusCode::kAlreadyExists);
}

TEST_P(StoreTest, ChangesAllOrNothingAndOnlyWhatIsAsExpected) {
  auto opened = MustOpenStore();
  Store& store = *opened.store;
  std::vector<size_t> taken;
  ASSERT_TRUE(store.Insert({{{"xa", "1"}, {"xb", "2"}}, 0, 0}, &taken).ok());
  ASSERT_TRUE(store.Apply({{{"xa", "1", "11"}, {"xb", "2", std::nullopt}, {"xc", std::nullopt, "3"}}, 0, 0}).ok());
  const auto expect_as_is = [&](Store& s) {
    EXPECT_EQ(Read(s, "xa"), "11");
    EXPECT_EQ(Read(s, "xb"), "(none)");
    EXPECT_EQ(Read(s, "xc"), "3");
  };
  expect_as_is(store);
  const std::vector<ChangeSet> unmet = {{{{"xd", std::nullopt, "4"}, {"xa", "1", "5"}}, 0, 0},
                                        {{{"xc", std::nullopt, "5"}, {"xd", std::nullopt, "4"}}, 0, 0},
                                        {{{"xa", "11", "5"}, {"xb", "2", "5"}}, 0, 0},
                                        {{{"xa", "11", std::nullopt}, {"xc", "4", std::nullopt}}, 0, 0}};
  for (const ChangeSet& set : unmet) {
    EXPECT_EQ(store.Apply(set).code(), StatusCode::kAborted);
    expect_as_is(store);
    EXPECT_EQ(Read(store, "xd"), "(none)");
  }
  opened = {};
  opened = MustOpenStore();
  expect_as_is(*opened.store);
}

TEST_P(StoreTest, ASnapshotStaysAsItWas) {
  auto opened = MustOpenStore();
  std::vector<size_t> taken;
  vault_internal::Insertion insertion;
  for (int i = 0; i < 2500; ++i) insertion.records.push_back({"x" + std::to_string(10000 + i), std::to_string(i)});
  const auto ticket = opened.store->Insert(insertion, &taken);
  ASSERT_TRUE(ticket.ok() && opened.store->Sync(*ticket).ok());
  const auto snapshot = opened.store->Snapshot();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  ASSERT_TRUE(opened.store->Apply({{{"x10007", "7", std::nullopt}, {"x1", std::nullopt, "new"}}, 0, 0}).ok());
  int seen = 0;
  const absl::Status visited = (*snapshot)->ForEach("x", [&](std::string_view key, std::string_view value) {
    EXPECT_EQ(key, "x" + std::to_string(10000 + seen));
    EXPECT_EQ(value, std::to_string(seen));
    const auto again = (*snapshot)->Get(key);
    EXPECT_TRUE(again.ok() && *again == value);
    return ++seen == 2500 ? absl::CancelledError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(visited.code(), StatusCode::kCancelled);
  EXPECT_EQ(seen, 2500);
}

TEST_P(StoreTest, GivesBackWhatWasPutIn) {
  auto vault = MustOpen();
  const std::string large(100'000, 'x');
  const std::vector<Vault::Value> values = {{Category::kName, "Ana Ruiz"}, {Category::kDate, "3/4/1961"},
                                            {Category::kName, ""},         {Category::kPhoto, large},
                                            {Category::kMrn, "\xff\0\n"},  {Category::kName, "Ana Ruiz"}};
  std::vector<TokenCode> codes, again;
  const auto ticket = vault->Assign("patient-17", values, &codes);
  ASSERT_TRUE(ticket.ok()) << ticket.status();
  EXPECT_EQ(codes[0], codes[5]);
  ASSERT_TRUE(vault->Commit(*ticket).ok());
  for (int opened = 0; opened < 2; ++opened) {
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(Answer(*vault, "patient-17", values[i].category, codes[i]), "=" + std::string(values[i].text));
      EXPECT_EQ(Answer(*vault, "other", values[i].category, codes[i]), "foreign");
    }
    ASSERT_TRUE(vault->Assign("patient-17", values, &again).ok());
    EXPECT_EQ(again, codes);
    EXPECT_EQ(vault->Info()->mappings, 5u);
    EXPECT_EQ(vault->Info()->subjects, 1u);
    vault.reset();
    vault = MustOpen();
  }
}

TEST_P(StoreTest, TenantsKnowNothingOfEachOther) {
  auto none = MustOpen();
  const auto a = none->ForTenant("clinic-a"), b = none->ForTenant("clinic-b");
  ASSERT_TRUE(a.ok() && b.ok());
  const TokenCode of_none = KeepOne(*none, "s", Category::kName, "Ruiz");
  const TokenCode of_a = KeepOne(**a, "s", Category::kName, "Ruiz"), of_b = KeepOne(**b, "s", Category::kName, "Ruiz");
  EXPECT_NE(of_a, of_b);
  EXPECT_NE(of_a, of_none);
  for (int opened = 0; opened < 2; ++opened) {
    const auto view = none->ForTenant("clinic-a");
    for (const char* subject : {"s", ""}) {
      EXPECT_EQ(Answer(**view, subject, Category::kName, of_a), "=Ruiz");
      EXPECT_EQ(Answer(**view, subject, Category::kName, of_b), "foreign");
      EXPECT_EQ(Answer(**view, subject, Category::kName, of_none), "foreign");
      EXPECT_EQ(Answer(*none, subject, Category::kName, of_a), "foreign");
    }
    EXPECT_EQ(AssignOne(**view, "s", Category::kName, "Ruiz"), of_a);
    if (opened == 1) break;
    none.reset();
    const_cast<absl::StatusOr<std::unique_ptr<Vault>>&>(a)->reset();
    const_cast<absl::StatusOr<std::unique_ptr<Vault>>&>(b)->reset();
    const_cast<absl::StatusOr<std::unique_ptr<Vault>>&>(view)->reset();
    none = MustOpen();
  }
}

TEST_P(StoreTest, RefusesTheWrongKey) {
  KeepOne(*MustOpen(), "s", Category::kName, "Ruiz");
  const auto other = *KeyEncryptionKey::CreateFile(dir_ / "key2");
  VaultOptions options = Options();
  options.key = &other;
  EXPECT_EQ(OpenVault(options).status().code(), StatusCode::kFailedPrecondition);
  options.key = nullptr;
  EXPECT_EQ(OpenVault(options).status().code(), StatusCode::kFailedPrecondition);
}

TEST_P(StoreTest, MakesNoneUnlessItMay) {
  VaultOptions options = Options();
  options.create = false;
  EXPECT_EQ(OpenVault(options).status().code(), StatusCode::kNotFound);
}

// Writers and readers at once, in one process or, where the store is shared, through several vaults
// as several processes have them: nothing lost, one code a value.
TEST_P(StoreTest, ManyAtOnceLoseNothing) {
  const char* seconds = getenv("PHIVEIL_TEST_SECONDS");
  const bool many = seconds != nullptr;
  const int threads_count = many ? 50 : 12, vaults_count = shared() ? (many ? 8 : 3) : 1;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(many ? atoi(seconds) : 1);
  std::vector<std::unique_ptr<Vault>> vaults;
  for (int i = 0; i < vaults_count; ++i) vaults.push_back(MustOpen());
  std::mutex mutex;
  std::map<std::pair<int, int>, TokenCode> given;
  std::atomic<int> calls{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < threads_count; ++t) {
    threads.emplace_back([&, t] {
      Vault& vault = *vaults[static_cast<size_t>(t) % vaults.size()];
      // All walk the same values, half of them backwards, so that they meet.
      for (int i = 0; i < 40 || std::chrono::steady_clock::now() < end; ++i) {
        const int subject = (t % 2 == 0 ? i : 1000 - i % 1000) % 1000;
        const std::string name = "s" + std::to_string(subject);
        std::vector<std::string> texts;
        std::vector<Vault::Value> values;
        for (int n = 0; n < 4; ++n) texts.push_back(std::to_string(i / 1000 * 4 + n));
        for (const std::string& text : texts) values.push_back({Category::kMrn, text});
        std::vector<TokenCode> codes;
        const auto ticket = vault.Assign(name, values, &codes);
        ASSERT_TRUE(ticket.ok()) << ticket.status();
        ASSERT_EQ(vault.Commit(*ticket), absl::OkStatus());
        for (int n = 0; n < 4; ++n) {
          const size_t at = static_cast<size_t>(n);
          ASSERT_EQ(Answer(vault, name, Category::kMrn, codes[at]), "=" + texts[at]);
          const std::lock_guard lock(mutex);
          const auto [it, first] = given.emplace(std::pair{subject, i / 1000 * 4 + n}, codes[at]);
          ASSERT_EQ(it->second, codes[at]);
        }
        ++calls;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(vaults[0]->Info()->mappings, given.size());
  vaults.clear();
  auto again = MustOpen();
  for (const auto& [key, code] : given) {
    const std::string name = "s" + std::to_string(key.first);
    ASSERT_EQ(Answer(*again, name, Category::kMrn, code), "=" + std::to_string(key.second));
  }
  EXPECT_EQ(again->Info()->mappings, given.size());
  RecordProperty("calls", calls.load());
}

std::string KindName(const testing::TestParamInfo<Kind>& info) {
  constexpr const char* kNames[] = {"Rocks", "Postgres", "Shard"};
  return kNames[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreTest, testing::Values(Kind::kRocks, Kind::kPostgres, Kind::kShard), KindName);

}  // namespace
}  // namespace phiveil

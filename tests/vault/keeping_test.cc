// Rotation, new data keys, forgetting, expiry: while others work, on both stores, and cut short at every write.

#include "vault/keeping.h"

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <mutex>
#include <thread>

#include "faulty_file_system.h"
#include "phiveil/vault_tools.h"
#include "postgres_server.h"
#include "vault/open_vault.h"
#include "vault_fixture.h"

namespace phiveil {
namespace {

using absl::StatusCode;
using vault_internal::Access;
using vault_internal::GetOne;
using vault_internal::OpenedStore;
using vault_internal::OpenSealedVault;
using vault_internal::OpenStore;

enum class Kind { kRocks, kPostgres };

class KeepingTest : public testing::TestWithParam<Kind> {
 protected:
  KeepingTest()
      : key_(*KeyEncryptionKey::CreateFile(dir_ / "key")),
        next_(*KeyEncryptionKey::CreateSuccessorFile(dir_ / "next", key_)) {}

  void SetUp() override {
    path_ = dir_ / "vault";
    if (GetParam() == Kind::kRocks) return;
    std::string why;
    PostgresServer* const server = PostgresServer::Get(&why);
    if (server == nullptr) GTEST_SKIP() << why;
    path_ = server->Url(server->NewDatabase());
  }

  absl::StatusOr<std::unique_ptr<Vault>> Open(const KeyEncryptionKey& key, uint32_t ttl_days = 0) {
    return OpenVault({.path = path_, .key = &key, .ttl_days = ttl_days});
  }
  std::unique_ptr<Vault> MustOpen(const KeyEncryptionKey& key, uint32_t ttl_days = 0) {
    auto vault = Open(key, ttl_days);
    EXPECT_TRUE(vault.ok()) << vault.status();
    return vault.ok() ? *std::move(vault) : nullptr;
  }

  // `count` subjects with two values each.
  void Fill(Vault& vault, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string subject = "s" + std::to_string(i);
      for (const std::string text : {"planted-a", "planted-b"}) {
        codes_.push_back({subject, text + subject, KeepOne(vault, subject, Category::kName, text + subject)});
      }
    }
  }
  void ExpectAll(Vault& vault, std::string_view but = "") {
    for (const Kept& kept : codes_) {
      ASSERT_EQ(Answer(vault, "", Category::kName, kept.code), kept.subject == but ? "unknown" : "=" + kept.text);
      if (kept.subject == but) continue;
      ASSERT_EQ(AssignOne(vault, kept.subject, Category::kName, kept.text), kept.code);
    }
  }

  struct Kept {
    std::string subject, text;
    TokenCode code;
  };
  TempDir dir_;
  KeyEncryptionKey key_, next_;
  std::string path_;
  std::vector<Kept> codes_;
};

INSTANTIATE_TEST_SUITE_P(Stores, KeepingTest, testing::Values(Kind::kRocks, Kind::kPostgres),
                         [](const auto& kind) { return kind.param == Kind::kRocks ? "Rocks" : "Postgres"; });

TEST_P(KeepingTest, RotationTakesEveryKeyAlong) {
  {
    const auto vault = MustOpen(key_);
    Fill(*vault, 20);
    EXPECT_EQ(vault->Info()->key_id, key_.id());
    const auto report = vault->Rotate(next_);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->subjects, 20u);
    EXPECT_EQ(vault->Info()->key_id, next_.id());
    ExpectAll(*vault);
    EXPECT_EQ(vault->Rotate(next_)->subjects, 0u) << "again changes nothing";
    Fill(*vault, 22);
  }
  EXPECT_EQ(Open(key_).status().code(), StatusCode::kFailedPrecondition);
  ExpectAll(*MustOpen(next_));
  const auto third = *KeyEncryptionKey::CreateSuccessorFile(dir_ / "third", next_);
  ASSERT_TRUE(MustOpen(next_)->Rotate(third).ok());
  EXPECT_EQ(Open(next_).status().code(), StatusCode::kFailedPrecondition);
  ExpectAll(*MustOpen(third));
}

TEST_P(KeepingTest, AKeyThatIsNoSuccessorIsRefused) {
  const auto stranger = *KeyEncryptionKey::CreateFile(dir_ / "stranger");
  const auto vault = MustOpen(key_);
  Fill(*vault, 2);
  EXPECT_EQ(vault->Rotate(stranger).status().code(), StatusCode::kFailedPrecondition);
  ExpectAll(*vault);
}

TEST_P(KeepingTest, ReadersAndWritersGoOnDuringRotation) {
  const auto vault = MustOpen(key_);
  Fill(*vault, 50);
  // On the shared store another process's view too, opened with the key from before.
  const auto other = GetParam() == Kind::kPostgres ? MustOpen(key_) : nullptr;
  std::atomic<bool> stop{false};
  std::atomic<int> faults{0}, made{0};
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::vector<Kept> more;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Vault& mine = t % 2 == 1 && other ? *other : *vault;
      for (int i = 0; !stop; ++i) {
        const Kept& kept = codes_[static_cast<size_t>(i * 7 + t) % codes_.size()];
        faults += Answer(mine, "", Category::kName, kept.code) != "=" + kept.text;
        const std::string subject = "new" + std::to_string(t) + "-" + std::to_string(i);
        const Vault::Value value{Category::kName, subject};
        std::vector<TokenCode> given;
        const auto ticket = mine.Assign(subject, {&value, 1}, &given);
        if (!ticket.ok() || !mine.Commit(*ticket).ok()) {
          // A view whose key is gone says so, and has left nothing behind.
          faults += &mine == vault.get() || ticket.status().code() != StatusCode::kFailedPrecondition;
          return;
        }
        const std::lock_guard lock(mutex);
        more.push_back({subject, subject, given[0]});
        ++made;
      }
    });
  }
  while (made < 20) std::this_thread::yield();
  const KeyEncryptionKey* key = &next_;
  const auto third = *KeyEncryptionKey::CreateSuccessorFile(dir_ / "third", next_);
  for (int round = 0; round < 2; ++round) {
    const auto report = vault->Rotate(*key);
    ASSERT_TRUE(report.ok()) << report.status();
    key = &third;
  }
  const int after = made;
  for (int i = 0; i < 2000 && made < after + 20; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(faults, 0);
  codes_.insert(codes_.end(), more.begin(), more.end());
  ExpectAll(*vault);
  if (GetParam() == Kind::kPostgres) ExpectAll(*MustOpen(third));
}

TEST_P(KeepingTest, ForgottenMeansGone) {
  const auto vault = MustOpen(key_);
  Fill(*vault, 5);
  const auto other_tenant = *vault->ForTenant("other");
  const TokenCode theirs = KeepOne(*other_tenant, "s3", Category::kName, "theirs");
  const uint64_t before = vault->Info()->mappings;
  const auto report = vault->Forget("s3");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->subjects, 1u);
  EXPECT_EQ(report->values, 2u);
  EXPECT_EQ(report->counts[static_cast<size_t>(Category::kName)], 2u);
  EXPECT_EQ(vault->Info()->mappings, before - 2);
  ExpectAll(*vault, "s3");
  EXPECT_EQ(Answer(*other_tenant, "s3", Category::kName, theirs), "=theirs") << "of the same name, in another tenant";
  EXPECT_EQ(vault->Forget("s3")->subjects, 0u);
  EXPECT_EQ(vault->Forget("nobody")->subjects, 0u);
  EXPECT_EQ(vault->Forget("").status().code(), StatusCode::kInvalidArgument);
  const TokenCode again = KeepOne(*vault, "s3", Category::kName, "planted-as3");
  EXPECT_NE(again, codes_[6].code) << "nothing ties the person of today to the one forgotten";
  EXPECT_EQ(Answer(*vault, "s3", Category::kName, again), "=planted-as3");
}

// What others that share the store hold in memory of a subject is worth nothing once it is forgotten.
TEST_P(KeepingTest, AForgottenSubjectIsGoneForOtherProcessesToo) {
  if (GetParam() != Kind::kPostgres) GTEST_SKIP() << "one process at a time";
  const auto keeper = MustOpen(key_), worker = MustOpen(key_);
  const TokenCode code = KeepOne(*worker, "ana", Category::kName, "Ana Ruiz");
  const TokenCode other = KeepOne(*worker, "ben", Category::kName, "Ben Oda");
  EXPECT_EQ(Answer(*worker, "ana", Category::kName, code), "=Ana Ruiz");
  // Assigned before, committed after: the code must not go out.
  Vault::Ticket waiting = 0;
  EXPECT_EQ(AssignOne(*worker, "ana", Category::kName, "Ana Ruiz", &waiting), code);
  ASSERT_EQ(keeper->Forget("ana")->subjects, 1u);
  EXPECT_EQ(Answer(*worker, "ana", Category::kName, code), "unknown");
  EXPECT_EQ(worker->Commit(waiting).code(), StatusCode::kAborted);
  EXPECT_TRUE(worker->ValuesOf("ana", "")->empty());
  // Everything of it is new, and is kept under keys that the store has.
  const TokenCode fresh = KeepOne(*worker, "ana", Category::kName, "Ana Ruiz");
  EXPECT_NE(fresh, code);
  const TokenCode second = KeepOne(*worker, "ana", Category::kName, "A. Ruiz");
  EXPECT_EQ(Answer(*keeper, "ana", Category::kName, fresh), "=Ana Ruiz");
  EXPECT_EQ(Answer(*keeper, "ana", Category::kName, second), "=A. Ruiz");
  EXPECT_EQ(KeepOne(*worker, "ben", Category::kName, "Ben Oda"), other);
  EXPECT_EQ(Answer(*worker, "ben", Category::kName, other), "=Ben Oda");
  const auto report = VerifyVault({.path = path_, .key = &key_, .create = false});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->damaged_count, 0u) << (report->damaged.empty() ? "" : report->damaged[0]);
}

// Forgotten by one process and written to again by a second, while a third remembers the first keys.
TEST_P(KeepingTest, NothingIsKeptUnderKeysThatAreGone) {
  if (GetParam() != Kind::kPostgres) GTEST_SKIP() << "one process at a time";
  const auto keeper = MustOpen(key_), worker = MustOpen(key_);
  KeepOne(*worker, "ana", Category::kName, "Ana Ruiz");
  ASSERT_EQ(keeper->Forget("ana")->subjects, 1u);
  const TokenCode fresh = KeepOne(*keeper, "ana", Category::kName, "Ana Ruiz");
  const TokenCode added = KeepOne(*worker, "ana", Category::kName, "A. Ruiz");
  EXPECT_EQ(KeepOne(*worker, "ana", Category::kName, "Ana Ruiz"), fresh);
  EXPECT_EQ(Answer(*keeper, "ana", Category::kName, added), "=A. Ruiz");
  EXPECT_EQ(Answer(*worker, "ana", Category::kName, fresh), "=Ana Ruiz");
}

// Values come and go while others assign them: whatever was committed restores, or was forgotten since.
TEST_P(KeepingTest, WritersNeverGiveOutWhatWasForgottenBefore) {
  if (GetParam() != Kind::kPostgres) GTEST_SKIP() << "one process at a time";
  const auto keeper = MustOpen(key_);
  std::atomic<int> forgettings{0};
  std::atomic<bool> stop{false};
  std::atomic<int> faults{0}, checked{0};
  std::vector<std::unique_ptr<Vault>> views;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) views.push_back(MustOpen(key_));
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      Vault& mine = *views[static_cast<size_t>(t)];
      const Vault::Value values[] = {{Category::kName, "Ana Ruiz"}, {Category::kMrn, "00482913"}};
      while (!stop) {
        std::vector<TokenCode> codes;
        const int before = forgettings;
        const auto ticket = mine.Assign("ana", values, &codes);
        const absl::Status kept = ticket.ok() ? mine.Commit(*ticket) : ticket.status();
        if (absl::IsAborted(kept)) continue;
        faults += !kept.ok();
        if (!kept.ok()) return;
        const std::string answer = Answer(mine, "ana", Category::kName, codes[0]);
        if (forgettings != before || before % 2 != 0) continue;  // odd: one is under way
        ++checked;
        faults += answer != "=Ana Ruiz";
      }
    });
  }
  for (int i = 0; i < 25; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ++forgettings;
    const auto report = keeper->Forget("ana");
    EXPECT_TRUE(report.ok()) << report.status();
    ++forgettings;
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(faults, 0);
  EXPECT_GT(checked, 0);
  const auto report = VerifyVault({.path = path_, .key = &key_, .create = false});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->damaged_count, 0u) << (report->damaged.empty() ? "" : report->damaged[0]);
}

TEST_P(KeepingTest, NewDataKeysKeepCodesAndChangeEverySealedByte) {
  std::vector<std::string> before;
  {
    const auto vault = MustOpen(key_);
    Fill(*vault, 10);
  }
  const auto sealed = [&] {
    std::vector<std::string> all;
    auto opened = OpenStore({.path = path_, .key = &key_}, Access::kWrite, {});
    for (const Kept& kept : codes_) {
      const std::string_view random = kept.code.view().substr(0, kept.code.view().size() - 1);
      all.push_back(GetOne(*opened->store, vault_internal::ValueKey(random))->value());
    }
    return all;
  };
  before = sealed();
  {
    const auto vault = MustOpen(key_);
    if (GetParam() == Kind::kPostgres) {
      EXPECT_EQ(vault->Reencrypt(false).status().code(), StatusCode::kFailedPrecondition);
    }
    const auto report = vault->Reencrypt(true);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->subjects, 10u);
    EXPECT_EQ(report->values, 20u);
    ExpectAll(*vault);
  }
  const std::vector<std::string> after = sealed();
  for (size_t i = 0; i < before.size(); ++i) EXPECT_NE(before[i], after[i]);
  ExpectAll(*MustOpen(key_));
}

TEST_P(KeepingTest, WhatHasExpiredIsSweptAndNothingElse) {
  { Fill(*MustOpen(key_), 3); }
  TokenCode soon;
  { soon = KeepOne(*MustOpen(key_, 30), "s1", Category::kMrn, "expires"); }
  const auto sweep = [&](uint32_t in_days) {
    auto opened = OpenStore({.path = path_, .key = &key_}, Access::kWrite, {});
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto today = static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::days>(now).count());
    return vault_internal::SweepStore(*opened->sealer, *opened->store, today + in_days);
  };
  EXPECT_EQ(sweep(29)->values, 0u);
  EXPECT_EQ(Answer(*MustOpen(key_), "s1", Category::kMrn, soon), "=expires");
  { EXPECT_EQ(MustOpen(key_)->Sweep()->values, 0u); }
  const auto report = sweep(31);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->values, 1u);
  const auto vault = MustOpen(key_);
  EXPECT_EQ(Answer(*vault, "s1", Category::kMrn, soon), "unknown");
  ExpectAll(*vault);
  EXPECT_NE(KeepOne(*vault, "s1", Category::kMrn, "expires"), soon);
}

// Of the vault's time to live and the value's the shorter counts, within one call too.
TEST_P(KeepingTest, EachValueHasItsOwnDay) {
  const auto sweep = [&](uint32_t in_days) {
    auto opened = OpenStore({.path = path_, .key = &key_}, Access::kWrite, {});
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto today = static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::days>(now).count());
    return vault_internal::SweepStore(*opened->sealer, *opened->store, today + in_days);
  };
  std::vector<TokenCode> codes, limited;
  const std::vector<Vault::Value> values = {{Category::kMrn, "for ever"},
                                            {Category::kMrn, "long", 60},
                                            {Category::kMrn, "also for ever"},
                                            {Category::kMrn, "short", 7}};
  {
    const auto vault = MustOpen(key_);
    ASSERT_TRUE(vault->Commit(*vault->Assign("s1", values, &codes)).ok());
  }
  {
    const auto vault = MustOpen(key_, 30);
    ASSERT_TRUE(vault->Commit(*vault->Assign("s2", values, &limited)).ok());
  }
  const auto left = [&] {
    const auto vault = MustOpen(key_);
    std::string out;
    for (size_t i = 0; i < values.size(); ++i) {
      out += Answer(*vault, "s1", Category::kMrn, codes[i]) == "unknown" ? '.' : '1';
      out += Answer(*vault, "s2", Category::kMrn, limited[i]) == "unknown" ? '.' : '2';
    }
    return out;
  };
  EXPECT_EQ(left(), "12121212");
  EXPECT_EQ(sweep(8)->values, 2u);
  EXPECT_EQ(left(), "121212..");
  EXPECT_EQ(sweep(31)->values, 3u);
  EXPECT_EQ(left(), "1.1.1...");
  EXPECT_EQ(sweep(61)->values, 1u);
  EXPECT_EQ(left(), "1...1...");
  EXPECT_EQ(sweep(36525)->values, 0u);
}

TEST_P(KeepingTest, ExpiryOutlivesNewKeysAndForgettingTakesItAlong) {
  TokenCode a, b;
  {
    const auto vault = MustOpen(key_, 1);
    a = KeepOne(*vault, "a", Category::kMrn, "one");
    b = KeepOne(*vault, "b", Category::kMrn, "two");
    ASSERT_TRUE(vault->Reencrypt(true).ok());
    ASSERT_TRUE(vault->Forget("b").ok());
  }
  auto opened = OpenStore({.path = path_, .key = &key_}, Access::kWrite, {});
  int left = 0;
  ASSERT_TRUE((*opened->store->Snapshot())
                  ->ForEach("e",
                            [&](auto, auto) {
                              ++left;
                              return absl::OkStatus();
                            })
                  .ok());
  EXPECT_EQ(left, 1);
  EXPECT_EQ(vault_internal::SweepStore(*opened->sealer, *opened->store, UINT32_MAX)->values, 1u);
}

class KeepingFilesTest : public KeepingTest {
 protected:
  // Works through `work` with every write failing from the n-th on, for each n until none fails; then
  // whether `check` holds of what was left.
  void CutShortEverywhere(const std::function<absl::Status(Vault&)>& work, const std::function<void(int)>& check) {
    bool done = false;
    for (int succeed = 0; !done; ++succeed) {
      ASSERT_LT(succeed, 600);
      path_ = dir_ / ("vault" + std::to_string(succeed));
      codes_.clear();
      { Fill(*MustOpen(key_), 6); }
      auto system = std::make_shared<FaultyFileSystem>(succeed, FaultyFileSystem::Mode::kEver, false);
      {
        const auto env = rocksdb::NewCompositeEnv(system);
        auto vault = OpenSealedVault({.path = path_, .key = &key_}, {.env = env.get()});
        if (vault.ok()) work(**vault).IgnoreError();
      }
      done = !system->failed();
      system->LosePower();
      check(succeed);
      if (HasFatalFailure()) return;
      std::filesystem::remove_all(path_);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, KeepingFilesTest, testing::Values(Kind::kRocks), [](const auto&) { return "Rocks"; });

TEST_P(KeepingFilesTest, ARotationCutShortAnywhereCanGoOn) {
  int rotated = 0, between = 0;
  CutShortEverywhere([&](Vault& vault) { return vault.Rotate(next_).status(); },
                     [&](int when) {
                       auto with_old = Open(key_);
                       const bool old_opens = with_old.ok();
                       if (old_opens) ExpectAll(**with_old);
                       with_old = absl::CancelledError();
                       auto with_new = Open(next_);
                       const bool new_opens = with_new.ok();
                       ASSERT_TRUE(old_opens || new_opens) << when;
                       if (new_opens) ExpectAll(**with_new);
                       with_new = absl::CancelledError();
                       rotated += new_opens && !old_opens;
                       between += new_opens && old_opens;
                       {
                         const auto report = MustOpen(old_opens ? key_ : next_)->Rotate(next_);
                         ASSERT_TRUE(report.ok()) << when << report.status();
                       }
                       ASSERT_EQ(Open(key_).status().code(), StatusCode::kFailedPrecondition) << when;
                       ExpectAll(*MustOpen(next_));
                     });
  EXPECT_GT(rotated, 0);
  EXPECT_GT(between, 0) << "it was never caught in the middle";
}

TEST_P(KeepingFilesTest, AForgettingCutShortAnywhereGivesNothingBack) {
  int forgotten = 0;
  CutShortEverywhere([&](Vault& vault) { return vault.Forget("s3").status(); },
                     [&](int when) {
                       const auto vault = MustOpen(key_);
                       ASSERT_NE(vault, nullptr) << when;
                       const bool still = Answer(*vault, "", Category::kName, codes_[6].code) != "unknown";
                       ExpectAll(*vault, still ? "" : "s3");
                       forgotten += !still;
                       ASSERT_TRUE(vault->Forget("s3").ok()) << when;
                       ExpectAll(*vault, "s3");
                       ASSERT_TRUE(vault->Sweep().ok());
                       EXPECT_EQ(vault->Info()->subjects, 5u);
                       EXPECT_EQ(vault->Info()->mappings, 10u);
                     });
  EXPECT_GT(forgotten, 1);
}

TEST_P(KeepingFilesTest, NewDataKeysCutShortAnywhereGoOn) {
  CutShortEverywhere([&](Vault& vault) { return vault.Reencrypt(false).status(); },
                     [&](int when) {
                       const auto vault = MustOpen(key_);
                       ASSERT_NE(vault, nullptr) << when;
                       ExpectAll(*vault);
                       const auto report = vault->Reencrypt(false);
                       ASSERT_TRUE(report.ok()) << when << report.status();
                       ExpectAll(*vault);
                     });
}

// So many that a write takes several subjects: cut short here and there, and ended.
TEST_P(KeepingFilesTest, NewDataKeysForManyGoOnWhereTheyStopped) {
  constexpr int kSubjects = 700;
  for (const int succeed : {3, 20, 90, 260}) {
    path_ = dir_ / ("many" + std::to_string(succeed));
    std::vector<TokenCode> codes;
    {
      const auto vault = MustOpen(key_);
      Vault::Ticket ticket = 0;
      for (int i = 0; i < kSubjects; ++i) {
        codes.push_back(AssignOne(*vault, "s" + std::to_string(i), Category::kName, "n" + std::to_string(i), &ticket));
      }
      ASSERT_TRUE(vault->Commit(ticket).ok());
    }
    auto system = std::make_shared<FaultyFileSystem>(succeed, FaultyFileSystem::Mode::kEver, false);
    absl::StatusOr<KeepingReport> cut;
    {
      const auto env = rocksdb::NewCompositeEnv(system);
      auto vault = OpenSealedVault({.path = path_, .key = &key_}, {.env = env.get()});
      ASSERT_TRUE(vault.ok() || system->failed());
      if (vault.ok()) cut = (*vault)->Reencrypt(false);
    }
    EXPECT_EQ(cut.ok(), !system->failed()) << succeed;
    system->LosePower();
    const auto vault = MustOpen(key_);
    ASSERT_NE(vault, nullptr);
    for (const bool ended : {false, true}) {
      for (int i = 0; i < kSubjects; ++i) {
        const std::string name = std::to_string(i);
        ASSERT_EQ(Answer(*vault, "s" + name, Category::kName, codes[static_cast<size_t>(i)]), "=n" + name) << ended;
        ASSERT_EQ(AssignOne(*vault, "s" + name, Category::kName, "n" + name), codes[static_cast<size_t>(i)]);
      }
      if (ended) continue;
      const auto report = vault->Reencrypt(false);
      ASSERT_TRUE(report.ok()) << report.status();
      EXPECT_LE(report->subjects, static_cast<uint64_t>(kSubjects));
      EXPECT_GT(report->subjects, 0u);
    }
  }
}

// Neither the record of its keys nor any of its sealed values is in a file afterwards.
TEST_P(KeepingFilesTest, NothingOfAForgottenSubjectIsLeftInTheFiles) {
  { Fill(*MustOpen(key_), 4); }
  std::vector<std::string> traces;
  {
    auto opened = OpenStore({.path = path_, .key = &key_}, Access::kWrite, {});
    const auto tag = *opened->sealer->SubjectTag({}, "s2");
    traces.push_back(GetOne(*opened->store, vault_internal::SubjectKey(tag))->value());
    traces.emplace_back(vault_internal::View(tag));
    for (const size_t i : {4, 5}) {
      const std::string_view code = codes_[i].code.view();
      traces.push_back(
          GetOne(*opened->store, vault_internal::ValueKey(code.substr(0, code.size() - 1)))->value().substr(17));
    }
  }
  std::string files;
  const auto count = [&] {
    int found = 0;
    files.clear();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      for (const std::string& trace : traces) {
        if (bytes.find(trace) == std::string::npos) continue;
        ++found;
        files += entry.path().filename().string() + " " + std::to_string(trace.size()) + "; ";
      }
    }
    return found;
  };
  EXPECT_GE(count(), static_cast<int>(traces.size())) << "the search sees records";
  { ASSERT_TRUE(MustOpen(key_)->Forget("s2").ok()); }
  // RocksDB's list of files may name a key, which holds a keyed hash of the subject, as the end of a
  // file's range; the list is written anew at each opening.
  { MustOpen(key_); }
  EXPECT_EQ(count(), 0) << files;
}

// An older copy gives a forgotten subject back as long as it holds the record of its keys and the key
// that wraps it is there. Without either it gives nothing.
TEST_P(KeepingFilesTest, AnOlderCopyWithoutTheKeysGivesNothing) {
  { Fill(*MustOpen(key_), 4); }
  const std::string copy = dir_ / "copy", bare = dir_ / "bare", live = path_;
  std::filesystem::copy(live, copy, std::filesystem::copy_options::recursive);
  std::filesystem::copy(live, bare, std::filesystem::copy_options::recursive);
  { ASSERT_TRUE(MustOpen(key_)->Forget("s2").ok()); }
  path_ = copy;
  EXPECT_EQ(Answer(*MustOpen(key_), "", Category::kName, codes_[4].code), "=" + codes_[4].text)
      << "said in docs/keys.md";
  path_ = bare;
  {
    auto opened = OpenStore({.path = path_, .key = &key_}, Access::kWrite, {});
    const auto key = vault_internal::SubjectKey(*opened->sealer->SubjectTag({}, "s2"));
    ASSERT_TRUE(opened->store->Apply({{{key, *GetOne(*opened->store, key), std::nullopt}}, -1, 0}).ok());
  }
  const auto vault = MustOpen(key_);
  EXPECT_EQ(Answer(*vault, "", Category::kName, codes_[4].code), "DATA_LOSS");
  EXPECT_EQ(Answer(*vault, "", Category::kName, codes_[0].code), "=" + codes_[0].text);
  // And a copy from before a rotation is closed once the former key is destroyed.
  path_ = live;
  { ASSERT_TRUE(MustOpen(key_)->Rotate(next_).ok()); }
  path_ = copy;
  EXPECT_EQ(Open(next_).status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace phiveil

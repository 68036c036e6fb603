// Shards: whole or refused, and merged to one result in any order and however often.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "../crypto/faulty_file_ops.h"
#include "faulty_file_system.h"
#include "phiveil/vault_tools.h"
#include "vault/merge_target.h"
#include "vault/open_vault.h"
#include "vault_fixture.h"

namespace phiveil {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;
using testing::HasSubstr;
using testing::Not;

struct Given {
  std::string tenant, subject;
  Category category;
  std::string text;
  TokenCode code;
};

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

class MergeTest : public VaultTest {
 protected:
  // Values 0 to 4 of two subjects and of a tenant's, each worker some of them.
  std::vector<Given> WriteShard(const std::string& path, int first, int last) const {
    std::vector<Given> given;
    auto none = OpenVault({.path = "shard:" + path, .key = &key_});
    EXPECT_TRUE(none.ok()) << none.status();
    for (const std::string tenant : {"", "clinic"}) {
      auto vault = (*none)->ForTenant(tenant);
      for (const std::string subject : {"s", "t"}) {
        for (int i = first; i < last; ++i) {
          const std::string text = "value " + std::to_string(i);
          given.push_back({tenant, subject, Category::kName, text, KeepOne(**vault, subject, Category::kName, text)});
        }
      }
    }
    return given;
  }

  // The answers for all codes and the codes for all values: what a merge must make the same.
  std::map<std::string, std::string> StateOf(const std::string& path, const std::vector<Given>& given) const {
    std::map<std::string, std::string> state;
    auto none = OpenVault({.path = path, .key = &key_, .create = false});
    EXPECT_TRUE(none.ok()) << none.status();
    if (!none.ok()) return state;
    for (const Given& g : given) {
      auto vault = (*none)->ForTenant(g.tenant);
      state["token " + std::string(g.code.view())] = Answer(**vault, g.subject, g.category, g.code);
      EXPECT_EQ(Answer(**vault, g.subject, g.category, g.code), "=" + g.text);
      EXPECT_EQ(Answer(**vault, "another", g.category, g.code), "foreign");
      state[g.tenant + "/" + g.subject + "/" + g.text] =
          std::string(AssignOne(**vault, g.subject, g.category, g.text).view());
    }
    state["mappings"] = std::to_string((*none)->Info()->mappings);
    state["subjects"] = std::to_string((*none)->Info()->subjects);
    return state;
  }

  void ExpectIntact(const std::string& path, const std::string& when) const {
    const auto report = VerifyVault({.path = path, .key = &key_, .create = false});
    ASSERT_TRUE(report.ok()) << when << report.status();
    EXPECT_EQ(report->damaged_count, 0u) << when << ": " << (report->damaged.empty() ? "" : report->damaged[0]);
  }
};

TEST_F(MergeTest, AnyOrderAnyNumberOfTimesOneResult) {
  std::vector<std::string> shards = {dir_ / "1.shard", dir_ / "2.shard", dir_ / "3.shard"};
  std::vector<Given> given;
  for (size_t i = 0; i < shards.size(); ++i) {
    const auto some = WriteShard(shards[i], static_cast<int>(i), static_cast<int>(i) + 3);
    given.insert(given.end(), some.begin(), some.end());
  }
  for (const bool unify : {false, true}) {
    std::map<std::string, std::string> expected;
    std::vector<std::string> order = shards;
    int number = 0;
    do {
      for (const bool together : {true, false}) {
        const std::string path = dir_ / ("vault" + std::to_string(unify) + std::to_string(number++));
        for (int times = 0; times < 2; ++times) {
          if (together) {
            const auto report = MergeShards({.path = path, .key = &key_}, order, {.unify = unify});
            ASSERT_TRUE(report.ok()) << report.status();
            EXPECT_TRUE(report->conflicts.empty());
            EXPECT_EQ(report->values, given.size());
            EXPECT_EQ(report->added == 0, times == 1);
            continue;
          }
          for (const std::string& shard : order) {
            ASSERT_TRUE(MergeShards({.path = path, .key = &key_}, {&shard, 1}, {.unify = unify}).ok());
          }
        }
        const auto state = StateOf(path, given);
        if (expected.empty()) expected = state;
        EXPECT_EQ(state, expected) << "order " << number;
        ExpectIntact(path, "after a merge");
      }
    } while (std::next_permutation(order.begin(), order.end()));
    // Five values of four subjects, drawn nine times.
    EXPECT_EQ(expected["mappings"], unify ? "20" : "36");
    EXPECT_EQ(expected["subjects"], "4");
  }
}

TEST_F(MergeTest, UnifyTellsEachAliasAndGoesOverWhatWasMergedBefore) {
  const std::vector<std::string> shards = {dir_ / "1.shard", dir_ / "2.shard"};
  const auto first = WriteShard(shards[0], 0, 3), second = WriteShard(shards[1], 0, 3);
  const VaultOptions into = {.path = dir_ / "vault", .key = &key_};
  ASSERT_TRUE(MergeShards(into, shards, {}).ok());
  std::map<std::string, std::string> aliases;
  MergeOptions options{.unify = true};
  options.on_alias = [&](Category, const TokenCode& old_code, const TokenCode& code) {
    aliases[std::string(old_code.view())] = std::string(code.view());
    return absl::OkStatus();
  };
  const auto report = MergeShards(into, shards, options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->aliases, 12u);
  for (size_t i = 0; i < first.size(); ++i) {
    const bool leads = vault_internal::ComesFirst(first[i].code, second[i].code);
    const TokenCode &kept = leads ? first[i].code : second[i].code, &other = leads ? second[i].code : first[i].code;
    EXPECT_EQ(aliases[std::string(other.view())], kept.view());
    EXPECT_FALSE(aliases.contains(std::string(kept.view())));
  }
  std::vector<Given> all = first;
  all.insert(all.end(), second.begin(), second.end());
  StateOf(into.path, all);
  ExpectIntact(into.path, "unified");
  EXPECT_EQ(VerifyVault(into)->aliases, 12u);
}

TEST_F(MergeTest, AConflictIsNamedAndNothingIsMerged) {
  const std::vector<std::string> shards = {dir_ / "1.shard", dir_ / "2.shard", dir_ / "3.shard"};
  const TokenCode code = TokenCode::Make(Category::kName, "AAAAAAAAAAA");
  const auto forge = [&](const std::string& path, const std::string& subject_name, const std::string& text) {
    using namespace vault_internal;
    KeepOne(**OpenVault({.path = "shard:" + path, .key = &key_}), subject_name, Category::kName, "first");
    const auto opened = OpenStore({.path = "shard:" + path, .key = &key_}, Access::kWrite, {});
    const Sealer& sealer = *opened->sealer;
    Subject subject;
    subject.tag = *sealer.SubjectTag({}, subject_name);
    ASSERT_TRUE(sealer.OpenSubject(**GetOne(*opened->store, SubjectKey(subject.tag)), &subject).ok());
    std::string record;
    ASSERT_TRUE(sealer.SealValue(subject, Category::kName, code.view(), text, &record).ok());
    std::vector<size_t> taken;
    const auto ticket = opened->store->Insert(
        {{{ValueKey("AAAAAAAAAAA"), record},
          {IndexKey(subject.tag, *sealer.IndexMac(subject, Category::kName, text)), std::string(code.view())}},
         0,
         1},
        &taken);
    ASSERT_TRUE(opened->store->Sync(*ticket).ok());
  };
  forge(shards[0], "s", "Ana Ruiz");
  forge(shards[1], "s", "Bob Soto");
  forge(shards[2], "t", "Ana Ruiz");
  const VaultOptions into = {.path = dir_ / "vault", .key = &key_};
  const auto expect_refused = [&](const std::vector<std::string>& given, const std::string& named) {
    for (const bool unify : {false, true}) {
      const auto before = (*OpenVault(into))->Info()->mappings;
      const auto report = MergeShards(into, given, {.unify = unify});
      ASSERT_TRUE(report.ok()) << report.status();
      ASSERT_EQ(report->conflicts.size(), 1u);
      EXPECT_THAT(report->conflicts[0], HasSubstr("[NAME_" + std::string(code.view()) + "]"));
      EXPECT_THAT(report->conflicts[0], HasSubstr(named));
      EXPECT_THAT(report->conflicts[0], Not(HasSubstr("Ruiz")));
      EXPECT_THAT(report->conflicts[0], Not(HasSubstr("Soto")));
      EXPECT_EQ((*OpenVault(into))->Info()->mappings, before);
    }
  };
  expect_refused({shards[0], shards[1]}, shards[1]);
  expect_refused({shards[2], shards[0]}, shards[0]);
  ASSERT_TRUE(MergeShards(into, {&shards[0], 1}, {}).ok());
  expect_refused({shards[1]}, "the vault");
  expect_refused({shards[2]}, "the vault");
  EXPECT_TRUE(MergeShards(into, {&shards[0], 1}, {})->conflicts.empty());
}

TEST_F(MergeTest, EveryChangedByteAndEveryCutOfAShardIsNoticed) {
  const std::string path = dir_ / "1.shard", changed_path = dir_ / "changed.shard";
  WriteShard(path, 0, 1);
  const std::string bytes = ReadFile(path);
  const VaultOptions into = {.path = dir_ / "vault", .key = &key_};
  int tried = 0;
  const auto expect_refused = [&](const std::string& changed, const std::string& what) {
    WriteFile(changed_path, changed);
    const auto report = MergeShards(into, {&changed_path, 1}, {});
    ASSERT_FALSE(report.ok()) << what;
    EXPECT_TRUE(absl::IsDataLoss(report.status()) || absl::IsFailedPrecondition(report.status())) << what;
    EXPECT_THAT(std::string(report.status().message()), HasSubstr(changed_path)) << what;
    ++tried;
  };
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
    expect_refused(changed, "byte " + std::to_string(i));
    expect_refused(bytes.substr(0, i), "cut at " + std::to_string(i));
    if (HasFatalFailure()) return;
  }
  expect_refused(bytes + '\0', "a byte more");
  // Frames left out, exchanged and repeated.
  std::vector<std::string> frames;
  size_t at = 16 + 89;
  const std::string header = bytes.substr(0, at);
  while (at < bytes.size()) {
    uint32_t size = 0;
    memcpy(&size, &bytes[at], 4);
    frames.push_back(bytes.substr(at, 5 + size + 16));
    at += 5 + size + 16;
  }
  ASSERT_GT(frames.size(), 4u);
  for (size_t i = 0; i < frames.size(); ++i) {
    for (size_t k = 0; k < frames.size(); ++k) {
      std::vector<std::string> moved = frames;
      if (i == k) moved.erase(moved.begin() + static_cast<long>(i));
      if (i < k) std::swap(moved[i], moved[k]);
      if (i > k) moved.insert(moved.begin() + static_cast<long>(i), frames[k]);
      std::string changed = header;
      for (const std::string& frame : moved) changed += frame;
      expect_refused(changed, "frames " + std::to_string(i) + " and " + std::to_string(k));
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(tried, 1000);
  EXPECT_FALSE(fs::exists(into.path)) << "refused before anything is merged";
  EXPECT_TRUE(MergeShards(into, {&path, 1}, {}).ok());
}

TEST_F(MergeTest, AShardThatIsNotFinishedIsRefusedUntilItIs) {
  const std::string path = dir_ / "1.shard";
  WriteShard(path, 0, 2);
  const std::string whole = ReadFile(path);
  WriteFile(path, whole.substr(0, whole.size() - 30));  // as a killed worker leaves it
  const VaultOptions into = {.path = dir_ / "vault", .key = &key_};
  const auto refused = MergeShards(into, {&path, 1}, {});
  EXPECT_FALSE(refused.ok());
  const auto given = WriteShard(path, 0, 2);
  ASSERT_TRUE(MergeShards(into, {&path, 1}, {}).ok());
  StateOf(into.path, given);
}

// Each write of a worker's shard fails in turn, some halfway: what was acknowledged is there when
// the worker has gone on and the shard is merged.
TEST_F(MergeTest, EveryFailingWriteOfAShard) {
  using Mode = FaultyFileOps::Mode;
  int number = 0;
  for (const Mode mode : {Mode::kOnce, Mode::kEver, Mode::kShortWriteThenOnce}) {
    bool reached_the_end = false;
    for (int succeed = 0; succeed < 100 && !reached_the_end; ++succeed, ++number) {
      const std::string path = dir_ / ("shard" + std::to_string(number));
      std::vector<Given> given;
      FaultyFileOps ops(succeed, ENOSPC, mode);
      {
        auto vault = vault_internal::OpenSealedVault({.path = "shard:" + path, .key = &key_}, {.files = &ops});
        for (int i = 0; vault.ok() && i < 4; ++i) {
          const std::string text = std::to_string(i);
          const Vault::Value value{Category::kName, text};
          std::vector<TokenCode> codes;
          const auto ticket = (*vault)->Assign("s", {&value, 1}, &codes);
          if (!ticket.ok() || !(*vault)->Commit(*ticket).ok()) break;
          given.push_back({"", "s", Category::kName, text, codes[0]});
        }
      }
      reached_the_end = !ops.failed();
      auto again = OpenVault({.path = "shard:" + path, .key = &key_});
      ASSERT_TRUE(again.ok()) << succeed << again.status();
      for (const Given& g : given) EXPECT_EQ(AssignOne(**again, g.subject, g.category, g.text), g.code) << succeed;
      again->reset();
      const VaultOptions into = {.path = dir_ / ("vault" + std::to_string(number)), .key = &key_};
      // Nothing was written but what makes a shard: then there is nothing to merge, and that is all right.
      const auto merged = MergeShards(into, {&path, 1}, {});
      ASSERT_TRUE(merged.ok()) << succeed << merged.status();
      StateOf(into.path, given);
    }
    EXPECT_TRUE(reached_the_end);
  }
}

// Each write of the vault fails in turn while shards are merged, and the power goes: merged again,
// all is there.
TEST_F(MergeTest, EveryFailingWriteOfTheVaultDuringAMerge) {
  const std::vector<std::string> shards = {dir_ / "1.shard", dir_ / "2.shard"};
  std::vector<Given> given = WriteShard(shards[0], 0, 3);
  const auto more = WriteShard(shards[1], 0, 3);
  given.insert(given.end(), more.begin(), more.end());
  for (const bool unify : {false, true}) {
    bool reached_the_end = false;
    for (int succeed = 0; succeed < 200 && !reached_the_end; ++succeed) {
      const VaultOptions into = {.path = dir_ / ("v" + std::to_string(unify) + "." + std::to_string(succeed)),
                                 .key = &key_};
      auto system = std::make_shared<FaultyFileSystem>(succeed, FaultyFileSystem::Mode::kEver, false);
      {
        const auto env = rocksdb::NewCompositeEnv(system);
        const auto report = vault_internal::MergeShardsInto(into, shards, {.unify = unify}, {.env = env.get()});
        EXPECT_TRUE(report.ok() || system->failed()) << report.status();
      }
      reached_the_end = !system->failed();
      system->LosePower();
      const auto again = MergeShards(into, shards, {.unify = unify});
      ASSERT_TRUE(again.ok()) << succeed << again.status();
      StateOf(into.path, given);
      ExpectIntact(into.path, "call " + std::to_string(succeed) + " failed");
      if (HasFailure()) return;
    }
    EXPECT_TRUE(reached_the_end);
  }
}

}  // namespace
}  // namespace phiveil

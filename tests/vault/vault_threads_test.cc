#include <algorithm>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "vault_fixture.h"

namespace phiveil {
namespace {

class VaultThreadsTest : public VaultTest, public testing::WithParamInterface<size_t> {};

// Eight threads give codes to the same values in different orders, with and without room to remember
// them: one code a value, right at once, right on disk.
TEST_P(VaultThreadsTest, SameValueSameCode) {
  constexpr int kThreads = 8, kSubjects = 20, kValues = 40;
  VaultOptions options = Options();
  options.cache_bytes = GetParam();
  auto vault = OpenVault(options);
  ASSERT_TRUE(vault.ok()) << vault.status();
  std::mutex mutex;
  std::map<std::pair<int, int>, TokenCode> given;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(static_cast<unsigned>(t));
      std::vector<int> order(kSubjects * kValues);
      for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
      std::shuffle(order.begin(), order.end(), random);
      for (const int i : order) {
        const int subject = i / kValues, number = i % kValues;
        const std::string name = "s" + std::to_string(subject), text = std::to_string(number);
        Vault::Ticket ticket = 0;
        const TokenCode code = AssignOne(**vault, name, Category::kMrn, text, &ticket);
        EXPECT_EQ(Answer(**vault, name, Category::kMrn, code), "=" + text);
        if (random() % 4 == 0) {
          EXPECT_TRUE((*vault)->Commit(ticket).ok());
          EXPECT_GE((*vault)->Info()->mappings, 1u);
        }
        const std::lock_guard lock(mutex);
        const auto [it, first] = given.emplace(std::pair{subject, number}, code);
        EXPECT_EQ(it->second, code);
      }
      Vault::Ticket ticket = 0;
      AssignOne(**vault, "last", Category::kMrn, std::to_string(t), &ticket);
      EXPECT_TRUE((*vault)->Commit(ticket).ok());
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ((*vault)->Info()->mappings, kSubjects * kValues + kThreads);
  EXPECT_EQ((*vault)->Info()->subjects, kSubjects + 1);
  vault->reset();
  auto again = MustOpen();
  for (const auto& [key, code] : given) {
    const std::string name = "s" + std::to_string(key.first);
    ASSERT_EQ(Answer(*again, name, Category::kMrn, code), "=" + std::to_string(key.second));
    ASSERT_EQ(AssignOne(*again, name, Category::kMrn, std::to_string(key.second)), code);
  }
}

INSTANTIATE_TEST_SUITE_P(CacheBytes, VaultThreadsTest, testing::Values(0, 64 << 20));

TEST_F(VaultTest, ManyWaitersShareTheirSyncs) {
  auto vault = MustOpen();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) KeepOne(*vault, "s" + std::to_string(t), Category::kName, std::to_string(i));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(vault->Info()->mappings, 400u);
}

}  // namespace
}  // namespace phiveil

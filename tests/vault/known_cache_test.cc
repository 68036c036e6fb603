#include "vault/known_cache.h"

#include "gtest/gtest.h"

namespace phiveil::vault_internal {
namespace {

struct Entry {
  uint64_t number = 0;
  uint64_t group = 0;
};
using Cache = KnownCache<uint64_t, Entry>;

TEST(KnownCache, FindsWhatWasInserted) {
  std::atomic<uint64_t> durable{9};
  Cache cache(1 << 20, &durable);
  EXPECT_FALSE(cache.Find(1));
  cache.Insert(1, {10, 1});
  cache.Insert(2, {20, 1});
  cache.Insert(1, {11, 1});
  EXPECT_EQ(cache.Find(1)->number, 11u);
  EXPECT_EQ(cache.Find(2)->number, 20u);
}

TEST(KnownCache, StaysWithinItsBytes) {
  std::atomic<uint64_t> durable{9};
  constexpr size_t kEntries = 6400;
  Cache cache(kEntries * Cache::kEntryBytes, &durable);
  for (uint64_t i = 0; i < 100'000; ++i) cache.Insert(i, {i, 1});
  EXPECT_LE(cache.size(), kEntries + 2 * 64);
  EXPECT_GE(cache.size(), kEntries / 3);
  for (uint64_t i = 0; i < 100'000; ++i) {
    if (const auto found = cache.Find(i)) {
      ASSERT_EQ(found->number, i);
    }
  }
}

TEST(KnownCache, KeepsWhatIsAskedFor) {
  std::atomic<uint64_t> durable{9};
  Cache cache(6400 * Cache::kEntryBytes, &durable);
  cache.Insert(~uint64_t{0}, {7, 1});
  for (uint64_t i = 0; i < 100'000; ++i) {
    cache.Insert(i, {i, 1});
    ASSERT_TRUE(cache.Find(~uint64_t{0})) << i;
  }
}

TEST(KnownCache, NeverForgetsWhatIsNotDurable) {
  std::atomic<uint64_t> durable{5};
  Cache cache(0, &durable);
  constexpr uint64_t kPending = 20'000;
  for (uint64_t i = 0; i < kPending; ++i) {
    cache.Insert(i, {i, 6});
    cache.Insert(kPending + i, {i, 5});
  }
  for (uint64_t i = 0; i < kPending; ++i) ASSERT_TRUE(cache.Find(i)) << i;
  durable = 6;
  for (uint64_t i = 0; i < 10 * kPending; ++i) cache.Insert(2 * kPending + i, {i, 5});
  EXPECT_LE(cache.size(), 1000u) << "what has become durable may go, and did";
}

}  // namespace
}  // namespace phiveil::vault_internal

#ifndef PHIVEIL_VAULT_KNOWN_CACHE_H_
#define PHIVEIL_VAULT_KNOWN_CACHE_H_

// A bounded map that forgets what has not been asked for lately, but never what is not yet durable.
//
// Two generations a shard: entries enter the young one; when it is full the old one is dropped, the
// young one becomes old, and entries found in the old one move to the young. An entry whose write
// group is not on disk yet is carried over instead of dropped, so that whatever is neither here nor
// in the store does not exist.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace phiveil::vault_internal {

// Value has a `uint64_t group`.
template <typename Key, typename Value>
class KnownCache {
 public:
  // `durable`: the number of the last group on disk; outlives the cache.
  KnownCache(size_t bytes, const std::atomic<uint64_t>* durable)
      : durable_(durable), per_generation_(bytes / kEntryBytes / kShards / 2 + 1) {}

  std::optional<Value> Find(const Key& key) {
    Shard& shard = ShardOf(key);
    const std::lock_guard lock(shard.mutex);
    if (const auto it = shard.young.find(key); it != shard.young.end()) return it->second;
    const auto it = shard.old.find(key);
    if (it == shard.old.end()) return std::nullopt;
    const Value value = it->second;
    shard.old.erase(it);
    Add(&shard, key, value);
    return value;
  }

  void Insert(const Key& key, const Value& value) {
    Shard& shard = ShardOf(key);
    const std::lock_guard lock(shard.mutex);
    shard.old.erase(key);
    Add(&shard, key, value);
  }

  // Also what is not durable yet: the store must be asked for it.
  void Erase(const Key& key) {
    Shard& shard = ShardOf(key);
    const std::lock_guard lock(shard.mutex);
    shard.young.erase(key);
    shard.old.erase(key);
  }
  void Clear() {
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      shard.young.clear();
      shard.old.clear();
      shard.carried = 0;
    }
  }

  size_t size() {
    size_t sum = 0;
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      sum += shard.young.size() + shard.old.size();
    }
    return sum;
  }

  // Of one entry, with the slack of a hash table that doubles.
  static constexpr size_t kEntryBytes = 2 * (sizeof(std::pair<Key, Value>) + 1);

 private:
  static constexpr size_t kShards = 64;
  using Map = absl::flat_hash_map<Key, Value>;

  struct alignas(64) Shard {
    std::mutex mutex;
    Map young;
    Map old;
    size_t carried = 0;  // entries young began with; it must at least double before the next turn
  };

  Shard& ShardOf(const Key& key) { return shards_[absl::Hash<Key>{}(key) >> 32 & (kShards - 1)]; }

  void Add(Shard* shard, const Key& key, const Value& value) {
    shard->young.insert_or_assign(key, value);
    if (shard->young.size() < per_generation_ || shard->young.size() < shard->carried * 2) return;
    const uint64_t durable = durable_->load(std::memory_order_acquire);
    Map next;
    for (const auto& [k, v] : shard->old) {
      if (v.group > durable) next.insert_or_assign(k, v);
    }
    shard->old = std::move(shard->young);
    shard->young = std::move(next);
    shard->carried = shard->young.size();
  }

  const std::atomic<uint64_t>* const durable_;
  const size_t per_generation_;
  std::array<Shard, kShards> shards_;
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_KNOWN_CACHE_H_

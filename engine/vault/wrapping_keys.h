#ifndef PHIVEIL_VAULT_WRAPPING_KEYS_H_
#define PHIVEIL_VAULT_WRAPPING_KEYS_H_

// The keys that wrap the data keys of an open vault: one, and while the vault is rotated the one
// before it or the one after it too. A key that was added stays until the vault is closed, so that
// views of it hold. May be used from many threads.

#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/locked_bytes.h"
#include "vault/record.h"

namespace phiveil::vault_internal {

class WrappingKeys {
 public:
  struct Entry {
    KeyId id{};
    std::string_view key;
  };

  WrappingKeys(const KeyId& id, crypto::LockedBytes key) { Add(id, std::move(key), true); }

  // Another key for the same id is not taken.
  void Add(const KeyId& id, crypto::LockedBytes key, bool primary) {
    const std::unique_lock lock(mutex_);
    size_t place = 0;
    while (place < keys_.size() && keys_[place]->first != id) ++place;
    if (place == keys_.size()) keys_.push_back(std::make_unique<Kept>(id, std::move(key)));
    if (primary) primary_ = place;
  }

  // The one that wraps from now on.
  Entry primary() const {
    const std::shared_lock lock(mutex_);
    return {keys_[primary_]->first, keys_[primary_]->second.view()};
  }

  std::optional<Entry> Find(const KeyId& id) const {
    const std::shared_lock lock(mutex_);
    for (const auto& kept : keys_) {
      if (kept->first == id) return Entry{id, kept->second.view()};
    }
    return std::nullopt;
  }

 private:
  using Kept = std::pair<KeyId, crypto::LockedBytes>;
  mutable std::shared_mutex mutex_;
  std::vector<std::unique_ptr<Kept>> keys_;
  size_t primary_ = 0;
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_WRAPPING_KEYS_H_

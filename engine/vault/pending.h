#ifndef PHIVEIL_VAULT_PENDING_H_
#define PHIVEIL_VAULT_PENDING_H_

// What has been inserted into an embedded store and is not yet on disk: the group being written and
// the group open to additions. A group is one write: on disk whole or not at all.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "vault/store.h"

namespace phiveil::vault_internal {

struct WriteGroup {
  uint64_t number = 0;
  size_t bytes = 0;
  uint64_t subjects = 0;
  uint64_t mappings = 0;
  absl::flat_hash_map<std::string, std::string> records;

  bool empty() const { return records.empty(); }
  // In the order of their keys, which halves what RocksDB spends on taking them in.
  std::vector<const std::pair<const std::string, std::string>*> InKeyOrder() const;
};

class Pending {
 public:
  // `number`: of the first group.
  explicit Pending(uint64_t number) : open_(std::make_unique<WriteGroup>()) { open_->number = number; }

  // Claims the keys for the caller, so that no other thread takes them while the store is asked. When
  // one is pending or claimed already, none is claimed and `taken` receives the positions.
  bool Claim(std::span<const StoreRecord> records, std::vector<size_t>* taken);
  void Unclaim(std::span<const StoreRecord> records);

  // Adds what was claimed and releases the claims; the number of the group it was added to.
  uint64_t Add(const Insertion& insertion);

  bool Find(std::string_view key, std::optional<std::string>* value) const;
  // Those whose keys begin with `prefix`.
  std::vector<StoreRecord> FindUnder(std::string_view prefix) const;

  // The group now open, and bytes in it. With nothing in it, the one before.
  uint64_t newest() const;
  uint64_t open_number() const;
  size_t open_bytes() const;

  // Closes the open group and hands it out; it stays visible until Finish. One writer at a time.
  WriteGroup* BeginWrite();
  void Finish();

 private:
  mutable std::mutex mutex_;
  std::unique_ptr<WriteGroup> open_;
  std::unique_ptr<WriteGroup> writing_;
  absl::flat_hash_set<std::string> claimed_;
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_PENDING_H_

#ifndef PHIVEIL_VAULT_ROCKS_STORE_H_
#define PHIVEIL_VAULT_ROCKS_STORE_H_

// Records in a directory: RocksDB, set up for the vault, beside the head that tells whether any of
// it has been lost.

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <memory>
#include <optional>
#include <string>

#include "crypto/file_ops.h"
#include "vault/group_store.h"
#include "vault/vault_head.h"

namespace phiveil::vault_internal {

struct RocksOptions {
  std::string path;  // of the vault
  bool create = true;
  // Without the lock: looks at what is on disk, beside the process that writes to it.
  bool read_only = false;
  size_t cache_bytes = 32u << 20;
  rocksdb::Env* env = nullptr;       // null: the system's
  crypto::FileOps* files = nullptr;  // null: the system's
};

class RocksStore final : public GroupStore {
 public:
  static absl::StatusOr<std::unique_ptr<RocksStore>> Open(const RocksOptions& options);
  ~RocksStore() override;

  absl::Status Start(const Sealer& sealer) override;
  absl::StatusOr<std::unique_ptr<StoreSnapshot>> Snapshot() override;
  absl::Status CheckBytes() override;
  absl::Status Compact() override;

 private:
  RocksStore(std::string path, std::unique_ptr<rocksdb::DB> db, std::optional<VaultHead> head, std::string head_bytes)
      : GroupStore(std::move(path)), db_(std::move(db)), head_(std::move(head)), head_bytes_(std::move(head_bytes)) {}

  absl::Status Read(std::span<const std::string> keys, std::vector<std::optional<std::string>>* values) override;
  absl::Status ReadUnder(std::string_view prefix, std::vector<StoreRecord>* records) override;
  absl::Status WriteOut(std::span<const Write> writes, const Counters& counters) override;
  absl::StatusOr<Counters> ReadCounters(const Sealer& sealer);

  std::unique_ptr<rocksdb::DB> db_;
  std::optional<VaultHead> head_;  // nothing when read only
  std::string head_bytes_;         // as they were when the store was opened
  const Sealer* sealer_ = nullptr;
};

// Makes the directory when there is none; refuses one that is not a vault's or that others may enter.
absl::Status PrepareDirectory(const std::string& path, bool create, crypto::FileOps& files);

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_ROCKS_STORE_H_

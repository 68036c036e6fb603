#ifndef PHIVEIL_VAULT_STORE_H_
#define PHIVEIL_VAULT_STORE_H_

// RocksDB, set up for the vault, with its errors in the vault's words.

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace phiveil::vault_internal {

class Store {
 public:
  // `env`: null for the system's. With `create` a store is made when `folder` holds none.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& folder, bool create, size_t cache_bytes,
                                                     rocksdb::Env* env);
  ~Store();

  // False when there is no such record. `kind` names the record in an error.
  absl::StatusOr<bool> Get(std::string_view key, std::string_view kind, std::string* value) const;

  // Appends the values of all records whose keys begin with `prefix`.
  absl::Status ReadUnder(std::string_view prefix, std::string_view kind, std::vector<std::string>* values) const;

  // All of `batch` or nothing, on stable storage when it returns.
  absl::Status Write(rocksdb::WriteBatch* batch);

 private:
  Store(std::string folder, std::unique_ptr<rocksdb::DB> db) : folder_(std::move(folder)), db_(std::move(db)) {}

  std::string folder_;
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_STORE_H_

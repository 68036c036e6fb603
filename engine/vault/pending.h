#ifndef PHIVEIL_VAULT_PENDING_H_
#define PHIVEIL_VAULT_PENDING_H_

// What has been assigned and is not yet on disk: the group being written and the group open to
// additions. A group is one write batch: on disk whole or not at all.

#include <rocksdb/write_batch.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "phiveil/token.h"

namespace phiveil::vault_internal {

struct WriteGroup {
  uint64_t number = 0;
  size_t bytes = 0;
  std::vector<std::pair<std::string, std::string>> subjects;  // key, record
  std::vector<std::pair<std::string, TokenCode>> index;       // key, code
  absl::flat_hash_map<std::string, std::string> values;       // random part, record

  // All records in the order of their keys, which halves what RocksDB spends on taking them in.
  absl::Status ToBatch(rocksdb::WriteBatch* batch) const;
};

class Pending {
 public:
  // `number`: of the first group.
  explicit Pending(uint64_t number) : open_(std::make_unique<WriteGroup>()) { open_->number = number; }

  // Claims a random part for the caller, so that no other thread takes it while the store is asked.
  // False when it is pending or claimed already.
  bool Claim(const std::string& random);
  void Unclaim(const std::string& random);

  // These return the number of the group they were added to. AddMapping releases the claim.
  uint64_t AddSubject(std::string key, std::string record);
  uint64_t AddMapping(const std::string& random, std::string value_record, std::string index_key,
                      const TokenCode& code);

  bool FindValue(std::string_view random, std::string* record) const;

  // The codes of index records whose keys begin with `prefix`.
  std::vector<std::string> CodesUnder(std::string_view prefix) const;

  // The group now open, and bytes in it.
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

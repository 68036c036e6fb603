#ifndef PHIVEIL_VAULT_PENDING_H_
#define PHIVEIL_VAULT_PENDING_H_

// What has been assigned and is not yet on disk: the group being written and the group open to
// additions. A group is one write batch: on disk whole or not at all.

#include <rocksdb/write_batch.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace phiveil::vault_internal {

struct WriteGroup {
  uint64_t number = 0;
  uint64_t subjects = 0;
  uint64_t mappings = 0;
  rocksdb::WriteBatch batch;
  absl::flat_hash_map<std::string, std::string> values;  // random part -> value record
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
  uint64_t AddSubject(std::string_view key, std::string_view record);
  uint64_t AddMapping(const std::string& random, std::string value_record, std::string_view index_key,
                      std::string_view code);

  bool FindValue(std::string_view random, std::string* record) const;

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

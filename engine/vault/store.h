#ifndef PHIVEIL_VAULT_STORE_H_
#define PHIVEIL_VAULT_STORE_H_

// Where records lie. A store keeps bytes under keys and knows nothing of what they mean; the vault
// above it (SealedVault) knows nothing of how they are kept.
//
//   RocksStore     a directory of one process's own
//   PostgresStore  a database that many processes write to at once
//   ShardStore     one file that only grows
//
// What is inserted is visible to every reader of the store at once, and durable after a Sync of its
// ticket: callers that wait together share one sync. Only the first of two that insert one key gets
// it in; the other is told, and reads what stands there. All methods may be called from many threads.
//
// Codes: UNAVAILABLE in use or out of reach, the device fails; RESOURCE_EXHAUSTED no space;
// DATA_LOSS damage; ALREADY_EXISTS and ABORTED where said.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "vault/sealer.h"

namespace phiveil::vault_internal {

struct StoreRecord {
  std::string key;
  std::string value;
  // The caller has seen that the key is absent, and nothing else in this process can have inserted it
  // since: a store of one process need not look again.
  bool looked = false;
};

// What goes in together, no key twice, with what it adds to the store's account of itself.
struct Insertion {
  std::vector<StoreRecord> records;
  uint64_t subjects = 0;
  uint64_t mappings = 0;
};

// A record that is put, replaced or removed. Nothing happens unless it is as expected before.
struct Change {
  std::string key;
  std::optional<std::string> before;  // nothing: must be absent
  std::optional<std::string> after;   // nothing: removed
};

struct ChangeSet {
  std::vector<Change> changes;
  int64_t subjects = 0;
  int64_t mappings = 0;
};

// The store as it was at one moment.
class StoreSnapshot {
 public:
  using Visitor = std::function<absl::Status(std::string_view key, std::string_view value)>;
  virtual ~StoreSnapshot() = default;
  // All records whose keys begin with `prefix`, in the order of their keys, until an error, which is
  // returned. The visitor may call Get.
  virtual absl::Status ForEach(std::string_view prefix, const Visitor& visit) = 0;
  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key) = 0;
};

class Store {
 public:
  using Ticket = uint64_t;
  virtual ~Store() = default;

  // Says which store in errors; never a password.
  virtual const std::string& name() const = 0;

  // Before anything but Get. The sealer, which outlives the store, authenticates the account that the
  // store keeps of itself: DATA_LOSS when records that were acknowledged are gone.
  virtual absl::Status Start(const Sealer& sealer) = 0;

  // A value or nothing for each key, in order.
  virtual absl::Status Get(std::span<const std::string> keys, std::vector<std::optional<std::string>>* values) = 0;

  // Appends all records whose keys begin with `prefix`, in no order.
  virtual absl::Status GetUnder(std::string_view prefix, std::vector<StoreRecord>* records) = 0;

  // The same, and the value or nothing of `key`: of one moment with them or a later one.
  virtual absl::Status GetUnderWith(std::string_view prefix, const std::string& key, std::vector<StoreRecord>* records,
                                    std::optional<std::string>* value);

  // All records or none. ALREADY_EXISTS when a key is there; `taken` then receives the positions.
  virtual absl::StatusOr<Ticket> Insert(Insertion insertion, std::vector<size_t>* taken) = 0;

  // A ticket that covers everything that has been inserted, by anyone, and seen by Get.
  virtual Ticket Newest() const = 0;

  // Returns when everything up to `ticket` is on stable storage. After an error everything fails.
  virtual absl::Status Sync(Ticket ticket) = 0;
  // The error that everything fails with.
  virtual absl::Status Health() = 0;
  // The last ticket known to be on stable storage.
  virtual const std::atomic<uint64_t>& durable() const = 0;

  // All changes or none, on stable storage when it returns. ABORTED when a record is not as expected.
  virtual absl::Status Apply(const ChangeSet& set) = 0;

  // What is on stable storage, counted over all writers.
  virtual absl::StatusOr<Counters> Totals() = 0;

  virtual absl::StatusOr<std::unique_ptr<StoreSnapshot>> Snapshot() = 0;

  // DATA_LOSS when bytes that no record needs have changed too, as far as the store can tell.
  virtual absl::Status CheckBytes() { return absl::OkStatus(); }

  // Gives space back that records removed or replaced still take.
  virtual absl::Status Compact() = 0;
};

// The value or nothing of one key.
absl::StatusOr<std::optional<std::string>> GetOne(Store& store, std::string key);

// The sum over the writers of one store. Commits are added too; the longest code length holds.
Counters Sum(const Counters& a, const Counters& b);

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_STORE_H_

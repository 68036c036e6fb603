#ifndef PHIVEIL_VAULT_GROUP_STORE_H_
#define PHIVEIL_VAULT_GROUP_STORE_H_

// A store of one process: what is inserted waits in memory until a Sync writes all of it as one
// group. Where the group goes is the derived class's part.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "vault/pending.h"
#include "vault/store.h"

namespace phiveil::vault_internal {

class GroupStore : public Store {
 public:
  const std::string& name() const override { return name_; }
  absl::Status Get(std::span<const std::string> keys, std::vector<std::optional<std::string>>* values) override;
  absl::Status GetUnder(std::string_view prefix, std::vector<StoreRecord>* records) override;
  absl::StatusOr<Ticket> Insert(Insertion insertion, std::vector<size_t>* taken) override;
  Ticket Newest() const override { return pending_.newest(); }
  absl::Status Sync(Ticket ticket) override;
  absl::Status Health() override;
  const std::atomic<uint64_t>& durable() const override { return durable_; }
  absl::Status Apply(const ChangeSet& set) override;
  absl::StatusOr<Counters> Totals() override;

 protected:
  struct Write {
    std::string_view key;
    std::optional<std::string_view> value;  // nothing: removed
  };

  explicit GroupStore(std::string name) : name_(std::move(name)) {}

  // What the store holds already.
  void Begin(const Counters& counters);

  virtual absl::Status Read(std::span<const std::string> keys, std::vector<std::optional<std::string>>* values) = 0;
  virtual absl::Status ReadUnder(std::string_view prefix, std::vector<StoreRecord>* records) = 0;
  // All or nothing, on stable storage when it returns. Keys in order when `sorted`.
  virtual absl::Status WriteOut(std::span<const Write> writes, const Counters& counters) = 0;

 private:
  absl::Status WriteOpenGroup(std::unique_lock<std::mutex>* lock, const ChangeSet* set, absl::Status* unmet);
  absl::Status WriteGroupOut(const WriteGroup& group, const ChangeSet* set, absl::Status* unmet);
  absl::StatusOr<bool> AsExpected(const WriteGroup& group, const ChangeSet& set);

  const std::string name_;
  Pending pending_{1};
  std::atomic<uint64_t> durable_{0};

  std::mutex mutex_;
  std::condition_variable written_;
  bool writing_ = false;  // under mutex_, as are the next two
  absl::Status broken_;
  Counters counters_;  // on disk
  std::atomic<bool> is_broken_{false};
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_GROUP_STORE_H_

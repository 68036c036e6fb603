#ifndef PHIVEIL_VAULT_POSTGRES_STORE_H_
#define PHIVEIL_VAULT_POSTGRES_STORE_H_

// Records in a table of a database, for any number of processes at once: docs/formats/vault.md.
//
// The table's primary key decides who inserted a key first. An Insert is one statement, committed
// without waiting for the disk and seen by everyone; a Sync is one commit that does wait, and with it
// the server's log up to there is on the disk. Each connection keeps an account of its own in a slot
// that it holds by an advisory lock, written in the same statement as what it counts, so that no two
// connections wait for each other and records that vanish are missed.
//
// A connection that is lost is made anew, with a bounded number of tries, as long as nothing waits
// for its Sync. Otherwise what was given out may have been lost with the server, and the store fails.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "vault/pg_connection.h"
#include "vault/store.h"

namespace phiveil::vault_internal {

inline bool IsPostgresUrl(std::string_view path) {
  return path.starts_with("postgresql://") || path.starts_with("postgres://");
}
// Without user, password and settings.
inline std::string PostgresName(const std::string& url) { return PgConnection::NameOf(url); }

class PostgresStore final : public Store {
 public:
  // With `create` the tables are made when they are not there; NOT_FOUND without.
  static absl::StatusOr<std::unique_ptr<PostgresStore>> Open(const std::string& url, bool create);

  const std::string& name() const override { return name_; }
  absl::Status Start(const Sealer& sealer) override;
  absl::Status Get(std::span<const std::string> keys, std::vector<std::optional<std::string>>* values) override;
  absl::Status GetUnder(std::string_view prefix, std::vector<StoreRecord>* records) override;
  absl::Status GetUnderWith(std::string_view prefix, const std::string& key, std::vector<StoreRecord>* records,
                            std::optional<std::string>* value) override;
  absl::StatusOr<Ticket> Insert(Insertion insertion, std::vector<size_t>* taken) override;
  Ticket Newest() const override { return newest_.fetch_add(1) + 1; }
  absl::Status Sync(Ticket ticket) override;
  absl::Status Health() override;
  const std::atomic<uint64_t>& durable() const override { return durable_; }
  absl::Status Apply(const ChangeSet& set) override;
  absl::StatusOr<Counters> Totals() override;
  absl::StatusOr<std::unique_ptr<StoreSnapshot>> Snapshot() override;
  absl::Status Compact() override;

 private:
  struct Worker {
    std::unique_ptr<PgConnection> connection;
    bool has_slot = false;
    uint32_t slot = 0;
    Counters counters;
  };
  using Work = std::function<absl::Status(Worker&)>;

  PostgresStore(std::string url, std::string name) : url_(std::move(url)), name_(std::move(name)) {}

  absl::StatusOr<std::unique_ptr<Worker>> Connect();
  absl::StatusOr<std::unique_ptr<Worker>> Borrow();
  void Return(std::unique_ptr<Worker> worker);
  absl::Status With(const Work& work);
  absl::Status MakeTables(Worker& worker, bool create);
  absl::Status TakeSlot(Worker& worker);
  absl::Status InsertOn(Worker& worker, const std::vector<std::string>& keys, const std::vector<std::string>& values,
                        const Insertion& insertion);
  absl::Status ApplyOn(Worker& worker, const ChangeSet& set);
  absl::Status ChangeIn(Worker& worker, const ChangeSet& set, Counters* counters);
  absl::Status Break(const absl::Status& status);

  const std::string url_;
  const std::string name_;
  const Sealer* sealer_ = nullptr;
  std::string sync_setting_ = "on";

  std::mutex pool_mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Worker>> idle_;
  size_t connections_ = 0;

  mutable std::atomic<uint64_t> newest_{0};
  std::atomic<uint64_t> durable_{0};
  std::mutex sync_mutex_;
  std::condition_variable synced_;
  bool syncing_ = false;  // under sync_mutex_, as is the next
  absl::Status broken_;
  std::atomic<bool> is_broken_{false};
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_POSTGRES_STORE_H_

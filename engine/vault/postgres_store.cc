#include "vault/postgres_store.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <thread>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "vault/code_source.h"

namespace phiveil::vault_internal {
namespace {

constexpr size_t kMaxConnections = 8;
constexpr int kTries = 4;
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr int32_t kSchema = 1;

constexpr char kGet[] = "SELECT key, value FROM phiveil_records WHERE key = ANY($1::bytea[])";
constexpr char kGetUnder[] =
    "SELECT key, value FROM phiveil_records WHERE key >= $1::bytea AND ($2::bytea = '' OR key < $2::bytea)";
constexpr char kGetUnderWith[] =
    "SELECT key, value FROM phiveil_records WHERE (key >= $1::bytea AND key < $2::bytea) OR key = $3::bytea ORDER BY "
    "key";
constexpr char kInsert[] =
    "WITH counted AS (INSERT INTO phiveil_records VALUES ($3::bytea, $4::bytea)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value)"
    " INSERT INTO phiveil_records SELECT * FROM unnest($1::bytea[], $2::bytea[])";
// Records are only ever looked for by key, whatever a table without statistics makes the server guess.
constexpr char kSettings[] = "SET synchronous_commit TO off; SET enable_seqscan TO off";
// Waits for the server's log up to here. The message is there for the log to have something to hold.
constexpr char kSync[] = "SELECT pg_logical_emit_message(true, 'phiveil', '')";
constexpr char kCounters[] = "SELECT key, value FROM phiveil_records WHERE key >= '\\x63' AND key < '\\x64'";

constexpr char kTables[] =
    "BEGIN; SELECT pg_advisory_xact_lock(7234871365);"
    "CREATE TABLE IF NOT EXISTS phiveil_records (key bytea PRIMARY KEY, value bytea NOT NULL);"
    "ALTER TABLE phiveil_records ALTER COLUMN value SET STORAGE EXTERNAL;"
    "CREATE TABLE IF NOT EXISTS phiveil_schema (version integer NOT NULL);"
    "INSERT INTO phiveil_schema SELECT 1 WHERE NOT EXISTS (SELECT FROM phiveil_schema);"
    "COMMIT";

// The first key after all that begin with `prefix`; empty when there is none.
std::string After(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

class PostgresSnapshot final : public StoreSnapshot {
 public:
  explicit PostgresSnapshot(std::unique_ptr<PgConnection> connection) : connection_(std::move(connection)) {}

  absl::Status ForEach(std::string_view prefix, const Visitor& visit) override {
    const std::string cursor = Concat("phiveil_", next_++), end = After(prefix);
    const std::vector<std::string> range = {std::string(prefix), end};
    const std::string declare = Concat(
        "DECLARE ", cursor, " NO SCROLL CURSOR FOR SELECT key, value FROM phiveil_records WHERE key >= $1::bytea",
        " AND ($2::bytea = '' OR key < $2::bytea) ORDER BY key");
    PHIVEIL_RETURN_IF_ERROR(connection_->Run(declare.c_str(), range).status());
    const std::string fetch = Concat("FETCH 1000 FROM ", cursor);
    while (true) {
      PHIVEIL_ASSIGN_OR_RETURN(const PgResult result, connection_->Run(fetch.c_str()));
      for (int i = 0; i < result.rows(); ++i) PHIVEIL_RETURN_IF_ERROR(visit(result.at(i, 0), result.at(i, 1)));
      if (result.rows() == 0) return connection_->RunScript(Concat("CLOSE ", cursor));
    }
  }

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override {
    const std::string wanted(key);
    const std::string parameter = PgArray({&wanted, 1});
    PHIVEIL_ASSIGN_OR_RETURN(const PgResult result, connection_->RunPrepared(kGet, {&parameter, 1}));
    if (result.rows() == 0) return std::nullopt;
    return std::string(result.at(0, 1));
  }

 private:
  const std::unique_ptr<PgConnection> connection_;
  int next_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresStore>> PostgresStore::Open(const std::string& url, bool create) {
  std::unique_ptr<PostgresStore> store(new PostgresStore(url, PostgresName(url)));
  PHIVEIL_RETURN_IF_ERROR(store->With([&](Worker& worker) { return store->MakeTables(worker, create); }));
  return store;
}

absl::Status PostgresStore::MakeTables(Worker& worker, bool create) {
  constexpr char kThere[] = "SELECT 1 WHERE to_regclass('phiveil_schema') IS NOT NULL";
  PHIVEIL_ASSIGN_OR_RETURN(const PgResult there, worker.connection->Run(kThere));
  if (there.rows() == 0 && !create) return absl::NotFoundError(Concat(name_, ": there is no vault"));
  if (there.rows() == 0) PHIVEIL_RETURN_IF_ERROR(worker.connection->RunScript(kTables));
  PHIVEIL_ASSIGN_OR_RETURN(const PgResult version, worker.connection->Run("SELECT version FROM phiveil_schema"));
  if (version.rows() == 1 && version.Int(0, 0) == kSchema) return absl::OkStatus();
  return absl::FailedPreconditionError(
      Concat(name_, ": the tables are of another version; this build reads version 1"));
}

absl::StatusOr<std::unique_ptr<PostgresStore::Worker>> PostgresStore::Connect() {
  auto worker = std::make_unique<Worker>();
  absl::Status status;
  for (int i = 0; i < kTries; ++i) {
    if (i > 0) std::this_thread::sleep_for(kFirstPause * (1 << (2 * i)));
    auto connection = PgConnection::Connect(url_);
    if (connection.ok()) {
      worker->connection = *std::move(connection);
      // The server's own choice of how much a commit waits for holds for a Sync, but at least its disk.
      PHIVEIL_ASSIGN_OR_RETURN(const PgResult setting, worker->connection->Run("SHOW synchronous_commit"));
      const std::string_view given = setting.at(0, 0);
      const bool waits_more = given == "remote_apply" || given == "remote_write" || given == "on" || given == "local";
      PHIVEIL_RETURN_IF_ERROR(worker->connection->RunScript(kSettings));
      const std::lock_guard lock(sync_mutex_);
      sync_setting_ = waits_more ? std::string(given) : "on";
      return worker;
    }
    status = connection.status();
    if (!absl::IsUnavailable(status)) break;
  }
  return status;
}

absl::StatusOr<std::unique_ptr<PostgresStore::Worker>> PostgresStore::Borrow() {
  {
    std::unique_lock lock(pool_mutex_);
    returned_.wait(lock, [&] { return !idle_.empty() || connections_ < kMaxConnections; });
    if (!idle_.empty()) {
      auto worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
    ++connections_;
  }
  auto worker = Connect();
  if (!worker.ok()) {
    const std::lock_guard lock(pool_mutex_);
    --connections_;
    returned_.notify_one();
  }
  return worker;
}

void PostgresStore::Return(std::unique_ptr<Worker> worker) {
  const std::lock_guard lock(pool_mutex_);
  if (worker->connection->alive()) {
    idle_.push_back(std::move(worker));
  } else {
    --connections_;
  }
  returned_.notify_one();
}

absl::Status PostgresStore::Break(const absl::Status& status) {
  const std::lock_guard lock(sync_mutex_);
  if (broken_.ok()) broken_ = status;
  is_broken_.store(true, std::memory_order_release);
  synced_.notify_all();
  return broken_;
}

// Runs `work` on a connection; again where it is safe: after other transactions were in the way, and
// after the connection was lost while nothing waited for a Sync. `work` may then run twice to its end.
absl::Status PostgresStore::With(const Work& work) {
  absl::Status status;
  for (int i = 0; i < kTries; ++i) {
    PHIVEIL_RETURN_IF_ERROR(Health());
    PHIVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Worker> worker, Borrow());
    status = work(*worker);
    const bool lost = !worker->connection->alive();
    Return(std::move(worker));
    if (!lost && !absl::IsAborted(status)) return status;
    if (!lost) continue;
    {
      // The others of the pool went with it, as far as can be known.
      const std::lock_guard lock(pool_mutex_);
      connections_ -= idle_.size();
      idle_.clear();
    }
    if (newest_.load() > durable_.load()) {
      return Break(absl::UnavailableError(
          Concat(name_, ": the connection was lost before a commit; open the vault again and repeat what was not",
                 " committed")));
    }
  }
  return status;
}

absl::Status PostgresStore::TakeSlot(Worker& worker) {
  if (worker.has_slot) return absl::OkStatus();
  if (sealer_ == nullptr) return absl::FailedPreconditionError(Concat(name_, ": not started"));
  constexpr char kTake[] =
      "SELECT n FROM generate_series(0, 65535) AS n WHERE pg_try_advisory_lock($1::integer, n) LIMIT 1";
  // Of this vault: several may live in one database.
  const std::string family(sealer_->vault_id().data(), 4);
  PHIVEIL_ASSIGN_OR_RETURN(const PgResult taken, worker.connection->Run(kTake, {&family, 1}));
  if (taken.rows() != 1) return absl::ResourceExhaustedError(Concat(name_, ": 65,536 connections write already"));
  worker.slot = static_cast<uint32_t>(taken.Int(0, 0));
  const std::string key = CountersKey(worker.slot), parameter = PgArray({&key, 1});
  PHIVEIL_ASSIGN_OR_RETURN(const PgResult row, worker.connection->RunPrepared(kGet, {&parameter, 1}));
  worker.counters = Counters{};
  worker.counters.code_length = CodeLength(0, 0);
  if (row.rows() == 1) {
    PHIVEIL_ASSIGN_OR_RETURN(worker.counters, sealer_->OpenCounters(worker.slot, row.at(0, 1)));
  }
  worker.has_slot = true;
  return absl::OkStatus();
}

absl::Status PostgresStore::Start(const Sealer& sealer) {
  sealer_ = &sealer;
  return absl::OkStatus();
}

absl::Status PostgresStore::Get(std::span<const std::string> keys, std::vector<std::optional<std::string>>* values) {
  values->assign(keys.size(), std::nullopt);
  const std::string parameter = PgArray(keys);
  return With([&](Worker& worker) -> absl::Status {
    PHIVEIL_ASSIGN_OR_RETURN(const PgResult result, worker.connection->RunPrepared(kGet, {&parameter, 1}));
    std::map<std::string_view, std::string_view> found;
    for (int i = 0; i < result.rows(); ++i) found.emplace(result.at(i, 0), result.at(i, 1));
    for (size_t i = 0; i < keys.size(); ++i) {
      if (const auto it = found.find(keys[i]); it != found.end()) (*values)[i] = std::string(it->second);
    }
    return absl::OkStatus();
  });
}

absl::Status PostgresStore::GetUnder(std::string_view prefix, std::vector<StoreRecord>* records) {
  const std::vector<std::string> range = {std::string(prefix), After(prefix)};
  return With([&](Worker& worker) -> absl::Status {
    PHIVEIL_ASSIGN_OR_RETURN(const PgResult result, worker.connection->RunPrepared(kGetUnder, range));
    for (int i = 0; i < result.rows(); ++i) {
      records->push_back({std::string(result.at(i, 0)), std::string(result.at(i, 1))});
    }
    return absl::OkStatus();
  });
}

absl::Status PostgresStore::GetUnderWith(std::string_view prefix, const std::string& key,
                                         std::vector<StoreRecord>* records, std::optional<std::string>* value) {
  const std::vector<std::string> parameters = {std::string(prefix), After(prefix), key};
  return With([&](Worker& worker) -> absl::Status {
    PHIVEIL_ASSIGN_OR_RETURN(const PgResult result, worker.connection->RunPrepared(kGetUnderWith, parameters));
    records->clear();
    value->reset();
    for (int i = 0; i < result.rows(); ++i) {
      if (result.at(i, 0) == key) {
        *value = std::string(result.at(i, 1));
      } else {
        records->push_back({std::string(result.at(i, 0)), std::string(result.at(i, 1))});
      }
    }
    return absl::OkStatus();
  });
}

absl::Status PostgresStore::InsertOn(Worker& worker, const std::vector<std::string>& keys,
                                     const std::vector<std::string>& values, const Insertion& insertion) {
  PHIVEIL_RETURN_IF_ERROR(TakeSlot(worker));
  Counters counters = worker.counters;
  ++counters.commits;
  counters.subjects += insertion.subjects;
  counters.mappings += insertion.mappings;
  counters.code_length = CodeLength(counters.mappings, counters.code_length);
  PHIVEIL_ASSIGN_OR_RETURN(std::string record, sealer_->SealCounters(worker.slot, counters));
  const std::vector<std::string> parameters = {PgArray(keys), PgArray(values), CountersKey(worker.slot),
                                               std::move(record)};
  PHIVEIL_RETURN_IF_ERROR(worker.connection->RunPrepared(kInsert, parameters).status());
  worker.counters = counters;
  return absl::OkStatus();
}

absl::StatusOr<Store::Ticket> PostgresStore::Insert(Insertion insertion, std::vector<size_t>* taken) {
  taken->clear();
  // In the order of their keys: two that insert the same then wait for each other in one direction only.
  std::vector<size_t> order(insertion.records.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return insertion.records[a].key < insertion.records[b].key; });
  std::vector<std::string> keys, values;
  for (size_t i : order) {
    keys.push_back(std::move(insertion.records[i].key));
    values.push_back(std::move(insertion.records[i].value));
  }
  const absl::Status inserted = With([&](Worker& worker) { return InsertOn(worker, keys, values, insertion); });
  if (inserted.ok()) return newest_.fetch_add(1) + 1;
  if (!absl::IsAlreadyExists(inserted)) return inserted;
  std::vector<std::optional<std::string>> stored;
  PHIVEIL_RETURN_IF_ERROR(Get(keys, &stored));
  bool ours = true;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (stored[i]) taken->push_back(order[i]);
    ours = ours && stored[i] == values[i];
  }
  std::sort(taken->begin(), taken->end());
  // The first try got through, and the connection was lost before its answer came.
  if (ours) return newest_.fetch_add(1) + 1;
  return inserted;
}

absl::Status PostgresStore::Sync(Ticket ticket) {
  std::unique_lock lock(sync_mutex_);
  if (ticket > newest_.load()) return absl::InvalidArgumentError("a ticket this vault has not given");
  while (broken_.ok() && ticket > durable_.load(std::memory_order_relaxed)) {
    if (syncing_) {
      synced_.wait(lock);
      continue;
    }
    syncing_ = true;
    const uint64_t covered = newest_.load();
    const std::string script =
        Concat("BEGIN; SET LOCAL synchronous_commit TO ", sync_setting_, "; ", kSync, "; COMMIT");
    lock.unlock();
    const absl::Status status = With([&](Worker& worker) { return worker.connection->RunScript(script); });
    lock.lock();
    syncing_ = false;
    if (status.ok()) durable_.store(covered, std::memory_order_release);
    if (!status.ok() && broken_.ok()) broken_ = status;
    if (!status.ok()) is_broken_.store(true, std::memory_order_release);
    synced_.notify_all();
  }
  return broken_;
}

absl::Status PostgresStore::Health() {
  if (!is_broken_.load(std::memory_order_acquire)) return absl::OkStatus();
  const std::lock_guard lock(sync_mutex_);
  return broken_;
}

absl::Status PostgresStore::Apply(const ChangeSet& set) {
  return With([&](Worker& worker) { return ApplyOn(worker, set); });
}

absl::Status PostgresStore::ApplyOn(Worker& worker, const ChangeSet& set) {
  std::string begin;
  {
    const std::lock_guard lock(sync_mutex_);
    begin = Concat("BEGIN; SET LOCAL synchronous_commit TO ", sync_setting_);
  }
  PHIVEIL_RETURN_IF_ERROR(worker.connection->RunScript(begin));
  Counters counters = worker.counters;
  absl::Status status = ChangeIn(worker, set, &counters);
  if (status.ok()) status = worker.connection->RunScript("COMMIT");
  if (status.ok()) {
    worker.counters = counters;
    return status;
  }
  if (worker.connection->alive()) worker.connection->RunScript("ROLLBACK").IgnoreError();
  // Who lost a race for an absent key sees the same as who came after it.
  if (absl::IsAlreadyExists(status)) return absl::AbortedError(status.message());
  return status;
}

absl::Status PostgresStore::ChangeIn(Worker& worker, const ChangeSet& set, Counters* counters) {
  std::vector<std::string> keys, removed, put_keys, put_values, new_keys, new_values;
  for (const Change& change : set.changes) {
    keys.push_back(change.key);
    if (!change.after) {
      removed.push_back(change.key);
    } else {
      (change.before ? put_keys : new_keys).push_back(change.key);
      (change.before ? put_values : new_values).push_back(*change.after);
    }
  }
  const auto makes_vault = [](const Change& change) { return change.key == MetaKey() && !change.before; };
  if (std::any_of(set.changes.begin(), set.changes.end(), makes_vault)) {
    PHIVEIL_RETURN_IF_ERROR(worker.connection->RunScript("SELECT pg_advisory_xact_lock(7234871366)"));
  }
  const std::string all = PgArray(keys);
  PHIVEIL_ASSIGN_OR_RETURN(
      const PgResult stored,
      worker.connection->Run(
          "SELECT key, value FROM phiveil_records WHERE key = ANY($1::bytea[]) ORDER BY key FOR UPDATE", {&all, 1}));
  std::map<std::string_view, std::string_view> found;
  for (int i = 0; i < stored.rows(); ++i) found.emplace(stored.at(i, 0), stored.at(i, 1));
  for (const Change& change : set.changes) {
    const auto it = found.find(change.key);
    const bool as_expected = it == found.end() ? !change.before : change.before == it->second;
    if (!as_expected) return absl::AbortedError(Concat(name_, ": a record is not as it was expected"));
  }
  // Not before: of those that make one vault at once, all but the first have the wrong keys.
  PHIVEIL_RETURN_IF_ERROR(TakeSlot(worker));
  *counters = worker.counters;
  ++counters->commits;
  counters->subjects += static_cast<uint64_t>(set.subjects);
  counters->mappings += static_cast<uint64_t>(set.mappings);
  counters->code_length = CodeLength(counters->mappings, counters->code_length);
  PHIVEIL_ASSIGN_OR_RETURN(std::string record, sealer_->SealCounters(worker.slot, *counters));
  const std::vector<std::string> inserted = {PgArray(new_keys), PgArray(new_values), CountersKey(worker.slot),
                                             std::move(record)};
  const std::vector<std::string> updated = {PgArray(put_keys), PgArray(put_values)};
  const std::string gone = PgArray(removed);
  PHIVEIL_RETURN_IF_ERROR(worker.connection->RunPrepared(kInsert, inserted).status());
  PHIVEIL_RETURN_IF_ERROR(
      worker.connection
          ->Run("UPDATE phiveil_records AS r SET value = u.value FROM unnest($1::bytea[], $2::bytea[]) AS u(key, value)"
                " WHERE r.key = u.key",
                updated)
          .status());
  return worker.connection->Run("DELETE FROM phiveil_records WHERE key = ANY($1::bytea[])", {&gone, 1}).status();
}

absl::StatusOr<Counters> PostgresStore::Totals() {
  Counters sum;
  const absl::Status status = With([&](Worker& worker) -> absl::Status {
    sum = Counters{};
    PHIVEIL_ASSIGN_OR_RETURN(const PgResult rows, worker.connection->Run(kCounters));
    for (int i = 0; i < rows.rows(); ++i) {
      if (rows.at(i, 0).size() != 5) return absl::DataLossError("counters record is damaged");
      const uint32_t slot = GetFixed32(rows.at(i, 0).substr(1));
      PHIVEIL_ASSIGN_OR_RETURN(const Counters counters, sealer_->OpenCounters(slot, rows.at(i, 1)));
      sum = Sum(sum, counters);
    }
    return absl::OkStatus();
  });
  PHIVEIL_RETURN_IF_ERROR(status);
  sum.code_length = std::max(sum.code_length, CodeLength(sum.mappings, 0));
  return sum;
}

absl::StatusOr<std::unique_ptr<StoreSnapshot>> PostgresStore::Snapshot() {
  PHIVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Worker> worker, Connect());
  // The snapshot is the first statement's.
  PHIVEIL_RETURN_IF_ERROR(worker->connection->RunScript("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1"));
  return std::make_unique<PostgresSnapshot>(std::move(worker->connection));
}

absl::Status PostgresStore::Compact() {
  return With([&](Worker& worker) { return worker.connection->RunScript("VACUUM (ANALYZE) phiveil_records"); });
}

}  // namespace phiveil::vault_internal

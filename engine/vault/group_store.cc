#include "vault/group_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "vault/code_source.h"

namespace phiveil::vault_internal {
namespace {

// Beyond this an Insert writes the group itself, so that a caller who never commits is bounded.
constexpr size_t kMaxOpenBytes = 8u << 20;

}  // namespace

void GroupStore::Begin(const Counters& counters) {
  const std::lock_guard lock(mutex_);
  counters_ = counters;
}

absl::Status GroupStore::Get(std::span<const std::string> keys, std::vector<std::optional<std::string>>* values) {
  // In this order: a group leaves Pending only after it is in the store.
  values->assign(keys.size(), std::nullopt);
  std::vector<std::string> missing;
  std::vector<size_t> places;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (pending_.Find(keys[i], &(*values)[i])) continue;
    missing.push_back(keys[i]);
    places.push_back(i);
  }
  if (missing.empty()) return absl::OkStatus();
  std::vector<std::optional<std::string>> stored;
  PHIVEIL_RETURN_IF_ERROR(Read(missing, &stored));
  for (size_t i = 0; i < places.size(); ++i) (*values)[places[i]] = std::move(stored[i]);
  return absl::OkStatus();
}

absl::Status GroupStore::GetUnder(std::string_view prefix, std::vector<StoreRecord>* records) {
  // In this order: a group leaves Pending only after it is in the store.
  std::vector<StoreRecord> waiting = pending_.FindUnder(prefix), stored;
  PHIVEIL_RETURN_IF_ERROR(ReadUnder(prefix, &stored));
  absl::flat_hash_set<std::string_view> seen;
  for (const StoreRecord& record : waiting) seen.insert(record.key);
  for (StoreRecord& record : stored) {
    if (!seen.contains(record.key)) records->push_back(std::move(record));
  }
  records->insert(records->end(), std::make_move_iterator(waiting.begin()), std::make_move_iterator(waiting.end()));
  return absl::OkStatus();
}

absl::StatusOr<Store::Ticket> GroupStore::Insert(Insertion insertion, std::vector<size_t>* taken) {
  PHIVEIL_RETURN_IF_ERROR(Health());
  taken->clear();
  if (!pending_.Claim(insertion.records, taken)) return absl::AlreadyExistsError("taken");
  std::vector<std::string> keys;
  std::vector<size_t> places;
  for (size_t i = 0; i < insertion.records.size(); ++i) {
    if (insertion.records[i].looked) continue;
    keys.push_back(insertion.records[i].key);
    places.push_back(i);
  }
  std::vector<std::optional<std::string>> stored;
  const absl::Status read = Read(keys, &stored);
  for (size_t i = 0; read.ok() && i < stored.size(); ++i) {
    if (stored[i]) taken->push_back(places[i]);
  }
  if (!read.ok() || !taken->empty()) {
    pending_.Unclaim(insertion.records);
    return read.ok() ? absl::AlreadyExistsError("taken") : read;
  }
  const Ticket ticket = pending_.Add(std::move(insertion));
  if (pending_.open_bytes() > kMaxOpenBytes) PHIVEIL_RETURN_IF_ERROR(Sync(ticket));
  return ticket;
}

absl::Status GroupStore::Sync(Ticket ticket) {
  if (ticket <= durable_.load(std::memory_order_acquire)) return Health();
  std::unique_lock lock(mutex_);
  if (ticket > pending_.open_number()) return absl::InvalidArgumentError("a ticket this vault has not given");
  while (broken_.ok() && ticket > durable_.load(std::memory_order_relaxed)) {
    if (writing_) {
      written_.wait(lock);
      continue;
    }
    absl::Status unmet;
    const absl::Status status = WriteOpenGroup(&lock, nullptr, &unmet);
    if (!status.ok()) return status;
  }
  return broken_;
}

absl::Status GroupStore::Apply(const ChangeSet& set) {
  std::unique_lock lock(mutex_);
  written_.wait(lock, [&] { return !writing_; });
  if (!broken_.ok()) return broken_;
  absl::Status unmet;
  const absl::Status status = WriteOpenGroup(&lock, &set, &unmet);
  return status.ok() ? unmet : status;
}

// Nobody else is writing. The lock is given up while the group goes out.
absl::Status GroupStore::WriteOpenGroup(std::unique_lock<std::mutex>* lock, const ChangeSet* set, absl::Status* unmet) {
  writing_ = true;
  WriteGroup* const group = pending_.BeginWrite();
  lock->unlock();
  const absl::Status status = WriteGroupOut(*group, set, unmet);
  lock->lock();
  writing_ = false;
  if (status.ok()) {
    durable_.store(group->number, std::memory_order_release);
    pending_.Finish();
  } else {
    broken_ = status;
    is_broken_.store(true, std::memory_order_release);
  }
  written_.notify_all();
  return status;
}

absl::StatusOr<bool> GroupStore::AsExpected(const WriteGroup& group, const ChangeSet& set) {
  std::vector<std::string> keys;
  for (const Change& change : set.changes) keys.push_back(change.key);
  std::vector<std::optional<std::string>> stored;
  PHIVEIL_RETURN_IF_ERROR(Read(keys, &stored));
  for (size_t i = 0; i < keys.size(); ++i) {
    if (const auto it = group.records.find(keys[i]); it != group.records.end()) stored[i] = it->second;
    if (stored[i] != set.changes[i].before) return false;
  }
  return true;
}

// Only the one thread with `writing_` set is in here, so counters_ may be read without the lock.
absl::Status GroupStore::WriteGroupOut(const WriteGroup& group, const ChangeSet* set, absl::Status* unmet) {
  if (set != nullptr) {
    PHIVEIL_ASSIGN_OR_RETURN(const bool expected, AsExpected(group, *set));
    if (!expected) {
      *unmet = absl::AbortedError(Concat(name_, ": a record is not as it was expected"));
      set = nullptr;
    }
  }
  Counters counters = counters_;
  ++counters.commits;
  counters.subjects += group.subjects;
  counters.mappings += group.mappings;
  std::vector<Write> writes;
  writes.reserve(group.records.size());
  for (const auto* record : group.InKeyOrder()) writes.push_back({record->first, record->second});
  if (set != nullptr) {
    counters.subjects += static_cast<uint64_t>(set->subjects);
    counters.mappings += static_cast<uint64_t>(set->mappings);
    for (const Change& change : set->changes) {
      writes.push_back({change.key, change.after ? std::optional<std::string_view>(*change.after) : std::nullopt});
    }
  }
  counters.code_length = CodeLength(counters.mappings, counters.code_length);
  if (!writes.empty()) PHIVEIL_RETURN_IF_ERROR(WriteOut(writes, counters));
  const std::lock_guard lock(mutex_);
  if (!writes.empty()) counters_ = counters;
  return absl::OkStatus();
}

absl::Status GroupStore::Health() {
  if (!is_broken_.load(std::memory_order_acquire)) return absl::OkStatus();
  const std::lock_guard lock(mutex_);
  return broken_;
}

absl::StatusOr<Counters> GroupStore::Totals() {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace phiveil::vault_internal

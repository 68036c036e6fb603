#include "vault/pending.h"

#include <algorithm>
#include <utility>

namespace phiveil::vault_internal {

std::vector<const std::pair<const std::string, std::string>*> WriteGroup::InKeyOrder() const {
  std::vector<const std::pair<const std::string, std::string>*> sorted;
  sorted.reserve(records.size());
  for (const auto& record : records) sorted.push_back(&record);
  std::sort(sorted.begin(), sorted.end(), [](auto a, auto b) { return a->first < b->first; });
  return sorted;
}

bool Pending::Claim(std::span<const StoreRecord> records, std::vector<size_t>* taken) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < records.size(); ++i) {
    const std::string& key = records[i].key;
    if (claimed_.contains(key) || open_->records.contains(key) || (writing_ && writing_->records.contains(key))) {
      taken->push_back(i);
    }
  }
  if (!taken->empty()) return false;
  for (const StoreRecord& record : records) claimed_.insert(record.key);
  return true;
}

void Pending::Unclaim(std::span<const StoreRecord> records) {
  const std::lock_guard lock(mutex_);
  for (const StoreRecord& record : records) claimed_.erase(record.key);
}

uint64_t Pending::Add(const Insertion& insertion) {
  const std::lock_guard lock(mutex_);
  for (const StoreRecord& record : insertion.records) {
    open_->bytes += record.key.size() + record.value.size();
    open_->records.insert_or_assign(record.key, record.value);
    claimed_.erase(record.key);
  }
  open_->subjects += insertion.subjects;
  open_->mappings += insertion.mappings;
  return open_->number;
}

bool Pending::Find(std::string_view key, std::optional<std::string>* value) const {
  const absl::string_view name(key.data(), key.size());
  const std::lock_guard lock(mutex_);
  for (const WriteGroup* group : {open_.get(), writing_.get()}) {
    if (group == nullptr) continue;
    if (const auto it = group->records.find(name); it != group->records.end()) {
      *value = it->second;
      return true;
    }
  }
  return false;
}

std::vector<StoreRecord> Pending::FindUnder(std::string_view prefix) const {
  std::vector<StoreRecord> found;
  const std::lock_guard lock(mutex_);
  for (const WriteGroup* group : {open_.get(), writing_.get()}) {
    if (group == nullptr) continue;
    for (const auto& [key, value] : group->records) {
      if (key.starts_with(prefix)) found.push_back({key, value});
    }
  }
  return found;
}

uint64_t Pending::newest() const {
  const std::lock_guard lock(mutex_);
  return open_->empty() ? open_->number - 1 : open_->number;
}

uint64_t Pending::open_number() const {
  const std::lock_guard lock(mutex_);
  return open_->number;
}

size_t Pending::open_bytes() const {
  const std::lock_guard lock(mutex_);
  return open_->bytes;
}

WriteGroup* Pending::BeginWrite() {
  auto next = std::make_unique<WriteGroup>();
  const std::lock_guard lock(mutex_);
  next->number = open_->number + 1;
  writing_ = std::exchange(open_, std::move(next));
  return writing_.get();
}

void Pending::Finish() {
  std::unique_ptr<WriteGroup> done;  // freed outside the lock
  const std::lock_guard lock(mutex_);
  done = std::move(writing_);
}

}  // namespace phiveil::vault_internal

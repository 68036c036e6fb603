#include "vault/pending.h"

#include <utility>

#include "vault/record.h"

namespace phiveil::vault_internal {
namespace {

rocksdb::Slice ToSlice(std::string_view s) { return {s.data(), s.size()}; }

// Without a comparator RocksDB's batches cannot fail: Put only appends.
void Put(WriteGroup* group, std::string_view key, std::string_view value) {
  group->batch.Put(ToSlice(key), ToSlice(value)).PermitUncheckedError();
}

}  // namespace

bool Pending::Claim(const std::string& random) {
  const std::lock_guard lock(mutex_);
  if (open_->values.contains(random) || (writing_ && writing_->values.contains(random))) return false;
  return claimed_.insert(random).second;
}

void Pending::Unclaim(const std::string& random) {
  const std::lock_guard lock(mutex_);
  claimed_.erase(random);
}

uint64_t Pending::AddSubject(std::string_view key, std::string_view record) {
  const std::lock_guard lock(mutex_);
  Put(open_.get(), key, record);
  ++open_->subjects;
  return open_->number;
}

uint64_t Pending::AddMapping(const std::string& random, std::string value_record, std::string_view index_key,
                             std::string_view code) {
  const std::string value_key = ValueKey(random);
  const std::lock_guard lock(mutex_);
  Put(open_.get(), value_key, value_record);
  Put(open_.get(), index_key, code);
  open_->values.emplace(random, std::move(value_record));
  claimed_.erase(random);
  ++open_->mappings;
  return open_->number;
}

bool Pending::FindValue(std::string_view random, std::string* record) const {
  const absl::string_view key(random.data(), random.size());
  const std::lock_guard lock(mutex_);
  for (const WriteGroup* group : {open_.get(), writing_.get()}) {
    if (group == nullptr) continue;
    if (const auto it = group->values.find(key); it != group->values.end()) {
      *record = it->second;
      return true;
    }
  }
  return false;
}

uint64_t Pending::open_number() const {
  const std::lock_guard lock(mutex_);
  return open_->number;
}

size_t Pending::open_bytes() const {
  const std::lock_guard lock(mutex_);
  return open_->batch.GetDataSize();
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

#include "vault/pending.h"

#include <algorithm>
#include <utility>

#include "vault/record.h"

namespace phiveil::vault_internal {
namespace {

rocksdb::Slice ToSlice(std::string_view s) { return {s.data(), s.size()}; }

template <typename Entries, typename Append>
bool InKeyOrder(const Entries& entries, Append append) {
  std::vector<typename Entries::const_pointer> sorted;
  sorted.reserve(entries.size());
  for (const auto& entry : entries) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](auto a, auto b) { return a->first < b->first; });
  return std::all_of(sorted.begin(), sorted.end(), [&](auto entry) { return append(*entry).ok(); });
}

}  // namespace

absl::Status WriteGroup::ToBatch(rocksdb::WriteBatch* batch) const {
  const bool ok = InKeyOrder(index, [&](const auto& e) { return batch->Put(e.first, ToSlice(e.second.view())); }) &&
                  InKeyOrder(subjects, [&](const auto& e) { return batch->Put(e.first, e.second); }) &&
                  InKeyOrder(values, [&](const auto& e) { return batch->Put(ValueKey(e.first), e.second); });
  return ok ? absl::OkStatus() : absl::InternalError("a write batch refused a record");
}

bool Pending::Claim(const std::string& random) {
  const std::lock_guard lock(mutex_);
  if (open_->values.contains(random) || (writing_ && writing_->values.contains(random))) return false;
  return claimed_.insert(random).second;
}

void Pending::Unclaim(const std::string& random) {
  const std::lock_guard lock(mutex_);
  claimed_.erase(random);
}

uint64_t Pending::AddSubject(std::string key, std::string record) {
  const std::lock_guard lock(mutex_);
  open_->bytes += key.size() + record.size();
  open_->subjects.emplace_back(std::move(key), std::move(record));
  return open_->number;
}

uint64_t Pending::AddMapping(const std::string& random, std::string value_record, std::string index_key,
                             const TokenCode& code) {
  const std::lock_guard lock(mutex_);
  open_->bytes += 2 * random.size() + value_record.size() + index_key.size();
  open_->index.emplace_back(std::move(index_key), code);
  open_->values.insert_or_assign(random, std::move(value_record));
  claimed_.erase(random);
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

std::vector<std::string> Pending::CodesUnder(std::string_view prefix) const {
  std::vector<std::string> codes;
  const std::lock_guard lock(mutex_);
  for (const WriteGroup* group : {open_.get(), writing_.get()}) {
    if (group == nullptr) continue;
    for (const auto& [key, code] : group->index) {
      if (key.starts_with(prefix)) codes.emplace_back(code.view());
    }
  }
  return codes;
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

#include "vault/embedded_vault.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "vault/code_source.h"

namespace phiveil::vault_internal {
namespace {

// Beyond this an Assign writes the group itself, so that a caller who never commits is bounded.
constexpr size_t kMaxOpenBytes = 8u << 20;
// Even in a full vault a draw fails once in 1024 times; this many in a row is no accident.
constexpr int kMaxDraws = 32;
// GCM with random nonces is good for 2^32 messages under one key, and one subject may have them all.
constexpr uint64_t kMaxMappings = uint64_t{1} << 32;

crypto::Key128 NameOf(const Tag& tag) {
  crypto::Key128 name;
  std::memcpy(&name.low, tag.data(), 8);
  std::memcpy(&name.high, tag.data() + 8, 8);
  return name;
}

size_t TurnOf(const Tag& tag, size_t turns) { return static_cast<unsigned char>(tag[0]) % turns; }

absl::Status CheckValues(std::string_view subject, std::span<const Vault::Value> values) {
  if (subject.empty()) return absl::InvalidArgumentError("a mapping needs a subject");
  for (const Vault::Value& value : values) {
    if (value.category == Category::kSafe || static_cast<size_t>(value.category) >= kCategoryCount) {
      return absl::InvalidArgumentError("a mapping needs a category of identifier");
    }
    if (value.text.size() > kMaxValueSize) return absl::InvalidArgumentError("a value is longer than 64 MiB");
  }
  return absl::OkStatus();
}

std::string_view RandomPart(const TokenCode& code) { return code.view().substr(0, code.view().size() - 1); }

}  // namespace

EmbeddedVault::EmbeddedVault(std::string path, size_t cache_bytes, const crypto::Key128& cache_key, Sealer sealer,
                             const Counters& counters, VaultHead head, std::unique_ptr<Store> store, std::string key_id)
    : path_(std::move(path)),
      key_id_(std::move(key_id)),
      sealer_(std::move(sealer)),
      cache_key_(cache_key),
      min_code_length_(counters.code_length),
      head_(std::move(head)),
      store_(std::move(store)),
      pending_(counters.commits + 1),
      durable_(counters.commits),
      mappings_(counters.mappings),
      codes_(cache_bytes / 4 * 3, &durable_),
      subjects_(cache_bytes / 4, &durable_),
      counters_(counters) {}

absl::StatusOr<Vault::Ticket> EmbeddedVault::Assign(std::string_view subject, std::span<const Value> values,
                                                    std::vector<TokenCode>* codes) {
  PHIVEIL_RETURN_IF_ERROR(Sticky());
  PHIVEIL_RETURN_IF_ERROR(CheckValues(subject, values));
  codes->assign(values.size(), TokenCode());
  const crypto::Key128 subject_name = crypto::SipHash128(cache_key_, 0, subject);
  std::vector<crypto::Key128> names(values.size());
  std::vector<size_t> misses;
  Ticket ticket = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    names[i] = crypto::SipHash128(subject_name, static_cast<uint64_t>(values[i].category), values[i].text);
    if (const auto known = codes_.Find(names[i])) {
      (*codes)[i] = known->code;
      ticket = std::max(ticket, known->group);
    } else {
      misses.push_back(i);
    }
  }
  if (!misses.empty()) PHIVEIL_RETURN_IF_ERROR(Named(AssignNew(subject, values, names, misses, codes, &ticket)));
  return ticket;
}

absl::Status EmbeddedVault::AssignNew(std::string_view subject, std::span<const Value> values,
                                      const std::vector<crypto::Key128>& names, const std::vector<size_t>& misses,
                                      std::vector<TokenCode>* codes, Ticket* ticket) {
  SubjectState state;
  PHIVEIL_ASSIGN_OR_RETURN(state.tag, sealer_.SubjectTag(subject));
  {
    const std::lock_guard turn(subject_turns_[TurnOf(state.tag, subject_turns_.size())]);
    PHIVEIL_RETURN_IF_ERROR(LoadOrDrawSubject(&state));
    for (size_t i : misses) {
      // Another thread, or the same value earlier in this call, may have been faster.
      auto known = codes_.Find(names[i]);
      if (!known) {
        PHIVEIL_ASSIGN_OR_RETURN(known, StoredOrNewCode(state, values[i]));
        codes_.Insert(names[i], *known);
      }
      (*codes)[i] = known->code;
      *ticket = std::max(*ticket, known->group);
    }
  }
  return pending_.open_bytes() > kMaxOpenBytes ? Commit(pending_.open_number()) : absl::OkStatus();
}

absl::Status EmbeddedVault::LoadOrDrawSubject(SubjectState* subject) {
  PHIVEIL_ASSIGN_OR_RETURN(const bool known, LoadSubject(subject));
  if (known) return absl::OkStatus();
  std::string record;
  PHIVEIL_RETURN_IF_ERROR(sealer_.NewSubject(subject->tag, &subject->keys, &record));
  subject->fresh = true;
  KnownSubject entry;
  std::memcpy(entry.record.data(), record.data(), entry.record.size());
  entry.group = pending_.AddSubject(SubjectKey(subject->tag), std::move(record));
  subjects_.Insert(NameOf(subject->tag), entry);
  return absl::OkStatus();
}

absl::StatusOr<bool> EmbeddedVault::LoadSubject(SubjectState* subject) {
  const crypto::Key128 name = NameOf(subject->tag);
  if (const auto known = subjects_.Find(name)) {
    PHIVEIL_RETURN_IF_ERROR(
        sealer_.OpenSubject(subject->tag, {known->record.data(), known->record.size()}, &subject->keys));
    return true;
  }
  std::string record;
  PHIVEIL_ASSIGN_OR_RETURN(const bool stored, store_->Get(SubjectKey(subject->tag), "subject record", &record));
  if (!stored) return false;
  PHIVEIL_RETURN_IF_ERROR(sealer_.OpenSubject(subject->tag, record, &subject->keys));
  KnownSubject entry;
  std::memcpy(entry.record.data(), record.data(), entry.record.size());
  subjects_.Insert(name, entry);
  return true;
}

absl::StatusOr<EmbeddedVault::KnownCode> EmbeddedVault::StoredOrNewCode(const SubjectState& subject,
                                                                        const Value& value) {
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, sealer_.IndexMac(subject.keys, value.category, value.text));
  std::string index_key = IndexKey(subject.tag, mac);
  if (!subject.fresh) {
    std::string stored;
    PHIVEIL_ASSIGN_OR_RETURN(const bool found, store_->Get(index_key, "index record", &stored));
    if (found) {
      const auto code = TokenCode::Parse(stored);
      if (!code || code->view() != stored) return absl::DataLossError("index record is damaged");
      PHIVEIL_RETURN_IF_ERROR(CheckStoredCode(subject, value, *code));
      return KnownCode{*code, 0};
    }
  }
  return NewCode(subject, value, std::move(index_key));
}

// An index record is believed only when the value it leads to is the value asked about.
absl::Status EmbeddedVault::CheckStoredCode(const SubjectState& subject, const Value& value, const TokenCode& code) {
  std::string bytes;
  PHIVEIL_ASSIGN_OR_RETURN(const bool found, FindValue(RandomPart(code), &bytes));
  if (!found) return absl::DataLossError("index record leads to no value record");
  Category category;
  TokenCode stored_code;
  PHIVEIL_ASSIGN_OR_RETURN(const Original original,
                           OpenStoredValue(subject.keys, bytes, RandomPart(code), &category, &stored_code));
  if (category != value.category || stored_code != code || original.ExposeOriginal() != value.text) {
    return absl::DataLossError("index record leads to another value");
  }
  return absl::OkStatus();
}

absl::StatusOr<EmbeddedVault::KnownCode> EmbeddedVault::NewCode(const SubjectState& subject, const Value& value,
                                                                std::string index_key) {
  PHIVEIL_ASSIGN_OR_RETURN(const std::string random, DrawUnused());
  const TokenCode code = TokenCode::Make(value.category, random);
  std::string record;
  const absl::Status sealed =
      sealer_.SealValue(subject.keys, subject.tag, value.category, code.view(), value.text, &record);
  if (!sealed.ok()) {
    pending_.Unclaim(random);
    return sealed;
  }
  const uint64_t group = pending_.AddMapping(random, std::move(record), std::move(index_key), code);
  mappings_.fetch_add(1, std::memory_order_relaxed);
  return KnownCode{code, group};
}

absl::StatusOr<std::string> EmbeddedVault::DrawUnused() {
  const uint64_t mappings = mappings_.load(std::memory_order_relaxed);
  if (mappings >= kMaxMappings) return absl::ResourceExhaustedError("full: 2^32 mappings");
  const uint8_t length = CodeLength(mappings, min_code_length_);
  std::string random, ignored;
  for (int i = 0; i < kMaxDraws; ++i) {
    PHIVEIL_RETURN_IF_ERROR(DrawRandomPart(length, &random));
    if (!pending_.Claim(random)) continue;
    const auto used = store_->Get(ValueKey(random), "value record", &ignored);
    if (used.ok() && !*used) return random;
    pending_.Unclaim(random);
    if (!used.ok()) return used.status();
  }
  return absl::InternalError("the random generator repeats itself");
}

absl::Status EmbeddedVault::Commit(Ticket ticket) {
  if (ticket <= durable_.load(std::memory_order_acquire)) return Sticky();
  std::unique_lock lock(commit_mutex_);
  if (ticket > pending_.open_number()) return absl::InvalidArgumentError("a ticket this vault has not given");
  while (broken_.ok() && ticket > durable_.load(std::memory_order_relaxed)) {
    if (writing_) {
      committed_.wait(lock);
      continue;
    }
    writing_ = true;
    WriteGroup* const group = pending_.BeginWrite();
    lock.unlock();
    const absl::Status status = Named(WriteGroupOut(*group));
    lock.lock();
    writing_ = false;
    if (status.ok()) {
      durable_.store(group->number, std::memory_order_release);
      pending_.Finish();
    } else {
      broken_ = status;
      is_broken_.store(true, std::memory_order_release);
    }
    committed_.notify_all();
  }
  return broken_;
}

// Only the one thread with `writing_` set is in here, so counters_ may be read without the lock.
absl::Status EmbeddedVault::WriteGroupOut(const WriteGroup& group) {
  Counters counters = counters_;
  counters.commits = group.number;
  counters.subjects += group.subjects.size();
  counters.mappings += group.values.size();
  counters.code_length = CodeLength(counters.mappings, counters.code_length);
  PHIVEIL_ASSIGN_OR_RETURN(const std::string record, sealer_.SealCounters(counters));
  PHIVEIL_ASSIGN_OR_RETURN(const std::string head, sealer_.SealHead(counters.commits));
  rocksdb::WriteBatch batch;
  PHIVEIL_RETURN_IF_ERROR(group.ToBatch(&batch));
  if (!batch.Put(CountersKey(), record).ok()) return absl::InternalError("a write batch refused a record");
  PHIVEIL_RETURN_IF_ERROR(store_->Write(&batch));
  PHIVEIL_RETURN_IF_ERROR(head_.Write(head));
  const std::lock_guard lock(commit_mutex_);
  counters_ = counters;
  return absl::OkStatus();
}

absl::StatusOr<bool> EmbeddedVault::FindValue(std::string_view random, std::string* record) {
  // In this order: a group leaves Pending only after it is in the store.
  if (pending_.FindValue(random, record)) return true;
  return store_->Get(ValueKey(random), "value record", record);
}

absl::StatusOr<Original> EmbeddedVault::OpenStoredValue(const SubjectKeys& keys, std::string_view bytes,
                                                        std::string_view random, Category* category, TokenCode* code) {
  const auto record = DecodeValue(bytes);
  if (!record) return absl::DataLossError("value record is damaged");
  *category = record->category;
  *code = TokenCode::Make(record->category, random);
  return sealer_.OpenValue(keys, *record, code->view());
}

absl::StatusOr<Vault::Hit> EmbeddedVault::Lookup(std::string_view subject, Category category, const TokenCode& code) {
  Hit hit;
  if (code.view().size() <= TokenCode::kMinRandom) return hit;
  std::string bytes;
  const std::string_view random = RandomPart(code);
  PHIVEIL_ASSIGN_OR_RETURN(const bool found, FindValue(random, &bytes));
  if (!found) return hit;
  const auto record = DecodeValue(bytes);
  if (!record) return Named(absl::DataLossError("value record is damaged"));
  SubjectState owner;
  owner.tag = record->subject;
  auto loaded = LoadSubject(&owner);
  if (!loaded.ok()) return Named(loaded.status());
  if (!*loaded) return Named(absl::DataLossError("value record has no subject record"));
  Category stored_category;
  TokenCode stored_code;
  auto value = OpenStoredValue(owner.keys, bytes, random, &stored_category, &stored_code);
  if (!value.ok()) return Named(value.status());
  // From here on the record is genuine.
  if (stored_category != category || stored_code != code) return hit;
  if (!subject.empty()) {
    PHIVEIL_ASSIGN_OR_RETURN(const Tag asked, sealer_.SubjectTag(subject));
    if (asked != owner.tag) {
      hit.answer = Answer::kForeign;
      return hit;
    }
  }
  hit.answer = Answer::kFound;
  hit.value = *std::move(value);
  return hit;
}

absl::StatusOr<std::vector<std::pair<Category, Original>>> EmbeddedVault::ValuesOf(std::string_view subject,
                                                                                   std::string_view prefix) {
  PHIVEIL_RETURN_IF_ERROR(Sticky());
  std::vector<std::pair<Category, Original>> values;
  SubjectState state;
  PHIVEIL_ASSIGN_OR_RETURN(state.tag, sealer_.SubjectTag(subject));
  auto known = LoadSubject(&state);
  if (!known.ok()) return Named(known.status());
  if (!*known) return values;
  const std::string index = IndexPrefix(state.tag);
  // In this order: a group leaves Pending only after it is in the store.
  std::vector<std::string> codes = pending_.CodesUnder(index);
  PHIVEIL_RETURN_IF_ERROR(Named(store_->ReadUnder(index, "index records", &codes)));
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  for (const std::string& text : codes) {
    const auto code = TokenCode::Parse(text);
    if (!code) return Named(absl::DataLossError("index record is damaged"));
    std::string bytes;
    PHIVEIL_ASSIGN_OR_RETURN(const bool found, FindValue(RandomPart(*code), &bytes));
    if (!found) return Named(absl::DataLossError("index record leads to no value record"));
    Category category;
    TokenCode stored;
    auto value = OpenStoredValue(state.keys, bytes, RandomPart(*code), &category, &stored);
    if (!value.ok()) return Named(value.status());
    if (value->ExposeOriginal().starts_with(prefix)) values.emplace_back(category, *std::move(value));
  }
  return values;
}

absl::StatusOr<VaultInfo> EmbeddedVault::Info() {
  VaultInfo info;
  info.id = absl::BytesToHexString({sealer_.vault_id().data(), sealer_.vault_id().size()});
  info.format = kVaultFormat;
  info.key_id = key_id_;
  const std::lock_guard lock(commit_mutex_);
  info.subjects = counters_.subjects;
  info.mappings = counters_.mappings;
  return info;
}

absl::Status EmbeddedVault::Sticky() {
  if (!is_broken_.load(std::memory_order_acquire)) return absl::OkStatus();
  const std::lock_guard lock(commit_mutex_);
  return broken_;
}

// Says which vault an error speaks of.
absl::Status EmbeddedVault::Named(const absl::Status& status) const {
  const absl::string_view path(path_.data(), path_.size());
  if (status.ok() || absl::StartsWith(status.message(), path)) return status;
  return absl::Status(status.code(), absl::StrCat("vault ", path, ": ", status.message()));
}

}  // namespace phiveil::vault_internal

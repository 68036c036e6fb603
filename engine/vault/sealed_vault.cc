#include "vault/sealed_vault.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "vault/code_source.h"
#include "vault/keeping.h"
#include "vault/merge_target.h"

namespace phiveil::vault_internal {
namespace {

// Even in a full vault a draw fails once in 1024 times; this many in a row is no accident.
constexpr int kMaxTries = 32;
// Of a call in the way of which something is forgotten.
constexpr int kTriesAcrossErasures = 8;
// GCM with random nonces is good for 2^32 messages under one key, and one subject may have them all.
constexpr uint64_t kMaxMappings = uint64_t{1} << 32;
constexpr uint64_t kTenantPrefix = ~uint64_t{0};

crypto::Key128 NameOf(const Tag& tag) {
  crypto::Key128 name;
  std::memcpy(&name.low, tag.data(), 8);
  std::memcpy(&name.high, tag.data() + 8, 8);
  return name;
}

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

uint32_t Today() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::days>(now).count());
}

// Of two times to live the shorter; 0: for ever.
uint32_t ShorterLife(uint32_t a, uint32_t b) { return a == 0 || (b != 0 && b < a) ? b : a; }

std::string_view RandomPart(const TokenCode& code) { return code.view().substr(0, code.view().size() - 1); }

}  // namespace

VaultCore::VaultCore(OpenedStore opened, size_t cache_bytes, const crypto::Key128& cache_key, uint64_t mappings,
                     uint8_t code_length, VaultTraits traits)
    : opened_(std::move(opened)),
      cache_key_(cache_key),
      traits_(std::move(traits)),
      code_length_(code_length),
      mappings_(mappings),
      codes_(cache_bytes / 4 * 3, &opened_.store->durable()),
      subjects_(cache_bytes / 4, &opened_.store->durable()),
      erasures_seen_(traits_.erasures) {}

absl::Status VaultCore::Named(const absl::Status& status) const {
  const std::string& name = opened_.store->name();
  if (status.ok() || absl::StartsWith(status.message(), name)) return status;
  const std::string_view message(status.message().data(), status.message().size());
  return absl::Status(status.code(), Concat("vault ", name, ": ", message));
}

SealedVault::SealedVault(std::shared_ptr<VaultCore> core, std::string tenant, const Tag& tenant_tag)
    : core_(std::move(core)),
      tenant_(std::move(tenant)),
      tenant_tag_(tenant_tag),
      cache_key_(crypto::SipHash128(core_->cache_key(), kTenantPrefix, View(tenant_tag))) {}

absl::StatusOr<std::unique_ptr<SealedVault>> SealedVault::Make(std::shared_ptr<VaultCore> core,
                                                               std::string_view tenant) {
  PHIVEIL_ASSIGN_OR_RETURN(const Tag tag, core->sealer().TenantTag(tenant));
  return std::make_unique<SealedVault>(std::move(core), std::string(tenant), tag);
}

absl::StatusOr<std::unique_ptr<Vault>> SealedVault::ForTenant(std::string_view tenant) { return Make(core_, tenant); }

absl::StatusOr<Vault::Ticket> SealedVault::Assign(std::string_view subject, std::span<const Value> values,
                                                  std::vector<TokenCode>* codes) {
  return AssignOn(std::nullopt, subject, values, codes);
}

absl::StatusOr<Vault::Ticket> SealedVault::AssignAfter(uint64_t removals, bool had_values, std::string_view subject,
                                                       std::span<const Value> values, std::vector<TokenCode>* codes) {
  return AssignOn(Basis{removals, had_values}, subject, values, codes);
}

absl::StatusOr<Vault::Ticket> SealedVault::AssignOn(const std::optional<Basis>& basis, std::string_view subject,
                                                    std::span<const Value> values, std::vector<TokenCode>* codes) {
  PHIVEIL_RETURN_IF_ERROR(core_->Named(core_->store().Health()));
  PHIVEIL_RETURN_IF_ERROR(CheckValues(subject, values));
  absl::StatusOr<Ticket> ticket;
  for (int i = 0; i < kTriesAcrossErasures; ++i) {
    const uint16_t generation = core_->generation_.load();
    ticket = AssignOnce(basis, subject, values, codes);
    if (!ticket.ok() && (basis || !absl::IsAborted(ticket.status()))) return ticket;
    if (ticket.ok() && core_->generation_.load() == generation) return ticket;
  }
  if (!ticket.ok()) return ticket;
  return core_->Named(absl::AbortedError("others keep forgetting or sweeping meanwhile; ask again"));
}

std::optional<VaultCore::KnownCode> SealedVault::FindKnown(const crypto::Key128& name, uint16_t generation) {
  const auto known = core_->codes_.Find(name);
  return known && known->generation == generation ? known : std::nullopt;
}

absl::StatusOr<Vault::Ticket> SealedVault::AssignOnce(const std::optional<Basis>& basis, std::string_view subject,
                                                      std::span<const Value> values, std::vector<TokenCode>* codes) {
  codes->assign(values.size(), TokenCode());
  const crypto::Key128 subject_name = crypto::SipHash128(cache_key_, 0, subject);
  std::vector<crypto::Key128> names(values.size());
  std::vector<size_t> misses;
  Call call{subject, values, names, codes, core_->generation_.load(), 0, {}, {}, basis};
  for (size_t i = 0; i < values.size(); ++i) {
    names[i] = crypto::SipHash128(subject_name, static_cast<uint64_t>(values[i].category), values[i].text);
    if (const auto known = FindKnown(names[i], call.generation)) {
      (*codes)[i] = known->code;
      call.ticket = std::max(call.ticket, known->group);
    } else {
      misses.push_back(i);
    }
  }
  if (!misses.empty()) PHIVEIL_RETURN_IF_ERROR(core_->Named(AssignNew(misses, &call)));
  return call.ticket;
}

absl::Status SealedVault::AssignNew(const std::vector<size_t>& misses, Call* call) {
  call->subject.tenant = tenant_tag_;
  PHIVEIL_ASSIGN_OR_RETURN(call->subject.tag, core_->sealer().SubjectTag(tenant_tag_, call->name));
  const std::lock_guard turn(TurnOf(call->subject.tag));
  PHIVEIL_RETURN_IF_ERROR(LoadOrDrawSubject(call));
  PHIVEIL_RETURN_IF_ERROR(CheckBasis(*call));
  std::vector<Draft> drafts;
  PHIVEIL_RETURN_IF_ERROR(DraftAll(misses, call, &drafts));
  for (int i = 0; i < kMaxTries; ++i) {
    if (call->subject_record.empty()) PHIVEIL_RETURN_IF_ERROR(TakeStored(call, &drafts));
    if (!drafts.empty()) {
      PHIVEIL_ASSIGN_OR_RETURN(const bool inserted, Insert(call, &drafts));
      if (!inserted) continue;
    }
    // The same value more than once in this call.
    absl::flat_hash_map<crypto::Key128, TokenCode> given;
    for (size_t miss : misses) {
      if (!(*call->codes)[miss].empty()) given.try_emplace(call->names[miss], (*call->codes)[miss]);
    }
    for (size_t miss : misses) {
      if ((*call->codes)[miss].empty()) (*call->codes)[miss] = given[call->names[miss]];
    }
    return absl::OkStatus();
  }
  return absl::InternalError("the random generator repeats itself");
}

absl::Status SealedVault::DraftAll(const std::vector<size_t>& misses, Call* call, std::vector<Draft>* drafts) {
  absl::flat_hash_set<crypto::Key128> drafted;
  for (size_t i : misses) {
    // Another thread may have been faster.
    if (const auto known = FindKnown(call->names[i], call->generation)) {
      (*call->codes)[i] = known->code;
      call->ticket = std::max(call->ticket, known->group);
      continue;
    }
    if (!drafted.insert(call->names[i]).second) continue;
    const Value& value = call->values[i];
    PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, core_->sealer().IndexMac(call->subject, value.category, value.text));
    drafts->emplace_back(i, IndexKey(call->subject.tag, mac));
  }
  return absl::OkStatus();
}

absl::Status SealedVault::LoadOrDrawSubject(Call* call) {
  PHIVEIL_ASSIGN_OR_RETURN(const bool known, LoadSubject(&call->subject, Remember::kYes));
  call->subject_record.clear();
  if (!known) {
    PHIVEIL_RETURN_IF_ERROR(EndForgetting(core_->sealer(), core_->store(), call->subject.tag));
    return core_->sealer().NewSubject(&call->subject, &call->subject_record);
  }
  if (call->subject.tenant != tenant_tag_) return absl::DataLossError("subject record is another tenant's");
  return absl::OkStatus();
}

// After the subject's keys were loaded, and in its turn: who has forgotten it since takes what is written now along.
absl::Status SealedVault::CheckBasis(const Call& call) {
  if (!call.basis) return absl::OkStatus();
  if (core_->traits().shared) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto erasures, GetOne(core_->store(), ErasuresKey()));
    PHIVEIL_RETURN_IF_ERROR(core_->NoteErasures(erasures));
  }
  const bool begun_anew = call.basis->had_values && !call.subject_record.empty();
  if (!begun_anew && core_->removals_.load() == call.basis->removals) return absl::OkStatus();
  return absl::AbortedError("something was forgotten or swept since the subject's values were read; ask again");
}

std::mutex& SealedVault::TurnOf(const Tag& subject) {
  auto& turns = core_->subject_turns_;
  return turns[static_cast<unsigned char>(subject[0]) % turns.size()];
}

// To remember it the subject's turn must be held: what is remembered is what the next writer seals with.
absl::StatusOr<bool> SealedVault::LoadSubject(Subject* subject, Remember remember) {
  const crypto::Key128 name = NameOf(subject->tag);
  const uint16_t generation = core_->generation_.load();
  if (const auto known = core_->subjects_.Find(name); known && known->generation == generation) {
    PHIVEIL_RETURN_IF_ERROR(OpenSubject({known->record.data(), known->record.size()}, subject));
    return true;
  }
  PHIVEIL_ASSIGN_OR_RETURN(const auto record, GetOne(core_->store(), SubjectKey(subject->tag)));
  if (!record) return false;
  PHIVEIL_RETURN_IF_ERROR(OpenSubject(*record, subject));
  if (remember == Remember::kNo) return true;
  VaultCore::KnownSubject entry;
  std::memcpy(entry.record.data(), record->data(), entry.record.size());
  entry.generation = generation;
  core_->subjects_.Insert(name, entry);
  return true;
}

void SealedVault::Give(Call* call, size_t value, const TokenCode& code, Ticket ticket) {
  (*call->codes)[value] = code;
  call->ticket = std::max(call->ticket, ticket);
  core_->codes_.Insert(call->names[value], {code, call->generation, ticket});
}

// Those that the store knows by now. What it knows may still wait for its sync, here or elsewhere.
absl::Status SealedVault::TakeStored(Call* call, std::vector<Draft>* drafts) {
  std::vector<std::string> keys;
  std::vector<size_t> places;
  for (size_t i = 0; i < drafts->size(); ++i) {
    if ((*drafts)[i].looked) continue;
    keys.push_back((*drafts)[i].index_key);
    places.push_back(i);
  }
  if (keys.empty()) return absl::OkStatus();
  std::vector<std::optional<std::string>> stored;
  PHIVEIL_RETURN_IF_ERROR(core_->store().Get(keys, &stored));
  std::vector<std::pair<size_t, TokenCode>> found;
  for (size_t i = 0; i < places.size(); ++i) {
    Draft& draft = (*drafts)[places[i]];
    draft.looked = true;
    if (!stored[i]) continue;
    const auto code = TokenCode::Parse(*stored[i]);
    if (!code || code->view() != *stored[i]) return absl::DataLossError("index record is damaged");
    found.emplace_back(draft.value, *code);
  }
  if (found.empty()) return absl::OkStatus();
  PHIVEIL_RETURN_IF_ERROR(UnlessErased(*call, CheckStored(*call, found)));
  const Ticket ticket = core_->store().Newest();
  for (const auto& [value, code] : found) Give(call, value, code, ticket);
  std::erase_if(*drafts, [&](const Draft& draft) { return !(*call->codes)[draft.value].empty(); });
  return absl::OkStatus();
}

// Index and value are read one after the other: what another process removes in between is no damage.
absl::Status SealedVault::UnlessErased(const Call& call, absl::Status fault) {
  if (!core_->traits().shared || !absl::IsDataLoss(fault)) return fault;
  PHIVEIL_ASSIGN_OR_RETURN(const auto erasures, GetOne(core_->store(), ErasuresKey()));
  PHIVEIL_RETURN_IF_ERROR(core_->NoteErasures(erasures));
  if (core_->generation_.load() == call.generation) return fault;
  return absl::AbortedError("something was forgotten or swept meanwhile; ask again");
}

// An index record is believed only when the value it leads to is the value asked about.
absl::Status SealedVault::CheckStored(const Call& call, const std::vector<std::pair<size_t, TokenCode>>& found) {
  std::vector<std::string> keys;
  for (const auto& [value, code] : found) keys.push_back(ValueKey(RandomPart(code)));
  std::vector<std::optional<std::string>> stored;
  PHIVEIL_RETURN_IF_ERROR(core_->store().Get(keys, &stored));
  for (size_t i = 0; i < found.size(); ++i) {
    if (!stored[i]) return absl::DataLossError("index record leads to no value record");
    const auto record = DecodeValue(*stored[i]);
    if (!record) return absl::DataLossError("value record is damaged");
    const Value& value = call.values[found[i].first];
    const TokenCode code = TokenCode::Make(record->category, RandomPart(found[i].second));
    if (record->subject != call.subject.tag) return absl::DataLossError("index record leads to another value");
    PHIVEIL_ASSIGN_OR_RETURN(const Original original, core_->sealer().OpenValue(call.subject, *record, code.view()));
    if (record->category != value.category || code != found[i].second || original.ExposeOriginal() != value.text) {
      return absl::DataLossError("index record leads to another value");
    }
  }
  return absl::OkStatus();
}

absl::Status SealedVault::DrawCode(const Call& call, uint64_t before, Draft* draft) {
  const uint64_t mappings = core_->mappings_.load(std::memory_order_relaxed) + before;
  if (mappings >= kMaxMappings) return absl::ResourceExhaustedError("full: 2^32 mappings");
  const Value& value = call.values[draft->value];
  const uint8_t length = CodeLength(mappings, core_->code_length_.load(std::memory_order_relaxed));
  PHIVEIL_RETURN_IF_ERROR(DrawRandomPart(length, &draft->random));
  draft->code = TokenCode::Make(value.category, draft->random);
  return core_->sealer().SealValue(call.subject, value.category, draft->code.view(), value.text, &draft->record);
}

// False when something was in the way; what was has been dealt with.
absl::StatusOr<bool> SealedVault::Insert(Call* call, std::vector<Draft>* drafts) {
  Insertion insertion;
  insertion.records.reserve(2 * drafts->size() + 2);
  if (!call->subject_record.empty()) {
    insertion.subjects = 1;
    insertion.records.push_back({SubjectKey(call->subject.tag), call->subject_record, true});
    if ((core_->sealer().state() & kIsShard) != 0) {
      std::string name;
      PHIVEIL_RETURN_IF_ERROR(core_->sealer().SealName(call->subject, tenant_, call->name, &name));
      insertion.records.push_back({NameKey(call->subject.tag), std::move(name), true});
    }
  }
  const size_t before = insertion.records.size();
  insertion.mappings = drafts->size();
  absl::flat_hash_set<std::string> drawn;
  for (Draft& draft : *drafts) {
    if (draft.random.empty()) PHIVEIL_RETURN_IF_ERROR(DrawCode(*call, drawn.size(), &draft));
    while (!drawn.insert(draft.random).second) {
      PHIVEIL_RETURN_IF_ERROR(DrawCode(*call, drawn.size(), &draft));
    }
    // Of a subject whose keys this call drew there is nothing in the index.
    insertion.records.push_back({draft.index_key, std::string(draft.code.view()), true});
    insertion.records.push_back({ValueKey(draft.random), draft.record});
  }
  std::vector<size_t> ending;  // the drafts that have a day
  for (size_t i = 0; i < drafts->size(); ++i) {
    const uint32_t ttl = ShorterLife(core_->traits().ttl_days, call->values[(*drafts)[i].value].ttl_days);
    if (ttl == 0) continue;
    insertion.records.push_back({ExpiryKey(Today() + ttl, (*drafts)[i].random), std::string(View(call->subject.tag))});
    ending.push_back(i);
  }
  const Insertion kept = core_->traits().shared ? insertion : Insertion();  // CheckInserted may take it out again
  std::vector<size_t> taken;
  const auto ticket = core_->store().Insert(std::move(insertion), &taken);
  if (absl::IsAlreadyExists(ticket.status())) {
    PHIVEIL_RETURN_IF_ERROR(DealWithTaken(taken, before, ending, call, drafts));
    return false;
  }
  PHIVEIL_RETURN_IF_ERROR(ticket.status());
  PHIVEIL_RETURN_IF_ERROR(CheckInserted(kept, call));
  core_->mappings_.fetch_add(drafts->size(), std::memory_order_relaxed);
  for (const Draft& draft : *drafts) Give(call, draft.value, draft.code, *ticket);
  if (!call->subject_record.empty()) {
    VaultCore::KnownSubject entry;
    std::memcpy(entry.record.data(), call->subject_record.data(), entry.record.size());
    entry.generation = call->generation;
    entry.group = *ticket;
    core_->subjects_.Insert(NameOf(call->subject.tag), entry);
  }
  drafts->clear();
  return true;
}

absl::Status SealedVault::DealWithTaken(const std::vector<size_t>& taken, size_t before,
                                        const std::vector<size_t>& ending, Call* call, std::vector<Draft>* drafts) {
  if (!taken.empty() && taken.front() < before) {
    // Another process drew the subject's keys first: everything was made with the wrong ones.
    PHIVEIL_RETURN_IF_ERROR(LoadOrDrawSubject(call));
    for (Draft& draft : *drafts) {
      const Value& value = call->values[draft.value];
      PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, core_->sealer().IndexMac(call->subject, value.category, value.text));
      draft = Draft(draft.value, IndexKey(call->subject.tag, mac));
    }
    return absl::OkStatus();
  }
  for (size_t place : taken) {
    if (place >= before + 2 * drafts->size()) {
      (*drafts)[ending[place - before - 2 * drafts->size()]].random.clear();  // its day is noted for another
      continue;
    }
    Draft& draft = (*drafts)[(place - before) / 2];
    if ((place - before) % 2 == 0) draft.looked = false;  // another process assigned the value
    if ((place - before) % 2 == 1) draft.random.clear();  // the code is in use
  }
  return absl::OkStatus();
}

absl::Status SealedVault::Commit(Ticket ticket) {
  PHIVEIL_RETURN_IF_ERROR(core_->Named(core_->store().Sync(ticket)));
  if (!core_->traits().shared || ticket == 0) return absl::OkStatus();
  const auto erasures = GetOne(core_->store(), ErasuresKey());
  PHIVEIL_RETURN_IF_ERROR(core_->Named(erasures.status()));
  PHIVEIL_RETURN_IF_ERROR(core_->Named(core_->NoteErasures(*erasures)));
  if (ticket > core_->stale_.load()) return absl::OkStatus();
  return core_->Named(absl::AbortedError("something was forgotten or swept meanwhile; assign again"));
}

// The value record that `code` leads to, by way of an alias when it is one: then `code` is changed.
absl::StatusOr<bool> SealedVault::FindValue(Category category, TokenCode* code, std::string* bytes) {
  while (true) {
    const std::string_view random = RandomPart(*code);
    std::vector<std::string> keys = {ValueKey(random)};
    if (core_->traits().shared) keys.push_back(ErasuresKey());
    std::vector<std::optional<std::string>> found;
    PHIVEIL_RETURN_IF_ERROR(core_->store().Get(keys, &found));
    if (found.size() > 1) PHIVEIL_RETURN_IF_ERROR(core_->NoteErasures(found[1]));
    if (found[0]) {
      *bytes = *std::move(found[0]);
      return true;
    }
    PHIVEIL_ASSIGN_OR_RETURN(const auto alias, GetOne(core_->store(), AliasKey(random)));
    if (!alias) return false;
    PHIVEIL_ASSIGN_OR_RETURN(const Alias other, core_->sealer().OpenAlias(random, *alias));
    if (other.old_code != *code || other.category != category) return false;
    if (!ComesFirst(other.code, *code)) return absl::DataLossError("alias record leads in a circle");
    *code = other.code;
  }
}

absl::StatusOr<Vault::Hit> SealedVault::Lookup(std::string_view subject, Category category, const TokenCode& asked) {
  return LookupOnce(subject, category, asked, true);
}

absl::StatusOr<Vault::Hit> SealedVault::LookupOnce(std::string_view subject, Category category, const TokenCode& asked,
                                                   bool may_have_changed) {
  Hit hit;
  if (asked.view().size() <= TokenCode::kMinRandom) return hit;
  std::string bytes;
  TokenCode code = asked;
  const auto found = FindValue(category, &code, &bytes);
  if (!found.ok()) return core_->Named(found.status());
  if (!*found) return hit;
  const auto record = DecodeValue(bytes);
  if (!record) return core_->Named(absl::DataLossError("value record is damaged"));
  Subject owner;
  owner.tag = record->subject;
  const auto loaded = LoadSubjectToRead(&owner);
  if (!loaded.ok()) return core_->Named(loaded.status());
  if (!*loaded) {
    const auto gone = IsGone(owner, code);
    if (!gone.ok()) return core_->Named(gone.status());
    if (*gone) return hit;
    return core_->Named(absl::DataLossError("value record has no subject record"));
  }
  const TokenCode stored_code = TokenCode::Make(record->category, RandomPart(code));
  auto value = core_->sealer().OpenValue(owner, *record, stored_code.view());
  if (absl::IsDataLoss(value.status()) && may_have_changed) {
    // Between the two reads the subject may have been given new keys.
    core_->subjects_.Erase(NameOf(owner.tag));
    return LookupOnce(subject, category, asked, false);
  }
  if (!value.ok()) return core_->Named(value.status());
  // From here on the record is genuine.
  if (record->category != category || stored_code != code) return hit;
  bool own = owner.tenant == tenant_tag_;
  if (own && !subject.empty()) {
    PHIVEIL_ASSIGN_OR_RETURN(const Tag tag, core_->sealer().SubjectTag(tenant_tag_, subject));
    own = tag == owner.tag;
  }
  hit.answer = own ? Answer::kFound : Answer::kForeign;
  if (own) hit.value = *std::move(value);
  return hit;
}

absl::StatusOr<VaultInfo> SealedVault::Info() {
  const auto totals = core_->store().Totals();
  if (!totals.ok()) return core_->Named(totals.status());
  VaultInfo info;
  const Tag& id = core_->sealer().vault_id();
  info.id = absl::BytesToHexString({id.data(), id.size()});
  info.format = kVaultFormat;
  const KeyId key_id = core_->sealer().key_id();
  info.key_id = absl::BytesToHexString({key_id.data(), key_id.size()});
  info.subjects = totals->subjects;
  info.mappings = totals->mappings;
  return info;
}

}  // namespace phiveil::vault_internal

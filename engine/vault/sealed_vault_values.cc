#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "vault/record.h"
#include "vault/sealed_vault.h"

namespace phiveil::vault_internal {
namespace {

constexpr int kTries = 8;

using Values = std::vector<std::pair<Category, Original>>;

crypto::Key128 NameOf(const Tag& tag) {
  crypto::Key128 name;
  std::memcpy(&name.low, tag.data(), 8);
  std::memcpy(&name.high, tag.data() + 8, 8);
  return name;
}

}  // namespace

std::shared_ptr<void> SealedVault::Companion(const std::function<std::shared_ptr<void>()>& make) {
  const std::lock_guard lock(core_->companions_mutex_);
  std::weak_ptr<void>& held = core_->companions_[tenant_tag_];
  std::shared_ptr<void> companion = held.lock();
  if (companion == nullptr) held = companion = make();
  return companion;
}

absl::StatusOr<Values> SealedVault::ValuesOf(std::string_view subject, std::string_view prefix) {
  PHIVEIL_RETURN_IF_ERROR(core_->Named(core_->store().Health()));
  PHIVEIL_ASSIGN_OR_RETURN(const Tag tag, core_->sealer().SubjectTag(tenant_tag_, subject));
  auto values = ValuesOfOnce(tag, prefix);
  for (int i = 1; i < kTries && absl::IsAborted(values.status()); ++i) values = ValuesOfOnce(tag, prefix);
  if (absl::IsDataLoss(values.status())) {
    // Between the reads the subject may have been given new keys, or been forgotten.
    core_->subjects_.Erase(NameOf(tag));
    values = ValuesOfOnce(tag, prefix);
  }
  return values.ok() ? std::move(values) : core_->Named(values.status());
}

// Whatever is added to a subject or taken from it has an index record, and new keys have new ones.
absl::StatusOr<uint64_t> SealedVault::StateOf(std::string_view subject) {
  PHIVEIL_RETURN_IF_ERROR(core_->Named(core_->store().Health()));
  PHIVEIL_ASSIGN_OR_RETURN(const Tag tag, core_->sealer().SubjectTag(tenant_tag_, subject));
  std::vector<StoreRecord> index;
  std::optional<std::string> erasures;
  PHIVEIL_RETURN_IF_ERROR(
      core_->Named(core_->store().GetUnderWith(IndexPrefix(tag), ErasuresKey(), &index, &erasures)));
  PHIVEIL_RETURN_IF_ERROR(core_->Named(core_->NoteErasures(erasures)));
  uint64_t state = index.size();
  for (const StoreRecord& record : index) {
    state += crypto::SipHash128(core_->cache_key(), record.value.size(), record.key + record.value).low;
  }
  return state;
}

absl::StatusOr<Values> SealedVault::ValuesOfOnce(const Tag& tag, std::string_view prefix) {
  Values values;
  Subject subject;
  subject.tag = tag;
  const uint16_t generation = core_->generation_.load();
  PHIVEIL_ASSIGN_OR_RETURN(const bool known, LoadSubjectToRead(&subject));
  if (!known) return values;
  if (subject.tenant != tenant_tag_) return absl::DataLossError("subject record is another tenant's");
  std::vector<StoreRecord> index;
  PHIVEIL_RETURN_IF_ERROR(core_->store().GetUnder(IndexPrefix(tag), &index));
  std::vector<TokenCode> codes;
  std::vector<std::string> keys;
  for (const StoreRecord& record : index) {
    const auto code = TokenCode::Parse(record.value);
    if (!code || code->view() != record.value || code->view().size() <= TokenCode::kMinRandom) {
      return absl::DataLossError("index record is damaged");
    }
    codes.push_back(*code);
    keys.push_back(ValueKey(code->view().substr(0, code->view().size() - 1)));
  }
  if (core_->traits().shared) keys.push_back(ErasuresKey());
  std::vector<std::optional<std::string>> stored;
  PHIVEIL_RETURN_IF_ERROR(core_->store().Get(keys, &stored));
  if (core_->traits().shared) {
    PHIVEIL_RETURN_IF_ERROR(core_->NoteErasures(stored.back()));
    if (core_->generation_.load() != generation) return absl::AbortedError("something was forgotten meanwhile");
    keys.pop_back();
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!stored[i]) return absl::DataLossError("index record leads to no value record");
    const auto record = DecodeValue(*stored[i]);
    if (!record) return absl::DataLossError("value record is damaged");
    if (record->subject != tag) return absl::DataLossError("index record leads to another value");
    PHIVEIL_ASSIGN_OR_RETURN(Original value, core_->sealer().OpenValue(subject, *record, codes[i].view()));
    if (value.ExposeOriginal().starts_with(prefix)) values.emplace_back(record->category, std::move(value));
  }
  return values;
}

}  // namespace phiveil::vault_internal

#include <string>
#include <utility>

#include "base/status_macros.h"
#include "vault/keeping.h"
#include "vault/record.h"

namespace phiveil::vault_internal {
namespace {

constexpr size_t kChangesAtOnce = 8192;
constexpr size_t kBytesAtOnce = 8u << 20;

}  // namespace

absl::StatusOr<std::optional<Tag>> ReencryptProgress(const Sealer& sealer, Store& store) {
  PHIVEIL_ASSIGN_OR_RETURN(const auto note, GetOne(store, ProgressKey()));
  if (!note) return std::optional<Tag>();
  PHIVEIL_ASSIGN_OR_RETURN(const Tag last, sealer.OpenProgress(*note));
  return std::optional<Tag>(last);
}

absl::Status EndReencrypt(Store& store) {
  PHIVEIL_ASSIGN_OR_RETURN(auto note, GetOne(store, ProgressKey()));
  if (!note) return absl::OkStatus();
  return store.Apply({{{ProgressKey(), *std::move(note), std::nullopt}}, 0, 0});
}

absl::StatusOr<Reencryption> Reencryption::Begin(const Sealer& sealer, Store& store) {
  PHIVEIL_RETURN_IF_ERROR(store.Sync(store.Newest()));
  PHIVEIL_ASSIGN_OR_RETURN(auto snapshot, store.Snapshot());
  return Reencryption(sealer, store, std::move(snapshot));
}

bool Reencryption::full() const { return set_.changes.size() >= kChangesAtOnce || bytes_ >= kBytesAtOnce; }

void Reencryption::Change(std::string key, std::optional<std::string> before, std::optional<std::string> after) {
  bytes_ += before ? before->size() : 0;
  bytes_ += after ? after->size() : 0;
  set_.changes.push_back({std::move(key), std::move(before), std::move(after)});
}

// A value under its new keys. The index goes with them, further codes lead to it as before.
absl::Status Reencryption::SealAnew(const Subject& old, const Subject& fresh, std::string_view key,
                                    std::string_view code) {
  if (code.size() <= TokenCode::kMinRandom) return absl::DataLossError("index record is damaged");
  const std::string_view random = code.substr(0, code.size() - 1);
  PHIVEIL_ASSIGN_OR_RETURN(auto bytes, snapshot_->Get(ValueKey(random)));
  const auto value = bytes ? DecodeValue(*bytes) : std::nullopt;
  if (!value) return absl::DataLossError("value record is missing or damaged");
  PHIVEIL_ASSIGN_OR_RETURN(const Original text, sealer_->OpenValue(old, *value, code));
  const Category category = value->category;
  std::string sealed;
  PHIVEIL_RETURN_IF_ERROR(sealer_->SealValue(fresh, category, code, text.ExposeOriginal(), &sealed));
  Change(ValueKey(random), std::move(bytes), std::move(sealed));
  ++report_.values;
  if (key.starts_with(FurtherPrefix(old.tag))) return absl::OkStatus();
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, sealer_->IndexMac(fresh, category, text.ExposeOriginal()));
  Change(std::string(key), std::string(code), std::nullopt);
  Change(IndexKey(old.tag, mac), std::nullopt, std::string(code));
  return absl::OkStatus();
}

absl::Status Reencryption::Add(const Tag& tag) {
  PHIVEIL_ASSIGN_OR_RETURN(auto before, snapshot_->Get(SubjectKey(tag)));
  if (!before) return absl::OkStatus();
  Subject old, fresh;
  old.tag = fresh.tag = tag;
  PHIVEIL_RETURN_IF_ERROR(sealer_->OpenSubject(*before, &old));
  fresh.tenant = old.tenant;
  std::string record;
  PHIVEIL_RETURN_IF_ERROR(sealer_->NewSubject(&fresh, &record));
  Change(SubjectKey(tag), std::move(before), std::move(record));
  const auto visit = [&](std::string_view key, std::string_view code) { return SealAnew(old, fresh, key, code); };
  PHIVEIL_RETURN_IF_ERROR(snapshot_->ForEach(IndexPrefix(tag), visit));
  PHIVEIL_RETURN_IF_ERROR(snapshot_->ForEach(FurtherPrefix(tag), visit));
  last_ = tag;
  ++report_.subjects;
  return absl::OkStatus();
}

absl::StatusOr<KeepingReport> Reencryption::Apply() {
  if (!last_) return report_;
  PHIVEIL_ASSIGN_OR_RETURN(auto noted, GetOne(*store_, ProgressKey()));
  PHIVEIL_ASSIGN_OR_RETURN(std::string note, sealer_->SealProgress(*last_));
  Change(ProgressKey(), std::move(noted), std::move(note));
  PHIVEIL_RETURN_IF_ERROR(store_->Apply(set_));
  return report_;
}

}  // namespace phiveil::vault_internal

#include <string>
#include <utility>

#include "base/status_macros.h"
#include "vault/keeping.h"
#include "vault/record.h"

namespace phiveil::vault_internal {

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

absl::StatusOr<KeepingReport> ReencryptSubject(const Sealer& sealer, Store& store, const Tag& tag) {
  KeepingReport report;
  PHIVEIL_RETURN_IF_ERROR(store.Sync(store.Newest()));
  PHIVEIL_ASSIGN_OR_RETURN(const auto before, GetOne(store, SubjectKey(tag)));
  if (!before) return report;
  Subject old, fresh;
  old.tag = fresh.tag = tag;
  PHIVEIL_RETURN_IF_ERROR(sealer.OpenSubject(*before, &old));
  fresh.tenant = old.tenant;
  ChangeSet set;
  std::string record;
  PHIVEIL_RETURN_IF_ERROR(sealer.NewSubject(&fresh, &record));
  set.changes.push_back({SubjectKey(tag), *before, std::move(record)});
  PHIVEIL_ASSIGN_OR_RETURN(const auto snapshot, store.Snapshot());
  // A value under its new keys. The index goes with them, further codes lead to it as before.
  const auto visit = [&](std::string_view key, std::string_view code) -> absl::Status {
    if (code.size() <= TokenCode::kMinRandom) return absl::DataLossError("index record is damaged");
    const std::string_view random = code.substr(0, code.size() - 1);
    PHIVEIL_ASSIGN_OR_RETURN(const auto bytes, GetOne(store, ValueKey(random)));
    const auto value = bytes ? DecodeValue(*bytes) : std::nullopt;
    if (!value) return absl::DataLossError("value record is missing or damaged");
    PHIVEIL_ASSIGN_OR_RETURN(const Original text, sealer.OpenValue(old, *value, code));
    std::string sealed;
    PHIVEIL_RETURN_IF_ERROR(sealer.SealValue(fresh, value->category, code, text.ExposeOriginal(), &sealed));
    set.changes.push_back({ValueKey(random), *bytes, std::move(sealed)});
    ++report.values;
    if (key.starts_with(FurtherPrefix(tag))) return absl::OkStatus();
    PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, sealer.IndexMac(fresh, value->category, text.ExposeOriginal()));
    set.changes.push_back({std::string(key), std::string(code), std::nullopt});
    set.changes.push_back({IndexKey(tag, mac), std::nullopt, std::string(code)});
    return absl::OkStatus();
  };
  PHIVEIL_RETURN_IF_ERROR(snapshot->ForEach(IndexPrefix(tag), visit));
  PHIVEIL_RETURN_IF_ERROR(snapshot->ForEach(FurtherPrefix(tag), visit));
  PHIVEIL_ASSIGN_OR_RETURN(auto noted, GetOne(store, ProgressKey()));
  PHIVEIL_ASSIGN_OR_RETURN(std::string note, sealer.SealProgress(tag));
  set.changes.push_back({ProgressKey(), std::move(noted), std::move(note)});
  PHIVEIL_RETURN_IF_ERROR(store.Apply(set));
  report.subjects = 1;
  return report;
}

}  // namespace phiveil::vault_internal

#include <utility>

#include "absl/strings/escaping.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "phiveil/vault_tools.h"
#include "vault/open_vault.h"
#include "vault/record.h"

namespace phiveil {
namespace vault_internal {
namespace {

constexpr size_t kRecordsAtOnce = 1000;

class Copy {
 public:
  Copy(StoreSnapshot& from, Store& to) : from_(from), to_(to) {}

  // The meta record goes last: without it the copy is not a vault.
  absl::Status Run() {
    std::string meta;
    const absl::Status copied = from_.ForEach("", [&](auto key, auto value) -> absl::Status {
      if (key == MetaKey()) {
        meta = value;
        return absl::OkStatus();
      }
      return Take(key, value);
    });
    PHIVEIL_RETURN_IF_ERROR(copied);
    PHIVEIL_RETURN_IF_ERROR(Flush());
    return to_.Apply({{{MetaKey(), std::nullopt, std::move(meta)}}, 0, 0});
  }

 private:
  absl::Status Take(std::string_view key, std::string_view value) {
    const RecordType type = static_cast<RecordType>(key.empty() ? '\0' : key[0]);
    if (type == RecordType::kCounters) return absl::OkStatus();  // the copy keeps its own
    next_.subjects += type == RecordType::kSubject;
    next_.mappings += type == RecordType::kValue;
    next_.records.push_back({std::string(key), std::string(value)});
    return next_.records.size() < kRecordsAtOnce ? absl::OkStatus() : Flush();
  }

  absl::Status Flush() {
    if (next_.records.empty()) return absl::OkStatus();
    std::vector<size_t> taken;
    PHIVEIL_ASSIGN_OR_RETURN(const Store::Ticket ticket, to_.Insert(next_, &taken));
    next_ = {};
    return to_.Sync(ticket);
  }

  StoreSnapshot& from_;
  Store& to_;
  Insertion next_;
};

absl::Status RequireEmpty(Store& store) {
  bool empty = true;
  PHIVEIL_ASSIGN_OR_RETURN(const auto snapshot, store.Snapshot());
  const absl::Status seen = snapshot->ForEach("", [&](auto, auto) {
    empty = false;
    return absl::CancelledError("enough");
  });
  if (!empty) {
    return absl::FailedPreconditionError(
        Concat(store.name(), ": holds something already; a copy needs an empty place"));
  }
  return seen;
}

absl::StatusOr<Counters> CountersOf(const Sealer& sealer, StoreSnapshot& snapshot) {
  Counters sum;
  const absl::Status counted = snapshot.ForEach("c", [&](auto key, auto value) -> absl::Status {
    if (key.size() != 5) return absl::DataLossError("counters record is damaged");
    PHIVEIL_ASSIGN_OR_RETURN(const Counters counters, sealer.OpenCounters(GetFixed32(key.substr(1)), value));
    sum = Sum(sum, counters);
    return absl::OkStatus();
  });
  PHIVEIL_RETURN_IF_ERROR(counted);
  return sum;
}

}  // namespace
}  // namespace vault_internal

absl::StatusOr<VaultInfo> BackupVault(const VaultOptions& options, const std::string& to) {
  using namespace vault_internal;  // NOLINT(google-build-using-namespace): this function's part of it
  PHIVEIL_ASSIGN_OR_RETURN(const OpenedStore from, OpenStore(options, Access::kRead, {}));
  PHIVEIL_ASSIGN_OR_RETURN(const auto snapshot, from.store->Snapshot());
  PHIVEIL_ASSIGN_OR_RETURN(const Counters expected, CountersOf(*from.sealer, *snapshot));
  VaultOptions target = options;
  target.path = to;
  target.create = true;
  PHIVEIL_ASSIGN_OR_RETURN(const auto store, OpenBareStore(target, Access::kWrite, {}));
  PHIVEIL_RETURN_IF_ERROR(store->Start(*from.sealer));
  PHIVEIL_RETURN_IF_ERROR(RequireEmpty(*store));
  PHIVEIL_RETURN_IF_ERROR(Copy(*snapshot, *store).Run());
  PHIVEIL_ASSIGN_OR_RETURN(const Counters totals, store->Totals());
  if (totals.subjects != expected.subjects || totals.mappings != expected.mappings) {
    return absl::DataLossError(Concat("vault ", from.store->name(), ": speaks of ", expected.subjects, " subjects and ",
                                      expected.mappings, " values, but only ", totals.subjects, " and ",
                                      totals.mappings, " are there and were copied; `vault verify` says more"));
  }
  const Tag& id = from.sealer->vault_id();
  return VaultInfo{absl::BytesToHexString({id.data(), id.size()}), kVaultFormat, options.key->id(), totals.subjects,
                   totals.mappings};
}

absl::Status CompactVault(const VaultOptions& options) {
  VaultOptions existing = options;
  existing.create = false;
  PHIVEIL_ASSIGN_OR_RETURN(const auto opened, vault_internal::OpenStore(existing, vault_internal::Access::kWrite, {}));
  return opened.store->Compact();
}

}  // namespace phiveil

#include "vault/store.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace phiveil::vault_internal {

absl::Status Store::GetUnderWith(std::string_view prefix, const std::string& key, std::vector<StoreRecord>* records,
                                 std::optional<std::string>* value) {
  PHIVEIL_RETURN_IF_ERROR(GetUnder(prefix, records));
  PHIVEIL_ASSIGN_OR_RETURN(*value, GetOne(*this, key));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> GetOne(Store& store, std::string key) {
  std::vector<std::optional<std::string>> values;
  PHIVEIL_RETURN_IF_ERROR(store.Get({&key, 1}, &values));
  return std::move(values.at(0));
}

Counters Sum(const Counters& a, const Counters& b) {
  return {a.commits + b.commits, a.subjects + b.subjects, a.mappings + b.mappings,
          std::max(a.code_length, b.code_length)};
}

}  // namespace phiveil::vault_internal

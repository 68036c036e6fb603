#ifndef PHIVEIL_ACCESS_ACCESS_RULES_H_
#define PHIVEIL_ACCESS_ACCESS_RULES_H_

// The access file, read and checked.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "phiveil/access.h"

namespace phiveil::access_internal {

// 0: no limit.
struct Limits {
  uint64_t restores_per_minute = 0;
  uint64_t tokens_per_minute = 0;
};

struct Role {
  std::set<Act> may;
  Limits limits;
};

struct AccessRules {
  bool purpose_required = true;
  std::map<std::string, Role, std::less<>> roles;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> grants;  // actor, tenant -> roles
  std::set<std::string, std::less<>> speak_for_others;

  // INVALID_ARGUMENT says where: "access.json: grants[2]: there is no role 'clinican'".
  static absl::StatusOr<AccessRules> Parse(std::string_view json, std::string_view name);

  // What all roles of `asker` together allow. PERMISSION_DENIED without one that may.
  absl::StatusOr<Limits> Decide(Act act, const Asker& asker) const;
};

}  // namespace phiveil::access_internal

#endif  // PHIVEIL_ACCESS_ACCESS_RULES_H_

#include "access/access_rules.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/concat.h"
#include "base/status_macros.h"

namespace phiveil {
namespace {

constexpr std::array<std::string_view, 5> kActs = {"restore", "forget", "sweep", "rotate", "reencrypt"};

}  // namespace

std::string_view ActName(Act act) { return kActs[static_cast<size_t>(act)]; }

namespace access_internal {
namespace {

using simdjson::dom::element;
using Object = simdjson::dom::object;

constexpr std::string_view kEveryTenant = "*";
constexpr uint64_t kLargestLimit = 1'000'000'000;

std::optional<Act> ActOf(std::string_view name) {
  const auto it = std::find(kActs.begin(), kActs.end(), name);
  if (it == kActs.end()) return std::nullopt;
  return static_cast<Act>(it - kActs.begin());
}

class Reader {
 public:
  Reader(std::string_view name, AccessRules* rules) : name_(name), rules_(rules) {}

  absl::Status ReadAll(element root) {
    uint64_t format = 0;
    element roles, grants;
    bool has_roles = false, has_grants = false;
    PHIVEIL_RETURN_IF_ERROR(EachField(root, "the file", [&](std::string_view key, element value) {
      if (key == "format") return Number(value, key, &format);
      if (key == "purpose") return ReadPurpose(value);
      if (key == "speak_for_others") {
        return EachName(value, key, [&](std::string_view login) { return AddSpeaker(login); });
      }
      if (key == "roles") return Keep(value, &roles, &has_roles);
      if (key == "grants") return Keep(value, &grants, &has_grants);
      return Wrong(Concat("'", key, "' is not known; known are format, purpose, roles, grants, speak_for_others"));
    }));
    if (format != 1) return Wrong("\"format\": 1 is missing");
    if (!has_roles || !has_grants) return Wrong("\"roles\" and \"grants\" are needed");
    PHIVEIL_RETURN_IF_ERROR(EachField(
        roles, "roles", [&](std::string_view role, element value) { return ReadRole(std::string(role), value); }));
    return ReadGrants(grants);
  }

 private:
  absl::Status Wrong(std::string_view what) const { return absl::InvalidArgumentError(Concat(name_, ": ", what)); }

  static absl::Status Keep(element value, element* out, bool* has) {
    *out = value;
    *has = true;
    return absl::OkStatus();
  }

  template <typename Visit>
  absl::Status EachField(element value, std::string_view where, Visit visit) const {
    Object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return Wrong(Concat(where, " is not an object"));
    std::set<std::string_view> seen;
    for (const auto field : object) {
      if (!seen.insert(field.key).second) return Wrong(Concat(where, ": '", field.key, "' is given twice"));
      PHIVEIL_RETURN_IF_ERROR(visit(field.key, field.value));
    }
    return absl::OkStatus();
  }

  template <typename Visit>
  absl::Status EachName(element value, std::string_view where, Visit visit) const {
    simdjson::dom::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return Wrong(Concat(where, " is not a list"));
    for (const element one : array) {
      PHIVEIL_ASSIGN_OR_RETURN(const std::string_view name, Text(one, where));
      PHIVEIL_RETURN_IF_ERROR(visit(name));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string_view> Text(element value, std::string_view where) const {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return Wrong(Concat(where, " needs text in quotes"));
    if (text.empty()) return Wrong(Concat(where, " is empty"));
    return text;
  }

  absl::Status Number(element value, std::string_view where, uint64_t* out) const {
    if (value.get_uint64().get(*out) == simdjson::SUCCESS && *out <= kLargestLimit) return absl::OkStatus();
    return Wrong(Concat(where, " needs a whole number from 0 to ", kLargestLimit));
  }

  absl::Status ReadPurpose(element value) {
    PHIVEIL_ASSIGN_OR_RETURN(const std::string_view text, Text(value, "purpose"));
    if (text != "required" && text != "optional") return Wrong("purpose is required or optional");
    rules_->purpose_required = text == "required";
    return absl::OkStatus();
  }

  absl::Status AddSpeaker(std::string_view login) {
    rules_->speak_for_others.emplace(login);
    return absl::OkStatus();
  }

  absl::Status ReadRole(const std::string& name, element value) {
    const std::string where = Concat("role ", name);
    Role role;
    PHIVEIL_RETURN_IF_ERROR(EachField(value, where, [&](std::string_view key, element field) {
      if (key == "restores_per_minute")
        return Number(field, where + ": " + "restores_per_minute", &role.limits.restores_per_minute);
      if (key == "tokens_per_minute")
        return Number(field, where + ": " + "tokens_per_minute", &role.limits.tokens_per_minute);
      if (key != "may") {
        return Wrong(
            Concat(where, ": '", key, "' is not known; known are may, restores_per_minute, tokens_per_minute"));
      }
      return EachName(field, where, [&](std::string_view act) {
        const std::optional<Act> known = ActOf(act);
        if (!known) {
          return Wrong(
              Concat(where, ": there is no act '", act, "'; known are restore, forget, sweep, rotate, reencrypt"));
        }
        role.may.insert(*known);
        return absl::OkStatus();
      });
    }));
    if (role.may.empty()) return Wrong(Concat(where, " may do nothing"));
    rules_->roles.emplace(name, std::move(role));
    return absl::OkStatus();
  }

  absl::Status ReadGrants(element value) {
    simdjson::dom::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return Wrong("grants is not a list");
    size_t number = 0;
    for (const element grant : array) PHIVEIL_RETURN_IF_ERROR(ReadGrant(grant, Concat("grants[", number++, "]")));
    return absl::OkStatus();
  }

  absl::Status ReadGrant(element value, const std::string& where) {
    std::string actor, tenant;
    std::vector<std::string> roles;
    PHIVEIL_RETURN_IF_ERROR(EachField(value, where, [&](std::string_view key, element field) -> absl::Status {
      if (key == "actor" || key == "tenant") {
        PHIVEIL_ASSIGN_OR_RETURN((key == "actor" ? actor : tenant), Text(field, where + ": " + std::string(key)));
        return absl::OkStatus();
      }
      if (key != "roles") return Wrong(Concat(where, ": '", key, "' is not known; known are actor, tenant, roles"));
      return EachName(field, where, [&](std::string_view role) {
        if (!rules_->roles.contains(role)) return Wrong(Concat(where, ": there is no role '", role, "'"));
        roles.emplace_back(role);
        return absl::OkStatus();
      });
    }));
    if (actor.empty() || roles.empty()) return Wrong(Concat(where, " needs an actor and roles"));
    if (actor.find('*') != std::string::npos)
      return Wrong(Concat(where, ": an actor is one; nothing is granted to all"));
    if (!rules_->grants.emplace(std::pair(actor, tenant), std::move(roles)).second) {
      return Wrong(Concat(where, ": this actor and tenant have a grant already; name all roles in one"));
    }
    return absl::OkStatus();
  }

  const std::string name_;
  AccessRules* const rules_;
};

}  // namespace

absl::StatusOr<AccessRules> AccessRules::Parse(std::string_view json, std::string_view name) {
  simdjson::dom::parser parser;
  element root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root); error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(Concat(name, ": not JSON: ", simdjson::error_message(error)));
  }
  AccessRules rules;
  PHIVEIL_RETURN_IF_ERROR(Reader(name, &rules).ReadAll(root));
  return rules;
}

absl::StatusOr<Limits> AccessRules::Decide(Act act, const Asker& asker) const {
  if (asker.actor.empty()) return absl::PermissionDeniedError("access: nobody said who asks");
  const auto denied = [&](std::string_view why) { return absl::PermissionDeniedError(Concat("access: ", why)); };
  if (purpose_required && asker.purpose.empty()) return denied("a purpose is required");
  std::optional<Limits> limits;
  const auto higher = [](uint64_t a, uint64_t b) { return a == 0 || b == 0 ? 0 : std::max(a, b); };
  for (const std::string_view tenant : {asker.tenant, kEveryTenant}) {
    const auto it = grants.find(std::pair(std::string(asker.actor), std::string(tenant)));
    if (it == grants.end()) continue;
    for (const std::string& name : it->second) {
      const Role& role = roles.find(name)->second;
      if (!role.may.contains(act)) continue;
      const Limits& more = role.limits;
      limits = !limits ? more
                       : Limits{higher(limits->restores_per_minute, more.restores_per_minute),
                                higher(limits->tokens_per_minute, more.tokens_per_minute)};
    }
  }
  if (!limits) return denied(Concat("no role of this actor may ", ActName(act), " in this tenant"));
  return *limits;
}

}  // namespace access_internal
}  // namespace phiveil

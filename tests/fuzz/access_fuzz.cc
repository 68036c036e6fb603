// Any bytes as an access file: what parses admits nobody that it does not name, whatever else is in it.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "access/access_rules.h"

namespace phiveil::access_internal {
namespace {

void Require(bool condition) {
  if (!condition) abort();
}

void Try(std::string_view json) {
  const auto rules = AccessRules::Parse(json, "access.json");
  if (!rules.ok()) return Require(absl::IsInvalidArgument(rules.status()));
  constexpr Act kActs[] = {Act::kRestore, Act::kForget, Act::kSweep, Act::kRotate, Act::kReencrypt};
  const auto granted = [&](std::string_view actor, std::string_view tenant, Act act) {
    for (const auto& [who, roles] : rules->grants) {
      if (who.first != actor || (who.second != tenant && who.second != "*")) continue;
      for (const std::string& role : roles) {
        const auto found = rules->roles.find(role);
        Require(found != rules->roles.end());
        if (found->second.may.contains(act)) return true;
      }
    }
    return false;
  };
  const auto ask = [&](std::string_view actor, std::string_view tenant) {
    for (const Act act : kActs) {
      for (const std::string_view purpose : {"", "chart"}) {
        const bool may = rules->Decide(act, {actor, tenant, purpose}).ok();
        Require(may == (granted(actor, tenant, act) && !(rules->purpose_required && purpose.empty())));
      }
    }
  };
  for (const std::string_view tenant : {"", "ward-3", "*"}) ask("nobody at all", tenant);
  for (const auto& [who, roles] : rules->grants) {
    for (const std::string_view tenant :
         {std::string_view(who.second), std::string_view("another"), std::string_view()}) {
      ask(who.first, tenant);
    }
  }
}

}  // namespace
}  // namespace phiveil::access_internal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  phiveil::access_internal::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}

#include "rules/builtin.h"

#include <cstdint>

// Written by rules/CMakeLists.txt in assembly, around the compiled files.
extern "C" {

struct PhiveilBuiltinPolicy {
  const char* name;  // ends with NUL
  const char* begin;
  const char* end;
};

extern const char phiveil_builtin_pack[];
extern const char phiveil_builtin_pack_end[];
extern const PhiveilBuiltinPolicy phiveil_builtin_policies[];
extern const uint64_t phiveil_builtin_policy_count;
}

namespace phiveil {
namespace {

std::string_view Between(const char* begin, const char* end) { return {begin, static_cast<size_t>(end - begin)}; }

}  // namespace

std::string_view BuiltinPack() { return Between(phiveil_builtin_pack, phiveil_builtin_pack_end); }

std::optional<std::string_view> BuiltinPolicy(std::string_view name) {
  for (uint64_t i = 0; i < phiveil_builtin_policy_count; ++i) {
    const PhiveilBuiltinPolicy& policy = phiveil_builtin_policies[i];
    if (name == policy.name) return Between(policy.begin, policy.end);
  }
  return std::nullopt;
}

std::vector<std::string_view> BuiltinPolicyNames() {
  std::vector<std::string_view> names;
  for (uint64_t i = 0; i < phiveil_builtin_policy_count; ++i) names.emplace_back(phiveil_builtin_policies[i].name);
  return names;
}

}  // namespace phiveil

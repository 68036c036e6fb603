#include "rules/builtin.h"

#include <cstdint>
#include <span>

// Written by rules/CMakeLists.txt in assembly, around the compiled files.
extern "C" {

struct PhiveilBuiltinPolicy {  // or a task
  const char* name;  // ends with NUL
  const char* begin;
  const char* end;
};

extern const char phiveil_builtin_pack[];
extern const char phiveil_builtin_pack_end[];
extern const PhiveilBuiltinPolicy phiveil_builtin_policies[];
extern const uint64_t phiveil_builtin_policy_count;
extern const PhiveilBuiltinPolicy phiveil_builtin_tasks[];
extern const uint64_t phiveil_builtin_task_count;
}

namespace phiveil {
namespace {

std::string_view Between(const char* begin, const char* end) { return {begin, static_cast<size_t>(end - begin)}; }

using Entries = std::span<const PhiveilBuiltinPolicy>;
Entries Policies() { return {phiveil_builtin_policies, phiveil_builtin_policy_count}; }
Entries Tasks() { return {phiveil_builtin_tasks, phiveil_builtin_task_count}; }

std::optional<std::string_view> Find(Entries entries, std::string_view name) {
  for (const PhiveilBuiltinPolicy& entry : entries) {
    if (name == entry.name) return Between(entry.begin, entry.end);
  }
  return std::nullopt;
}

std::vector<std::string_view> Names(Entries entries) {
  std::vector<std::string_view> names;
  for (const PhiveilBuiltinPolicy& entry : entries) names.emplace_back(entry.name);
  return names;
}

}  // namespace

std::string_view BuiltinPack() { return Between(phiveil_builtin_pack, phiveil_builtin_pack_end); }

std::optional<std::string_view> BuiltinPolicy(std::string_view name) { return Find(Policies(), name); }
std::vector<std::string_view> BuiltinPolicyNames() { return Names(Policies()); }
std::optional<std::string_view> BuiltinTask(std::string_view name) { return Find(Tasks(), name); }
std::vector<std::string_view> BuiltinTaskNames() { return Names(Tasks()); }

}  // namespace phiveil

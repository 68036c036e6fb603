#ifndef PHIVEIL_RULES_BUILTIN_H_
#define PHIVEIL_RULES_BUILTIN_H_

// The pack and the policies that are compiled into the program, so that it needs no file beside it.
//
//   auto pack   = RulePack::Load(BuiltinPack());
//   auto policy = Policy::Load(*BuiltinPolicy("safe_harbor"));
//
// They are the files rules/us.pack and rules/policies/*.policy of the build, byte for byte.

#include <optional>
#include <string_view>
#include <vector>

namespace phiveil {

// The `us` pack, as RulePack::Load takes it.
std::string_view BuiltinPack();

// A policy by its name, as Policy::Load takes it. Nothing for an unknown name.
std::optional<std::string_view> BuiltinPolicy(std::string_view name);

// In alphabetical order.
std::vector<std::string_view> BuiltinPolicyNames();

// A task's YAML by its name (rules/tasks), as rules::ReadTaskProfile takes it.
std::optional<std::string_view> BuiltinTask(std::string_view name);
std::vector<std::string_view> BuiltinTaskNames();

}  // namespace phiveil

#endif  // PHIVEIL_RULES_BUILTIN_H_

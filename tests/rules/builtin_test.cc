#include "rules/builtin.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "phiveil/policy.h"
#include "phiveil/rule_pack.h"

namespace phiveil {
namespace {

TEST(Builtin, PackLoads) {
  RulePack::LoadOptions options;
  options.run_examples = false;
  const auto pack = RulePack::Load(BuiltinPack(), options);
  ASSERT_TRUE(pack.ok()) << pack.status();
  EXPECT_GT((*pack)->rules().size(), 0u);
}

TEST(Builtin, PoliciesLoadByTheirNames) {
  const std::vector<std::string_view> names = BuiltinPolicyNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_NE(std::find(names.begin(), names.end(), "safe_harbor"), names.end());
  for (std::string_view name : names) {
    const auto bytes = BuiltinPolicy(name);
    ASSERT_TRUE(bytes.has_value()) << name;
    const auto policy = Policy::Load(*bytes);
    ASSERT_TRUE(policy.ok()) << policy.status();
    EXPECT_EQ(policy->name(), name);
  }
  EXPECT_FALSE(BuiltinPolicy("safe").has_value());
  EXPECT_FALSE(BuiltinPolicy("").has_value());
}

}  // namespace
}  // namespace phiveil

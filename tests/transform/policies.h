#ifndef PHIVEIL_TESTS_TRANSFORM_POLICIES_H_
#define PHIVEIL_TESTS_TRANSFORM_POLICIES_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "phiveil/policy.h"
#include "policy.pb.h"

namespace phiveil::testing {

// A valid policy without a claim: `action` for every category.
inline pb::Policy PlainPolicy(Action action, Basis basis = Basis::kNone) {
  pb::Policy policy;
  policy.set_format(1);
  policy.set_name("test");
  policy.set_version("1");
  policy.set_basis(static_cast<uint32_t>(basis));
  for (uint32_t i = 1; i < kCategoryCount; ++i) {
    pb::CategoryRule* rule = policy.add_categories();
    rule->set_category(i);
    rule->set_action(static_cast<uint32_t>(action));
    rule->set_threshold(0.5f);
  }
  return policy;
}

inline pb::CategoryRule* RuleOf(pb::Policy* policy, Category category) {
  return policy->mutable_categories(static_cast<int>(category) - 1);
}

inline void SetAction(pb::Policy* policy, Category category, Action action) {
  RuleOf(policy, category)->set_action(static_cast<uint32_t>(action));
}

inline Policy Loaded(const pb::Policy& policy) {
  auto loaded = Policy::Load(policy.SerializeAsString());
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() ? *loaded : Policy();
}

}  // namespace phiveil::testing

#endif  // PHIVEIL_TESTS_TRANSFORM_POLICIES_H_

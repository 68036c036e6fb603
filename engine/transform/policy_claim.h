#ifndef PHIVEIL_TRANSFORM_POLICY_CLAIM_H_
#define PHIVEIL_TRANSFORM_POLICY_CLAIM_H_

// Whether a policy's actions bear its basis.

#include "absl/status/status.h"
#include "phiveil/policy.h"

namespace phiveil {

// INVALID_ARGUMENT naming category, action and paragraph of 45 CFR 164.514.
absl::Status CheckClaim(Basis basis, Category category, const CategoryPolicy& rule);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_POLICY_CLAIM_H_

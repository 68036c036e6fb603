#ifndef PHIVEIL_TRANSFORM_REDACT_H_
#define PHIVEIL_TRANSFORM_REDACT_H_

// From decided findings to the redacted text, in two steps with the vault between them:
//
//   RedactionPlan plan = PlanRedaction(text, findings, policy, 2026);
//   vault.Assign(subject, plan.values, &codes);
//   auto out = RenderRedaction(text, std::move(findings), std::move(plan), codes);
//
// `text` must outlive the plan. `findings`: byte offsets of the text, in order, not overlapping.
//
// No text that stays can be taken for one of our tokens, not even where what stood beside it was
// replaced: such stretches are replaced too (lookalikes.h), so that restoring gives the input back
// byte by byte.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "phiveil/deidentifier.h"
#include "phiveil/policy.h"
#include "phiveil/task.h"
#include "phiveil/token.h"
#include "phiveil/vault.h"
#include "transform/seal.h"
#include "transform/surrogate.h"

namespace phiveil {

struct RedactionPlan {
  static constexpr uint32_t kNoValue = ~uint32_t{0};

  struct Edit {
    uint32_t begin, end;
    uint32_t finding;  // its number; kNoValue for what a task leaves out
    uint32_t value;    // its number in `values`, for Action::kToken
    Category category;
    Action action;
    bool bare;  // Finding::bare
    std::string shown;
    std::string written;  // what stands for it, for all actions but keep, tag, token and drop
  };

  std::vector<Edit> edits;           // the findings that are replaced, in order
  std::vector<Vault::Value> values;  // what needs a code, in order
  bool amended = false;              // `findings` takes the place of those that were handed in
  std::vector<Finding> findings;
};

inline constexpr std::string_view kLeftOutText = "[section left out]";

// What some actions write with. A null one makes them fall back to a token, without a vault to a tag.
struct Writers {
  Surrogates* surrogates = nullptr;  // surrogate, shift, code
  const SubjectSealer* sealer = nullptr;
  std::span<const TextStretch> left_out{};  // by the task; in order, not overlapping
};

RedactionPlan PlanRedaction(std::string_view text, std::span<const Finding> findings, const Policy& policy,
                            int reference_year, const Writers& writers = {});

// `codes`: one for each of the plan's values. INVALID_ARGUMENT when the result would be 4 GiB or more.
absl::StatusOr<Redacted> RenderRedaction(std::string_view text, std::vector<Finding>&& findings, RedactionPlan&& plan,
                                         std::span<const TokenCode> codes);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_REDACT_H_

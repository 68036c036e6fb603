// Any bytes as a policy, compiled or not, a task or a deployment profile: what is taken keeps the promises of its
// kind, what is not is refused with a reason.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "compiler/policy_compiler.h"
#include "compiler/profile_reader.h"
#include "phiveil/deployment.h"
#include "phiveil/policy.h"
#include "policy.pb.h"

namespace phiveil {
namespace {

void Require(bool condition) {
  if (!condition) abort();
}

void CheckPolicy(const Policy& policy) {
  for (size_t i = 1; i < kCategoryCount; ++i) {
    const CategoryPolicy& rule = policy.RuleFor(static_cast<Category>(i));
    Require(rule.expire_days <= Policy::kMostExpireDays && rule.threshold > 0 && rule.threshold <= 1);
  }
  if (policy.basis() == Basis::kSafeHarbor) {
    for (const Category direct : {Category::kName, Category::kSsn, Category::kMrn, Category::kDate, Category::kEmail}) {
      Require(policy.RuleFor(direct).action != Action::kKeep && !IsDerived(policy.RuleFor(direct)));
    }
  }
  const Policy strict = policy.RestrictedTo({});
  Require(!strict.Uses(Action::kKeep) && !strict.Uses(Action::kYear) && !strict.Uses(Action::kZip3));
  Require(strict.NeedsVault() == policy.NeedsVault());
  Require(!ExplainPolicy(policy, nullptr).empty());
}

void TryCompiled(std::string_view bytes) {
  const auto policy = Policy::Load(bytes);
  if (!policy.ok()) return Require(absl::IsInvalidArgument(policy.status()));
  CheckPolicy(*policy);
}

void TryPolicy(std::string_view text) {
  rules::Diagnostics diagnostics;
  const auto bytes = rules::CompilePolicyText("p.yaml", std::string(text), &diagnostics);
  Require(bytes.has_value() == (diagnostics.errors() == 0));
  if (!bytes) return;
  const auto policy = Policy::Load(*bytes);
  Require(policy.ok());
  CheckPolicy(*policy);
}

// Keeps everything and claims nothing.
const Policy& Nothing() {
  static const Policy* const policy = [] {
    pb::Policy keeping;
    keeping.set_format(1);
    keeping.set_name("p");
    keeping.set_version("1");
    for (uint32_t i = 1; i < kCategoryCount; ++i) {
      pb::CategoryRule* rule = keeping.add_categories();
      rule->set_category(i);
      rule->set_threshold(0.5f);
    }
    auto loaded = Policy::Load(keeping.SerializeAsString());
    Require(loaded.ok());
    return new Policy(*std::move(loaded));
  }();
  return *policy;
}

void TryProfile(std::string_view text) {
  rules::Diagnostics diagnostics;
  const auto profile = rules::ReadDeploymentProfile("p.yaml", std::string(text), &diagnostics);
  Require(profile.has_value() == (diagnostics.errors() == 0));
  if (!profile) return;
  for (const Jurisdiction where : {Jurisdiction::kUnstated, Jurisdiction::kUs, Jurisdiction::kEu}) {
    const GateDecision decision = DecideGate(*profile, {&Nothing(), nullptr, where, "2026-11-23"});
    Require(decision.allowed == decision.reasons.empty());
    if (!decision.allowed) continue;
    const bool eu = where == Jurisdiction::kEu;
    Require((eu ? profile->dpa : profile->baa).in_place);
    const auto& regions = eu ? profile->eu_regions : profile->us_regions;
    Require(std::ranges::find(regions, profile->inference_region) != regions.end());
    Require(std::ranges::find(regions, profile->vault_region) != regions.end());
    Require(profile->encrypted_at_rest && profile->no_training);
  }
  Require(!WriteRegister(*profile, Nothing(), nullptr, "2026-11-23").markdown.empty());
}

void TryTask(std::string_view text) {
  rules::Diagnostics diagnostics;
  const auto task = rules::ReadTaskProfile("t.yaml", std::string(text), &diagnostics);
  Require(task.has_value() == (diagnostics.errors() == 0));
  if (!task) return;
  const std::string note = std::string("Before.\nHPI:\nCough.\nPlan: rest.\n").append(text);
  uint32_t last = 0;
  for (const TextStretch& gap : LeftOut(note, *task)) {
    Require(gap.begin >= last && gap.begin < gap.end && gap.end <= note.size());
    last = gap.end;
  }
}

}  // namespace
}  // namespace phiveil

// The first byte says as what the rest is read.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      phiveil::TryCompiled(input);
      break;
    case 1:
      phiveil::TryPolicy(input);
      break;
    case 2:
      phiveil::TryProfile(input);
      break;
    default:
      phiveil::TryTask(input);
  }
  return 0;
}

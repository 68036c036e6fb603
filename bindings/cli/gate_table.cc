// The gate's decisions on 24 cases, decided anew each time it is printed: provider × agreement × region × basis.

#include <algorithm>
#include <vector>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/commands.h"
#include "cli/session.h"

namespace phiveil::cli {
namespace {

constexpr std::string_view kDay = "2026-11-23";
constexpr std::string_view kPolicies[] = {"safe_harbor", "limited_data_set", "surrogate_research"};

// All else about it is sound, and US subjects' texts may go to US regions.
DeploymentProfile ProfileOf(Provider provider, bool agreed, bool inside) {
  const bool anthropic = provider == Provider::kAnthropicApi;
  DeploymentProfile profile;
  profile.name = "case";
  profile.version = "1";
  profile.provider = provider;
  if (agreed) {
    profile.baa = {true, anthropic ? "Anthropic, PBC" : "Amazon Web Services, Inc.", "contract 17", "2024-01-01", ""};
  }
  profile.no_training = true;
  profile.training_reference = "terms 3";
  profile.vault_region = anthropic ? "us" : "us-east-1";
  profile.inference_region = inside ? profile.vault_region : anthropic ? "eu" : "eu-central-1";
  profile.us_regions = {profile.vault_region};
  profile.tls_minimum = "1.2";
  profile.encrypted_at_rest = true;
  profile.key_owner = "customer";
  return profile;
}

// " baa.missing, kept.without_baa": each once, though several categories may share it.
std::string Codes(const GateDecision& decision) {
  std::vector<std::string> seen;
  std::string out;
  for (const GateReason& reason : decision.reasons) {
    if (std::find(seen.begin(), seen.end(), reason.code) != seen.end()) continue;
    out += Concat(seen.empty() ? " " : ", ", reason.code);
    seen.push_back(reason.code);
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> GateTable() {
  std::string out = "| provider | BAA | region of inference | policy | basis | answer |\n|---|---|---|---|---|---|\n";
  for (const Provider provider : {Provider::kAnthropicApi, Provider::kAmazonBedrock}) {
    for (const bool agreed : {true, false}) {
      for (const bool inside : {true, false}) {
        const DeploymentProfile profile = ProfileOf(provider, agreed, inside);
        for (const std::string_view name : kPolicies) {
          PHIVEIL_ASSIGN_OR_RETURN(const Policy policy, OpenPolicy(std::string(name)));
          const GateDecision decision = DecideGate(profile, {&policy, nullptr, Jurisdiction::kUs, std::string(kDay)});
          out +=
              Concat("| ", ProviderName(provider), " | ", agreed ? "in force" : "none", " | ", profile.inference_region,
                     " | ", name, " | ", BasisName(policy.basis()), " | ", decision.allowed ? "**allow**" : "deny:");
          out += Concat(Codes(decision), " |\n");
        }
      }
    }
  }
  return out;
}

}  // namespace phiveil::cli

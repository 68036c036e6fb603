#ifndef PHIVEIL_DEPLOYMENT_H_
#define PHIVEIL_DEPLOYMENT_H_

// Where text may go: a profile of the model service that is called, and the gate that decides by it.
//
//   DeploymentProfile profile = …;                          // rules/profiles/*.yaml shows all keys
//   GateDecision decision = DecideGate(profile, {.policy = &policy, .jurisdiction = Jurisdiction::kEu, .today =
//   "2026-11-23"}); if (!decision.allowed) for (const GateReason& r : decision.reasons) Tell(r.text, r.source);
//
// The gate knows what the profile *says*. Whether an agreement was signed, whom it covers and whether a
// region is the one a request really goes to is the operator's to see to; the profile is its word. What was taken on
// that word is listed with every decision (`believed`).
//
// It denies, each with its own reason, and never for the first one alone:
//   baa.missing, baa.dates (none, no days, or the last before the first), baa.not_yet, baa.expired, baa.party
//        Protected text of US subjects needs an agreement with the provider in force today. Text under a Safe
//        Harbor basis is not protected health information (45 CFR 164.502(d)(2)) and may go without one.
//   kept.without_baa      without such an agreement no listed category may stay, whatever the basis says
//   dpa.*                 the same for EU subjects and the processing agreement (GDPR Art. 28(3)), whatever the
//                         basis: pseudonymised text is personal data (Recital 26)
//   allowed_regions       the profile allows a region that nobody knows, or for EU subjects one outside the Union
//   region.not_providers  the provider has no region of that name
//   region.unknown, region.not_allowed, region.not_eu, vault_region.…
//        The regions of inference and vault must be known, be among those that the profile allows for the
//        jurisdiction, and for EU subjects lie in the European Union. "global" lies nowhere.
//   training              that texts are not used for training is confirmed, for protected and for EU text
//   tls                   at least 1.2 (45 CFR 164.312(e)(1))
//   at_rest, key_owner    encrypted at rest, and whose the key is (45 CFR 164.312(a)(2)(iv))
// Without a jurisdiction both count.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "phiveil/policy.h"
#include "phiveil/task.h"

namespace phiveil {

enum class Provider { kAnthropicApi, kAmazonBedrock };
std::string_view ProviderName(Provider provider);   // "anthropic_api"
std::string_view ProviderTitle(Provider provider);  // "Anthropic API"

struct Agreement {
  bool in_place = false;
  std::string with;       // the other party, as it signed
  std::string reference;  // where the paper is
  std::string from;       // YYYY-MM-DD
  std::string until;      // YYYY-MM-DD, that day included; empty: until it is terminated
};

struct DeploymentProfile {
  std::string name, version, about;
  Provider provider = Provider::kAnthropicApi;
  std::string model;
  Agreement baa;
  Agreement dpa;
  bool no_training = false;  // confirmed in the terms
  std::string training_reference;
  std::string inference_region;  // us-east-1, eu-central-1, …; of the Anthropic API us, eu or global
  std::string vault_region;
  std::vector<std::string> us_regions, eu_regions;  // allowed for subjects of that jurisdiction
  std::string tls_minimum;                          // "1.2", "1.3"
  bool encrypted_at_rest = false;
  std::string key_owner;  // customer or provider

  // For the register of processing (GDPR Art. 30).
  struct Party {
    std::string name, contact, role, location;
  };
  Party controller, representative, protection_officer;
  std::vector<Party> sub_processors;
  std::vector<std::string> purposes, data_subjects, data_categories, recipients, measures;
  std::vector<std::pair<std::string, std::string>> transfers;  // country, safeguard
  std::string retention;
};

enum class Jurisdiction { kUnstated, kUs, kEu };

struct GateQuery {
  const Policy* policy = nullptr;
  const TaskProfile* task = nullptr;  // tightens the policy
  Jurisdiction jurisdiction = Jurisdiction::kUnstated;
  std::string today;  // YYYY-MM-DD
};

struct GateReason {
  std::string code;    // "baa.expired"
  std::string text;    // a sentence
  std::string source;  // "45 CFR 164.504(e)"
};

struct GateDecision {
  bool allowed = false;
  std::vector<GateReason> reasons;   // why not; empty when allowed
  std::vector<GateReason> held;      // what was asked and held, and what the operator should know besides
  std::vector<GateReason> believed;  // what the profile says and no program can check
};

GateDecision DecideGate(const DeploymentProfile& profile, const GateQuery& query);

// The entry in the record of processing activities, GDPR Art. 30(1): from the profile, policy and task alone. What the
// profile does not say is written as "not stated" and named in `missing`.
struct RegisterEntry {
  std::string markdown;
  std::string json;
  std::vector<std::string> missing;
};
RegisterEntry WriteRegister(const DeploymentProfile& profile, const Policy& policy, const TaskProfile* task,
                            std::string_view today);

// The policy in words for a privacy officer: what leaves, what stays, what comes back, what the result may be called.
std::string ExplainPolicy(const Policy& policy, const TaskProfile* task);

}  // namespace phiveil

#endif  // PHIVEIL_DEPLOYMENT_H_

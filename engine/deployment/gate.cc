#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>
#include <utility>

#include "base/concat.h"
#include "phiveil/deployment.h"

namespace phiveil {
namespace {

// In the European Union. London and Zurich are not, whatever their names say.
constexpr std::string_view kEuRegions[] = {"eu",         "eu-central-1", "eu-north-1", "eu-south-1",
                                           "eu-south-2", "eu-west-1",    "eu-west-3"};
constexpr std::string_view kOtherRegions[] = {"us",
                                              "us-east-1",
                                              "us-east-2",
                                              "us-west-1",
                                              "us-west-2",
                                              "us-gov-east-1",
                                              "us-gov-west-1",
                                              "ca-central-1",
                                              "ca-west-1",
                                              "eu-west-2",
                                              "eu-central-2",
                                              "ap-northeast-1",
                                              "ap-northeast-2",
                                              "ap-northeast-3",
                                              "ap-south-1",
                                              "ap-south-2",
                                              "ap-southeast-1",
                                              "ap-southeast-2",
                                              "ap-southeast-3",
                                              "ap-southeast-4",
                                              "sa-east-1",
                                              "me-south-1",
                                              "me-central-1",
                                              "il-central-1",
                                              "af-south-1",
                                              "global"};

bool Has(std::span<const std::string_view> list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

// Days as they are written compare as they follow each other.
bool IsDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  int parts[3] = {};
  for (size_t i = 0, part = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7)
      ++part;
    else if (text[i] < '0' || text[i] > '9')
      return false;
    else
      parts[part] = parts[part] * 10 + (text[i] - '0');
  }
  return (std::chrono::year(parts[0]) / parts[1] / parts[2]).ok();
}

class Gate {
 public:
  Gate(const DeploymentProfile& profile, const GateQuery& query)
      : profile_(profile),
        query_(query),
        policy_(query.task == nullptr ? *query.policy : query.policy->RestrictedTo(query.task->may_stay)),
        us_(query.jurisdiction != Jurisdiction::kEu),
        eu_(query.jurisdiction != Jurisdiction::kUs),
        protected_(policy_.basis() != Basis::kSafeHarbor) {}

  GateDecision Decide() {
    if (!IsDay(query_.today)) Deny("today", "the day of the decision is not known", "");
    if (us_) AskBusinessAssociate();
    if (eu_) AskAgreement("dpa", "data processing agreement", profile_.dpa, "GDPR Art. 28(3)");
    if (us_) AskRegions("US", profile_.us_regions, false);
    if (eu_) AskRegions("EU", profile_.eu_regions, true);
    AskSafeguards();
    TellOfTask();
    TellWhatIsBelieved();
    out_.allowed = out_.reasons.empty();
    return std::move(out_);
  }

 private:
  void Deny(std::string code, std::string text, std::string_view source) {
    out_.reasons.push_back({std::move(code), std::move(text), std::string(source)});
  }
  void Hold(std::string code, std::string text, std::string_view source) {
    out_.held.push_back({std::move(code), std::move(text), std::string(source)});
  }
  void Ask(bool holds, std::string_view code, std::string_view yes, std::string_view no, std::string_view source) {
    if (holds)
      Hold(std::string(code), std::string(yes), source);
    else
      Deny(std::string(code), std::string(no), source);
  }

  void AskBusinessAssociate() {
    GateDecision kept = std::exchange(out_, {});
    AskAgreement("baa", "business associate agreement", profile_.baa, "45 CFR 164.502(e), 164.504(e)");
    const bool in_force = out_.reasons.empty();
    GateDecision asked = std::exchange(out_, std::move(kept));
    if (in_force || protected_) {
      std::ranges::move(asked.reasons, std::back_inserter(out_.reasons));
      std::ranges::move(asked.held, std::back_inserter(out_.held));
    } else {
      Hold("basis",
           "no business associate agreement is in force, and none is needed: the policy's basis is Safe Harbor",
           "45 CFR 164.502(d)(2)");
    }
    if (!in_force) AskNothingKept();
  }

  void AskNothingKept() {
    for (size_t i = 1; i < kCategoryCount; ++i) {
      const auto category = static_cast<Category>(i);
      if (category == Category::kState || category == Category::kCountry) continue;  // on no list
      if (policy_.RuleFor(category).action != Action::kKeep) continue;
      Deny("kept.without_baa",
           Concat("the policy keeps ", CategoryName(category), ", and no business associate agreement is in force"),
           "45 CFR 164.502(e), 164.514(b)(2)");
    }
  }

  void AskAgreement(std::string_view code, std::string_view what, const Agreement& agreement, std::string_view source) {
    const auto deny = [&](std::string_view kind, const std::string& text) {
      Deny(Concat(code, ".", kind), text, source);
    };
    if (!agreement.in_place) return deny("missing", Concat("there is no ", what, " in place"));
    const size_t before = out_.reasons.size();
    const std::string party = Lower(agreement.with);
    const bool ours = profile_.provider == Provider::kAnthropicApi
                          ? party.find("anthropic") != std::string::npos
                          : party.find("amazon") != std::string::npos || party.find("aws") != std::string::npos;
    if (!ours) deny("party", Concat("the ", what, " is not with the provider, ", ProviderTitle(profile_.provider)));
    if (!IsDay(agreement.from) || (!agreement.until.empty() && !IsDay(agreement.until))) {
      deny("dates", Concat("the ", what, " does not say from when, as YYYY-MM-DD, or until when"));
    } else if (!agreement.until.empty() && agreement.until < agreement.from) {
      deny("dates", Concat("the ", what, " ends before it begins"));
    } else if (query_.today < agreement.from) {
      deny("not_yet", Concat("the ", what, " begins on ", agreement.from));
    } else if (!agreement.until.empty() && query_.today > agreement.until) {
      deny("expired", Concat("the ", what, " ended on ", agreement.until));
    }
    if (agreement.reference.empty()) deny("reference", Concat("the ", what, " has no reference to where it is kept"));
    if (out_.reasons.size() == before) {
      Hold(std::string(code), Concat("a ", what, " with ", agreement.with, " (", agreement.reference, ") is in force"),
           source);
    }
  }

  void AskRegions(std::string_view jurisdiction, const std::vector<std::string>& allowed, bool eu) {
    const std::string_view source = eu ? "GDPR Art. 44" : "the profile";
    for (const std::string& region : allowed) {
      if (Has(kEuRegions, region) || (!eu && Has(kOtherRegions, region))) continue;
      Deny("allowed_regions",
           Concat("'", region, "', allowed for ", jurisdiction, " subjects, ",
                  eu ? "is no region of the European Union" : "is not a region that is known"),
           source);
    }
    const std::pair<std::string_view, std::string_view> places[] = {{"region", profile_.inference_region},
                                                                    {"vault_region", profile_.vault_region}};
    for (const auto& [code, region] : places) {
      const std::string_view what = code == "region" ? "inference" : "the vault";
      if (!Has(kEuRegions, region) && !Has(kOtherRegions, region)) {
        Deny(Concat(code, ".unknown"), Concat("the region of ", what, ", '", region, "', is not known"), source);
        continue;
      }
      // Amazon's are cities' and countries', with a number; the Anthropic API's are not.
      const bool amazons = region.find('-') != std::string_view::npos;
      if (code == "region" && amazons != (profile_.provider == Provider::kAmazonBedrock)) {
        Deny("region.not_providers",
             Concat("the region of inference, ", region, ", is none of ", ProviderTitle(profile_.provider)), source);
        continue;
      }
      const bool listed = std::ranges::find(allowed, region) != allowed.end();
      if (!listed) {
        Deny(Concat(code, ".not_allowed"),
             Concat("the region of ", what, ", ", region, ", is not among those allowed for ", jurisdiction,
                    " subjects"),
             source);
      }
      if (eu && !Has(kEuRegions, region)) {
        Deny(Concat(code, ".not_eu"),
             Concat("the region of ", what, ", ", region, ", does not lie in the European Union"), source);
      } else if (listed) {
        Hold(std::string(code),
             Concat("the region of ", what, ", ", region, ", is allowed for ", jurisdiction, " subjects"), source);
      }
    }
  }

  void AskSafeguards() {
    if (protected_ || eu_) {
      Ask(profile_.no_training && !profile_.training_reference.empty(), "training",
          "that texts are not used for training is confirmed",
          "it is not confirmed, with a reference, that texts are not used for training",
          "45 CFR 164.504(e)(2), GDPR Art. 28(3)(a)");
    }
    Ask(profile_.tls_minimum == "1.2" || profile_.tls_minimum == "1.3", "tls", "TLS is at least 1.2",
        "the least version of TLS is not 1.2 or 1.3", "45 CFR 164.312(e)(1), GDPR Art. 32");
    Ask(profile_.encrypted_at_rest, "at_rest", "what is stored is encrypted",
        "it is not said that what is stored is encrypted", "45 CFR 164.312(a)(2)(iv), GDPR Art. 32");
    Ask(profile_.key_owner == "customer" || profile_.key_owner == "provider", "key_owner",
        Concat("the key to it is the ", profile_.key_owner, "'s"),
        "it is not said whose the key to it is: customer or provider", "45 CFR 164.312(a)(2)(iv), GDPR Art. 32");
  }

  void TellOfTask() {
    if (query_.task != nullptr) {
      Hold("task", Concat("limited to what the task ", query_.task->name, " needs"),
           "45 CFR 164.502(b), GDPR Art. 5(1)(c)");
    } else if (protected_) {
      Hold("note", "no task is named: that no more goes than is needed must be seen to elsewhere",
           "45 CFR 164.502(b), GDPR Art. 5(1)(c)");
    }
  }

  // No program can look these up. Whoever answers for the profile has to.
  void TellWhatIsBelieved() {
    const auto believe = [&](std::string_view code, std::string text, std::string_view source) {
      out_.believed.push_back({std::string(code), std::move(text), std::string(source)});
    };
    const auto agreement = [&](std::string_view code, std::string_view what, const Agreement& paper,
                               std::string_view source) {
      if (!paper.in_place) return;
      believe(code,
              Concat("that the ", what, " (", paper.reference, ") was signed by ", paper.with,
                     ", covers this service and has not been terminated"),
              source);
    };
    if (us_) agreement("baa", "business associate agreement", profile_.baa, "45 CFR 164.504(e)");
    if (eu_) agreement("dpa", "data processing agreement", profile_.dpa, "GDPR Art. 28(3)");
    believe("region", Concat("that requests go to ", profile_.inference_region, " and are answered there"),
            "GDPR Art. 44");
    believe("vault_region", Concat("that the vault and its copies lie in ", profile_.vault_region), "GDPR Art. 44");
    believe("tls", Concat("that the client refuses TLS older than ", profile_.tls_minimum), "45 CFR 164.312(e)(1)");
    believe("at_rest", "that what is stored is encrypted, and who has the key", "45 CFR 164.312(a)(2)(iv)");
    if (protected_ || eu_) {
      believe("training", Concat("that the terms (", profile_.training_reference, ") keep texts out of training"),
              "45 CFR 164.504(e)(2), GDPR Art. 28(3)(a)");
    }
    believe("jurisdiction",
            us_ && eu_ ? "nothing of whose the texts are: the rules of both were asked"
                       : Concat("that the texts are about ", us_ ? "US" : "EU", " subjects alone"),
            "");
    if (!protected_) {
      believe("basis", "that recognition has missed nothing, and nobody knows who the rest is about",
              "45 CFR 164.514(b)(2)(ii)");
    }
  }

  const DeploymentProfile& profile_;
  const GateQuery& query_;
  const Policy policy_;
  const bool us_, eu_;
  const bool protected_;
  GateDecision out_;
};

}  // namespace

std::string_view ProviderName(Provider provider) {
  return provider == Provider::kAnthropicApi ? "anthropic_api" : "amazon_bedrock";
}

std::string_view ProviderTitle(Provider provider) {
  return provider == Provider::kAnthropicApi ? "Anthropic API" : "Amazon Bedrock";
}

GateDecision DecideGate(const DeploymentProfile& profile, const GateQuery& query) {
  if (query.policy == nullptr) return {false, {{"policy", "no policy was given", ""}}, {}, {}};
  return Gate(profile, query).Decide();
}

}  // namespace phiveil

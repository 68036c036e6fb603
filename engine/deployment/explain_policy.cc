#include <map>

#include "base/concat.h"
#include "phiveil/deployment.h"

namespace phiveil {
namespace {

constexpr std::string_view kWhat[] = {"",
                                      "names of patients, relatives and staff",
                                      "places below the State",
                                      "street addresses",
                                      "towns and cities",
                                      "counties",
                                      "ZIP codes",
                                      "States",
                                      "countries",
                                      "hospitals, clinics, pharmacies",
                                      "employers, schools, insurers",
                                      "dates",
                                      "ages",
                                      "telephone numbers",
                                      "fax numbers",
                                      "e-mail addresses",
                                      "social security numbers",
                                      "medical record numbers",
                                      "health plan numbers",
                                      "account numbers",
                                      "licence and certificate numbers",
                                      "vehicles",
                                      "devices",
                                      "web addresses",
                                      "network addresses",
                                      "biometrics",
                                      "photographs",
                                      "other unique numbers"};
static_assert(std::size(kWhat) == kCategoryCount);

std::string Becomes(const CategoryPolicy& rule) {
  constexpr std::string_view kShown[] = {"", "the year", "90+ for an age over 89",
                                         "the first three digits, where many live there",
                                         "whether patient, relative or staff"};
  const std::string_view shown = kShown[static_cast<size_t>(rule.show)];
  const std::string showing = shown.empty() ? "" : Concat(", which shows ", shown);
  switch (rule.action) {
    case Action::kKeep:
      return "stay as they are";
    case Action::kTag:
      return Concat("become a tag that says what kind stood there", showing, "; cannot come back");
    case Action::kToken:
      return Concat("become a random code; the vault keeps the original", showing);
    case Action::kDrop:
      return "are removed; cannot come back";
    case Action::kSurrogate:
      return "become an invented value of the same kind, the same throughout a person; the vault knows which";
    case Action::kShift:
      return Concat("are moved by a number of ", rule.whole_weeks ? "whole weeks" : "days",
                    " of the person's own, at most ", rule.max_days, " days; the vault keeps the number");
    case Action::kYear:
      return "become their year, where it tells of no age over 89; cannot come back";
    case Action::kCap:
      return "become 90+ where they are over 89, and stay otherwise; cannot come back";
    case Action::kZip3:
      return "become their first three digits, 000 where 20,000 people or fewer live; cannot come back";
    case Action::kMask:
      return Concat("become ****",
                    rule.keep_last > 0   ? Concat(" and their last ", rule.keep_last, " characters")
                    : rule.keep_initials ? " or their initials"
                                         : "",
                    "; cannot come back");
    case Action::kSeal:
      return "are encrypted where they stand; who has the key can read them";
    case Action::kCode:
      return "become an invented number of the same shape, which passes the same checks; the vault knows which";
  }
  return "";
}

// What the vault may keep for a time only, by how long that is.
std::string Lifetimes(const Policy& policy) {
  if (!policy.NeedsVault()) return "";
  std::map<uint32_t, std::string> by_days;
  for (size_t i = 1; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    const CategoryPolicy& rule = policy.RuleFor(category);
    if (!ComesBack(rule.action) || rule.action == Action::kSeal) continue;
    std::string& names = by_days[rule.expire_days];
    names += Concat(names.empty() ? "" : ", ", CategoryName(category));
  }
  std::string out = "\nHow long it can come back\n";
  for (const auto& [days, names] : by_days) {
    out += days == 0 ? Concat("  for ever: ", names, "\n")
                     : Concat("  until swept, from ", days, " days after the vault first got it: ", names, "\n");
  }
  if (policy.NeedsSubject() && policy.SecretExpireDays() > 0) {
    out += Concat("  The secret that a person's surrogates and moved dates hang on ends after ",
                  policy.SecretExpireDays(), " days; later texts get another.\n");
  }
  if (policy.Uses(Action::kSeal)) out += "  What is encrypted where it stands does not expire: it is in the text.\n";
  return out;
}

void AppendExceptions(const CategoryPolicy& rule, std::string* out) {
  if (rule.keep_year) *out += "      a year alone stays, unless it tells of an age over 89\n";
  if (rule.keep_weekday) *out += "      a weekday or a time of day alone stays\n";
  if (rule.keep_under_90) *out += "      an age up to 89 stays\n";
  if (rule.threshold > 0.5f) *out += "      only what is found with more than the usual certainty\n";
}

std::string_view BasisSentence(Basis basis) {
  switch (basis) {
    case Basis::kSafeHarbor:
      return "De-identified under Safe Harbor, 45 CFR 164.514(b)(2), provided the operator has no actual knowledge "
             "that what is "
             "left could identify somebody (164.514(b)(2)(ii)), and as far as the identifiers were found. In the "
             "European Union "
             "it is still personal data while the vault exists.";
    case Basis::kLimitedDataSet:
      return "A limited data set under 45 CFR 164.514(e): still protected health information, for research, public "
             "health or "
             "health care operations, under a data use agreement.";
    case Basis::kPseudonymized:
      return "Pseudonymised: still protected health information, and personal data under the GDPR (Art. 4(5), Recital "
             "26).";
    case Basis::kNone:
      break;
  }
  return "Nothing: treat it as the original.";
}

}  // namespace

std::string ExplainPolicy(const Policy& given, const TaskProfile* task) {
  const Policy policy = task == nullptr ? given : given.RestrictedTo(task->may_stay);
  std::string out = Concat("Policy ", policy.name(), ", version ", policy.version(), "\n", policy.about(), "\n");
  if (task != nullptr)
    out += Concat("\nFor the task ", task->name, ", version ", task->version, "\n", task->about, "\n");
  for (const bool stays : {false, true}) {
    out += stays ? "\nWhat stays\n" : "\nWhat leaves, and what stands in its place\n";
    for (size_t i = 1; i < kCategoryCount; ++i) {
      const auto category = static_cast<Category>(i);
      const CategoryPolicy& rule = policy.RuleFor(category);
      if ((rule.action == Action::kKeep) != stays) continue;
      out += Concat("  ", CategoryName(category), " (", kWhat[i], ") ", Becomes(rule), "\n");
      AppendExceptions(rule, &out);
    }
  }
  if (task != nullptr) {
    out += "\nSections that pass\n";
    for (const std::string& section : task->sections) out += Concat("  ", section, "\n");
    out += task->pass_unknown ? "  and those that nobody named\n"
                              : "  Nothing else: what stands under other headings, or before the first, is left out.\n";
  }
  out += Concat("\nWhat is needed to bring it back\n  ", policy.NeedsVault() ? "the vault" : "nothing can: it is gone",
                "\n");
  out += Lifetimes(policy);
  out += Concat("\nWhat the result may be called\n  ", policy.claim(), "\n  ", BasisSentence(policy.basis()), "\n");
  out +=
      "\nWhat this cannot promise\n  That every identifier is found. Measure it on your own texts (phiveil eval) "
      "before you rely on it.\n";
  return out;
}

}  // namespace phiveil

#include "transform/policy_claim.h"

#include <array>

#include "base/concat.h"

namespace phiveil {
namespace {

// Scores end at 0.99: above this nearly all of a category would stay in place.
constexpr float kHighestThreshold = 0.9f;

struct Paragraphs {
  std::string_view safe_harbor;       // of (b)(2)(i); empty: may stay
  std::string_view limited_data_set;  // of (e)(2); empty: may stay
};

// In the order of Category.
constexpr std::array<Paragraphs, kCategoryCount> kParagraphs = {{
    {"", ""},           // SAFE
    {"(A)", "(i)"},     // NAME
    {"(B)", "(ii)"},    // LOCATION
    {"(B)", "(ii)"},    // STREET
    {"(B)", ""},        // CITY
    {"(B)", "(ii)"},    // COUNTY
    {"(B)", ""},        // ZIP
    {"", ""},           // STATE
    {"", ""},           // COUNTRY
    {"(B)", ""},        // FACILITY
    {"(A)", "(i)"},     // ORGANIZATION: names of employers
    {"(C)", ""},        // DATE
    {"(C)", ""},        // AGE
    {"(D)", "(iii)"},   // PHONE
    {"(E)", "(iv)"},    // FAX
    {"(F)", "(v)"},     // EMAIL
    {"(G)", "(vi)"},    // SSN
    {"(H)", "(vii)"},   // MRN
    {"(I)", "(viii)"},  // HEALTH_PLAN
    {"(J)", "(ix)"},    // ACCOUNT
    {"(K)", "(x)"},     // LICENSE
    {"(L)", "(xi)"},    // VEHICLE
    {"(M)", "(xii)"},   // DEVICE
    {"(N)", "(xiii)"},  // URL
    {"(O)", "(xiv)"},   // IP
    {"(P)", "(xv)"},    // BIOMETRIC
    {"(Q)", "(xvi)"},   // PHOTO
    {"(R)", ""},        // OTHER_ID
}};

std::string_view Detail(const CategoryPolicy& rule) {
  if (rule.keep_last > 0) return " that leaves the last characters";
  return rule.keep_initials ? " that leaves the initials" : "";
}

// A sealed value is the value for whoever has the key; the rest of a mask is a part of it.
bool HoldsTheValue(const CategoryPolicy& rule) {
  return rule.action == Action::kSeal || (rule.action == Action::kMask && IsDerived(rule));
}

}  // namespace

absl::Status CheckClaim(Basis basis, Category category, const CategoryPolicy& rule) {
  if (basis != Basis::kSafeHarbor && basis != Basis::kLimitedDataSet) return absl::OkStatus();
  const Paragraphs& paragraphs = kParagraphs[static_cast<size_t>(category)];
  const bool safe_harbor = basis == Basis::kSafeHarbor;
  const std::string_view paragraph = safe_harbor ? paragraphs.safe_harbor : paragraphs.limited_data_set;
  if (paragraph.empty()) return absl::OkStatus();
  const std::string_view section = safe_harbor ? "45 CFR 164.514(b)(2)(i)" : "45 CFR 164.514(e)(2)";
  if (rule.action == Action::kKeep) {
    return absl::InvalidArgumentError(Concat(CategoryName(category), ": action keep does not bear the basis ",
                                             BasisName(basis), ": ", section, paragraph, " wants it removed"));
  }
  if (safe_harbor && IsDerived(rule)) {
    return absl::InvalidArgumentError(Concat(CategoryName(category), ": action ", ActionName(rule.action),
                                             Detail(rule), " does not bear the basis safe_harbor: ", section, paragraph,
                                             " wants it removed, and what stands in its place must not be derived from "
                                             "information about the person: 45 CFR 164.514(c)(1)"));
  }
  if (!safe_harbor && HoldsTheValue(rule)) {
    return absl::InvalidArgumentError(Concat(CategoryName(category), ": action ", ActionName(rule.action),
                                             Detail(rule), " does not bear the basis limited_data_set: ", section,
                                             paragraph, " wants it removed, and its place still holds ",
                                             rule.action == Action::kSeal ? "the value itself" : "a part of it"));
  }
  if (rule.threshold > kHighestThreshold) {
    return absl::InvalidArgumentError(Concat(CategoryName(category), ": action ", ActionName(rule.action),
                                             " with a threshold above 0.9 does not bear the basis ", BasisName(basis),
                                             ": nearly all of it would stay, and ", section, paragraph,
                                             " wants it removed"));
  }
  return absl::OkStatus();
}

}  // namespace phiveil

#ifndef PHIVEIL_POLICY_H_
#define PHIVEIL_POLICY_H_

// What happens to each category, and what the result may be called.
//
//   auto policy = Policy::Load(bytes);            // compiled from YAML by `phiveil policy check`
//   policy->RuleFor(Category::kDate).action == Action::kToken;
//
// A policy states its basis, and is refused when its actions do not bear it:
// - safe_harbor (45 CFR 164.514(b)(2)): no category of the list kept beyond what the rule lets stay
//   (year, state, first three ZIP digits of areas of more than 20,000 people, age under 90); no
//   replacement derived from the person (164.514(c)): no hash, seal, shift, mask that leaves digits.
// - limited_data_set (164.514(e)): dates, cities, states and ZIP codes may stay; the sixteen direct
//   identifiers of (e)(2) may not.
// - pseudonymized: reversible or derived replacements; the result is still protected information.
// - none: says nothing about the result.
//
// Load refuses with INVALID_ARGUMENT, naming category, action and paragraph.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "phiveil/category.h"

namespace phiveil {

enum class Basis : uint8_t { kNone = 0, kSafeHarbor = 1, kLimitedDataSet = 2, kPseudonymized = 3 };
std::string_view BasisName(Basis basis);  // "safe_harbor"

enum class Action : uint8_t {
  kKeep = 0,   // leave the text as it is
  kTag = 1,    // [NAME], with what may be shown: [DATE 2025]
  kToken = 2,  // [NAME_7QK2F]; the original goes into the vault
  kDrop = 3,   // nothing in its place
};
std::string_view ActionName(Action action);

// What a tag or token may show of the value, as far as the law lets it stay.
enum class Show : uint8_t {
  kNothing = 0,
  kYear = 1,   // the year of a date, unless it implies an age over 89
  kCap90 = 2,  // "90+" for an age over 89
  kZip3 = 3,   // the first three digits, unless the area holds 20,000 people or fewer
  kRole = 4,   // staff, relative, patient where known
};

struct CategoryPolicy {
  Action action = Action::kToken;
  Show show = Show::kNothing;
  float threshold = 0.5f;      // findings below this score are not findings
  bool keep_year = false;      // DATE: a year alone stays unless it implies an age over 89
  bool keep_weekday = false;   // DATE: a weekday or clock time alone stays
  bool keep_under_90 = false;  // AGE: an age up to 89 stays
};

class Policy {
 public:
  static absl::StatusOr<Policy> Load(std::string_view bytes);

  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }
  const std::string& about() const { return about_; }
  Basis basis() const { return basis_; }
  // What the result may be called, one sentence for a privacy officer.
  const std::string& claim() const { return claim_; }
  // Whether any category is replaced by vault tokens, i.e. whether a vault is needed.
  bool NeedsVault() const;
  const CategoryPolicy& RuleFor(Category category) const { return rules_[static_cast<size_t>(category)]; }

 private:
  std::string name_, version_, about_, claim_;
  Basis basis_ = Basis::kNone;
  std::array<CategoryPolicy, kCategoryCount> rules_{};
};

}  // namespace phiveil

#endif  // PHIVEIL_POLICY_H_

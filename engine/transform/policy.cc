#include "phiveil/policy.h"

#include <algorithm>
#include <bitset>

#include "base/concat.h"
#include "base/status_macros.h"
#include "policy.pb.h"
#include "transform/policy_claim.h"

namespace phiveil {
namespace {

constexpr uint32_t kFormat = 1;
constexpr std::string_view kBases[] = {"none", "safe_harbor", "limited_data_set", "pseudonymized"};
constexpr std::string_view kActions[] = {"keep", "tag", "token", "drop"};
constexpr std::string_view kShows[] = {"nothing", "year", "cap90", "zip3", "role"};
constexpr Category kShowCategory[] = {Category::kSafe, Category::kDate, Category::kAge, Category::kZip,
                                      Category::kName};

template <typename... Pieces>
absl::Status Refuse(const Pieces&... pieces) {
  return absl::InvalidArgumentError(Concat("policy: ", pieces...));
}

// What a rule says must mean something for its category.
absl::Status CheckFit(Category category, const CategoryPolicy& rule) {
  const auto show = static_cast<size_t>(rule.show);
  if (rule.show != Show::kNothing && kShowCategory[show] != category) {
    return Refuse(CategoryName(category), ": show ", kShows[show], " is for ", CategoryName(kShowCategory[show]));
  }
  if (rule.show != Show::kNothing && rule.action != Action::kTag && rule.action != Action::kToken) {
    return Refuse(CategoryName(category), ": action ", ActionName(rule.action), " shows nothing");
  }
  if ((rule.keep_year || rule.keep_weekday) && category != Category::kDate) {
    return Refuse(CategoryName(category), ": keep_year and keep_weekday are for DATE");
  }
  if (rule.keep_under_90 && category != Category::kAge) {
    return Refuse(CategoryName(category), ": keep_under_90 is for AGE");
  }
  return absl::OkStatus();
}

absl::StatusOr<CategoryPolicy> ReadRule(const pb::CategoryRule& in) {
  const auto category = static_cast<Category>(in.category());
  if (in.action() >= std::size(kActions)) return Refuse(CategoryName(category), ": unknown action");
  if (in.show() >= std::size(kShows)) return Refuse(CategoryName(category), ": unknown hint to show");
  if (!(in.threshold() > 0 && in.threshold() <= 1)) {
    return Refuse(CategoryName(category), ": a threshold lies above 0 and not above 1");
  }
  CategoryPolicy rule;
  rule.action = static_cast<Action>(in.action());
  rule.show = static_cast<Show>(in.show());
  rule.threshold = in.threshold();
  rule.keep_year = in.keep_year();
  rule.keep_weekday = in.keep_weekday();
  rule.keep_under_90 = in.keep_under_90();
  PHIVEIL_RETURN_IF_ERROR(CheckFit(category, rule));
  return rule;
}

}  // namespace

std::string_view BasisName(Basis basis) { return kBases[static_cast<size_t>(basis)]; }

std::string_view ActionName(Action action) { return kActions[static_cast<size_t>(action)]; }

absl::StatusOr<Policy> Policy::Load(std::string_view bytes) {
  pb::Policy in;
  if (bytes.size() > (1u << 20) || !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Refuse("not a compiled policy");
  }
  if (in.format() != kFormat) return Refuse("format ", in.format(), " is not known; this version reads ", kFormat);
  if (in.name().empty() || in.version().empty()) return Refuse("a name and a version are needed");
  if (in.basis() >= std::size(kBases)) return Refuse("unknown basis");
  Policy policy;
  policy.name_ = in.name();
  policy.version_ = in.version();
  policy.about_ = in.about();
  policy.claim_ = in.claim();
  policy.basis_ = static_cast<Basis>(in.basis());
  std::bitset<kCategoryCount> seen;
  for (const pb::CategoryRule& entry : in.categories()) {
    if (entry.category() == 0 || entry.category() >= kCategoryCount) return Refuse("a rule for an unknown category");
    const auto category = static_cast<Category>(entry.category());
    if (seen.test(entry.category())) return Refuse("two rules for ", CategoryName(category));
    seen.set(entry.category());
    PHIVEIL_ASSIGN_OR_RETURN(CategoryPolicy& rule = policy.rules_[entry.category()], ReadRule(entry));
    PHIVEIL_RETURN_IF_ERROR(CheckClaim(policy.basis_, category, rule));
  }
  for (size_t i = 1; i < kCategoryCount; ++i) {
    if (!seen.test(i)) return Refuse("no rule for ", CategoryName(static_cast<Category>(i)));
  }
  return policy;
}

bool Policy::NeedsVault() const {
  return std::any_of(rules_.begin() + 1, rules_.end(),
                     [](const CategoryPolicy& rule) { return rule.action == Action::kToken; });
}

}  // namespace phiveil

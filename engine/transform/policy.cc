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
constexpr uint32_t kExpiringFormat = 2;
constexpr std::string_view kBases[] = {"none", "safe_harbor", "limited_data_set", "pseudonymized"};
constexpr std::string_view kActions[] = {"keep", "tag", "token", "drop", "surrogate", "shift",
                                         "year", "cap", "zip3",  "mask", "seal",      "code"};
static_assert(std::size(kActions) == kActionCount);
// The one category that an action is for; SAFE: any.
constexpr Category kActionCategory[] = {Category::kSafe, Category::kSafe, Category::kSafe, Category::kSafe,
                                        Category::kSafe, Category::kDate, Category::kDate, Category::kAge,
                                        Category::kZip,  Category::kSafe, Category::kSafe, Category::kSafe};
constexpr uint32_t kMostDays = 3650;
constexpr uint32_t kMostKept = 4;
constexpr std::string_view kShows[] = {"nothing", "year", "cap90", "zip3", "role"};
constexpr Category kShowCategory[] = {Category::kSafe, Category::kDate, Category::kAge, Category::kZip,
                                      Category::kName};

template <typename... Pieces>
absl::Status Refuse(const Pieces&... pieces) {
  return absl::InvalidArgumentError(Concat("policy: ", pieces...));
}

absl::Status CheckActionFit(Category category, const CategoryPolicy& rule) {
  const Category only = kActionCategory[static_cast<size_t>(rule.action)];
  if (only != Category::kSafe && only != category) {
    return Refuse(CategoryName(category), ": action ", ActionName(rule.action), " is for ", CategoryName(only));
  }
  if (rule.action == Action::kSurrogate && (category == Category::kDate || category == Category::kAge)) {
    return Refuse(CategoryName(category), ": action surrogate has no ", CategoryName(category),
                  category == Category::kDate ? "; use shift" : "; use cap");
  }
  if (rule.action != Action::kShift && (rule.whole_weeks || rule.weekdays || rule.max_days != 365)) {
    return Refuse(CategoryName(category), ": max_days, whole_weeks and weekdays are for action shift");
  }
  if (rule.max_days < 7 || rule.max_days > kMostDays) {
    return Refuse(CategoryName(category), ": max_days lies between 7 and ", kMostDays);
  }
  if (rule.action != Action::kMask && (rule.keep_last != 0 || rule.keep_initials)) {
    return Refuse(CategoryName(category), ": keep_last and keep_initials are for action mask");
  }
  return absl::OkStatus();
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
  return CheckActionFit(category, rule);
}

// Whether the vault gets what the action takes.
bool GoesIntoVault(Action action) { return ComesBack(action) && action != Action::kSeal; }

absl::Status CheckExpiry(Category category, const CategoryPolicy& rule) {
  if (rule.expire_days == 0) return absl::OkStatus();
  if (rule.expire_days > Policy::kMostExpireDays) {
    return Refuse(CategoryName(category), ": expire_after is at most ", Policy::kMostExpireDays, " days");
  }
  if (rule.action == Action::kSeal) {
    return Refuse(CategoryName(category), ": a seal lives in the text and cannot expire; use action token");
  }
  if (GoesIntoVault(rule.action)) return absl::OkStatus();
  return Refuse(CategoryName(category), ": action ", ActionName(rule.action), " puts nothing into the vault to expire");
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
  if (in.max_days() > kMostDays) return Refuse(CategoryName(category), ": max_days lies between 7 and ", kMostDays);
  if (in.keep_last() > kMostKept) return Refuse(CategoryName(category), ": keep_last is at most ", kMostKept);
  if (in.max_days() != 0) rule.max_days = static_cast<uint16_t>(in.max_days());
  rule.whole_weeks = in.whole_weeks();
  rule.weekdays = in.weekdays();
  rule.keep_last = static_cast<uint8_t>(in.keep_last());
  rule.keep_initials = in.keep_initials();
  rule.expire_days = in.expire_after_days();
  PHIVEIL_RETURN_IF_ERROR(CheckFit(category, rule));
  PHIVEIL_RETURN_IF_ERROR(CheckExpiry(category, rule));
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
  if (in.format() != kFormat && in.format() != kExpiringFormat) {
    return Refuse("format ", in.format(), " is not known; this version reads ", kFormat, " and ", kExpiringFormat);
  }
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
  PHIVEIL_RETURN_IF_ERROR(policy.LimitTo(in.expire_after_days()));
  if (policy.Expires() && in.format() != kExpiringFormat) {
    return Refuse("expire_after needs format ", kExpiringFormat);
  }
  const CategoryPolicy& dates = policy.RuleFor(Category::kDate);
  if (policy.Uses(Action::kSeal) && dates.action == Action::kShift && dates.expire_days > 0) {
    return Refuse(CategoryName(Category::kDate),
                  ": shifted dates end with the secret that seals need for ever; use action token for either");
  }
  return policy;
}

// For categories without a time of their own, also where only a look-alike gets into the vault.
absl::Status Policy::LimitTo(uint32_t days) {
  if (days == 0) return absl::OkStatus();
  if (days > kMostExpireDays) return Refuse("expire_after is at most ", kMostExpireDays, " days");
  if (!Uses(Action::kToken) && !NeedsSubject()) return Refuse("expire_after, but no action puts anything into the vault");
  for (CategoryPolicy& rule : rules_) {
    if (rule.expire_days == 0) rule.expire_days = days;
  }
  return absl::OkStatus();
}

bool Policy::Expires() const {
  return std::any_of(rules_.begin() + 1, rules_.end(), [](const CategoryPolicy& rule) { return rule.expire_days > 0; });
}

uint32_t Policy::SecretExpireDays() const {
  if (Uses(Action::kSeal)) return 0;
  if (const CategoryPolicy& dates = RuleFor(Category::kDate); dates.action == Action::kShift) return dates.expire_days;
  uint32_t longest = 0;
  for (size_t i = 1; i < kCategoryCount; ++i) {
    const CategoryPolicy& rule = rules_[i];
    if (rule.action != Action::kSurrogate && rule.action != Action::kCode) continue;
    if (rule.expire_days == 0) return 0;
    longest = std::max(longest, rule.expire_days);
  }
  return longest;
}

bool IsDerived(const CategoryPolicy& rule) {
  switch (rule.action) {
    case Action::kSurrogate:
    case Action::kShift:
    case Action::kSeal:
    case Action::kCode:
      return true;
    case Action::kMask:
      return rule.keep_last > 0 || rule.keep_initials;
    default:
      return false;
  }
}

bool ComesBack(Action action) {
  constexpr Action kBack[] = {Action::kToken, Action::kSeal, Action::kSurrogate, Action::kCode, Action::kShift};
  return std::find(std::begin(kBack), std::end(kBack), action) != std::end(kBack);
}

Policy Policy::RestrictedTo(const std::array<bool, kCategoryCount>& may_stay) const {
  Policy out = *this;
  const Action instead = NeedsVault() ? Action::kToken : Action::kTag;
  for (size_t i = 1; i < kCategoryCount; ++i) {
    CategoryPolicy& rule = out.rules_[i];
    if (may_stay[i]) continue;
    const bool shows = rule.action == Action::kKeep || rule.action == Action::kYear || rule.action == Action::kCap ||
                       rule.action == Action::kZip3;
    if (shows) rule.action = instead;
    rule.show = Show::kNothing;
    rule.keep_year = rule.keep_weekday = rule.keep_under_90 = rule.keep_initials = false;
    rule.keep_last = 0;
  }
  return out;
}

bool Policy::Uses(Action action) const {
  return std::any_of(rules_.begin() + 1, rules_.end(),
                     [action](const CategoryPolicy& rule) { return rule.action == action; });
}

bool Policy::NeedsSubject() const { return Uses(Action::kSurrogate) || Uses(Action::kShift) || Uses(Action::kCode); }

bool Policy::NeedsVault() const { return Uses(Action::kToken) || Uses(Action::kSeal) || NeedsSubject(); }

}  // namespace phiveil

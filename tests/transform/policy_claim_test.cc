#include "transform/policy_claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "policies.h"

namespace phiveil {
namespace {

using ::testing::HasSubstr;

// The paragraph that keeping a category breaks; what is missing may be kept.
const std::map<Category, std::string> kSafeHarbor = {
    {Category::kName, "(A)"},       {Category::kLocation, "(B)"},     {Category::kStreet, "(B)"},
    {Category::kCity, "(B)"},       {Category::kCounty, "(B)"},       {Category::kZip, "(B)"},
    {Category::kFacility, "(B)"},   {Category::kOrganization, "(A)"}, {Category::kDate, "(C)"},
    {Category::kAge, "(C)"},        {Category::kPhone, "(D)"},        {Category::kFax, "(E)"},
    {Category::kEmail, "(F)"},      {Category::kSsn, "(G)"},          {Category::kMrn, "(H)"},
    {Category::kHealthPlan, "(I)"}, {Category::kAccount, "(J)"},      {Category::kLicense, "(K)"},
    {Category::kVehicle, "(L)"},    {Category::kDevice, "(M)"},       {Category::kUrl, "(N)"},
    {Category::kIp, "(O)"},         {Category::kBiometric, "(P)"},    {Category::kPhoto, "(Q)"},
    {Category::kOtherId, "(R)"},
};
const std::map<Category, std::string> kLimitedDataSet = {
    {Category::kName, "(i)"},    {Category::kLocation, "(ii)"},     {Category::kStreet, "(ii)"},
    {Category::kCounty, "(ii)"}, {Category::kOrganization, "(i)"},  {Category::kPhone, "(iii)"},
    {Category::kFax, "(iv)"},    {Category::kEmail, "(v)"},         {Category::kSsn, "(vi)"},
    {Category::kMrn, "(vii)"},   {Category::kHealthPlan, "(viii)"}, {Category::kAccount, "(ix)"},
    {Category::kLicense, "(x)"}, {Category::kVehicle, "(xi)"},      {Category::kDevice, "(xii)"},
    {Category::kUrl, "(xiii)"},  {Category::kIp, "(xiv)"},          {Category::kBiometric, "(xv)"},
    {Category::kPhoto, "(xvi)"},
};

void ExpectRefused(Basis basis, const std::map<Category, std::string>& paragraphs, const std::string& section) {
  for (size_t i = 1; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    const absl::Status kept = CheckClaim(basis, category, {.action = Action::kKeep});
    const auto paragraph = paragraphs.find(category);
    EXPECT_EQ(kept.ok(), paragraph == paragraphs.end()) << CategoryName(category);
    if (!kept.ok()) {
      const std::string message(kept.message());
      EXPECT_THAT(message, HasSubstr(std::string(CategoryName(category)) + ": action keep"));
      EXPECT_THAT(message, HasSubstr(section + paragraph->second + " "));
    }
    for (const Action action : {Action::kTag, Action::kToken, Action::kDrop}) {
      EXPECT_TRUE(CheckClaim(basis, category, {.action = action}).ok());
      EXPECT_EQ(CheckClaim(basis, category, {.action = action, .threshold = 0.95f}).ok(),
                paragraph == paragraphs.end());
    }
  }
}

TEST(CheckClaim, SafeHarbor) { ExpectRefused(Basis::kSafeHarbor, kSafeHarbor, "45 CFR 164.514(b)(2)(i)"); }

TEST(CheckClaim, LimitedDataSet) { ExpectRefused(Basis::kLimitedDataSet, kLimitedDataSet, "45 CFR 164.514(e)(2)"); }

TEST(CheckClaim, DerivedValuesAreNoCodes) {
  const CategoryPolicy derived[] = {{.action = Action::kSurrogate}, {.action = Action::kShift}, {.action = Action::kSeal},
                                    {.action = Action::kCode}, {.action = Action::kMask, .keep_last = 4},
                                    {.action = Action::kMask, .keep_initials = true}};
  for (size_t i = 1; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    const bool listed = kSafeHarbor.contains(category), direct = kLimitedDataSet.contains(category);
    for (const CategoryPolicy& rule : derived) {
      EXPECT_TRUE(IsDerived(rule));
      const absl::Status harbor = CheckClaim(Basis::kSafeHarbor, category, rule);
      EXPECT_EQ(harbor.ok(), !listed);
      if (listed) {
        EXPECT_THAT(std::string(harbor.message()), HasSubstr("45 CFR 164.514(c)(1)"));
      }
      const bool holds = rule.action == Action::kSeal || rule.action == Action::kMask;
      const absl::Status limited = CheckClaim(Basis::kLimitedDataSet, category, rule);
      EXPECT_EQ(limited.ok(), !direct || !holds) << CategoryName(category) << " " << ActionName(rule.action);
      EXPECT_TRUE(CheckClaim(Basis::kPseudonymized, category, rule).ok());
    }
    for (const Action action : {Action::kYear, Action::kCap, Action::kZip3, Action::kMask}) {
      EXPECT_FALSE(IsDerived({.action = action}));
      EXPECT_TRUE(CheckClaim(Basis::kSafeHarbor, category, {.action = action}).ok());
    }
  }
}

TEST(CheckClaim, OthersPromiseNothing) {
  for (const Basis basis : {Basis::kNone, Basis::kPseudonymized}) {
    for (size_t i = 1; i < kCategoryCount; ++i) {
      EXPECT_TRUE(CheckClaim(basis, static_cast<Category>(i), {.action = Action::kKeep}).ok());
    }
  }
}

TEST(CheckClaim, LoadAsksIt) {
  pb::Policy policy = testing::PlainPolicy(Action::kTag, Basis::kSafeHarbor);
  EXPECT_TRUE(Policy::Load(policy.SerializeAsString()).ok());
  testing::SetAction(&policy, Category::kDate, Action::kKeep);
  const auto loaded = Policy::Load(policy.SerializeAsString());
  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr("DATE: action keep"));
}

}  // namespace
}  // namespace phiveil

#include "phiveil/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "policies.h"

namespace phiveil {
namespace {

using ::testing::HasSubstr;
using testing::PlainPolicy;
using testing::RuleOf;
using testing::SetAction;

TEST(Policy, HoldsWhatWasCompiled) {
  pb::Policy in = PlainPolicy(Action::kTag);
  in.set_about("about");
  in.set_claim("claim");
  pb::CategoryRule* date = RuleOf(&in, Category::kDate);
  date->set_action(static_cast<uint32_t>(Action::kToken));
  date->set_show(static_cast<uint32_t>(Show::kYear));
  date->set_threshold(0.25f);
  date->set_keep_year(true);
  date->set_keep_weekday(true);
  RuleOf(&in, Category::kAge)->set_keep_under_90(true);
  const Policy policy = testing::Loaded(in);
  EXPECT_EQ(policy.name(), "test");
  EXPECT_EQ(policy.version(), "1");
  EXPECT_EQ(policy.about(), "about");
  EXPECT_EQ(policy.claim(), "claim");
  EXPECT_EQ(policy.basis(), Basis::kNone);
  EXPECT_TRUE(policy.NeedsVault());
  const CategoryPolicy& rule = policy.RuleFor(Category::kDate);
  EXPECT_EQ(rule.action, Action::kToken);
  EXPECT_EQ(rule.show, Show::kYear);
  EXPECT_EQ(rule.threshold, 0.25f);
  EXPECT_TRUE(rule.keep_year && rule.keep_weekday && !rule.keep_under_90);
  EXPECT_TRUE(policy.RuleFor(Category::kAge).keep_under_90);
  EXPECT_EQ(policy.RuleFor(Category::kName).action, Action::kTag);
}

TEST(Policy, NeedsAVaultForTokensAlone) {
  for (const Action action : {Action::kKeep, Action::kTag, Action::kDrop}) {
    EXPECT_FALSE(testing::Loaded(PlainPolicy(action)).NeedsVault());
  }
  EXPECT_TRUE(testing::Loaded(PlainPolicy(Action::kToken)).NeedsVault());
}

TEST(Policy, ACategoryMayLiveLongerOrShorterThanTheRest) {
  pb::Policy in = PlainPolicy(Action::kToken);
  in.set_format(2);
  in.set_expire_after_days(90);
  SetAction(&in, Category::kState, Action::kKeep);
  RuleOf(&in, Category::kSsn)->set_expire_after_days(7);
  RuleOf(&in, Category::kMrn)->set_expire_after_days(400);
  const Policy policy = testing::Loaded(in);
  EXPECT_TRUE(policy.Expires());
  EXPECT_EQ(policy.RuleFor(Category::kSsn).expire_days, 7u);
  EXPECT_EQ(policy.RuleFor(Category::kMrn).expire_days, 400u);
  EXPECT_EQ(policy.RuleFor(Category::kName).expire_days, 90u);
  EXPECT_EQ(policy.RuleFor(Category::kState).expire_days, 90u) << "its look-alikes become tokens";
  EXPECT_FALSE(testing::Loaded(PlainPolicy(Action::kToken)).Expires());
}

// The secret brings shifted dates back by itself: it must not outlive them. Surrogates it only keeps stable.
TEST(Policy, TheSecretEndsWithTheDates) {
  const auto days = [](Action date, uint32_t date_days, uint32_t name_days, uint32_t all) {
    pb::Policy in = PlainPolicy(Action::kToken);
    in.set_format(2);
    in.set_expire_after_days(all);
    SetAction(&in, Category::kName, Action::kSurrogate);
    SetAction(&in, Category::kMrn, Action::kCode);
    SetAction(&in, Category::kDate, date);
    RuleOf(&in, Category::kDate)->set_expire_after_days(date_days);
    RuleOf(&in, Category::kName)->set_expire_after_days(name_days);
    return testing::Loaded(in).SecretExpireDays();
  };
  EXPECT_EQ(days(Action::kShift, 7, 90, 400), 7u);
  EXPECT_EQ(days(Action::kShift, 0, 90, 400), 400u);
  EXPECT_EQ(days(Action::kShift, 0, 90, 0), 0u);
  EXPECT_EQ(days(Action::kToken, 7, 90, 30), 90u);
  EXPECT_EQ(days(Action::kToken, 7, 90, 0), 0u) << "codes never end";
  EXPECT_EQ(days(Action::kSeal, 0, 90, 90), 0u) << "nor do seals";
}

TEST(Policy, RefusesWhatIsNotOne) {
  const struct {
    std::string_view says;
    std::function<void(pb::Policy*)> spoil;
  } cases[] = {
      {"format 3", [](pb::Policy* p) { p->set_format(3); }},
      // Who reads format 1 alone would keep the values for ever.
      {"expire_after needs format 2",
       [](pb::Policy* p) {
         SetAction(p, Category::kName, Action::kToken);
         p->set_expire_after_days(9);
       }},
      {"puts anything into the vault",
       [](pb::Policy* p) {
         p->set_format(2);
         p->set_expire_after_days(9);
       }},
      {"NAME: action tag puts nothing into the vault",
       [](pb::Policy* p) {
         p->set_format(2);
         RuleOf(p, Category::kName)->set_expire_after_days(9);
       }},
      {"NAME: a seal lives in the text",
       [](pb::Policy* p) {
         p->set_format(2);
         SetAction(p, Category::kName, Action::kSeal);
         RuleOf(p, Category::kName)->set_expire_after_days(9);
       }},
      // The secret would have to end and to stay.
      {"DATE: shifted dates end with the secret that seals need", [](pb::Policy* p) {
         p->set_format(2);
         SetAction(p, Category::kName, Action::kSeal);
         SetAction(p, Category::kDate, Action::kShift);
         RuleOf(p, Category::kDate)->set_expire_after_days(9);
       }},
      {"puts anything into the vault", [](pb::Policy* p) {
         p->set_format(2);
         SetAction(p, Category::kName, Action::kSeal);
         p->set_expire_after_days(9);
       }},
      {"NAME: expire_after is at most 36525 days",
       [](pb::Policy* p) {
         p->set_format(2);
         SetAction(p, Category::kName, Action::kToken);
         RuleOf(p, Category::kName)->set_expire_after_days(36526);
       }},
      {"expire_after is at most 36525 days",
       [](pb::Policy* p) {
         p->set_format(2);
         SetAction(p, Category::kName, Action::kToken);
         p->set_expire_after_days(36526);
       }},
      {"name", [](pb::Policy* p) { p->clear_name(); }},
      {"version", [](pb::Policy* p) { p->clear_version(); }},
      {"basis", [](pb::Policy* p) { p->set_basis(4); }},
      {"no rule for OTHER_ID", [](pb::Policy* p) { p->mutable_categories()->RemoveLast(); }},
      {"two rules for NAME", [](pb::Policy* p) { *p->add_categories() = p->categories(0); }},
      {"unknown category", [](pb::Policy* p) { p->add_categories()->set_category(28); }},
      {"unknown category", [](pb::Policy* p) { p->add_categories()->set_category(0); }},
      {"NAME: unknown action", [](pb::Policy* p) { RuleOf(p, Category::kName)->set_action(kActionCount); }},
      {"NAME: unknown hint", [](pb::Policy* p) { RuleOf(p, Category::kName)->set_show(5); }},
      {"NAME: a threshold", [](pb::Policy* p) { RuleOf(p, Category::kName)->set_threshold(0); }},
      {"NAME: a threshold", [](pb::Policy* p) { RuleOf(p, Category::kName)->set_threshold(1.01f); }},
      {"NAME: a threshold", [](pb::Policy* p) { RuleOf(p, Category::kName)->set_threshold(std::nanf("")); }},
      {"NAME: show zip3 is for ZIP", [](pb::Policy* p) { RuleOf(p, Category::kName)->set_show(3); }},
      {"DATE: show role is for NAME", [](pb::Policy* p) { RuleOf(p, Category::kDate)->set_show(4); }},
      {"AGE: keep_year", [](pb::Policy* p) { RuleOf(p, Category::kAge)->set_keep_year(true); }},
      {"DATE: keep_under_90", [](pb::Policy* p) { RuleOf(p, Category::kDate)->set_keep_under_90(true); }},
      {"DATE: action drop shows nothing",
       [](pb::Policy* p) {
         SetAction(p, Category::kDate, Action::kDrop);
         RuleOf(p, Category::kDate)->set_show(1);
       }},
  };
  for (const auto& c : cases) {
    pb::Policy policy = PlainPolicy(Action::kTag);
    c.spoil(&policy);
    const auto loaded = Policy::Load(policy.SerializeAsString());
    EXPECT_EQ(loaded.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(loaded.status().message()), HasSubstr(std::string(c.says)));
  }
  EXPECT_FALSE(Policy::Load("").ok());
  EXPECT_FALSE(Policy::Load("name: safe_harbor").ok());
}

TEST(Policy, EveryCutOfACompiledOneIsRefused) {
  const std::string bytes = PlainPolicy(Action::kTag).SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(Policy::Load(bytes.substr(0, size)).ok()) << size;
}

TEST(Names, AreThoseOfPolicyFiles) {
  EXPECT_EQ(BasisName(Basis::kNone), "none");
  EXPECT_EQ(BasisName(Basis::kSafeHarbor), "safe_harbor");
  EXPECT_EQ(BasisName(Basis::kLimitedDataSet), "limited_data_set");
  EXPECT_EQ(BasisName(Basis::kPseudonymized), "pseudonymized");
  EXPECT_EQ(ActionName(Action::kKeep), "keep");
  EXPECT_EQ(ActionName(Action::kTag), "tag");
  EXPECT_EQ(ActionName(Action::kToken), "token");
  EXPECT_EQ(ActionName(Action::kDrop), "drop");
}

}  // namespace
}  // namespace phiveil

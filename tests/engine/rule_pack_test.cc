#include "phiveil/rule_pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pack/pack_tables.h"
#include "support/engine.h"

namespace phiveil {
namespace {

using ::testing::HasSubstr;

TEST(RulePackTest, TheBuiltInPackPassesItsOwnExamples) {
  const auto pack = RulePack::Load(BuiltinPack());
  ASSERT_TRUE(pack.ok()) << pack.status();
  EXPECT_EQ((*pack)->name(), "us");
  EXPECT_GT((*pack)->rules().size(), 100u);
}

TEST(RulePackTest, CoversEveryCategory) {
  std::array<bool, kCategoryCount> covered{};
  for (const auto& rule : testing::BuiltinRules()->rules()) covered[static_cast<size_t>(rule.category)] = true;
  for (size_t i = 0; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    EXPECT_TRUE(covered[i] || category == Category::kLocation) << CategoryName(category);
  }
}

TEST(RulePackTest, RefusesAPackThatFailsItsExample) {
  auto tables = ParsePack(BuiltinPack());
  ASSERT_TRUE(tables.ok());
  pb::Pack pack = (*tables)->pack;
  pb::Example* example = pack.mutable_rules(0)->add_examples();
  example->set_text("nothing to find here");
  example->add_begin(0);
  example->add_end(7);
  example->add_category(pack.rules(0).category());
  const std::string bytes = SerializePack(pack);
  const auto loaded = RulePack::Load(bytes);
  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr(pack.rules(0).id()));
  EXPECT_TRUE(RulePack::Load(bytes, {.run_examples = false}).ok());
}

TEST(RulePackTest, RefusesAValidatorItDoesNotHave) {
  auto tables = ParsePack(BuiltinPack());
  ASSERT_TRUE(tables.ok());
  pb::Pack pack = (*tables)->pack;
  pack.mutable_rules(0)->add_validators("from_the_future");
  const auto loaded = RulePack::Load(SerializePack(pack));
  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(loaded.status().message()), HasSubstr("from_the_future"));
}

}  // namespace
}  // namespace phiveil

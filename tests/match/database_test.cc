#include "match/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "match_pack.h"

namespace phiveil {
namespace {

using ::testing::HasSubstr;

TEST(DatabaseTest, ErrorsNameTheExpression) {
  google::protobuf::RepeatedPtrField<pb::Expression> expressions;
  expressions.Add()->set_pattern("abc");
  expressions.Add()->set_pattern("(abc");
  const auto database = CompileDatabase(expressions, Platform::kAvx2);
  EXPECT_EQ(database.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(database.status().message()), HasSubstr("expression 1"));
}

TEST(DatabaseTest, EveryPlatformFindsTheSame) {
  pb::Pack pack = PackOf({{"mrn [0-9]{3}"}});
  for (Platform platform : {Platform::kAvx2, Platform::kGeneric, Platform::kHost}) {
    auto database = CompileDatabase(pack.expressions(), platform);
    ASSERT_TRUE(database.ok()) << PlatformName(platform);
    pack.set_hs_database(*std::move(database));
    EXPECT_EQ(Scan(pack, "MRN 123").size(), 1u) << PlatformName(platform);
  }
}

TEST(DatabaseTest, NoExpressionsNoDatabase) { EXPECT_EQ(*CompileDatabase({}, Platform::kAvx2), ""); }

TEST(DatabaseTest, CompilingTwiceGivesTheSameBytes) {
  EXPECT_EQ(PackOf({{"[0-9]{3}"}, {"abc"}}).hs_database(), PackOf({{"[0-9]{3}"}, {"abc"}}).hs_database());
}

}  // namespace
}  // namespace phiveil

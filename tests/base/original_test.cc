#include "phiveil/original.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>

namespace phiveil {
namespace {

static_assert(!std::is_copy_constructible_v<Original> && !std::is_copy_assignable_v<Original>);
static_assert(!std::is_convertible_v<Original, std::string> && !std::is_convertible_v<Original, std::string_view>);

TEST(OriginalTest, GivesItsValueOnlyWhenAsked) {
  const Original value("Ana");
  EXPECT_EQ(value.ExposeOriginal(), "Ana");
  EXPECT_EQ(value.size(), 3u);
  EXPECT_EQ(Original().ExposeOriginal(), "");
  EXPECT_EQ(Original("").ExposeOriginal(), "");
}

TEST(OriginalTest, MovingLeavesNothingBehind) {
  Original a("secret");
  Original b(std::move(a));
  EXPECT_EQ(a.size(), 0u);  // NOLINT(bugprone-use-after-move): that is the promise
  EXPECT_EQ(b.ExposeOriginal(), "secret");
  Original c("other");
  c = std::move(b);
  EXPECT_EQ(b.size(), 0u);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(c.ExposeOriginal(), "secret");
}

TEST(OriginalTest, AssigningToItselfKeepsTheValue) {
  Original a("secret");
  Original& same = a;
  a = std::move(same);
  EXPECT_EQ(a.ExposeOriginal(), "secret");
}

}  // namespace
}  // namespace phiveil

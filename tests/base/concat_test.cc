#include "base/concat.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace phiveil {
namespace {

TEST(ConcatTest, JoinsTextAndNumbers) {
  EXPECT_EQ(Concat(), "");
  EXPECT_EQ(Concat("line ", 7, ':', std::string("x"), std::string_view("y")), "line 7:xy");
  EXPECT_EQ(Concat(INT64_MIN, ' ', UINT64_MAX), "-9223372036854775808 18446744073709551615");
}

}  // namespace
}  // namespace phiveil

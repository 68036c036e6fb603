#include <gtest/gtest.h>

#include "phiveil/deidentifier.h"

namespace phiveil {
namespace {

// input   a b c [d e f] g [h] [i] j     [] replaced: def by 5 bytes, h dropped, i by 1 byte
// output  a b c  12345  g      1  j
const Alignment kAlignment({{3, 6, 3, 8}, {7, 8, 9, 9}, {8, 9, 9, 10}});

TEST(Alignment, ToOutput) {
  const size_t expected[] = {0, 1, 2, 3, 3, 3, 8, 9, 9, 10, 11, 12};
  for (size_t i = 0; i < std::size(expected); ++i) EXPECT_EQ(kAlignment.ToOutput(i), expected[i]) << i;
}

TEST(Alignment, ToInput) {
  const size_t expected[] = {0, 1, 2, 3, 3, 3, 3, 3, 6, 8, 9, 10};
  for (size_t i = 0; i < std::size(expected); ++i) EXPECT_EQ(kAlignment.ToInput(i), expected[i]) << i;
}

TEST(Alignment, WithoutReplacementsIsIdentity) {
  const Alignment none;
  for (size_t i : {0u, 1u, 99u}) {
    EXPECT_EQ(none.ToOutput(i), i);
    EXPECT_EQ(none.ToInput(i), i);
  }
}

}  // namespace
}  // namespace phiveil

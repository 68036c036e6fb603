#include "transform/zip3_table.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace phiveil {
namespace {

TEST(MayShowZip3, AreasOfTwentyThousandPeopleOrFewerMayNot) {
  for (const std::string_view zip3 : {"036", "059", "102", "202", "203", "204", "205", "369", "556", "692", "753",
                                      "772", "821", "823", "878", "879", "884", "893"}) {
    EXPECT_FALSE(MayShowZip3(zip3)) << zip3;
  }
}

TEST(MayShowZip3, KnownAreas) {
  for (const std::string_view zip3 : {"006", "021", "100", "606", "900", "973", "995"}) EXPECT_TRUE(MayShowZip3(zip3));
}

TEST(MayShowZip3, UnknownPrefixesMayNot) {
  for (const std::string_view zip3 : {"000", "001", "004", "099", "213", "269", "343", "888"}) {
    EXPECT_FALSE(MayShowZip3(zip3)) << zip3;
  }
}

TEST(MayShowZip3, OfAllPrefixesAsManyAsTheTableHas) {
  int count = 0;
  for (int i = 0; i < 1000; ++i) {
    char zip3[4];
    std::snprintf(zip3, sizeof zip3, "%03d", i);
    count += MayShowZip3(zip3) ? 1 : 0;
  }
  EXPECT_EQ(count, 876);
}

TEST(MayShowZip3, OnlyThreeDigits) {
  for (const std::string_view text : {"", "02", "0213", "02a", "a21", "\xFF\xFF\xFF"}) EXPECT_FALSE(MayShowZip3(text));
}

}  // namespace
}  // namespace phiveil

#include "phiveil/category.h"

#include <gtest/gtest.h>

#include <set>

namespace phiveil {
namespace {

TEST(CategoryTest, NamesAndValuesAreOneToOne) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    EXPECT_TRUE(names.insert(CategoryName(category)).second);
    EXPECT_EQ(ParseCategory(CategoryName(category)), category);
  }
}

TEST(CategoryTest, NumbersThatPacksAndVaultsHoldStay) {
  EXPECT_EQ(CategoryName(static_cast<Category>(0)), "SAFE");
  EXPECT_EQ(CategoryName(static_cast<Category>(1)), "NAME");
  EXPECT_EQ(CategoryName(static_cast<Category>(11)), "DATE");
  EXPECT_EQ(CategoryName(static_cast<Category>(17)), "MRN");
  EXPECT_EQ(CategoryName(static_cast<Category>(27)), "OTHER_ID");
}

TEST(CategoryTest, OthersAreUnknown) {
  for (const char* name : {"", "name", "NAMES", "NAME ", "PERSON"}) EXPECT_FALSE(ParseCategory(name)) << name;
}

}  // namespace
}  // namespace phiveil

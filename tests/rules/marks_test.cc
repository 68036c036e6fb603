#include "compiler/marks.h"

#include <gtest/gtest.h>

namespace phiveil::rules {
namespace {

TEST(Marks, AreTakenOutAndPlaced) {
  MarkError error;
  const auto marked = ParseMarks("MRN [[MRN:0048]], [[NAME:Ana \xc3\xa9]]", &error);
  ASSERT_TRUE(marked.has_value());
  EXPECT_EQ(marked->text, "MRN 0048, Ana \xc3\xa9");
  EXPECT_EQ(marked->marks, (std::vector<Mark>{{4, 8, Category::kMrn}, {10, 16, Category::kName}}));
  EXPECT_TRUE(marked->Has(Category::kName));
  EXPECT_FALSE(marked->Has(Category::kDate));
}

TEST(Marks, WriteIsTheInverse) {
  for (const std::string_view text :
       {"", "plain", "[[SAFE:5 mg]]", "a [[DATE:3/4]]-[[DATE:3/7]] b", "[x] [[ZIP:1]]]"}) {
    MarkError error;
    const auto marked = ParseMarks(text, &error);
    ASSERT_TRUE(marked.has_value()) << text;
    EXPECT_EQ(WriteMarks(marked->text, marked->marks), text);
  }
}

TEST(Marks, ErrorsPointAtTheMark) {
  const struct {
    std::string_view text;
    size_t offset;
    size_t length;
  } kCases[] = {
      {"a [[MRN:1", 2, 7},          {"a [[MRN 1]]", 2, 9}, {"a [[MNR:1]]", 4, 3}, {"a [[MRN:]]", 2, 8},
      {"[[MRN:[[ZIP:1]]]]", 0, 15}, {"[[:1]]", 2, 1},      {"[[mrn:1]]", 0, 9},
  };
  for (const auto& c : kCases) {
    MarkError error;
    EXPECT_FALSE(ParseMarks(c.text, &error).has_value()) << c.text;
    EXPECT_EQ(error.offset, c.offset) << c.text << ": " << error.message;
    EXPECT_EQ(error.length, c.length) << c.text << ": " << error.message;
  }
}

}  // namespace
}  // namespace phiveil::rules

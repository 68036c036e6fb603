#include "match/boundary.h"

#include <gtest/gtest.h>

#include <string>

#include "pattern_oracle.h"

namespace phiveil {
namespace {

constexpr pb::Boundary kBoundaries[] = {pb::BOUNDARY_TOKEN, pb::BOUNDARY_RUN, pb::BOUNDARY_NONE, pb::BOUNDARY_SPACE};

// Every pair of bytes around an edge, and the text's ends.
TEST(BoundaryTest, EveryPairOfBytes) {
  for (pb::Boundary boundary : kBoundaries) {
    const EdgeTest edge(boundary);
    for (int left = -1; left < 256; ++left) {
      for (int right = -1; right < 256; ++right) {
        std::string text;
        if (left >= 0) text.push_back(static_cast<char>(left));
        const size_t at = text.size();
        if (right >= 0) text.push_back(static_cast<char>(right));
        ASSERT_EQ(edge.PermitsBegin(text, at), oracle::EdgeOk(boundary, text, at, false)) << left << " " << right;
        ASSERT_EQ(edge.PermitsEnd(text, at), oracle::EdgeOk(boundary, text, at, true)) << left << " " << right;
      }
    }
  }
}

TEST(BoundaryTest, SentenceMarksBeforeSpaceAreLookedThrough) {
  const EdgeTest edge(pb::BOUNDARY_SPACE);
  const struct {
    const char* after;
    bool permitted;
  } cases[] = {{"", true},   {" ", true},   {")", true},    {"\"", true},       {".", true},   {". ", true},
               {".)", true}, {"...", true}, {"?!. ", true}, {"....", false},    {".5", false}, {",b", false},
               {"-", false}, {"/x", false}, {"x", false},   {"\xc3\xa9", false}};
  for (const auto& c : cases) EXPECT_EQ(edge.PermitsEnd(std::string("7") + c.after, 1), c.permitted) << c.after;
  EXPECT_FALSE(edge.PermitsBegin(".7", 1)) << "not at the begin";
}

TEST(BoundaryTest, UntestedEdgesPermitEverything) {
  const EdgeTest edge;
  EXPECT_TRUE(edge.PermitsBegin("ab", 1));
  EXPECT_TRUE(edge.PermitsEnd("ab", 1));
}

}  // namespace
}  // namespace phiveil

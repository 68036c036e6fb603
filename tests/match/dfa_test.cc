#include "match/dfa.h"

#include <gtest/gtest.h>

#include <string>

#include "compiler/pattern/pattern.h"
#include "pattern_oracle.h"

namespace phiveil {
namespace {

constexpr pb::Boundary kBoundaries[] = {pb::BOUNDARY_TOKEN, pb::BOUNDARY_RUN, pb::BOUNDARY_NONE, pb::BOUNDARY_SPACE};

Dfa MustParse(std::string_view bytes) {
  absl::StatusOr<Dfa> dfa = Dfa::Parse(bytes);
  EXPECT_TRUE(dfa.ok()) << dfa.status();
  return *std::move(dfa);
}

size_t Furthest(const Dfa& dfa, std::string_view text, size_t end, pb::Boundary boundary) {
  uint64_t steps = 0;
  return dfa.FurthestBegin(text, end, 0, EdgeTest(boundary), &steps);
}

TEST(DfaTest, FindsTheFurthestBegin) {
  const Dfa dfa = MustParse(CompilePattern("[A-Z]{0,2}[0-9]{2,4}", true)->reverse_dfa);
  EXPECT_EQ(Furthest(dfa, "mrn ab1234", 10, pb::BOUNDARY_TOKEN), 4u);
  EXPECT_EQ(Furthest(dfa, "mrnab1234", 9, pb::BOUNDARY_TOKEN), Dfa::kNone);
  EXPECT_EQ(Furthest(dfa, "mrnab1234", 9, pb::BOUNDARY_RUN), 5u);
  EXPECT_EQ(Furthest(dfa, "mrnab1234", 9, pb::BOUNDARY_NONE), 3u);
  EXPECT_EQ(Furthest(dfa, "mrn 1", 5, pb::BOUNDARY_NONE), Dfa::kNone);
  EXPECT_EQ(Furthest(dfa, "", 0, pb::BOUNDARY_NONE), Dfa::kNone);
}

TEST(DfaTest, KeepsToTheFloorAndCountsSteps) {
  const Dfa dfa = MustParse(CompilePattern("[0-9]{1,9}", true)->reverse_dfa);
  uint64_t steps = 0;
  EXPECT_EQ(dfa.FurthestBegin("1234567", 7, 4, EdgeTest(pb::BOUNDARY_NONE), &steps), 4u);
  EXPECT_EQ(steps, 3u);
  EXPECT_EQ(dfa.FurthestBegin("a 34567", 7, 0, EdgeTest(pb::BOUNDARY_NONE), &steps), 2u);
  EXPECT_EQ(steps, 3u + 6u) << "five digits and the space that ends them";
}

TEST(DfaTest, AgreesWithTheOracle) {
  oracle::Random random(7);
  int compared = 0;
  int found = 0;
  while (compared < 300) {
    const oracle::Pattern pattern = oracle::RandomPattern(&random, 3);
    const bool caseless = oracle::Pick(&random, 0, 1) == 1;
    PatternError error;
    const auto compiled = CompilePattern(pattern.text, caseless, &error);
    if (!compiled.ok()) {
      ASSERT_EQ(error.message, "the pattern matches the empty text") << pattern.text;
      continue;
    }
    ++compared;
    const Dfa dfa = MustParse(compiled->reverse_dfa);
    for (int t = 0; t < 4; ++t) {
      const std::string text = oracle::RandomText(&random, 24);
      for (pb::Boundary boundary : kBoundaries) {
        std::vector<size_t> expected(text.size() + 1, Dfa::kNone);
        for (const oracle::Span& span : oracle::AllMatches(pattern, text, caseless, pb::BOUNDARY_NONE)) {
          if (oracle::EdgeOk(boundary, text, span.begin, false)) {
            expected[span.end] = std::min(expected[span.end], span.begin);
          }
        }
        for (size_t end = 0; end <= text.size(); ++end) {
          if (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) continue;
          ASSERT_EQ(Furthest(dfa, text, end, boundary), expected[end])
              << pattern.text << " in " << text << " at " << end;
          found += expected[end] != Dfa::kNone;
        }
      }
    }
  }
  EXPECT_GT(found, 5000);
}

TEST(DfaTest, IsSmallest) {
  // One for each number of digits read, 0 to 20, and the dead one.
  const std::string bytes = CompilePattern("[0-9]{20}", true)->reverse_dfa;
  EXPECT_EQ(static_cast<uint8_t>(bytes[2]), 22);
  EXPECT_EQ(CompilePattern("(?:ab|ac|ad)x{1,5}", false)->reverse_dfa,
            CompilePattern("a[b-d]x{1,5}", false)->reverse_dfa);
}

TEST(DfaTest, DamagedTablesAreErrors) {
  const std::string good = CompilePattern("(?:ab|cd)[0-9]{1,3}", true)->reverse_dfa;
  ASSERT_TRUE(Dfa::Parse(good).ok());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(Dfa::Parse(std::string_view(good).substr(0, size)).status().code(), absl::StatusCode::kDataLoss) << size;
  }
  EXPECT_FALSE(Dfa::Parse(good + '\0').ok());
  struct {
    size_t at;
    char value;
    const char* what;
  } const cases[] = {
      {0, 2, "version"},
      {2, 1, "states"},
      {4, 0, "classes"},
      {5, 2, "classes"},
      {7, 1, "start"},
      {8, 0, "dead accepts"},
      {9, 1, "accepting"},
      {10 + 'a', 99, "class of a byte"},
      {10 + 256, 1, "dead lives"},
      {10 + 256 + 41, 77, "next state"},
  };
  for (const auto& c : cases) {
    std::string bad = good;
    bad[c.at] = c.value;
    EXPECT_FALSE(Dfa::Parse(bad).ok()) << c.what;
  }
}

// Whatever the bytes, running never reads outside the text.
TEST(DfaTest, RandomDamageStaysInBounds) {
  oracle::Random random(11);
  const std::string good = CompilePattern("(?:ab|cd)[0-9]{1,3}", true)->reverse_dfa;
  int survived = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bad = good;
    const int hits = oracle::Pick(&random, 1, 3);
    for (int h = 0; h < hits; ++h) {
      bad[static_cast<size_t>(oracle::Pick(&random, 0, static_cast<int>(bad.size()) - 1))] =
          static_cast<char>(oracle::Pick(&random, 0, 20));
    }
    const absl::StatusOr<Dfa> dfa = Dfa::Parse(bad);
    if (!dfa.ok()) continue;
    ++survived;
    const size_t begin = Furthest(*dfa, "xx ab123 cd1", 12, pb::BOUNDARY_NONE);
    EXPECT_TRUE(begin == Dfa::kNone || begin < 12u);
  }
  EXPECT_GT(survived, 100);
}

}  // namespace
}  // namespace phiveil

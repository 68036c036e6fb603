#include "match/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "compiler/pattern/pattern.h"
#include "match_pack.h"
#include "pattern_oracle.h"

namespace phiveil {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Found(const std::vector<Shape>& shapes, std::string_view text, By by) {
  std::vector<std::string> out;
  for (const Match& match : Scan(PackOf(shapes, by), text)) {
    out.push_back(std::to_string(match.expression) + ":" +
                  std::string(text.substr(match.begin, match.end - match.begin)));
  }
  return out;
}

// The same whoever finds it.
std::vector<std::string> Found(const std::vector<Shape>& shapes, std::string_view text) {
  std::vector<std::string> scanned = Found(shapes, text, By::kHyperscan);
  EXPECT_EQ(Found(shapes, text, By::kWalks), scanned) << text;
  return scanned;
}

TEST(MatcherTest, LongestAtItsLeftmostBegin) {
  EXPECT_THAT(Found({{"[A-Z]{0,2}[0-9]{3,8}"}}, "mrn AB123456, 77 and 1234"), ElementsAre("0:AB123456", "0:1234"));
}

TEST(MatcherTest, OverlapIsKeptContainmentIsNot) {
  EXPECT_THAT(Found({{"[0-9]-[0-9]"}}, "1-2-3"), ElementsAre("0:1-2", "0:2-3"));
  EXPECT_THAT(Found({{"(?:[0-9]-)?[0-9]-[0-9]"}}, "1-2-3"), ElementsAre("0:1-2-3"));
}

TEST(MatcherTest, ExpressionsDoNotSeeEachOther) {
  EXPECT_THAT(Found({{"[0-9]{2,4}"}, {"[0-9]{1,9}"}, {"a[0-9]{2}"}}, "12 a34"), ElementsAre("0:12", "1:12", "2:a34"));
}

TEST(MatcherTest, BoundariesHoldAtBothEdges) {
  const std::string digits = "[0-9]{3}";
  EXPECT_THAT(Found({{digits, pb::BOUNDARY_TOKEN}},
                    "a123 123b 1234 (123) \xc3\xa9"
                    "123"),
              ElementsAre("0:123"));
  EXPECT_THAT(Found({{digits, pb::BOUNDARY_RUN}}, "a123 456b 1234"), ElementsAre("0:123", "0:456"));
  EXPECT_THAT(Found({{digits, pb::BOUNDARY_NONE}}, "a1234"), ElementsAre("0:123", "0:234"));
  EXPECT_THAT(Found({{digits, pb::BOUNDARY_SPACE}}, "123-4 (234) 345. 456.7 a/567 678?!"),
              ElementsAre("0:234", "0:345", "0:678"));
}

TEST(MatcherTest, NoMatchEndsInsideACharacter) {
  EXPECT_THAT(Found({{"a.", pb::BOUNDARY_NONE}}, "a\xc3\xa9 ab"), ElementsAre("0:ab"));
  EXPECT_THAT(Found({{"a..", pb::BOUNDARY_NONE}}, "a\xc3\xa9"), ElementsAre("0:a\xc3\xa9"));
  EXPECT_THAT(Found({{"N°[0-9]", pb::BOUNDARY_TOKEN}}, "N°7"), ElementsAre("0:N°7"));
}

TEST(MatcherTest, CaseIsFoldedWhenAsked) {
  EXPECT_THAT(
      Found({{"mrn[0-9]", pb::BOUNDARY_TOKEN, true}, {"mrn[0-9]", pb::BOUNDARY_TOKEN, false}}, "MRN1 mrn2 Mrn3"),
      ElementsAre("0:MRN1", "0:mrn2", "1:mrn2", "0:Mrn3"));
}

TEST(MatcherTest, AddressesGrow) {
  const std::vector<Shape> shapes = {{"https?://[a-z0-9]|www\\.[a-z0-9]", pb::BOUNDARY_TOKEN, true, "url"},
                                     {"[a-z0-9]@[a-z0-9]", pb::BOUNDARY_TOKEN, true, "email"}};
  EXPECT_THAT(Found(shapes, "See (https://x.example/a(b)?c=1). Mail jo.o'hara+x@mail.example.org, or bob@host"),
              ElementsAre("0:https://x.example/a(b)?c=1", "1:jo.o'hara+x@mail.example.org"));
}

TEST(MatcherTest, NoExpressionsFindNothing) { EXPECT_THAT(Scan(pb::Pack(), "mrn 1234"), IsEmpty()); }

TEST(MatcherTest, EmptyTextIsFine) { EXPECT_THAT(Found({{"[0-9]{3}"}}, ""), IsEmpty()); }

TEST(MatcherTest, AgreesWithTheOracle) {
  oracle::Random random(3);
  size_t matches = 0;
  for (int round = 0; round < 25; ++round) {
    std::vector<oracle::Pattern> patterns;
    std::vector<Shape> shapes;
    while (shapes.size() < 12) {
      oracle::Pattern pattern = oracle::RandomPattern(&random, 3);
      const bool caseless = oracle::Pick(&random, 0, 1) == 1;
      if (!CompilePattern(pattern.text, caseless).ok()) continue;
      shapes.push_back({pattern.text, static_cast<pb::Boundary>(oracle::Pick(&random, 0, 3)), caseless});
      patterns.push_back(std::move(pattern));
    }
    const TestMatcher matcher(PackOf(shapes)), walker(PackOf(shapes, By::kWalks));
    for (int t = 0; t < 8; ++t) {
      const std::string text = oracle::RandomText(&random, 60);
      std::vector<std::vector<oracle::Span>> found(shapes.size());
      const std::vector<Match> matched = matcher.Scan(text);
      ASSERT_EQ(walker.Scan(text), matched) << text;
      for (const Match& match : matched) found[match.expression].push_back({match.begin, match.end});
      for (size_t i = 0; i < shapes.size(); ++i) {
        const auto expected =
            oracle::Outermost(oracle::AllMatches(patterns[i], text, shapes[i].caseless, shapes[i].boundary));
        ASSERT_EQ(found[i], expected) << shapes[i].pattern << " in " << text;
        matches += expected.size();
      }
    }
  }
  EXPECT_GT(matches, 5000u);
}

// What is done per byte stays below a constant, whatever the text.
class HostileText : public ::testing::TestWithParam<By> {};

TEST_P(HostileText, IsLinear) {
  const TestMatcher matcher(PackOf({{"[A-Z]{0,2}[0-9]{5,10}"},
                                    {"[0-9]{1,2}(?:\\.[0-9]{1,4}){1,12}"},
                                    {"(?:january|may)[ ][0-9]{1,2}(?:[ ][0-9]{4})?"},
                                    {"[0-9]{2}%", pb::BOUNDARY_NONE},
                                    {"https?://[a-z0-9]", pb::BOUNDARY_TOKEN, true, "url"},
                                    {"[a-z0-9]@[a-z0-9]", pb::BOUNDARY_NONE, true, "email"},
                                    {"\\.(?:jpg|pdf)", pb::BOUNDARY_NONE, true, "path"}},
                                   GetParam()));
  for (std::string_view piece : {"7", "1.2.840.1 ", "1.2.840.1.", "january 1 may 2 ", "https://x.y/", "a@b.c", "a@b",
                                 "(https://x.y/)", "a.jpg", "/.jpg(", "@", "a@b.c,"}) {
    std::vector<double> cost;
    for (size_t size : {size_t{20'000}, size_t{400'000}}) {
      std::string text;
      while (text.size() < size) text += piece;
      const uint64_t before = matcher.scratch()->steps();
      matcher.Scan(text);
      cost.push_back(static_cast<double>(matcher.scratch()->steps() - before) / static_cast<double>(text.size()));
    }
    EXPECT_LT(cost[1], 40) << piece;
    EXPECT_LT(cost[1], cost[0] * 1.5 + 0.1) << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(MatcherTest, HostileText, ::testing::Values(By::kHyperscan, By::kWalks));

// Digits at every distance from what comes before them, over the edges of blocks.
TEST(MatcherTest, WalksFindWhatHyperscanFindsAcrossBlocks) {
  const std::vector<Shape> shapes = {{"[a-z]{1,40}[ ][0-9]{1,4}"},
                                     {"(?:[a-z]{1,9}[ ]){0,8}#[0-9]{2}"},
                                     {"\\([0-9]{3}\\)[ ][0-9]{3}", pb::BOUNDARY_SPACE},
                                     {"[0-9]{1,3}", pb::BOUNDARY_RUN},
                                     {"[<>~]?[0-9]{1,6}[%\"]", pb::BOUNDARY_NONE},
                                     {"[a-z]{2}[ ]corner", pb::BOUNDARY_TOKEN},
                                     {"[0-2]\\.[0-9]{1,3}\\.[0-9]", pb::BOUNDARY_NONE, true, "path"}};
  const TestMatcher scanner(PackOf(shapes)), walker(PackOf(shapes, By::kWalks));
  std::mt19937 random(11);
  constexpr std::string_view kPieces[] = {"a",         "bed ", "corner",    " 7", "12",         "#42",
                                          "(555) 123", "<5%",  "1.2.840.1", "\n", "\xc3\xa9",   "%",
                                          "\"",        " ",    "x y z ",    "9",  "by corner ", "\xf0\x9f\x98\x80"};
  size_t matches = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text(random() % 70, round % 3 == 0 ? 'q' : ' ');
    for (size_t n = random() % 40; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    const std::vector<Match> scanned = scanner.Scan(text);
    ASSERT_EQ(walker.Scan(text), scanned) << text;
    matches += scanned.size();
  }
  EXPECT_GT(matches, 10'000u);
}

TEST(MatcherTest, TooLargeAnAutomatonLeavesItsLargestPartsToHyperscan) {
  std::vector<Shape> shapes = {{"[0-9]{2}-[0-9]{2}"}};
  for (char c = 'a'; c <= 'j'; ++c) {
    shapes.push_back({std::string("(?:[a-z]{0,6}") + c + "[a-z]{0,6}[0-9]{0,3}){1,4}[0-9]"});
  }
  const pb::Pack pack = PackOf(shapes, By::kWalks);
  EXPECT_TRUE(pack.expressions(0).walked());
  EXPECT_FALSE(
      std::all_of(pack.expressions().begin(), pack.expressions().end(), [](const auto& e) { return e.walked(); }));
  EXPECT_EQ(Scan(pack, "on 12-34 abc12 xyz 9"), Scan(PackOf(shapes), "on 12-34 abc12 xyz 9"));
}

TEST(MatcherTest, DamagedWalksAreErrors) {
  const pb::Pack good = PackOf({{"[0-9]{3}"}, {"[0-9]{2}%", pb::BOUNDARY_NONE}}, By::kWalks);
  const std::vector<std::pair<const char*, void (*)(pb::Walk*)>> damage = {
      {"no classes", [](pb::Walk* w) { w->set_classes(0); }},
      {"many classes", [](pb::Walk* w) { w->set_classes(257); }},
      {"a class too few", [](pb::Walk* w) { w->mutable_class_of()->pop_back(); }},
      {"a class too large", [](pb::Walk* w) { (*w->mutable_class_of())[7] = static_cast<char>(w->classes()); }},
      {"starts dead", [](pb::Walk* w) { w->set_start(0); }},
      {"starts outside", [](pb::Walk* w) { w->set_start(60'000); }},
      {"a state too few", [](pb::Walk* w) { w->mutable_reach()->pop_back(); }},
      {"cut", [](pb::Walk* w) { w->mutable_next()->pop_back(); }},
      {"leads outside", [](pb::Walk* w) { w->mutable_next()->back() = '\x7f'; }},
      {"the dead state lives", [](pb::Walk* w) { (*w->mutable_next())[0] = 1; }},
      {"no such set", [](pb::Walk* w) { w->mutable_accepts()->back() = '\x7f'; }},
      {"no such expression", [](pb::Walk* w) { w->mutable_sets(0)->set_expressions(0, 99); }},
      {"finds nothing",
       [](pb::Walk* w) {
         w->clear_sets();
         w->mutable_accepts()->assign(w->accepts().size(), 0);
       }},
  };
  ASSERT_TRUE(Matcher::Create(good).ok());
  ASSERT_EQ(good.walks_size(), 2);
  for (const auto& [what, apply] : damage) {
    pb::Pack bad = good;
    apply(bad.mutable_walks(0));
    EXPECT_EQ(Matcher::Create(bad).status().code(), absl::StatusCode::kDataLoss) << what;
  }
  pb::Pack bad = good;
  bad.clear_walks();
  EXPECT_EQ(Matcher::Create(bad).status().code(), absl::StatusCode::kDataLoss);
}

TEST(MatcherTest, DatabaseThatDoesNotLoadIsCompiledAnew) {
  pb::Pack pack = PackOf({{"[0-9]{3}"}});
  std::string other_version = pack.hs_database();
  other_version[4] ^= 0x40;  // Hyperscan's own version word
  pack.set_hs_database(other_version);
  EXPECT_THAT(Scan(pack, "a 123"), testing::SizeIs(1));

  pack.mutable_expressions(0)->set_pattern("(unclosed");
  EXPECT_EQ(Matcher::Create(pack).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(MatcherTest, DamagedTablesAreErrors) {
  const pb::Pack good = PackOf({{"[0-9]{3}"}});
  const std::vector<std::pair<const char*, void (*)(pb::Pack*)>> damage = {
      {"no database", [](pb::Pack* p) { p->clear_hs_database(); }},
      {"half a database", [](pb::Pack* p) { p->mutable_hs_database()->resize(p->hs_database().size() / 2); }},
      {"a flipped bit", [](pb::Pack* p) { (*p->mutable_hs_database())[p->hs_database().size() / 2] ^= 1; }},
      {"no automaton", [](pb::Pack* p) { p->mutable_expressions(0)->clear_reverse_dfa(); }},
      {"unknown boundary", [](pb::Pack* p) { p->mutable_expressions(0)->set_boundary(static_cast<pb::Boundary>(9)); }},
      {"unknown growth", [](pb::Pack* p) { p->mutable_expressions(0)->set_extend("iban"); }},
      {"no width", [](pb::Pack* p) { p->mutable_expressions(0)->clear_max_width(); }},
      {"unknown trigger", [](pb::Pack* p) { p->mutable_expressions(0)->set_trigger(1u << 20); }},
      {"trigger outside", [](pb::Pack* p) { p->mutable_expressions(0)->set_trigger_before(99); }},
      {"trigger far outside", [](pb::Pack* p) { p->mutable_expressions(0)->set_trigger_after(1u << 31); }},
      {"too wide", [](pb::Pack* p) { p->mutable_expressions(0)->set_max_width(1u << 30); }},
  };
  ASSERT_TRUE(Matcher::Create(good).ok());
  for (const auto& [what, apply] : damage) {
    pb::Pack bad = good;
    apply(&bad);
    EXPECT_EQ(Matcher::Create(bad).status().code(), absl::StatusCode::kDataLoss) << what;
  }
}

}  // namespace
}  // namespace phiveil

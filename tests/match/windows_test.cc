#include "match/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "match_pack.h"
#include "pattern_oracle.h"

namespace phiveil {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const WindowFinder::Path kPaths[] = {WindowFinder::Path::kPortable, WindowFinder::BestPath()};

std::vector<Window> Find(const WindowFinder& finder, std::string_view text) {
  std::vector<Window> windows;
  finder.Find(text, &windows);
  return windows;
}

std::string Blank(size_t size) { return std::string(size, ' '); }

TEST(WindowFinderTest, SurroundsTriggers) {
  for (WindowFinder::Path path : kPaths) {
    WindowFinder finder(path);
    finder.Add(kTriggerDigit, 5, 10);
    EXPECT_THAT(Find(finder, ""), IsEmpty());
    EXPECT_THAT(Find(finder, "no trigger @ all ://"), IsEmpty());
    EXPECT_THAT(Find(finder, Blank(200) + "7" + Blank(200)), ElementsAre(Window{195, 210}));
    EXPECT_THAT(Find(finder, "7" + Blank(100) + "7"), ElementsAre(Window{0, 10}, Window{96, 102}));
    EXPECT_THAT(Find(finder, Blank(100) + "77" + Blank(20) + "7" + Blank(100)), ElementsAre(Window{95, 132}));
  }
}

TEST(WindowFinderTest, EveryTriggerHasItsOwnSurroundings) {
  const std::pair<uint32_t, const char*> cases[] = {
      {kTriggerDigit, "5"},      {kTriggerAt, "@"},         {kTriggerSlashes, "://"}, {kTriggerWww, "wWw."},
      {kTriggerBackslash, "\\"}, {kTriggerUnderscore, "_"}, {kTriggerHash, "#"},      {kTriggerDotLetter, ".j"}};
  ASSERT_EQ(std::size(cases), static_cast<size_t>(kTriggerCount));
  for (WindowFinder::Path path : kPaths) {
    for (const auto& [trigger, text] : cases) {
      WindowFinder finder(path);
      for (int t = 0; t < kTriggerCount; ++t) finder.Add(1u << t, 10 + static_cast<uint32_t>(t), 20);
      for (size_t at : {0, 1, 31, 59, 60, 61, 62, 63, 64, 127, 190}) {
        const std::string view = Blank(at) + text + Blank(at % 7);
        const auto before = static_cast<size_t>(10 + std::countr_zero(trigger));
        EXPECT_THAT(Find(finder, view), ElementsAre(Window{at - std::min(at, before), std::min(view.size(), at + 20)}))
            << text << " at " << at;
      }
    }
    WindowFinder finder(path);
    for (int t = 1; t < kTriggerCount; ++t) finder.Add(1u << t, 9, 9);
    EXPECT_THAT(Find(finder, ":/ : // ww. www ww.. 123 / 2.5 .  ..." + Blank(100) + "www"), IsEmpty());
  }
}

TEST(WindowFinderTest, AWideTriggerSwallowsEarlierWindows) {
  for (WindowFinder::Path path : kPaths) {
    WindowFinder finder(path);
    finder.Add(kTriggerDigit, 1, 2);
    finder.Add(kTriggerAt, 200, 3);
    std::string text = Blank(400);
    text[100] = text[180] = text[250] = '1';
    text[300] = '@';
    EXPECT_THAT(Find(finder, text), ElementsAre(Window{99, 303}));
    text[300] = ' ';
    EXPECT_THAT(Find(finder, text), ElementsAre(Window{99, 102}, Window{179, 182}, Window{249, 252}));
  }
}

TEST(WindowFinderTest, OneExpressionWithoutTriggerWantsEverything) {
  WindowFinder finder;
  finder.Add(kTriggerDigit, 1, 1);
  finder.Add(0, 0, 0);
  EXPECT_THAT(Find(finder, "no digit"), ElementsAre(Window{0, 8}));
  EXPECT_THAT(Find(WindowFinder(), "nothing to find 7"), IsEmpty());
}

TEST(WindowFinderTest, PathsAgree) {
  oracle::Random random(21);
  for (int round = 0; round < 3000; ++round) {
    WindowFinder portable(WindowFinder::Path::kPortable);
    WindowFinder best;
    for (int t = 0; t < kTriggerCount; ++t) {
      if (oracle::Pick(&random, 0, 1)) continue;
      const auto before = static_cast<uint32_t>(oracle::Pick(&random, 0, 40));
      const auto after = static_cast<uint32_t>(oracle::Pick(&random, 1, 40));
      portable.Add(1u << t, before, after);
      best.Add(1u << t, before, after);
    }
    std::string text = Blank(static_cast<size_t>(oracle::Pick(&random, 0, 400)));
    for (int i = oracle::Pick(&random, 0, 12); i > 0 && !text.empty(); --i) {
      static const std::string kPieces[] = {"0",   "9",  "@", "://", ":/",   "www.", "WWW.",
                                            "ww.", "\\", "_", "#",   "\xb0", "/",    ":"};
      const std::string& piece = kPieces[oracle::Pick(&random, 0, static_cast<int>(std::size(kPieces)) - 1)];
      text.replace(static_cast<size_t>(oracle::Pick(&random, 0, static_cast<int>(text.size()) - 1)), piece.size(),
                   piece);
    }
    const std::vector<Window> windows = Find(best, text);
    ASSERT_EQ(windows, Find(portable, text)) << text;
    for (size_t i = 0; i < windows.size(); ++i) {
      ASSERT_LT(windows[i].begin, windows[i].end);
      ASSERT_LE(windows[i].end, text.size());
      if (i > 0) {
        ASSERT_GT(windows[i].begin, windows[i - 1].end);
      }
    }
  }
}

std::vector<std::string> Describe(const std::vector<Match>& matches) {
  std::vector<std::string> out;
  for (const Match& m : matches) {
    out.push_back(std::to_string(m.expression) + " " + std::to_string(m.begin) + " " + std::to_string(m.end));
  }
  return out;
}

pb::Pack WithoutTriggers(pb::Pack pack) {
  for (pb::Expression& expression : *pack.mutable_expressions()) {
    expression.set_trigger(0);
    expression.set_trigger_before(0);
    expression.set_trigger_after(0);
  }
  return pack;
}

const std::vector<Shape>& RealShapes() {
  static const std::vector<Shape> shapes = {
      {"[A-Z]{0,2}[0-9]{5,10}"},
      {"[0-9]{1,2}[/-][0-9]{1,2}(?:[/-](?:[0-9]{4}|[0-9]{2}))?"},
      {"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?[ ]{1,2}[0-9]{1,2}(?:st|nd|rd|th)?(?:,? "
       "[0-9]{4})?"},
      {"(?:the )?[0-9]{1,2}(?:st|nd|rd|th) of [a-z]{3,9}"},
      {"(?:\\+?1[ .-]?)?\\(?[0-9]{3}\\)?[ .-]{0,2}[0-9]{3}[ .-]?[0-9]{4}"},
      {"[0-9]{3}-[0-9]{2}-[0-9]{4}"},
      {"[0-9]{1,6} (?:[A-Za-z.]{1,15} ){1,3}(?:street|st|road|rd|avenue|ave|drive|dr)", pb::BOUNDARY_TOKEN},
      {"https?://[a-z0-9]|www\\.[a-z0-9]", pb::BOUNDARY_TOKEN, true, "url"},
      {"[a-z0-9]@[a-z0-9]", pb::BOUNDARY_NONE, true, "email"},
      {"[a-z]:\\\\[a-z0-9]", pb::BOUNDARY_NONE, true, "path"},
      {"[0-9]{1,3}(?:\\.[0-9]{1,3}){3}", pb::BOUNDARY_SPACE},
      {"[a-z]{1,12}_[a-z0-9]{1,12}", pb::BOUNDARY_RUN},
      {"#[ ]?[A-Z0-9]{4,12}"},
  };
  return shapes;
}

TEST(WindowedScanTest, LosesNothingOnTheNotes) {
  const pb::Pack pack = PackOf(RealShapes());
  for (const pb::Expression& expression : pack.expressions())
    ASSERT_NE(expression.trigger(), 0u) << expression.pattern();
  const TestMatcher windowed(pack);
  const TestMatcher full(WithoutTriggers(pack));
  size_t matches = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(PHIVEIL_SOURCE_DIR "/corpora")) {
    if (file.path().extension() != ".txt") continue;
    std::ostringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const auto expected = Describe(full.Scan(text.view()));
    ASSERT_EQ(Describe(windowed.Scan(text.view())), expected) << file.path();
    matches += expected.size();
  }
  EXPECT_GT(matches, 500u);
}

TEST(WindowedScanTest, LosesNothingOnPiecesThatAlmostMatch) {
  const pb::Pack pack = PackOf(RealShapes());
  const TestMatcher windowed(pack);
  const TestMatcher full(WithoutTriggers(pack));
  static const std::string kPieces[] = {
      "12345678",
      "3/4",
      "03-04-25",
      " march 4th, 2025 ",
      "the 14th of june",
      "(617) 555-0142",
      "123-45-6789",
      " 12 Elm Grove Road ",
      "https://",
      "x.example/a?b",
      "www.",
      "jo.bloggs@",
      "mail.example.org",
      "c:\\scans\\a.jpg",
      "10.0.0.7",
      "user_name",
      "#A12B",
      " ",
      "\n",
      ", ",
      "patient seen and examined with no acute distress and was discharged home in stable condition ",
      "é",
      "."};
  oracle::Random random(31);
  size_t matches = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string text;
    for (int i = oracle::Pick(&random, 1, 20); i > 0; --i) {
      const std::string& piece = kPieces[oracle::Pick(&random, 0, static_cast<int>(std::size(kPieces)) - 1)];
      text +=
          piece.substr(0, static_cast<size_t>(oracle::Pick(&random, 0, 3) == 0 ? oracle::Pick(&random, 0, 5) : 200));
    }
    const auto expected = Describe(full.Scan(text));
    ASSERT_EQ(Describe(windowed.Scan(text)), expected) << text;
    matches += expected.size();
  }
  EXPECT_GT(matches, 3000u);
}

// Random patterns: the windows that the pattern compiler derives hold every match of the oracle.
TEST(WindowedScanTest, AgreesWithTheOracle) {
  oracle::Random random(41);
  size_t patterns_with_trigger = 0;
  size_t matches = 0;
  while (patterns_with_trigger < 300) {
    const oracle::Pattern pattern = oracle::RandomPattern(&random, 3);
    const auto compiled = CompilePattern(pattern.text, true);
    if (!compiled.ok() || compiled->trigger == 0) continue;
    ++patterns_with_trigger;
    WindowFinder finder;
    finder.Add(compiled->trigger, compiled->trigger_before, compiled->trigger_after);
    for (int t = 0; t < 10; ++t) {
      const std::string text = Blank(static_cast<size_t>(oracle::Pick(&random, 0, 90))) +
                               oracle::RandomText(&random, 20) + Blank(80) + oracle::RandomText(&random, 10);
      const std::vector<Window> windows = Find(finder, text);
      for (const oracle::Span& span : oracle::AllMatches(pattern, text, true, pb::BOUNDARY_NONE)) {
        ++matches;
        ASSERT_TRUE(std::any_of(windows.begin(), windows.end(),
                                [&](const Window& w) { return w.begin <= span.begin && span.end <= w.end; }))
            << pattern.text << " in " << text;
      }
    }
  }
  EXPECT_GT(matches, 2000u);
}

}  // namespace
}  // namespace phiveil

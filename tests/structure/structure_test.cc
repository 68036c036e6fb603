#include "structure/structure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "structure_fixture.h"

namespace phiveil {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using testing::Scan;

// After both steps, in the view: "name=value" for values with a name, "=value" for the others.
struct Entered {
  std::vector<std::string> values;
  std::string open;  // the view with each byte of structure as a dot
};

Entered Enter(std::string_view text) {
  const pb::Fields fields = testing::SomeFields();
  const StructureScanner scanner(fields);
  const auto scratch = StructureScanner::NewScratch();
  Structure structure;
  scanner.Scan(text, scratch.get(), &structure);
  Document doc;
  EXPECT_TRUE(doc.Reset(text, structure.escapes).ok());
  scanner.Enter(doc, scratch.get(), &structure);
  structure.escapes.clear();
  testing::ExpectSound(structure, doc.view());
  testing::Scanned scanned{structure, std::string(doc.view()), fields};
  return {scanned.Values(), scanned.Open()};
}

TEST(Structure, APlainNoteHasNone) {
  for (std::string_view text : {
           "",
           "Pt is a 61 y.o. with CHF (EF 35%), BP 140/90, WBC <4; see note.\n\nPlan: rest, fluids, recheck | call.",
           "Name: Ada Quill\nDOB: 1/2/1961\nMRN: 4417\n",
           "1) a, b, c\n2) d; e; f\n{x} <y> [z] \"q\": r = s\n",
       }) {
    const auto scanned = Scan(text);
    EXPECT_THAT(scanned.structure.regions, IsEmpty()) << text;
    EXPECT_THAT(scanned.structure.values, IsEmpty()) << text;
    EXPECT_THAT(scanned.structure.escapes, IsEmpty()) << text;
  }
}

TEST(Structure, KindsStandSideBySide) {
  const auto scanned = Scan(
      "Note.\n{\"mrn\": 1}\nPID|1||2||ROE^ANSEL\n\n<mrn>3</mrn>\n\nmrn,name\n4,Ada\n\nmrn=5 {\"mrn\": 6} <mrn>7</mrn>");
  EXPECT_THAT(scanned.Named(), ElementsAre("mrn=1", "mrn=2", "patient name=ROE", "patient name=ANSEL", "mrn=3", "mrn=4",
                                           "name=Ada", "mrn=5", "mrn=6", "mrn=7"));
}

TEST(Structure, NothingIsKnownWithoutNames) {
  const StructureScanner scanner{pb::Fields()};
  const auto scratch = StructureScanner::NewScratch();
  Structure structure;
  structure.regions.push_back({1, 2});
  scanner.Scan("{\"mrn\": 4}", scratch.get(), &structure);
  EXPECT_TRUE(structure.empty());
}

TEST(Enter, SpeaksOfTheView) {
  const auto entered = Enter("caf\xC3\xA9\r\n{\"name\": \"Jos\\u00e9\\nQuill\", \"zip\": \"\\u0031\"}");
  EXPECT_THAT(entered.values, ElementsAre("name=Jose\nQuill", "zip=1"));
  EXPECT_EQ(entered.open, "cafe\n..........Jose\nQuill...........1..");
}

TEST(Enter, WhatVanishesIsNoValue) {
  EXPECT_THAT(Enter("{\"name\": \"\xE2\x80\x8B\", \"zip\": \"9\"}").values, ElementsAre("zip=9"));
}

TEST(Enter, ReadsWhatStandsInsideValues) {
  const struct {
    std::string_view text;
    std::vector<std::string> values;
  } kCases[] = {
      {R"({"payload": "before {\"mrn\": \"44\", \"x\": \"Ada\"} after"})", {"=before ", "mrn=44", "=Ada", "= after"}},
      {R"({"payload": "MSH|^~\\&|A|B\rPID|1||44||ROE^ANSEL\r"})", {"mrn=44", "patient name=ROE", "patient name=ANSEL"}},
      {R"({"div": "<div><p>Ada Quill <b>said</b></p></div>"})", {"=Ada Quill ", "=said"}},
      {R"({"message": "login mrn=44 from ward 4B"})", {"=login ", "mrn=44", "= from ward 4B"}},
      {"NTE|1||see {\"mrn\": \"44\", \"n\": \"Ada\"} there|\n", {"=see ", "mrn=44", "=Ada", "= there"}},
      {"<note><x>see {\"mrn\": \"44\"} there</x></note>", {"mrn=44", "=there"}},
      {R"({"short": "{\"a\":1}", "plain": "nothing to see here at all"})",
       {"={\"a\":1}", "=nothing to see here at all"}},
  };
  for (const auto& c : kCases) EXPECT_THAT(Enter(c.text).values, IsSupersetOf(c.values)) << c.text;
}

TEST(EnterProperty, AnyMixtureIsRead) {
  std::mt19937 rng(51);
  constexpr std::string_view kPieces[] = {"{\"mrn\": \"44\"}",
                                          "{\"a\": \"",
                                          "\\\"mrn\\\": 4}",
                                          "\"}",
                                          "MSH|^~\\&|A\r",
                                          "PID|1||44||ROE^A\r",
                                          "PID|",
                                          "|",
                                          "^",
                                          "\r",
                                          "\n",
                                          "\\n",
                                          "<mrn>",
                                          "</mrn>",
                                          "<p>",
                                          "&amp;",
                                          "mrn,name\n4,Ada\n",
                                          ",",
                                          "\"",
                                          "mrn=4 ",
                                          "name: ",
                                          "Ada ",
                                          "\xC3\xA9",
                                          "\xE2\x80\x9C",
                                          "\\u00e9",
                                          "\\ud83d",
                                          " ",
                                          "\t",
                                          "[",
                                          "]",
                                          "}",
                                          "{",
                                          "<!--",
                                          "-->"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t i = 0, n = rng() % 20; i < n; ++i) text += kPieces[rng() % std::size(kPieces)];
    Enter(text);
  }
}

// Reading must not take longer than a few passes over what has no end anywhere.
TEST(Structure, WhatNeverEndsIsReadOnce) {
  for (std::string_view piece : {"{\"a\":\"",
                                 "{\"a\":'",
                                 "{'a':\"x\n",
                                 "<a b=\"",
                                 "<a b=c ",
                                 "<!--",
                                 "<![CDATA[",
                                 "PID|1||",
                                 "PID|1||\n",
                                 "MSH|^~\\&|",
                                 "a,b\n",
                                 "mrn,name\n\"",
                                 "mrn,name\n4,\"",
                                 "mrn=\"",
                                 "\"a\":\"",
                                 "mrn: ",
                                 "mrn  name\n",
                                 "| mrn | name |\n",
                                 "&#",
                                 "<x",
                                 "<?xml",
                                 "<!DOCTYPE",
                                 "{",
                                 "[",
                                 "\\",
                                 "\"",
                                 "\\\""}) {
    for (std::string_view before : {"", "x "}) {
      std::string text(before);
      while (text.size() < 300000) text += piece;
      Scan(text);
    }
  }
}

}  // namespace
}  // namespace phiveil

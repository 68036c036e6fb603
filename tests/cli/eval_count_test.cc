#include "cli/eval_count.h"

#include <gtest/gtest.h>
#include <stdio.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace phiveil::cli::eval {
namespace {

std::string OutputOf(const char* command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command, "r"), pclose);
  std::string out;
  std::array<char, 1 << 16> piece;
  for (size_t count; pipe != nullptr && (count = fread(piece.data(), 1, piece.size(), pipe.get())) > 0;) {
    out.append(piece.data(), count);
  }
  return out;
}

// Every code point that both Unicode versions know.
TEST(EvalCount, LettersAndSpacesArePythons) {
  const std::string out = OutputOf(
      "python3 -c \"import unicodedata as u\n"
      "print(u.unidata_version)\n"
      "for f in (str.isalnum, str.isspace): print(''.join('01'[f(chr(c))] for c in range(0x110000)))\n\"");
  const size_t first = out.find('\n');
  ASSERT_NE(first, std::string::npos) << "python3 did not answer";
  ASSERT_EQ(out.size(), first + 1 + 2 * (0x110000 + 1));
  UVersionInfo version;
  u_versionFromString(version, out.substr(0, first).c_str());
  size_t compared = 0, letters = 0;
  for (uint32_t c = 0; c < 0x110000; ++c) {
    UVersionInfo age;
    u_charAge(static_cast<UChar32>(c), age);
    const bool known = age[0] != 0 && std::lexicographical_compare(age, age + 2, version, version + 2);
    if (!known && !std::equal(age, age + 2, version)) continue;
    ++compared;
    letters += IsLetterOrDigit(c);
    EXPECT_EQ(IsLetterOrDigit(c), out[first + 1 + c] == '1') << std::hex << c;
    EXPECT_EQ(IsWhiteSpace(c), out[first + 1 + 0x110000 + 1 + c] == '1') << std::hex << c;
  }
  EXPECT_GT(compared, 250000u);
  EXPECT_GT(letters, 130000u);
}

TEST(EvalCount, Words) {
  const struct {
    std::string text;
    uint64_t words;
  } kCases[] = {{"", 0},
                {" \n\t ", 0},
                {"one", 1},
                {" one\ntwo\r\nthree ", 3},
                {"a\u00a0b", 2},
                {"a\u3000b\u2028c", 3},
                {"a\u200bb", 1},
                {"a\x1c\x1d"
                 "b\x1f",
                 2},
                {std::string("a\0b", 3), 1},
                {"- - /", 3}};
  for (const auto& test : kCases) EXPECT_EQ(CountWords(test.text), test.words) << test.text;
}

Finding At(uint32_t begin, uint32_t end, Category category = Category::kName) {
  Finding finding;
  finding.begin = begin;
  finding.end = end;
  finding.category = category;
  return finding;
}

GoldDocument Marked(std::string_view marked) {
  GoldDocument document;
  ParseMarked(marked, &document);
  return document;
}

TEST(EvalCount, ADocumentByHand) {
  const struct {
    const char* what;
    std::string marked;
    std::vector<Finding> findings;
    EntityCounts names;  // entities, full, part, characters, covered
    uint64_t required, stray, false_findings, clean, at_most_two;
  } kCases[] = {
      {"nothing found", "[[NAME:Ana Ruiz]] x", {}, {1, 0, 0, 7, 0}, 0, 0, 0, 0, 1},
      {"found", "[[NAME:Ana Ruiz]] x", {At(0, 8)}, {1, 1, 0, 7, 7}, 7, 0, 0, 1, 1},
      {"the space costs nothing", "[[NAME:Ana Ruiz]] x", {At(0, 3), At(4, 8)}, {1, 1, 0, 7, 7}, 7, 0, 0, 1, 1},
      {"brackets cost nothing", "[[NAME:(Ana)]] x", {At(1, 4)}, {1, 1, 0, 3, 3}, 3, 0, 0, 1, 1},
      {"in part", "[[NAME:Ana Ruiz]] x", {At(0, 3)}, {1, 0, 1, 7, 3}, 3, 0, 0, 0, 1},
      {"too long", "[[NAME:Ana]] xy z", {At(0, 6)}, {1, 1, 0, 3, 3}, 3, 2, 0, 1, 1},
      {"false", "[[NAME:Ana]] xy z", {At(4, 6)}, {1, 0, 0, 3, 0}, 0, 2, 1, 0, 1},
      {"false over signs alone", "[[NAME:Ana]] -- z", {At(4, 6)}, {1, 0, 0, 3, 0}, 0, 0, 1, 0, 1},
      {"what may stay", "[[STATE:OR]] z", {At(0, 2)}, {0, 0, 0, 0, 0}, 0, 0, 0, 1, 1},
      {"touching what may stay", "[[STATE:OR]]z", {At(1, 3)}, {0, 0, 0, 0, 0}, 0, 1, 0, 1, 1},
      {"a mark without letters", "[[NAME:--]] z", {At(0, 2)}, {0, 0, 0, 0, 0}, 0, 0, 0, 1, 1},
      {"an empty mark", "[[NAME:]]z", {At(0, 1)}, {0, 0, 0, 0, 0}, 0, 1, 1, 1, 1},
      {"letters of more bytes", "[[NAME:\u00c9l\u00e9a \u738b]]", {At(0, 6)}, {1, 0, 1, 5, 4}, 4, 0, 0, 0, 1},
      {"a combining mark is none", "[[NAME:e\u0301]]", {At(0, 1)}, {1, 1, 0, 1, 1}, 1, 0, 0, 1, 1},
      {"two left", "[[NAME:A]] [[NAME:B]] [[NAME:C]]", {At(0, 1)}, {3, 1, 0, 3, 1}, 1, 0, 0, 0, 1},
      {"three left", "[[NAME:A]] [[NAME:B]] [[NAME:Cd]]", {At(4, 5)}, {3, 0, 1, 4, 1}, 1, 0, 0, 0, 0},
      {"findings over each other count once", "[[NAME:Ana]]xy", {At(0, 4), At(3, 5)}, {1, 1, 0, 3, 3}, 3, 2, 1, 1, 1},
  };
  for (const auto& test : kCases) {
    const DocumentScore score = ScoreDocument(Marked(test.marked), test.findings);
    EXPECT_EQ(score.counts.All(), test.names) << test.what;
    EXPECT_EQ(score.counts.required, test.required) << test.what;
    EXPECT_EQ(score.counts.stray, test.stray) << test.what;
    EXPECT_EQ(score.counts.false_findings, test.false_findings) << test.what;
    EXPECT_EQ(score.false_findings.size(), test.false_findings) << test.what;
    EXPECT_EQ(score.counts.clean, test.clean) << test.what;
    EXPECT_EQ(score.counts.at_most_two, test.at_most_two) << test.what;
  }
}

TEST(EvalCount, OverlappingGoldCountsWhatIsRequired) {
  GoldDocument document;
  document.text = "Ana Ruiz";
  document.spans = {{0, 8, "NAME", false}, {0, 3, "OTHER", true}};
  const DocumentScore score = ScoreDocument(document, std::vector<Finding>{At(0, 3)});
  EXPECT_EQ(score.counts.All(), (EntityCounts{1, 0, 1, 7, 3}));
  EXPECT_EQ(score.counts.required, 3u);
  EXPECT_EQ(score.counts.stray, 0u);
}

TEST(EvalCount, WhatEachCategoryFound) {
  const GoldDocument document = Marked("[[NAME:Ana]] [[DATE:3/4]] xy 7");
  const DocumentScore score = ScoreDocument(
      document,
      std::vector<Finding>{At(0, 7, Category::kName), At(8, 10, Category::kDate), At(11, 12, Category::kDate)});
  EXPECT_EQ(score.counts.found[static_cast<size_t>(Category::kName)], (FoundCounts{1, 0, 5, 0}));
  EXPECT_EQ(score.counts.found[static_cast<size_t>(Category::kDate)], (FoundCounts{2, 2, 0, 3}));
  EXPECT_EQ(score.false_findings, (std::vector<uint32_t>{1, 2}));
}

TEST(EvalCount, FiguresWithNothingToDivideBy) {
  const EvalCounts none;
  EXPECT_EQ(none.Precision(), 0);
  EXPECT_EQ(none.F1(), 0);
  EXPECT_EQ(none.CleanShare(), 0);
  EXPECT_EQ(none.FalsePerThousandWords(), 0);
  EXPECT_EQ(none.All().EntityRecall(), 0);
  EXPECT_EQ(none.All().CharacterRecall(), 0);
}

// A second count, code point by code point with flags for each, over texts drawn at random.
struct Naive {
  uint64_t entities = 0, full = 0, characters = 0, covered = 0, required = 0, stray = 0, false_findings = 0;
  bool operator==(const Naive&) const = default;
};

Naive CountNaively(const std::vector<std::string>& points, const std::vector<GoldSpan>& spans,
                   const std::vector<Finding>& findings) {
  Naive naive;
  const auto letter = [&](size_t i) { return points[i] != " " && points[i] != "." && points[i] != "\u2026"; };
  const auto inside = [&](size_t i, bool may_stay) {
    return std::any_of(spans.begin(), spans.end(),
                       [&](const GoldSpan& s) { return s.may_stay == may_stay && s.begin <= i && i < s.end; });
  };
  const auto covered = [&](size_t i) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.begin <= i && i < f.end; });
  };
  for (size_t i = 0; i < points.size(); ++i) {
    if (!letter(i) || !covered(i)) continue;
    naive.required += inside(i, false);
    naive.stray += !inside(i, false) && !inside(i, true);
  }
  for (const GoldSpan& span : spans) {
    uint64_t letters = 0, hit = 0;
    for (size_t i = span.begin; i < span.end; ++i) letters += letter(i), hit += letter(i) && covered(i);
    if (span.may_stay || letters == 0) continue;
    ++naive.entities;
    naive.full += hit == letters;
    naive.characters += letters;
    naive.covered += hit;
  }
  for (const Finding& finding : findings) {
    bool touches = false;
    for (size_t i = finding.begin; i < finding.end; ++i) touches |= inside(i, false) || inside(i, true);
    naive.false_findings += !touches;
  }
  return naive;
}

TEST(EvalCount, AgreesWithANaiveCount) {
  const std::vector<std::string> kAlphabet = {"a", "7", "\u00e9", "\u738b", "\U0001D7D8", " ", ".", "\u2026"};
  std::mt19937 random(7);
  const auto below = [&](size_t n) { return static_cast<uint32_t>(random() % n); };
  uint64_t entities = 0, stray = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> points(1 + below(40));
    std::vector<uint32_t> bytes = {0};
    GoldDocument document;
    for (std::string& point : points) {
      point = kAlphabet[below(kAlphabet.size())];
      document.text += point;
      bytes.push_back(static_cast<uint32_t>(document.text.size()));
    }
    std::vector<GoldSpan> spans(below(5));
    std::vector<Finding> findings;
    for (GoldSpan& span : spans) {
      span.begin = below(points.size());
      span.end = span.begin + below(points.size() - span.begin + 1);
      span.may_stay = below(3) == 0;
      span.label = span.may_stay ? "STATE" : "NAME";
      document.spans.push_back({bytes[span.begin], bytes[span.end], span.label, span.may_stay});
    }
    for (uint32_t at = below(8); at < points.size(); at += 1 + below(8)) {
      const uint32_t end = std::min(static_cast<uint32_t>(points.size()), at + 1 + below(6));
      findings.push_back(At(at, end));
      at = end;
    }
    std::vector<Finding> in_bytes = findings;
    for (Finding& finding : in_bytes) finding.begin = bytes[finding.begin], finding.end = bytes[finding.end];
    const EvalCounts counts = ScoreDocument(document, in_bytes).counts;
    const EntityCounts all = counts.All();
    const Naive got = {all.entities,    all.full,     all.characters,       all.covered,
                       counts.required, counts.stray, counts.false_findings};
    EXPECT_EQ(got, CountNaively(points, spans, findings)) << "round " << round;
    entities += all.entities;
    stray += counts.stray;
  }
  EXPECT_GT(entities, 1000u);
  EXPECT_GT(stray, 1000u);
}

TEST(EvalCount, TotalsAreSums) {
  const std::vector<GoldDocument> documents = {Marked("[[NAME:Ana]] a"), Marked("[[NAME:Bo]] [[DATE:3/4]] b c")};
  EvalCounts total;
  for (const GoldDocument& document : documents)
    total += ScoreDocument(document, std::vector<Finding>{At(0, 3)}).counts;
  EXPECT_EQ(total.documents, 2u);
  EXPECT_EQ(total.words, 6u);
  EXPECT_EQ(total.clean, 1u);
  EXPECT_EQ(total.at_most_two, 2u);
  EXPECT_EQ(total.labels["NAME"], (EntityCounts{2, 2, 0, 5, 5}));
  EXPECT_EQ(total.labels["DATE"], (EntityCounts{1, 0, 0, 2, 0}));
  EXPECT_EQ(total.All(), (EntityCounts{3, 2, 0, 7, 5}));
  EXPECT_DOUBLE_EQ(total.All().EntityRecall(), 2.0 / 3);
}

}  // namespace
}  // namespace phiveil::cli::eval

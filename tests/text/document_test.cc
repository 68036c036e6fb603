#include "text/document.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <random>
#include <string>

namespace phiveil {
namespace {

TEST(Document, PlainTextIsItsOwnView) {
  const std::string text = "Seen by Dr. O'Brien.\nMRN 12";
  Document doc;
  ASSERT_TRUE(doc.Reset(text).ok());
  EXPECT_EQ(doc.view().data(), text.data());
  EXPECT_EQ(doc.view().size(), text.size());
  for (size_t i = 0; i <= text.size(); ++i) {
    EXPECT_EQ(doc.SourceBegin(i), i);
    EXPECT_EQ(doc.SourceEnd(i), i);
    EXPECT_EQ(doc.ViewOffset(i), i);
  }
}

TEST(Document, RefusesWhatIsNotUtf8AndSaysWhere) {
  const std::pair<std::string, size_t> cases[] = {
      {"\x80", 0},                // a trail byte alone
      {"abc\xC3", 3},             // cut short
      {"abc\xC3(", 3},            // no trail byte
      {"é\xE2\x82", 2},           // cut short
      {"\xC0\xAF", 0},            // overlong
      {"ok\xED\xA0\x80", 2},      // surrogate
      {"ok\xF4\x90\x80\x80", 2},  // beyond U+10FFFF
      {std::string(100, 'x') + "\xFF", 100},
  };
  Document doc;
  for (const auto& [text, at] : cases) {
    ASSERT_TRUE(doc.Reset("before é").ok());
    const absl::Status status = doc.Reset(text);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(status.message()), "text is not valid UTF-8 at byte " + std::to_string(at));
    EXPECT_TRUE(doc.text().empty() && doc.view().empty() && doc.tokens().empty());
    EXPECT_EQ(doc.SourceEnd(0), 0u);
  }
}

TEST(Document, RefusesMoreThanAGibibyte) {
  Document doc;
  const std::string_view huge("x", Document::kMaxBytes + 1);  // never read
  EXPECT_EQ(doc.Reset(huge).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Document, MapsWhatMoved) {
  //                        0  1 2    4    7 9 10
  const std::string text = "\u200BJose\u0301\u00A0Wei\u00DF\r\nx\u00AD";
  Document doc;
  ASSERT_TRUE(doc.Reset(text).ok());
  ASSERT_EQ(doc.view(), "Jose Weiss\nx");
  const auto source = [&](size_t begin, size_t end) {
    return text.substr(doc.SourceBegin(begin), doc.SourceEnd(end) - doc.SourceBegin(begin));
  };
  EXPECT_EQ(source(0, 4), "Jose\u0301");
  EXPECT_EQ(source(0, 12), "Jose\u0301\u00A0Wei\u00DF\r\nx");
  EXPECT_EQ(source(4, 5), "\u00A0");
  EXPECT_EQ(source(5, 10), "Wei\u00DF");
  EXPECT_EQ(source(8, 9), "\u00DF");
  EXPECT_EQ(source(9, 10), "\u00DF");
  EXPECT_EQ(source(10, 11), "\r\n");
  EXPECT_EQ(source(11, 12), "x");
  EXPECT_EQ(doc.SourceBegin(12), text.size());
  EXPECT_EQ(doc.ViewOffset(0), 0u);  // vanished: the next one
  EXPECT_EQ(doc.ViewOffset(text.find("\xC3\x9F")), 8u);
  EXPECT_EQ(doc.ViewOffset(text.find("\xC3\x9F") + 1), 8u);
  EXPECT_EQ(doc.ViewOffset(text.find('x')), 11u);
  EXPECT_EQ(doc.ViewOffset(text.size()), 12u);
}

TEST(Document, TokenAtIsTheFirstThatEndsBeyond) {
  Document doc;
  ASSERT_TRUE(doc.Reset("ab cd").ok());
  const size_t expected[] = {0, 0, 1, 1, 1, 2, 2};
  for (size_t i = 0; i < std::size(expected); ++i) EXPECT_EQ(doc.TokenAt(i), expected[i]) << i;
}

// --- Properties over random Unicode ---------------------------------------------------------------

void AppendUtf8(std::string* out, UChar32 c) {
  char bytes[4];
  int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  out->append(bytes, static_cast<size_t>(size));
}

std::string RandomText(std::mt19937* rng) {
  constexpr UChar32 kOften[] = {'a',     'Z',     ' ',    '\n',   '\r',  '7',    '\'',   0xE9,   0xDF,   0xC6,
                                0x301,   0x327,   0x200B, 0xFEFF, 0xAD,  0x2026, 0xFB03, 0xFF11, 0x663,  0xA0,
                                0x2019,  0x418,   0x306,  0x915,  0x93F, 0x94D,  0x4E2D, 0x3042, 0x3099, 0xE2A,
                                0x1D400, 0x1F600, 0xFE0F, 0x20E3, 0x3BC, 0x1E9E, 0x85,   0};
  std::string text;
  for (size_t i = 0, size = (*rng)() % 24; i < size; ++i) {
    UChar32 c = kOften[(*rng)() % std::size(kOften)];
    if ((*rng)() % 8 == 0) c = static_cast<UChar32>((*rng)() % 0x110000);
    if (!U_IS_SURROGATE(c)) AppendUtf8(&text, c);
  }
  return text;
}

bool IsBoundary(std::string_view text, size_t at) {
  return at == text.size() || !U8_IS_TRAIL(static_cast<uint8_t>(text[at]));
}

bool IsMarkAt(std::string_view text, size_t at) {
  UChar32 c;
  U8_NEXT(text.data(), at, text.size(), c);
  return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

TEST(DocumentProperty, SourceStretchesCoverWholeCharactersWithTheirMarks) {
  std::mt19937 rng(11);
  Document doc;
  for (int round = 0; round < 20000; ++round) {
    const std::string text = RandomText(&rng);
    ASSERT_TRUE(doc.Reset(text).ok());
    const size_t size = doc.view().size();
    ASSERT_LE(size, text.size());
    size_t last_begin = 0, last_end = 0;
    for (size_t i = 0; i < size; ++i) {
      const size_t begin = doc.SourceBegin(i);
      const size_t end = doc.SourceEnd(i + 1);
      ASSERT_LT(begin, end);
      ASSERT_LE(end, text.size());
      ASSERT_LE(last_begin, begin);
      ASSERT_LE(last_end, end);
      ASSERT_TRUE(IsBoundary(text, begin) && IsBoundary(text, end));
      ASSERT_TRUE(end == text.size() || !IsMarkAt(text, end));
      last_begin = begin;
      last_end = end;
    }
    ASSERT_EQ(doc.SourceBegin(size), text.size());
  }
}

std::string LettersAndDigits(std::string_view view) {
  std::string out;
  for (const char c : view) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) out += static_cast<char>(std::tolower(c));
  }
  return out;
}

TEST(DocumentProperty, WhatAStretchCoversHasTheViewsLetters) {
  std::mt19937 rng(12);
  Document doc, part;
  for (int round = 0; round < 20000; ++round) {
    const std::string text = RandomText(&rng);
    ASSERT_TRUE(doc.Reset(text).ok());
    if (doc.tokens().empty()) continue;
    const Token& first = doc.tokens()[rng() % doc.tokens().size()];
    const Token& last = doc.tokens()[rng() % doc.tokens().size()];
    if (first.begin > last.begin) continue;
    const size_t begin = doc.SourceBegin(first.begin);
    const size_t end = doc.SourceEnd(last.end);
    ASSERT_TRUE(part.Reset(std::string_view(text).substr(begin, end - begin)).ok());
    const std::string expected = LettersAndDigits(doc.view().substr(first.begin, last.end - first.begin));
    ASSERT_NE(LettersAndDigits(part.view()).find(expected), std::string_view::npos) << text;
  }
}

TEST(DocumentProperty, ViewOffsetUndoesSourceBegin) {
  std::mt19937 rng(13);
  Document doc;
  for (int round = 0; round < 20000; ++round) {
    const std::string text = RandomText(&rng);
    ASSERT_TRUE(doc.Reset(text).ok());
    size_t last = 0;
    for (size_t at = 0; at <= text.size(); ++at) {
      const size_t view = doc.ViewOffset(at);
      ASSERT_LE(last, view);
      ASSERT_LE(view, doc.view().size());
      last = view;
    }
    for (size_t i = 0; i < doc.view().size(); ++i) {
      ASSERT_LE(doc.ViewOffset(doc.SourceBegin(i)), i);
      ASSERT_EQ(doc.SourceBegin(doc.ViewOffset(doc.SourceBegin(i))), doc.SourceBegin(i));
    }
  }
}

TEST(DocumentProperty, ReuseLeavesNothingBehind) {
  std::mt19937 rng(14);
  Document reused;
  for (int round = 0; round < 3000; ++round) {
    const std::string text = RandomText(&rng);
    Document fresh;
    ASSERT_TRUE(reused.Reset(text).ok() && fresh.Reset(text).ok());
    ASSERT_EQ(reused.view(), fresh.view());
    ASSERT_EQ(reused.tokens().size(), fresh.tokens().size());
    for (size_t i = 0; i <= fresh.view().size(); ++i) ASSERT_EQ(reused.SourceEnd(i), fresh.SourceEnd(i));
  }
}

}  // namespace
}  // namespace phiveil

#include "compiler/source.h"

#include <gtest/gtest.h>

namespace phiveil::rules {
namespace {

TEST(SourceFile, PlacesCountCharactersFromOne) {
  const SourceFile file("f", "a\né=b\r\n\nx");
  const auto place = [&](size_t offset) {
    const SourceFile::Place p = file.PlaceOf(offset);
    return std::pair(p.line, p.column);
  };
  EXPECT_EQ(place(0), std::pair(1, 1));
  EXPECT_EQ(place(1), std::pair(1, 2));  // the line break belongs to its line
  EXPECT_EQ(place(2), std::pair(2, 1));
  EXPECT_EQ(place(4), std::pair(2, 2));  // é has two bytes
  EXPECT_EQ(place(8), std::pair(3, 1));
  EXPECT_EQ(place(9), std::pair(4, 1));
  EXPECT_EQ(place(1000), std::pair(4, 2));
  EXPECT_EQ(file.LineOf(4), "é=b");
  EXPECT_EQ(file.LineOf(8), "");
  EXPECT_EQ(file.LineOf(9), "x");
}

TEST(SourceFile, EmptyFileHasOneLine) {
  const SourceFile file("f", "");
  EXPECT_EQ(file.PlaceOf(0).line, 1);
  EXPECT_EQ(file.LineOf(0), "");
}

TEST(Utf8, FindsTheFirstByteThatIsNotWellFormed) {
  constexpr size_t kNone = std::string_view::npos;
  const struct {
    std::string_view text;
    size_t at;
  } kCases[] = {
      {"", kNone},
      {"abc é € 😀", kNone},
      {"a\x80", 1},
      {"a\xc3", 1},
      {"ab\xc0\x80", 2},        // overlong NUL
      {"\xe0\x80\x80", 0},      // overlong
      {"\xed\xa0\x80", 0},      // surrogate
      {"\xf4\x90\x80\x80", 0},  // beyond U+10FFFF
      {"\xf5\x80\x80\x80", 0},
      {"\xf0\x9f\x98", 0},
      {"\xc3\x28", 0},
  };
  for (const auto& c : kCases) EXPECT_EQ(FirstInvalidUtf8(c.text), c.at) << c.text;
}

TEST(ControlCharacters, AllButTabAndLineBreaks) {
  for (int c = 0; c < 128; ++c) {
    const std::string text = {'a', static_cast<char>(c)};
    const bool refused = (c < 32 && c != '\t' && c != '\n' && c != '\r') || c == 127;
    EXPECT_EQ(FirstControlCharacter(text), refused ? 1 : std::string_view::npos) << c;
  }
}

}  // namespace
}  // namespace phiveil::rules

#include "text/escape_map.h"

#include <gtest/gtest.h>

#include <random>

#include "text/document.h"

namespace phiveil {
namespace {

Escape Make(uint32_t begin, uint32_t end, std::string_view plain) {
  Escape escape;
  escape.begin = begin;
  escape.end = end;
  escape.size = static_cast<uint8_t>(plain.size());
  std::copy(plain.begin(), plain.end(), escape.plain);
  return escape;
}

TEST(EscapeMap, MapsBothWays) {
  const std::string text = "a\\nb&amp;<b/>c";
  const Escape escapes[] = {Make(1, 3, "\n"), Make(4, 9, "&"), Make(9, 13, "")};
  EscapeMap map;
  std::string buffer;
  ASSERT_EQ(map.Apply(text, escapes, &buffer), "a\nb&c");
  const size_t begins[] = {0, 1, 3, 4, 13, 14};
  const size_t ends[] = {0, 1, 3, 4, 9, 14};
  for (size_t i = 0; i < std::size(begins); ++i) {
    EXPECT_EQ(map.SourceBegin(i), begins[i]) << i;
    EXPECT_EQ(map.SourceEnd(i), ends[i]) << i;
  }
  const size_t plain[] = {0, 1, 1, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5};
  for (size_t i = 0; i < std::size(plain); ++i) EXPECT_EQ(map.PlainOffset(i), plain[i]) << i;
}

TEST(EscapeMap, PassesOverWhatCannotBeAnEscape) {
  const Escape escapes[] = {Make(2, 4, "x"), Make(3, 5, "y"), Make(5, 5, ""), Make(6, 7, "zz"), Make(7, 99, "q")};
  EscapeMap map;
  std::string buffer;
  EXPECT_EQ(map.Apply("0123456789", escapes, &buffer), "01x456789");
}

// Against one offset for each byte.
TEST(EscapeMapProperty, AgreesWithATable) {
  std::mt19937 rng(21);
  EscapeMap map;
  std::string buffer;
  for (int round = 0; round < 5000; ++round) {
    std::string text, plain;
    std::vector<Escape> escapes;
    std::vector<std::pair<size_t, size_t>> source;  // of each byte of `plain`
    for (size_t i = 0, pieces = rng() % 8; i < pieces; ++i) {
      const auto begin = static_cast<uint32_t>(text.size());
      const size_t size = rng() % 4, length = std::max<size_t>(size, 1 + rng() % 5);
      text.append(length, 'x');
      if (rng() % 2 == 0) {
        escapes.push_back(Make(begin, static_cast<uint32_t>(text.size()), std::string(size, 'e')));
        plain.append(size, 'e');
        source.insert(source.end(), size, {begin, text.size()});
      } else {
        plain.append(length, 'x');
        for (size_t k = 0; k < length; ++k) source.push_back({begin + k, begin + k + 1});
      }
    }
    ASSERT_EQ(map.Apply(text, escapes, &buffer), plain);
    for (size_t i = 0; i < plain.size(); ++i) {
      ASSERT_EQ(map.SourceBegin(i), source[i].first);
      ASSERT_EQ(map.SourceEnd(i + 1), source[i].second);
      ASSERT_LE(map.PlainOffset(source[i].first), i);
    }
  }
}

TEST(DocumentWithEscapes, IsReadAsWhatTheyMean) {
  const std::string text = "Jos\\u00e9 \\u201cPepe\\u201d\\nMart\\u00ednez";
  std::vector<Escape> escapes;
  for (const auto& [code, plain] :
       {std::pair("\\u00e9", "\u00e9"), std::pair("\\u201c", "\u201c"), std::pair("\\u201d", "\u201d"),
        std::pair("\\n", "\n"), std::pair("\\u00ed", "\u00ed")}) {
    const auto at = static_cast<uint32_t>(text.find(code));
    escapes.push_back(Make(at, at + static_cast<uint32_t>(std::string_view(code).size()), plain));
  }
  Document doc;
  ASSERT_TRUE(doc.Reset(text, escapes).ok());
  EXPECT_EQ(doc.view(), "Jose \"Pepe\"\nMartinez");
  const auto source = [&](size_t begin, size_t end) {
    return text.substr(doc.SourceBegin(begin), doc.SourceEnd(end) - doc.SourceBegin(begin));
  };
  EXPECT_EQ(source(0, 4), "Jos\\u00e9");
  EXPECT_EQ(source(3, 4), "\\u00e9");
  EXPECT_EQ(source(5, 11), "\\u201cPepe\\u201d");
  EXPECT_EQ(source(12, 20), "Mart\\u00ednez");
  EXPECT_EQ(doc.ViewOffset(text.find("Pepe")), 6u);
  EXPECT_EQ(doc.ViewOffset(text.find("00e9")), 3u);
  EXPECT_EQ(doc.ViewOffset(text.size()), doc.view().size());
  // The next document has none.
  ASSERT_TRUE(doc.Reset(text).ok());
  EXPECT_EQ(doc.view(), text);
  EXPECT_EQ(doc.SourceEnd(9), 9u);
}

TEST(DocumentWithEscapes, CombiningMarksBelongToTheirLetter) {
  const std::string text = "Jose\\u0301!";
  const Escape escapes[] = {Make(4, 10, "\u0301")};
  Document doc;
  ASSERT_TRUE(doc.Reset(text, escapes).ok());
  EXPECT_EQ(doc.view(), "Jose!");
  EXPECT_EQ(doc.SourceEnd(4), 10u);
  EXPECT_EQ(doc.SourceBegin(4), 10u);
}

}  // namespace
}  // namespace phiveil

#include "match/extend.h"

#include <gtest/gtest.h>

#include <string>

namespace phiveil {
namespace {

// `head` is where the pattern matched: its first place in `text`. What it grows to; "-" when it is dropped.
std::string Grown(Extend kind, const std::string& text, const std::string& head) {
  const size_t begin = text.find(head);
  EXPECT_NE(begin, std::string::npos) << text;
  const Extension grown = ExtendMatch(kind, text, begin, begin + head.size());
  EXPECT_GE(grown.end, begin + head.size()) << text;
  EXPECT_GE(grown.reach, grown.end) << text;
  EXPECT_LE(grown.reach, text.size()) << text;
  EXPECT_LE(grown.begin, begin + head.size()) << text;
  return grown.accepted ? text.substr(grown.begin, grown.end - grown.begin) : "-";
}

TEST(ExtendTest, Names) {
  EXPECT_EQ(ExtendByName(""), Extend::kNone);
  EXPECT_EQ(ExtendByName("url"), Extend::kUrl);
  EXPECT_EQ(ExtendByName("email"), Extend::kEmail);
  EXPECT_EQ(ExtendByName("path"), Extend::kPath);
  EXPECT_EQ(ExtendByName("URL"), std::nullopt);
}

TEST(ExtendTest, NoneGivesTheHeadBack) { EXPECT_EQ(Grown(Extend::kNone, "a bc d", "bc"), "bc"); }

TEST(ExtendTest, Url) {
  const struct {
    const char* text;
    const char* expected;
  } cases[] = {
      {"see https://x.example/a?b=1&c=%20#d now", "https://x.example/a?b=1&c=%20#d"},
      {"https://x.example.", "https://x.example"},
      {"https://x.example/a),", "https://x.example/a"},
      {"(https://x.example/a)", "https://x.example/a"},
      {"https://x.example/wiki/A_(b)", "https://x.example/wiki/A_(b)"},
      {"(https://x.example/wiki/A_(b))", "https://x.example/wiki/A_(b)"},
      {"[https://x.example/a]?!", "https://x.example/a"},
      {"https://x.example/[a]", "https://x.example/[a]"},
      {"'https://x.example/a'", "https://x.example/a"},
      {"\"https://x.example/a\"", "https://x.example/a"},
      {"<https://x.example/a>", "https://x.example/a"},
      {"https://x.example/a|next^field", "https://x.example/a"},
      {"https://x.example/a\nb", "https://x.example/a"},
      {"https://x:pw@jo.example:8080/~jo", "https://x:pw@jo.example:8080/~jo"},
      {"https://x.example/caf\xc3\xa9 b", "https://x.example/caf\xc3\xa9"},
      {"https://x", "https://x"},
      {"https://x.", "https://x"},
  };
  for (const auto& c : cases) EXPECT_EQ(Grown(Extend::kUrl, c.text, "https://x"), c.expected) << c.text;
}

TEST(ExtendTest, Email) {
  const struct {
    const char* text;
    const char* expected;
  } cases[] = {
      {"to jo@mx.example now", "jo@mx.example"},
      {"to jo@mx.example.", "jo@mx.example"},
      {"<jo@mx.example>", "jo@mx.example"},
      {"mailto:jo@mx.example?subject=x", "jo@mx.example"},
      {"email=jo@mx.example;", "jo@mx.example"},
      {"to jo@mx.\nexample today", "jo@mx.\nexample"},
      {"to jo@mx.example.\nthe next day", "jo@mx.example"},
      {"to jo@mx.\nThe next day", "-"},
      {"A|jo@mx.example^B", "jo@mx.example"},
      {"mary-ann.o'jo@mx.a-b.example,", "mary-ann.o'jo@mx.a-b.example"},
      {"first.last+tag_jo@mx.example-", "first.last+tag_jo@mx.example"},
      {"'jo@mx.example'", "jo@mx.example"},
      {"...jo@mx.example...", "jo@mx.example"},
      {"jo@mx", "-"},
      {"jo@mx.", "-"},
      {"jo@mx. Next", "-"},
      {"jo@mx 2.5", "-"},
      {"a@b.c,jo@mx.example", "jo@mx.example"},
  };
  for (const auto& c : cases) EXPECT_EQ(Grown(Extend::kEmail, c.text, "o@m"), c.expected) << c.text;
  EXPECT_EQ(Grown(Extend::kEmail, "jo at mx.example", "o at m"), "-") << "a head without @";
}

TEST(ExtendTest, Path) {
  const struct {
    const char* text;
    const char* head;
    const char* expected;
  } cases[] = {
      {"see scan_0412.jpg now", ".jpg", "scan_0412.jpg"},
      {"(scan.jpg).", ".jpg", "scan.jpg"},
      {"scan(1).jpg,", ".jpg", "scan(1).jpg"},
      {"C:\\scans\\a b.jpg", "C:\\s", "C:\\scans\\a"},
      {"in C:\\scans\\a.jpg.", ".jpg", "C:\\scans\\a.jpg"},
      {"file:///home/jo/a.jpg", ".jpg", "file:///home/jo/a.jpg"},
      {"\\\\server\\share\\a.jpg", ".jpg", "\\\\server\\share\\a.jpg"},
      {"/home/jo/a.jpg|x", ".jpg", "/home/jo/a.jpg"},
      {"image:a.jpg", ".jpg", "a.jpg"},
      {"'a.jpg' and b", ".jpg", "a.jpg"},
      {"a.jpg,b.jpg", ".jpg", "a.jpg"},
      {".jpg", ".jpg", ".jpg"},
  };
  for (const auto& c : cases) EXPECT_EQ(Grown(Extend::kPath, c.text, c.head), c.expected) << c.text;
}

}  // namespace
}  // namespace phiveil

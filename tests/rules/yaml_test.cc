#include "compiler/yaml.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/concat.h"

namespace phiveil::rules {
namespace {

std::string Repeat(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Yaml, KeepsValuesQuotesAndPlaces) {
  Diagnostics diagnostics;
  const auto file = ParseYaml("f.yaml", "a: 1\nb: ['x', \"2\"]\nc:\n  - d: |\n      two\n      lines\n", &diagnostics);
  ASSERT_NE(file, nullptr);
  const YamlNode& root = file->root;
  EXPECT_EQ(root.Find("a")->value, "1");
  EXPECT_FALSE(root.Find("a")->quoted);
  EXPECT_EQ(root.Find("b")->items[1].value, "2");
  EXPECT_TRUE(root.Find("b")->items[1].quoted);
  EXPECT_EQ(root.Find("b")->items[1].offset, 14u);
  EXPECT_EQ(root.Find("c")->items[0].Find("d")->value, "two\nlines\n");
  EXPECT_EQ(root.Find("nothing"), nullptr);
}

TEST(Yaml, RefusesWhatReadersWouldTripOver) {
  const struct {
    std::string text;
    Code code;
    int line;
    int column;
  } kCases[] = {
      {"a: &x 1\n", Code::kYamlFeature, 1, 4},
      {"a: 1\nb: *x\n", Code::kYamlSyntax, 2, 4},
      {"a: !!str 1\n", Code::kYamlFeature, 1, 4},
      {"a: 1\n---\nb: 2\n", Code::kYamlFeature, 2, 1},
      {"a: 1\nb: 2\na: 3\n", Code::kDuplicateKey, 3, 1},
      {"? [a]\n: 1\n", Code::kYamlSyntax, 1, 3},
      {"a: 'it''s open\n", Code::kYamlSyntax, 1, 4},
      {"a: x\nb: \"open\\\"\n", Code::kYamlSyntax, 2, 4},
      {"a: [1, 2\n", Code::kYamlSyntax, 2, 1},
      {"a: b: c\n", Code::kYamlSyntax, 1, 5},
      {"a:\n\t- 1\n", Code::kYamlSyntax, 2, 2},
      {std::string("a: 1\0\nb: 2\n", 11), Code::kBadEncoding, 1, 5},
      {"a: 1\nb: \x04\nc: 3\n", Code::kBadEncoding, 2, 4},  // the parser takes it for the end of the file
      {"a: \xff\n", Code::kBadEncoding, 1, 4},
  };
  for (const auto& c : kCases) {
    Diagnostics diagnostics;
    EXPECT_EQ(ParseYaml("f.yaml", c.text, &diagnostics), nullptr) << c.text;
    ASSERT_EQ(diagnostics.errors(), 1u) << c.text;
    const Diagnostic first = diagnostics.Sorted()[0];
    EXPECT_EQ(first.code, c.code) << c.text << FormatDiagnostic(first);
    EXPECT_EQ(first.line, c.line) << c.text << FormatDiagnostic(first);
    EXPECT_EQ(first.column, c.column) << c.text << FormatDiagnostic(first);
  }
}

TEST(Yaml, IsNotHurtByHostileFiles) {
  std::string laughs = "a: &a [x, x]\n";
  for (char c = 'b'; c < 'z'; ++c) {
    laughs += Concat(c, ": &", c, " [*", static_cast<char>(c - 1), ", *", static_cast<char>(c - 1), "]\n");
  }
  const std::string kFiles[] = {
      laughs,
      Repeat("[", 200000),
      Repeat("{a: ", 200000),
      Repeat("- ", 200000),
      Repeat("? ", 200000),
      Concat("a: [", Repeat("1,", 300000), "1]"),
      std::string(YamlLimits::kBytes + 1, 'a'),
      Repeat("a\n", 100000) + ": b",
      Repeat("\"", 99999),
  };
  for (const std::string& text : kFiles) {
    Diagnostics diagnostics;
    EXPECT_EQ(ParseYaml("f.yaml", text, &diagnostics), nullptr) << text.substr(0, 40);
    EXPECT_GE(diagnostics.errors(), 1u);
  }
}

TEST(Yaml, AnyBytesAreReadOrRefused) {
  std::mt19937 random(7);
  const std::string_view alphabet = "ab:-?[]{}'\"|>#&*!%@,\n\n  \t\\\xc3\xa9";
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (size_t n = random() % 24; n > 0; --n) text += alphabet[random() % alphabet.size()];
    Diagnostics diagnostics;
    const bool read = ParseYaml("f.yaml", text, &diagnostics) != nullptr;
    EXPECT_EQ(read, diagnostics.errors() == 0) << text;
  }
}

TEST(Yaml, SkipsByteOrderMark) {
  Diagnostics diagnostics;
  const auto file = ParseYaml("f.yaml",
                              "\xef\xbb\xbf"
                              "a: 1\n",
                              &diagnostics);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->root.Find("a")->offset, 3u);
}

TEST(Yaml, UnreadableFilesAreNamed) {
  for (const char* path : {"/nonexistent/pack.yaml", "/"}) {
    Diagnostics diagnostics;
    EXPECT_EQ(LoadYaml(path, &diagnostics), nullptr);
    ASSERT_EQ(diagnostics.errors(), 1u);
    EXPECT_EQ(diagnostics.Sorted()[0].file, path);
    EXPECT_EQ(diagnostics.Sorted()[0].code, Code::kUnreadableFile);
  }
}

// Each character of a value leads back to where it was written.
TEST(InsideScalar, CountsQuotesAndEscapes) {
  const struct {
    std::string text;
    std::string value;
    size_t offset;
    std::string_view at;  // what stands there in the file
  } kCases[] = {
      {"a: xyz\n", "xyz", 1, "yz\n"},
      {"a: 'x''yz'\n", "x'yz", 1, "''yz'\n"},
      {"a: 'x''yz'\n", "x'yz", 2, "yz'\n"},
      {"a: \"x\\\\d\\ty\"\n", "x\\d\ty", 2, "d\\ty\"\n"},
      {"a: \"x\\\\d\\ty\"\n", "x\\d\ty", 4, "y\"\n"},
      {"a: \"\\u00e9y\"\n", "\xc3\xa9y", 2, "y\"\n"},
      {"a: \"\\u00e9y\"\n", "\xc3\xa9y", 1, "\\u00e9y\"\n"},
      {"a: 'é[y'\n", "é[y", 2, "[y'\n"},
      {"a: |\n  one\n  two\n", "one\ntwo\n", 5, "one\n  two\n"},
      {"a: 'one\n  two'\n", "one two", 5, "'one\n  two'\n"},
      {"a: xyz\n", "xyz", 3, "\n"},
  };
  for (const auto& c : kCases) {
    Diagnostics diagnostics;
    const auto file = ParseYaml("f.yaml", c.text, &diagnostics);
    ASSERT_NE(file, nullptr) << c.text;
    const YamlNode& scalar = *file->root.Find("a");
    ASSERT_EQ(scalar.value, c.value);
    EXPECT_EQ(file->source->text().substr(InsideScalar(*file->source, scalar, c.offset, 1).offset), c.at) << c.text;
  }
}

}  // namespace
}  // namespace phiveil::rules

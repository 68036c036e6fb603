#include "compiler/pattern/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "match/windows.h"

namespace phiveil {
namespace {

using ::testing::HasSubstr;

struct Refusal {
  const char* pattern;
  size_t column;
  const char* says;
};

const Refusal kRefusals[] = {

    {"", 0, "empty"},
    {"a|", 2, "alternative is empty"},
    {"|a", 0, "alternative is empty"},
    {"a(?:)", 4, "alternative is empty"},
    {"a(?:b||c)", 6, "alternative is empty"},
    {"(a)", 0, "capturing"},
    {"a(?=b)", 1, "lookaround"},
    {"(?!b)a", 0, "lookaround"},
    {"(?<=b)a", 0, "lookaround"},
    {"(?<!b)a", 0, "lookaround"},
    {"(?<n>a)", 0, "named groups"},
    {"(?P<n>a)", 0, "named groups"},
    {"(?'n'a)", 0, "named groups"},
    {"(?>a)", 0, "atomic"},
    {"(?#a)", 0, "comments"},
    {"(?i)a", 0, "inline flags"},
    {"(?i:a)", 0, "inline flags"},
    {"(*UTF8)a", 0, "capturing"},
    {"^a", 0, "anchors"},
    {"ab$", 2, "anchors"},
    {"a\\b", 1, "boundary"},
    {"a\\B", 1, "boundary"},
    {"\\Aa", 0, "anchors"},
    {"a\\z", 1, "anchors"},
    {"a\\Z", 1, "anchors"},
    {"a\\G", 1, "anchors"},
    {"a\\1", 1, "backreferences"},
    {"a\\k<n>", 1, "backreferences"},
    {"a\\g1", 1, "backreferences"},
    {"a\\x41", 1, "escape is not known"},
    {"a\\r", 1, "escape is not known"},
    {"\\pL", 0, "escape is not known"},
    {"\\Qa\\E", 0, "escape is not known"},
    {"\\ a", 0, "escape is not known"},
    {"a\\", 1, "ends in a backslash"},
    {"a*", 1, "upper bound"},
    {"ab+", 2, "upper bound"},
    {"ab{2,}", 2, "upper bound"},
    {"a??", 2, "repeat of a repeat"},
    {"a{2}?", 4, "repeat of a repeat"},
    {"a{2}+", 4, "repeat of a repeat"},
    {"a{2}{3}", 4, "repeat of a repeat"},
    {"a{,3}", 1, "{m,n}"},
    {"a{x}", 1, "{m,n}"},
    {"a{2", 1, "{m,n}"},
    {"a{3,2}", 1, "wrong way round"},
    {"ba{0}", 2, "nothing"},
    {"ba{0,0}", 2, "nothing"},
    {"a{257}", 1, "256"},
    {"a{99999999}", 1, "{m,n}"},
    {"?a", 0, "nothing to repeat"},
    {"a|*b", 2, "nothing to repeat"},
    {"{2}a", 0, "nothing to repeat"},
    {"{{month}} 1", 0, "macro"},
    {"a{{month}}", 1, "macro"},
    {"a}", 1, "closes nothing"},
    {"a]", 1, "closes nothing"},
    {"a)", 1, "closes nothing"},
    {"x(?:a", 1, "not closed"},
    {"x[a", 1, "not closed"},
    {"x[]a]", 2, "class is empty"},
    {"x[^]a]", 3, "class is empty"},
    {"[a[:alpha:]]", 2, "by name"},
    {"[z-a]", 1, "wrong way round"},
    {"[\\d-z]", 1, "hyphen"},
    {"[a-\\d]", 1, "hyphen"},
    {"[a\\b]", 2, "boundary"},
    {"[\xc3\xa9]", 1, "ASCII only"},
    {"[\\d\\D]x[^\\d\\D]", 7, "matches nothing"},
    {"a\xff", 1, "not UTF-8"},
    {"a\xc3", 1, "not UTF-8"},
    {"\xe2\x82z", 0, "not UTF-8"},
    {"a?", 0, "empty text"},
    {"(?:a?|b){0,3}", 0, "empty text"},
    {"(?:a{16}){17}", 0, "more than 256 bytes"},
    {"(?:a{256}){256}", 0, "more than 256 bytes"},
    {"[ab]{15}a[ab]{0,15}", 0, "too large"}};

TEST(PatternTest, RefusalsNameTheColumn) {
  for (const Refusal& expected : kRefusals) {
    PatternError error;
    const auto compiled = CompilePattern(expected.pattern, true, &error);
    ASSERT_FALSE(compiled.ok()) << expected.pattern;
    EXPECT_EQ(compiled.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(compiled.status().message()), error.message);
    EXPECT_EQ(error.column, expected.column) << expected.pattern << ": " << error.message;
    EXPECT_THAT(error.message, HasSubstr(expected.says)) << expected.pattern;
  }
}

TEST(PatternTest, DeepNestingIsAnErrorNotACrash) {
  std::string pattern;
  for (int i = 0; i < 100000; ++i) pattern += "(?:";
  EXPECT_FALSE(CompilePattern(pattern, true).ok());
  EXPECT_FALSE(CompilePattern(pattern.substr(0, 3000), true).ok());
  EXPECT_FALSE(CompilePattern(std::string(70000, 'a'), true).ok());
}

TEST(PatternTest, WritesPlainExpressions) {
  const struct {
    const char* pattern;
    bool caseless;
    const char* expected;
  } cases[] = {
      {"mrn", true, "mrn"},
      {"MRN", true, "mrn"},
      {"MRN", false, "MRN"},
      {"a.b", false, "a[\\x00-\\x09\\x0b-\\xff]b"},
      {"\\d\\w", false, "[0-9][0-9A-Z\\x5fa-z]"},
      {"\\s", false, "[\\x09-\\x0d\\x20]"},
      {"\\.\\/ \\\\", false, "\\x2e\\x2f\\x20\\x5c"},
      {"[^a]", true, "[\\x00-\\x40B-\\x60b-\\xff]"},
      {"[]-]", false, ""},
      {"[\\]\\-a-c-]", false, "[\\x2d\\x5da-c]"},
      {"a(?:b|cd)e", false, "a(?:b|cd)e"},
      {"(?:ab){2}c?d{1,3}x{1}", false, "(?:ab){2}c?d{1,3}x"},
      {"(?:a|b)?c", false, "(?:a|b)?c"},
      {"\xc2\xb0?c", false, "(?:\\xc2\\xb0)?c"},
      {"\\D", false, "[\\x00-\\x2f\\x3a-\\xff]"},
      {"[{}*+?.$^|()]", false, "[\\x24\\x28-\\x2b\\x2e\\x3f\\x5e\\x7b-\\x7d]"},
  };
  for (const auto& c : cases) {
    const auto compiled = CompilePattern(c.pattern, c.caseless);
    if (std::string(c.expected).empty()) {
      EXPECT_FALSE(compiled.ok()) << c.pattern;
      continue;
    }
    ASSERT_TRUE(compiled.ok()) << c.pattern << ": " << compiled.status();
    EXPECT_EQ(compiled->hs_pattern, c.expected) << c.pattern;
  }
}

TEST(PatternTest, ComputesWidths) {
  const struct {
    const char* pattern;
    uint32_t least, most;
  } cases[] = {{"a", 1, 1},
               {"a?b{2,5}", 2, 6},
               {"(?:ab|c|def){2}", 2, 6},
               {"\xe2\x82\xac", 3, 3},
               {"\\d{256}", 256, 256},
               {"(?:a?b){1,3}", 1, 6}};
  for (const auto& c : cases) {
    const auto compiled = CompilePattern(c.pattern, true);
    ASSERT_TRUE(compiled.ok()) << c.pattern;
    EXPECT_EQ(compiled->min_width, c.least) << c.pattern;
    EXPECT_EQ(compiled->max_width, c.most) << c.pattern;
  }
}

TEST(PatternTest, NamesTheSurestTrigger) {
  const struct {
    const char* pattern;
    uint32_t trigger, before, after;
  } cases[] = {
      {"\\d", kTriggerDigit, 0, 1},
      {"[A-Z]{0,2}[0-9]{5,10}", kTriggerDigit, 2, 1},
      {"(?:january|may) [0-9]", kTriggerDigit, 8, 1},
      {"(?:january|may) [0-9](?:, [0-9]{4})?", kTriggerDigit, 8, 1},
      {"(?:january|may)(?: [0-9])?", 0, 0, 0},
      {"[a-z0-9]{3}", 0, 0, 0},
      {"[a-z0-9]{3}[0-9]", kTriggerDigit, 3, 1},
      {"[a-z]{1,9}@[a-z]{1,9}[0-9]", kTriggerAt, 9, 11},
      {"https?://[a-z]", kTriggerSlashes, 5, 4},
      {"https?://[a-z]|www\\.[a-z]", kTriggerSlashes | kTriggerWww, 5, 5},
      {"WWW[.]x", kTriggerWww, 0, 5},
      {"a|[0-9]", 0, 0, 0},
      {"[0-9]a|b@", kTriggerDigit | kTriggerAt, 1, 2},
      {"[a-z]:\\\\[a-z]", kTriggerBackslash, 2, 2},
      {"a_[0-9]", kTriggerUnderscore, 1, 2},
      {"#[0-9]{4}", kTriggerHash, 0, 5},
      {"(?:[0-9]{2}:){5}[0-9]", kTriggerDigit, 0, 2},
      {"[0-9](?:\\.[0-9]{1,12}){6,14}", kTriggerDigit, 0, 2},
      {"[0-9][a-z]{20}[0-9][a-z]{3}", kTriggerDigit, 0, 21},
      {"[a-z]{9}[0-9][a-z]{20}[0-9][a-z]{3}", kTriggerDigit, 9, 12},
      {"[0-9](?:[a-z]{4}[0-9]?){3}", kTriggerDigit, 0, 13},
      {"[a-z0-9]\\.(?:jpe?g|com)", kTriggerDotLetter, 1, 5},
      {"[a-z0-9]\\.[a-z0-9]", 0, 0, 0},
      {"_?\\.x?y", kTriggerDotLetter, 1, 3},
      {"\\.(?:(?:a|b){2}|cd?)", kTriggerDotLetter, 0, 3},
      {"\\.(?:a|b)?[.c]", 0, 0, 0},
      {"\\.(?:a?b?)", 0, 0, 0},
      {":/", 0, 0, 0},
  };
  for (const auto& c : cases) {
    const auto compiled = CompilePattern(c.pattern, true);
    ASSERT_TRUE(compiled.ok()) << c.pattern;
    EXPECT_EQ(compiled->trigger, c.trigger) << c.pattern;
    EXPECT_EQ(compiled->trigger_before, c.before) << c.pattern;
    EXPECT_EQ(compiled->trigger_after, c.after) << c.pattern;
  }
}

}  // namespace
}  // namespace phiveil

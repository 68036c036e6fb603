#include "audit/json_text.h"

#include "gtest/gtest.h"

namespace phiveil::audit_internal {
namespace {

std::string Json(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

#define R "\xEF\xBF\xBD"

TEST(JsonText, EscapesAndReplaces) {
  const struct {
    std::string_view in, out;
  } cases[] = {
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"a\"b\\c/d", R"("a\"b\\c/d")"},
      {"\n\r\t", R"("\n\r\t")"},
      {std::string_view("\0\x01\x1f\x7f", 4), R"("\u0000\u0001\u001f\u007f")"},
      {"é€😀", "\"é€😀\""},
      {"\xED\x9F\xBF\xEE\x80\x80", "\"\xED\x9F\xBF\xEE\x80\x80\""},  // either side of the surrogates
      {"\xF4\x8F\xBF\xBF", "\"\xF4\x8F\xBF\xBF\""},                  // U+10FFFF
      {"\xED\xA0\x80", "\"" R R R "\""},                             // a surrogate
      {"\xF4\x90\x80\x80", "\"" R R R R "\""},                       // beyond U+10FFFF
      {"\xC0\xAF\xC1\xBF", "\"" R R R R "\""},                       // overlong
      {"\xE0\x9F\xBF", "\"" R R R "\""},
      {"\xF0\x8F\xBF\xBF", "\"" R R R R "\""},
      {"a\x80z", "\"a" R "z\""},
      {"a\xE2\x82", "\"a" R R "\""},      // cut off
      {"\xE2\x82\"", "\"" R R "\\\"\""},  // the quote is not swallowed
      {"\xF0\x9F\x98", "\"" R R R "\""},
      {"\xFF\xFE", "\"" R R "\""},
  };
  for (const auto& c : cases) EXPECT_EQ(Json(c.in), c.out);
}

// Whatever two bytes come in, what goes out has no control character, no bare quote in its middle
// and an even number of backslashes before its end.
TEST(JsonText, EveryPairOfBytesStaysInsideTheString) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const char in[] = {static_cast<char>(a), static_cast<char>(b)};
      const std::string out = Json({in, 2});
      ASSERT_GE(out.size(), 3u);
      bool escaped = false;
      for (size_t i = 1; i + 1 < out.size(); ++i) {
        ASSERT_GE(static_cast<unsigned char>(out[i]), 0x20);
        if (!escaped) {
          ASSERT_NE(out[i], '"') << a << " " << b;
        }
        escaped = !escaped && out[i] == '\\';
      }
      ASSERT_FALSE(escaped);
      ASSERT_EQ(out.back(), '"');
    }
  }
}

}  // namespace
}  // namespace phiveil::audit_internal

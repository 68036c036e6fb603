#include "compiler/macros.h"

#include <gtest/gtest.h>

namespace phiveil::rules {
namespace {

Macros Some() {
  Macros macros;
  macros["id"].body = "[0-9]{5}";
  macros["month"].body = "(?:jan|feb)";
  macros["pair"].body = "(?:a)(?:b)";
  macros["twice"].body = "{{id}}-{{id}}";
  macros["self"].body = "x{{self}}";
  macros["ping"].body = "{{pong}}";
  macros["pong"].body = "{{ping}}";
  macros["safe"].body = "a-z";
  std::string body = "0123456789";
  for (const char* name : {"b1", "b2", "b3", "b4", "b5"}) {
    macros[name].body = body;
    body.clear();
    for (int i = 0; i < 12; ++i) body += std::string("{{") + name + "}}";
  }
  macros["bomb"].body = body;
  return macros;
}

TEST(Macros, ArePutInAsGroups) {
  const struct {
    std::string_view text;
    MacroUse use;
    std::string_view expanded;
  } kCases[] = {
      {"x", MacroUse::kPattern, "x"},
      {"{{id}}{2}", MacroUse::kPattern, "(?:[0-9]{5}){2}"},
      {"{{month}}?", MacroUse::kPattern, "(?:jan|feb)?"},
      {"{{pair}}?", MacroUse::kPattern, "(?:(?:a)(?:b))?"},
      {"{{twice}}", MacroUse::kPattern, "(?:(?:[0-9]{5})-(?:[0-9]{5}))"},
      {"[{{safe}}]", MacroUse::kPattern, "[a-z]"},
      {"\\{{2}", MacroUse::kPattern, "\\{{2}"},
      {"Title {{safe}}", MacroUse::kForm, "Title (a-z)"},
  };
  for (const auto& c : kCases) {
    Expansion expansion;
    MacroError error;
    ASSERT_TRUE(ExpandMacros(c.text, c.use, Some(), &expansion, &error)) << c.text << ": " << error.message;
    EXPECT_EQ(expansion.text, c.expanded);
    EXPECT_EQ(expansion.origin.size(), expansion.text.size() + 1);
  }
}

TEST(Macros, OriginsLeadBackToTheText) {
  Expansion expansion;
  MacroError error;
  ASSERT_TRUE(ExpandMacros("ab{{id}}cd", MacroUse::kPattern, Some(), &expansion, &error));
  EXPECT_EQ(expansion.text, "ab(?:[0-9]{5})cd");
  EXPECT_EQ(expansion.OriginOf(1), 1u);
  for (size_t at = 2; at < 14; ++at) EXPECT_EQ(expansion.OriginOf(at), 2u) << at;
  EXPECT_EQ(expansion.OriginOf(14), 8u);
  EXPECT_EQ(expansion.OriginOf(16), 10u);
  EXPECT_EQ(expansion.macros, (std::set<std::string>{"id"}));
}

TEST(Macros, RefusesUnknownRecursiveAndGrowing) {
  const struct {
    std::string_view text;
    size_t offset;
    size_t length;
    bool unknown;
  } kCases[] = {
      {"a{{mnoth}}", 1, 9, true}, {"a{{id", 1, 4, false},    {"{{self}}", 0, 8, false},
      {"x{{ping}}", 1, 8, false}, {"{{bomb}}", 0, 8, false}, {"{{}}", 0, 4, true},
  };
  for (const auto& c : kCases) {
    Expansion expansion;
    MacroError error;
    EXPECT_FALSE(ExpandMacros(c.text, MacroUse::kPattern, Some(), &expansion, &error)) << c.text;
    EXPECT_EQ(error.offset, c.offset) << c.text;
    EXPECT_EQ(error.length, c.length) << c.text;
    EXPECT_EQ(error.unknown, c.unknown) << c.text;
    EXPECT_LE(expansion.text.size(), 2 * Expansion::kLongest);
  }
}

TEST(Macros, Names) {
  for (std::string_view good : {"a", "id", "month_2"}) EXPECT_TRUE(IsMacroName(good)) << good;
  for (std::string_view bad : {"", "Id", "2a", "_a", "a-b", "a b"}) EXPECT_FALSE(IsMacroName(bad)) << bad;
}

}  // namespace
}  // namespace phiveil::rules

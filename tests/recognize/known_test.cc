#include "recognize/known.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace phiveil {
namespace {

std::vector<std::string> Found(const KnownIdentifiers& known, std::string_view text, float at_least = 0.5f) {
  Document doc;
  EXPECT_TRUE(doc.Reset(text).ok());
  Evidence evidence;
  AddKnown(known, doc, &evidence);
  std::vector<std::string> out;
  for (const Candidate& c : evidence.candidates) {
    if (c.score < at_least) continue;
    const std::string value(doc.view().substr(c.begin, c.end - c.begin));
    if (std::find(out.begin(), out.end(), value) == out.end()) out.push_back(value);
  }
  return out;
}

using Strings = std::vector<std::string>;

TEST(KnownTest, Names) {
  const KnownIdentifiers known = {.names = {"RUIZ-OLIVERA, Ana M."}, .relatives = {"Tom\u00e1s Ruiz"}};
  EXPECT_EQ(Found(known, "Ana Ruiz Olivera"), (Strings{"Ana", "Ruiz", "Olivera"}));
  EXPECT_EQ(Found(known, "told A. Ruiz's son tomas"), (Strings{"A. Ruiz", "tomas"}));
  EXPECT_EQ(Found(known, "Olivera A M seen"), (Strings{"Olivera A M"}));
  EXPECT_EQ(Found(known, "ms oliveira and Olivvera"), (Strings{"Olivvera"})) << "a slip only where it is capitalised";
  EXPECT_TRUE(Found(known, "Banana Ruizo olive").empty() || Found(known, "Banana").empty());
  EXPECT_TRUE(Found(known, "B. Smith").empty());
}

TEST(KnownTest, Numbers) {
  const KnownIdentifiers known = {.mrn = {"00482913"}, .ids = {"AB-77120"}};
  EXPECT_EQ(Found(known, "MRN 00482913, 482913; 0048-2913"), (Strings{"00482913", "482913", "0048-2913"}));
  EXPECT_EQ(Found(known, "00482931"), (Strings{"00482931"})) << "two keys exchanged";
  EXPECT_EQ(Found(known, "0482913 and 004829113"), (Strings{"0482913", "004829113"})) << "a key lost, a key twice";
  EXPECT_TRUE(Found(known, "00482999").empty());
  EXPECT_EQ(Found(known, "ab 77120 AB77120"), (Strings{"ab 77120", "AB77120"}));
}

TEST(KnownTest, Phones) {
  const KnownIdentifiers known = {.phones = {"+1 (555) 010-7788 x12"}};
  EXPECT_EQ(Found(known, "555.010.7788"), (Strings{"555.010.7788", "010.7788"}));
  EXPECT_EQ(Found(known, "call (555) 010 7788"), (Strings{"555) 010 7788", "010 7788"}));
  EXPECT_EQ(Found(known, "15550107788"), (Strings{"15550107788"}));
  EXPECT_EQ(Found(known, "at 010-7788."), (Strings{"010-7788"}));
}

TEST(KnownTest, BirthDates) {
  const KnownIdentifiers known = {.birth_date = "1953-11-02"};
  for (const char* text : {"11/02/1953", "11/2/53", "2-Nov-53", "Nov. 2nd, 1953", "02 November 1953", "19531102",
                           "the 2nd of November 1953", "1953-11-02", "110253", "02.11.1953"}) {
    EXPECT_FALSE(Found(known, text).empty()) << text;
  }
  for (const char* text : {"11253", "November 1953", "11/03/1953", "2/53"})
    EXPECT_TRUE(Found(known, text).empty()) << text;
}

TEST(KnownTest, AddressesAndEmail) {
  const KnownIdentifiers known = {.emails = {"ana.ruiz@mail.example"},
                                  .addresses = {"12 North Oak St, Salem, OR 97301"}};
  EXPECT_EQ(Found(known, "12 N. Oak Street"), (Strings{"12 N. Oak Street"}));
  EXPECT_EQ(Found(known, "12 north oak st."), (Strings{"12 north oak st"}));
  EXPECT_EQ(Found(known, "in Salem 97301"), (Strings{"Salem", "97301"}));
  EXPECT_EQ(Found(known, "Ana.Ruiz@Mail.Example"), (Strings{"Ana.Ruiz@Mail.Example"}));
}

TEST(KnownTest, NothingKnownNothingFound) {
  EXPECT_TRUE(Found({}, "Ana Ruiz 00482913").empty());
  EXPECT_TRUE(Found({.names = {"", " "}, .birth_date = "unknown", .mrn = {"-"}, .phones = {"n/a"}, .addresses = {","}},
                    "n/a unknown - ,")
                  .empty());
}

TEST(WithinOneSlipTest, CountsOneEdit) {
  struct Case {
    const char *a, *b;
    bool within;
  };
  const Case cases[] = {{"", "", true},         {"a", "", true},       {"ab", "", false},     {"abc", "abc", true},
                        {"abc", "abd", true},   {"abc", "acb", true},  {"abc", "bac", true},  {"abc", "cab", false},
                        {"abcd", "abd", true},  {"abcd", "bcd", true}, {"abcd", "abc", true}, {"abcd", "acbd", true},
                        {"abcd", "badc", false}};
  for (const Case& c : cases) {
    EXPECT_EQ(WithinOneSlip(c.a, c.b), c.within) << c.a << " " << c.b;
    EXPECT_EQ(WithinOneSlip(c.b, c.a), c.within) << c.b << " " << c.a;
  }
}

// Against the plain dynamic program, over all strings of up to four letters of two.
TEST(WithinOneSlipTest, AgreesWithTheDefinition) {
  std::vector<std::string> all = {""};
  for (size_t i = 0; i < all.size() && all[i].size() < 4; ++i) {
    for (char c : {'a', 'b', 'c'}) all.push_back(all[i] + c);
  }
  auto distance = [](const std::string& a, const std::string& b) {
    std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
    for (size_t i = 0; i <= a.size(); ++i) {
      for (size_t j = 0; j <= b.size(); ++j) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
          d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
    return d[a.size()][b.size()];
  };
  for (const std::string& a : all) {
    for (const std::string& b : all) ASSERT_EQ(WithinOneSlip(a, b), distance(a, b) <= 1) << a << " " << b;
  }
}

}  // namespace
}  // namespace phiveil

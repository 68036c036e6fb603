#include "recognize/known.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "recognize/fields.h"

namespace phiveil {
namespace {

constexpr ClassBits kOrdinary = ClassBits{1} << token_class::kFirstListBit;

// Words in use apart from names, as a pack's lists mark them.
void MarkOrdinary(Document* doc) {
  static const std::set<std::string_view> kWords = {"parked", "Parked", "cater", "robs", "CT",   "PA",   "cad",  "CAD",
                                                    "will",   "Will",   "bill",  "Bill", "step", "gold", "golds"};
  for (Token& token : doc->tokens()) {
    if (kWords.count(doc->Word(token)) > 0) token.classes |= kOrdinary;
  }
}

std::vector<std::string> Found(const KnownIdentifiers& known, std::string_view text, float at_least = 0.5f) {
  Document doc;
  EXPECT_TRUE(doc.Reset(text).ok());
  MarkOrdinary(&doc);
  Evidence evidence;
  AddKnown(known, doc, kOrdinary, &evidence);
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
  EXPECT_EQ(Found(known, "ms oliveira and Olivvera"), (Strings{"oliveira", "Olivvera"}));
  EXPECT_TRUE(Found(known, "Banana Ruizo olive").empty() || Found(known, "Banana").empty());
  EXPECT_TRUE(Found(known, "B. Smith").empty());
}

TEST(KnownTest, SlipsAreNoOrdinaryWords) {
  const KnownIdentifiers known = {.names = {"Parker, Carter"}};
  EXPECT_EQ(Found(known, "parkre and Cartr came"), (Strings{"parkre", "Cartr"}));
  EXPECT_EQ(Found(known, "PARKERS dog, at parkers"), (Strings{"PARKERS", "parkers"})) << "no apostrophe typed";
  EXPECT_TRUE(Found(known, "Parked outside; parked, cater").empty());
  EXPECT_EQ(Found({.names = {"Ana Gold"}}, "gold, golds"), (Strings{"gold"}));
}

TEST(KnownTest, NamesTypedAsOneWordAndUserNames) {
  const KnownIdentifiers known = {.names = {"Jarmon-Eckhardt, Ana M"}, .relatives = {"Edsel Van Finnegan"}};
  EXPECT_EQ(Found(known, "card: JarmonEckhardt, jarmoneckhardta7"), (Strings{"JarmonEckhardt", "jarmoneckhardta7"}));
  EXPECT_EQ(Found(known, "by ajarmoneckhardt amjarmoneckhardt12"), (Strings{"ajarmoneckhardt", "amjarmoneckhardt12"}));
  EXPECT_EQ(Found(known, "login edselfinnegan"), (Strings{"edselfinnegan"}));
  EXPECT_EQ(Found(known, "login evanfinnegan8"), (Strings{"evanfinnegan8"}));
  EXPECT_EQ(Found({.names = {"Roy Obs"}}, "robs"), Strings{}) << "too short, and a word";
}

TEST(KnownTest, SpelledOut) {
  const KnownIdentifiers known = {.names = {"D'Miracle, Lulu"}, .relatives = {"Tom Mac Govetchney"}};
  EXPECT_EQ(Found(known, "spells it D-M-I-R-A-C-L-E."), (Strings{"D-M-I-R-A-C-L-E"}));
  EXPECT_EQ(Found(known, "it is D-'-M-I-R-A-C-L-E, l u l u"), (Strings{"D-'-M-I-R-A-C-L-E", "l u l u"}));
  EXPECT_EQ(Found(known, "M. A. C. G. O. V. E. T. C"), (Strings{"M. A. C. G. O. V. E. T. C"}));
  EXPECT_EQ(Found(known, "a L U L U"), (Strings{"L U L U"}));
  EXPECT_TRUE(Found(known, "D-M-I and A B C D E F").empty());
}

TEST(KnownTest, Initials) {
  const KnownIdentifiers known = {.names = {"Zyshprack, Romeo I"}};
  EXPECT_EQ(Found(known, "RZ reads; RIZ too, riz, R.I.Z."), (Strings{"RZ", "RIZ", "riz", "R.I.Z"}));
  EXPECT_TRUE(Found(known, "rz, RZ-12, 4RZ, RZ12, ZR, IZ").empty());
  EXPECT_TRUE(Found({.names = {"Carol A. Diaz"}}, "CAD on cath, cad").empty()) << "means something else";
  EXPECT_TRUE(Found({.names = {"Cy Tatum"}}, "CT head").empty());
  EXPECT_TRUE(Found({.names = {"Anna Moore"}}, "at 9 A.M. and a. m.").empty());
}

TEST(KnownTest, MiddleInitials) {
  const KnownIdentifiers known = {.names = {"Al Flaherty, Corey O"}};
  EXPECT_EQ(Found(known, "his middle name is O., not what's printed"), (Strings{"O"}));
  EXPECT_EQ(Found(known, "MI: O"), (Strings{"O"}));
  EXPECT_TRUE(Found(known, "blood type O, O positive; MI in 2019, O2").empty());
}

TEST(KnownTest, ShortForms) {
  const KnownIdentifiers known = {.names = {"Robert Quint", "Marcela Eddington", "Stephanie Cushing", "William Orr"}};
  EXPECT_EQ(Found(known, "called Bobby or Rob; bobby"), (Strings{"Bobby", "Rob", "bobby"}));
  EXPECT_EQ(Found(known, "wife Mar, Marcy, Mark"), (Strings{"Mar", "Marcy"}));
  EXPECT_EQ(Found(known, "friend Will, then Stephy"), (Strings{"Will"}));
  EXPECT_TRUE(Found(known, "Will return. Bill sent. step down, will call, mar, rob").empty());
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
                           "the 2nd of November 1953", "1953-11-02", "110253", "02.11.1953", "November second",
                           "the second of November 1953", "Nov the second"}) {
    EXPECT_FALSE(Found(known, text).empty()) << text;
  }
  for (const char* text : {"11253", "November 1953", "11/03/1953", "2/53"})
    EXPECT_TRUE(Found(known, text).empty()) << text;
}

TEST(KnownTest, AddressesAndEmail) {
  const KnownIdentifiers known = {.emails = {"ana.ruiz@mail.example"},
                                  .addresses = {"12 North Oak St, Salem, OR 97301"}};
  EXPECT_EQ(Found(known, "12 N. Oak Street"), (Strings{"12 N. Oak Street", "12 N. Oak"}));
  EXPECT_EQ(Found(known, "12 north oak st."), (Strings{"12 north oak st", "12 north oak"}));
  EXPECT_EQ(Found(known, "in Salem 97301"), (Strings{"Salem", "97301"}));
  EXPECT_EQ(Found(known, "Ana.Ruiz@Mail.Example"), (Strings{"Ana.Ruiz@Mail.Example"}));
}

TEST(KnownTest, MonthsThatAreWords) {
  const KnownIdentifiers known = {.birth_date = "1953-05-01"};
  EXPECT_TRUE(Found(known, "he may first try").empty());
  EXPECT_EQ(Found(known, "the first of May"), (Strings{"first of May"}));
  EXPECT_EQ(Found({.birth_date = "1953-05-23"}, "May twenty-third 1953"), (Strings{"May twenty-third 1953"}));
}

TEST(KnownTest, AddressesInOtherForms) {
  const KnownIdentifiers known = {.addresses = {"81 Lum Place Unit 94D, Salem, OR 97301-4410"}};
  EXPECT_EQ(Found(known, "at 81 Lum Pl"), (Strings{"81 Lum Pl", "81 Lum"}));
  EXPECT_EQ(Found(known, "at 81 lum"), (Strings{"81 lum"}));
  EXPECT_EQ(Found(known, "unit 94D upstairs"), (Strings{"unit 94D"}));
  EXPECT_EQ(Found(known, "97301, 97301-4410; 4410"), (Strings{"97301", "97301-4410"}))
      << "the four digits alone are anything";
  const KnownIdentifiers north = {.addresses = {"12 North St"}};
  EXPECT_TRUE(Found(north, "bed 12 north").empty());
  EXPECT_EQ(Found({.addresses = {"12 North Oak St"}}, "12 North\n      Oak St"),
            (Strings{"12 North\n      Oak St", "12 North\n      Oak"}));
  EXPECT_TRUE(Found({.addresses = {"12 North Oak St"}}, "12 North\n\n\n\nOak St").empty()) << "too far away";
}

TEST(KnownTest, KeptInStructureWhereItStandsAsInProse) {
  const std::string_view text = "SSN 425853235   PH 2538017858\n<Ana> \"Ana\": Ana, x=Ana";
  Document doc;
  ASSERT_TRUE(doc.Reset(text).ok());
  Evidence evidence;
  AddKnown({.names = {"Ana"}, .phones = {"2538017858"}, .ids = {"425853235"}}, doc, kOrdinary, &evidence);
  Structure structure;
  structure.regions.push_back({0, static_cast<uint32_t>(text.size())});
  const std::vector<Candidate> known = KnownInProse(doc, evidence);
  KeepToValues(doc, structure, 0, &evidence);
  EXPECT_TRUE(evidence.candidates.empty()) << "nothing here is a value";
  PutBackKnown(known, &evidence);
  const size_t count = evidence.candidates.size();
  PutBackKnown(known, &evidence);
  EXPECT_EQ(evidence.candidates.size(), count) << "each once";
  std::set<uint32_t> begins;
  for (const Candidate& c : evidence.candidates) begins.insert(c.begin);
  const auto at = [&](std::string_view value) { return static_cast<uint32_t>(text.find(value)); };
  EXPECT_EQ(begins, (std::set<uint32_t>{at("425853235"), at("2538017858"), at("Ana, x")}))
      << "tags, keys and what is glued to signs stay as they are";
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

#include "transform/surrogate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "transform/id_code.h"
#include "transform/restore_surrogates.h"
#include "transform/surrogate_names.h"
#include "transform/surrogate_values.h"

namespace phiveil {
namespace {

using ::testing::MatchesRegex;

CategoryPolicy Rule(Action action) {
  CategoryPolicy rule;
  rule.action = action;
  return rule;
}

struct Book : SubjectBook {
  explicit Book(char secret = 's') { SetSecret(BookEntry::Kind::kSecret, std::string(32, secret)); }
};

std::string Replaced(SubjectBook* book, std::string_view text, Category category, std::string_view value,
                     Action action = Action::kSurrogate) {
  Finding finding;
  finding.category = category;
  finding.begin = static_cast<uint32_t>(std::min(text.find(value), text.size()));
  return Surrogates(text, book, 2026).Replace(finding, value, Rule(action)).value_or("(none)");
}

TEST(SurrogateTest, ShapesOfEachCategory) {
  const struct {
    Category category;
    const char* value;
    const char* shape;
  } kCases[] = {
      {Category::kName, "Ana Ruiz", "[A-Z][a-z]+ [A-Z][a-z]+"},
      {Category::kName, "RUIZ, ANA M.", "[A-Z]+, [A-Z]+ [A-Z]\\."},
      {Category::kName, "ana", "[a-z]+"},
      {Category::kName, "Dr. Henrik van der Berg, MD", "Dr\\. [A-Z][a-z]+ van der [A-Z][a-z]+, MD"},
      {Category::kName, "Smith-Jones", "[A-Z][a-z]+-[A-Z][a-z]+"},
      {Category::kStreet, "1420 Maple Ave Apt 3", "[1-9][0-9]{3} [A-Z][a-z]+ Ave Apt [0-9]"},
      {Category::kStreet, "PO Box 482", "PO Box [0-9]{3}"},
      {Category::kCity, "SALEM", "[A-Z ]+"},
      {Category::kCounty, "Marion County", "[A-Z][A-Za-z ]+ County"},
      {Category::kZip, "97301-1234", "[0-9]{5}-[0-9]{4}"},
      {Category::kFacility, "Mercy General Hospital", "[A-Z][A-Za-z ]+ General Hospital"},
      {Category::kOrganization, "Acme Widgets Inc.", "[A-Z][A-Za-z ]+ Inc\\."},
      {Category::kPhone, "(503) 399-1234", "\\([2-9][0-9]{2}\\) 555-01[0-9]{2}"},
      {Category::kPhone, "+1 503.399.1234", "\\+1 [2-9][0-9]{2}\\.555\\.01[0-9]{2}"},
      {Category::kFax, "399-1234", "555-01[0-9]{2}"},
      {Category::kEmail, "a.ruiz@mail.example", "[a-z]+\\.[0-9]{4}@example\\.org"},
      {Category::kSsn, "123-45-6789", "9[0-9]{2}-[0-9]{2}-[0-9]{4}"},
      {Category::kMrn, "AB-0048291", "[A-Z]{2}-0[0-9]{6}"},
      {Category::kUrl, "https://ruiz.example/me", "https://www\\.example\\.org/[a-z]+[0-9]{4}"},
      {Category::kIp, "10.1.2.3", "(192\\.0\\.2|198\\.51\\.100|203\\.0\\.113)\\.[0-9]+"},
      {Category::kIp, "fe80::1", "2001:db8::[0-9a-f]{4}"},
      {Category::kOtherId, "S-77-x", "[A-Z]-[0-9]{2}-[a-z]"},
  };
  for (const auto& c : kCases) {
    Book book;
    const std::string made = Replaced(&book, c.value, c.category, c.value);
    EXPECT_THAT(made, MatchesRegex(c.shape)) << c.value;
    EXPECT_NE(made, c.value);
    EXPECT_EQ(Replaced(&book, c.value, c.category, c.value), made) << "not stable";
    Book again;
    EXPECT_EQ(Replaced(&again, c.value, c.category, c.value), made) << "not of the secret alone";
  }
}

TEST(SurrogateTest, SexAndOriginOfTheOriginal) {
  const struct {
    const char* text;
    const char* name;
    NamePart part;
    const char* origin;
  } kCases[] = {
      {"Maria Lopez", "Maria", NamePart::kFemale, "hispanic"},
      {"Carlos Lopez", "Carlos", NamePart::kMale, "hispanic"},
      {"Nguyen", "Nguyen", NamePart::kSurname, "vietnamese"},
      {"Priya", "Priya", NamePart::kFemale, "south_asian"},
      {"Mr. Kowalczyk", "Kowalczyk", NamePart::kSurname, "slavic"},
      {"Jennifer", "Jennifer", NamePart::kFemale, "english"},
      {"okafor", "okafor", NamePart::kSurname, "african"},
  };
  for (const auto& c : kCases) {
    for (char secret = 'a'; secret < 'i'; ++secret) {
      Book book(secret);
      const std::string made = LowerAscii(Replaced(&book, c.text, Category::kName, c.name));
      size_t origin = 0;
      while (OriginName(origin) != c.origin) ++origin;
      const auto names = NamesOf(c.part, origin);
      EXPECT_TRUE(std::binary_search(names.begin(), names.end(), made)) << c.name << " -> " << made;
    }
  }
}

TEST(SurrogateTest, OnePersonStaysOnePerson) {
  Book book;
  const std::string text = "Ana Ruiz came. Ms. Ruiz and ANA RUIZ are one; A. Ruiz signed.";
  const std::string full = Replaced(&book, text, Category::kName, "Ana Ruiz");
  const size_t space = full.find(' ');
  EXPECT_EQ(Replaced(&book, text, Category::kName, "Ruiz"), full.substr(space + 1));
  std::string upper = full;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(Replaced(&book, text, Category::kName, "ANA RUIZ"), upper);
  EXPECT_EQ(Replaced(&book, text, Category::kName, "A. Ruiz"), full.substr(0, 1) + ". " + full.substr(space + 1));
}

TEST(SurrogateTest, NeverAWordOfTheTextAndNeverTwoForOne) {
  // A text that holds every hispanic surname but a few.
  std::string text;
  size_t hispanic = 1;
  const auto names = NamesOf(NamePart::kSurname, hispanic);
  std::set<std::string> allowed;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i % 10 == 0)
      allowed.insert(std::string(names[i]));
    else
      text += std::string(names[i]) + " ";
  }
  Book book;
  std::set<std::string> used;
  for (const char* name : {"Lopez", "Garcia", "Ortiz", "Vega", "Ruiz"}) {
    const std::string made = LowerAscii(Replaced(&book, text, Category::kName, name));
    if (FindKnownName(LowerAscii(name), true)) {
      EXPECT_TRUE(allowed.contains(made)) << made;
    }
    EXPECT_TRUE(used.insert(made).second) << made;
  }
}

TEST(SurrogateTest, OneNumberInManyFormatsHasOneSurrogate) {
  Book book;
  const auto digits = [](std::string text) {
    std::erase_if(text, [](char c) { return c < '0' || c > '9'; });
    return text;
  };
  const std::string first = Replaced(&book, "", Category::kPhone, "(503) 399-1234");
  EXPECT_EQ(digits(Replaced(&book, "", Category::kPhone, "503-399-1234")), digits(first));
  const std::string mrn = Replaced(&book, "", Category::kMrn, "00-48291");
  EXPECT_EQ(digits(Replaced(&book, "", Category::kMrn, "0048291")), digits(mrn));
}

TEST(SurrogateTest, SubjectsDiffer) {
  std::set<std::string> made;
  for (char secret = 'a'; secret < 'z'; ++secret) {
    Book book(secret);
    made.insert(Replaced(&book, "", Category::kMrn, "004829138"));
  }
  EXPECT_GE(made.size(), 24u);
}

TEST(IdCodeTest, ValidNumbersStayValid) {
  unsigned seed = 1;
  const auto draw = [&seed](uint32_t) { return static_cast<uint64_t>(seed = seed * 1664525u + 1013904223u) >> 8; };
  for (int i = 0; i < 2000; ++i) {
    EXPECT_TRUE(IsNpi(CodeLike("1234567893", draw)));
    std::string card = CodeLike("4539-1488-0343-6467", draw);
    EXPECT_THAT(card, MatchesRegex("[1-9][0-9]{3}-[0-9]{4}-[0-9]{4}-[0-9]{4}"));
    std::erase(card, '-');
    EXPECT_TRUE(PassesLuhn(card));
    EXPECT_TRUE(IsVin(CodeLike("1M8GDM9AXKP042788", draw)));
    EXPECT_TRUE(IsDea(CodeLike("AB1234563", draw)));
  }
  EXPECT_TRUE(IsNpi("1234567893"));
  EXPECT_FALSE(IsNpi("1234567890"));
  EXPECT_TRUE(IsVin("1M8GDM9AXKP042788"));
  EXPECT_FALSE(IsVin("1M8GDM9A1KP042788"));
  EXPECT_FALSE(IsVin("1M8GDM9AXKPO42788"));  // O is no letter of a VIN
  EXPECT_TRUE(IsDea("AB1234563"));
  EXPECT_FALSE(IsDea("AB1234564"));
}

TEST(IdCodeTest, WhatWasNotValidNeedNotBecomeSo) {
  EXPECT_THAT(CodeLike("ab-0012-XZ", [](uint32_t i) { return i * 7919u; }),
              MatchesRegex("[a-z]{2}-0[0-9]{3}-[A-Z]{2}"));
  EXPECT_EQ(CodeLike("--", [](uint32_t) { return 3u; }), "--");
}

TEST(SubjectBookTest, EntriesComeBackAndOthersDoNot) {
  const BookEntry entry{BookEntry::Kind::kMention, Category::kName, "Lucia Moreno", "Ana Ruiz"};
  const auto read = DecodeEntry(Category::kName, EncodeEntry(entry));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->surrogate, entry.surrogate);
  EXPECT_EQ(read->original, entry.original);
  for (const char* other : {"", "\x01", "Ana Ruiz", "\x01q x\x1Fy", "\x01p without", "\x01k short"}) {
    EXPECT_FALSE(DecodeEntry(Category::kName, other).has_value()) << other;
  }
}

TEST(SubjectBookTest, OfTwoSecretsTheLeastCounts) {
  SubjectBook a, b;
  const BookEntry one{BookEntry::Kind::kSecret, Category::kOtherId, "", std::string(32, '1')};
  const BookEntry two{BookEntry::Kind::kSecret, Category::kOtherId, "", std::string(32, '2')};
  a.Load(one), a.Load(two);
  b.Load(two), b.Load(one);
  EXPECT_EQ(a.Draw("x", "y", 0), b.Draw("x", "y", 0));
}

TEST(ShiftDaysTest, StaysWithinItsBoundsAndIsNeverNone) {
  std::set<int> seen;
  for (int i = 0; i < 500; ++i) {
    SubjectBook book;
    book.SetSecret(BookEntry::Kind::kSecret, "secret " + std::to_string(i));
    CategoryPolicy rule = Rule(Action::kShift);
    rule.max_days = 30;
    const int days = ShiftDays(book, rule);
    EXPECT_NE(days, 0);
    EXPECT_LE(std::abs(days), 30);
    seen.insert(days);
    rule.whole_weeks = true;
    EXPECT_EQ(ShiftDays(book, rule) % 7, 0);
    EXPECT_LE(std::abs(ShiftDays(book, rule)), 28);
    EXPECT_NE(ShiftDays(book, rule), 0);
  }
  EXPECT_GT(seen.size(), 50u);
}

}  // namespace
}  // namespace phiveil

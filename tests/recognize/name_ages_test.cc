#include "recognize/name_ages.h"

#include <gtest/gtest.h>

#include <string>

#include "recognize/recognizer.h"
#include "tests/recognize/bars.h"

namespace phiveil {
namespace {

// The number taken for the age of the person named between the bars.
std::string AgeIn(std::string marked, float score = 0.9f) {
  const auto [begin, end] = TakeBars(&marked);
  Document doc;
  EXPECT_TRUE(doc.Reset(marked).ok());
  Candidate name;
  name.begin = begin;
  name.end = end;
  name.category = Category::kName;
  name.score = score;
  std::tie(name.first_token, name.end_token) = TokenRange(doc, begin, end);
  Evidence evidence;
  evidence.candidates.push_back(name);
  AddNameAges(doc, &evidence);
  if (evidence.candidates.size() == 1) return "";
  const Candidate& age = evidence.candidates[1];
  EXPECT_EQ(age.category, Category::kAge);
  return std::string(doc.view().substr(age.begin, age.end - age.begin));
}

TEST(NameAgesTest, BehindANameANumberOver89IsAnAge) {
  const struct {
    const char *marked, *age;
  } kCases[] = {
      {"Fr. |Odell| (97!) visited", "97"},          {"|Quillby| (94) likely index", "94"},
      {"|Odell Quillby|, 91, of Orrin", "91"},      {"(|Asd Quillby|, 92) coughs", "92"},
      {"|Quillby|, 103 and alone", "103"},          {"\"Quillby, |Odell| (Fred)\",94,LW004", ""},
      {"9:15,\"|Quillby, Odell|\",94,LW004", "94"}, {"|Quillby|, 95.", "95"},
  };
  for (const auto& c : kCases) EXPECT_EQ(AgeIn(c.marked), c.age) << c.marked;
}

TEST(NameAgesTest, OtherNumbersAreNone) {
  for (const char* marked :
       {"|Quillby|, 89, of Orrin", "|Quillby| (120)", "|Quillby|, 98.6 today", "|Quillby|, 97% on air",
        "|Quillby|, 95/60", "|Quillby|, 90 mg", "|Quillby|, 99215", "|Quillby| 92 and", "|Quillby|\n(93)",
        "|Quillby| (95 mL)", "|Quillby|, 92-118", "|Quillby|, 91F"}) {
    EXPECT_EQ(AgeIn(marked), "") << marked;
  }
  EXPECT_EQ(AgeIn("|Quillby| (94) likely", 0.3f), "");
}

}  // namespace
}  // namespace phiveil

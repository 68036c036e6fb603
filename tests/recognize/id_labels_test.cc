#include "recognize/id_labels.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "recognize/recognizer.h"
#include "tests/recognize/bars.h"

namespace phiveil {
namespace {

std::string Left(std::string marked, Category category = Category::kOtherId, Source source = Source::kModel) {
  const auto [begin, end] = TakeBars(&marked);
  Document doc;
  EXPECT_TRUE(doc.Reset(marked).ok());
  Candidate candidate;
  candidate.begin = begin;
  candidate.end = end;
  candidate.category = category;
  candidate.source = source;
  std::tie(candidate.first_token, candidate.end_token) = TokenRange(doc, begin, end);
  Evidence evidence;
  evidence.candidates.push_back(candidate);
  LeaveLabels(doc, &evidence);
  const Candidate& left = evidence.candidates[0];
  EXPECT_EQ(doc.tokens()[left.first_token].begin, left.begin);
  return std::string(doc.view().substr(left.begin, left.end - left.begin));
}

TEST(IdLabelsTest, WordsBeforeTheNumberStay) {
  const struct {
    const char *marked, *left;
  } kCases[] = {
      {"at |ext. 4410|.", "4410"},  {"|MRN00814473| here", "00814473"}, {"|lic#P047719|", "P047719"},
      {"|SN: 2904418|", "2904418"}, {"|acct no 7731|", "7731"},         {"|LOT-7714|", "LOT-7714"},
      {"|S/N 8812|", "S/N 8812"},   {"|Q447100983|", "Q447100983"},     {"|ID|", "ID"},
      {"|order ref|", "order ref"}, {"|SN48490842|", "SN48490842"},     {"|acct7731204|", "7731204"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Left(c.marked), c.left) << c.marked;
}

TEST(IdLabelsTest, OnlyOfWhatWasReadAsAnotherNumber) {
  EXPECT_EQ(Left("|MRN 00814473|", Category::kMrn), "MRN 00814473");
  EXPECT_EQ(Left("|MRN 00814473|", Category::kOtherId, Source::kKnown), "MRN 00814473");
  EXPECT_EQ(Left("|MRN 00814473|", Category::kOtherId, Source::kOutside), "MRN 00814473");
}

}  // namespace
}  // namespace phiveil

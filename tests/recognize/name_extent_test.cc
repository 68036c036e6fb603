#include "recognize/name_extent.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/recognize/listed.h"

namespace phiveil {
namespace {

// The text of the stretch between the bars once it has grown.
std::string Grown(std::string marked) {
  constexpr ListedWord kListed[] = {{"odell", "First"},     {"melody", "FirstWord"}, {"ruth", "First"},
                                    {"grace", "FirstWord"}, {"crew", "FirstWord"},   {"quillby", "Last"},
                                    {"spruce", "LastWord"}, {"reports", "Common"},   {"cardiology", "Common"},
                                    {"may", "Month"},       {"may", "FirstWord"},    {"md", "Credential"},
                                    {"nurse", "Role"},      {"the", "Common"}};
  return GrownBy<NameExtent>(std::move(marked), kListed);
}

TEST(NameExtentTest, GrowsOverTheWholeName) {
  const struct {
    const char *marked, *name;
  } kCases[] = {
      {"seen by A. |Quillby|, MD", "A. Quillby"},
      {"seen by A. B. |Quillby| today", "A. B. Quillby"},
      {"bed 4  |Quillby|, R  55F", "Quillby, R"},
      {"tube of |Quillby|, R left", "Quillby, R"},
      {"(was |QUILLBY| R)  gone", "QUILLBY R"},
      {"|Ruth| T called", "Ruth T"},
      {"per |Ruth| S., sugar", "Ruth S"},
      {"spoke to Melody |Quillby| (wife)", "Melody Quillby"},
      {"nurse |Melody| Spruce, who", "Melody Spruce"},
      {"2. |Quillby|, Grace  49  5520871", "Quillby, Grace"},
      {"|Quillby|, Grace M  49", "Quillby, Grace M"},
      {"PT  RUTH |QUILLBY|", "RUTH QUILLBY"},
      {"to Zenobiah |Quillby| at", "Zenobiah Quillby"},
      {"posts as moss_|quillby|_7", "moss_quillby_7"},
      {"call o.|quillby| now", "o.quillby"},
      {"and T-|Odell| came", "T-Odell"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Grown(c.marked), c.name) << c.marked;
}

TEST(NameExtentTest, StopsAtWhatIsNoPart) {
  const struct {
    const char *marked, *name;
  } kCases[] = {
      {"|Quillby|, M.D. (electronic)", "Quillby"},
      {"|Quillby|, R. N. on call", "Quillby"},
      {"give |Ruth| K 40 mEq", "Ruth"},
      {"ask |Ruth|, I want", "Ruth"},
      {"|Ruth| Reports pain", "Ruth"},
      {"|Quillby|, Cardiology", "Quillby"},
      {"in May |Quillby| came", "Quillby"},
      {"|Ruth|  Spruce", "Ruth"},
      {"|Ruth|\nSpruce", "Ruth"},
      {"Melody\n|Quillby|", "Quillby"},
      {"CREW |QUILLBY| AND", "QUILLBY"},
      {"5 A |Quillby|", "Quillby"},
      {"|Ruth| SPRUCE ward", "Ruth"},
      {"of Cryptosporidiosis |Quillby| IgM", "Quillby"},
      {"|Quillby|", "Quillby"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Grown(c.marked), c.name) << c.marked;
}

}  // namespace
}  // namespace phiveil

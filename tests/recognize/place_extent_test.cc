#include "recognize/place_extent.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/recognize/listed.h"

namespace phiveil {
namespace {

// The text of the stretch between the bars once it has grown.
std::string Grown(std::string marked) {
  constexpr ListedWord kListed[] = {{"dr", "Title"},     {"seen", "Common"},          {"in", "Common"},
                                    {"child", "Common"}, {"hospice", "FacilityNoun"}, {"care", "FacilityNoun"},
                                    {"north", "Common"}, {"plan", "Heading"},         {"insulin", "Clinical"},
                                    {"march", "Month"},  {"hospital", "FacilityNoun"}};
  return GrownBy<PlaceExtent>(std::move(marked), kListed);
}

TEST(PlaceExtentTest, GrowsOverTheWholeName) {
  const struct {
    const char *marked, *name;
  } kCases[] = {
      {"at Quillby |Lakeside Drop|-In & Child Care today", "Quillby Lakeside Drop-In & Child Care"},
      {"|Tarn Hollow Joint| & Tendon, P.A.\n1200 Elm", "Tarn Hollow Joint & Tendon, P.A"},
      {"— |Brandvold Veteran|'s Ctr  | same", "Brandvold Veteran's Ctr"},
      {"the |Quillby| Hospital, then home", "Quillby Hospital"},
      {"at |Quill|-Byhaven today", "Quill-Byhaven"},
      {"|Brandvold Spine|, LLC, by fax", "Brandvold Spine, LLC"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Grown(c.marked), c.name) << c.marked;
}

TEST(PlaceExtentTest, StopsAtWhatIsNoPart) {
  const struct {
    const char *marked, *name;
  } kCases[] = {
      {"Seen |Quillby| today", "Quillby"},
      {"by Dr |Quillby| in March", "Quillby"},
      {"|Quillby|  Brandvold Hospital", "Quillby"},
      {"|Quillby|\nHospital", "Quillby"},
      {"|Quillby| and insulin", "Quillby"},
      {"|Quillby|, Brandvold", "Quillby"},
      {"|Quillby| & Plan", "Quillby"},
      {"|Quillby|", "Quillby"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Grown(c.marked), c.name) << c.marked;
}

}  // namespace
}  // namespace phiveil

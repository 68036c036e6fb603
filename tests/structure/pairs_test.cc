#include "structure/pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "structure_fixture.h"

namespace phiveil {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::Scan;

TEST(Pairs, ValuesHaveTheNamesBeforeThem) {
  const struct {
    std::string_view text;
    std::vector<std::string> named;
  } kCases[] = {
      {"svc=adt mrn=44 ward=4B", {"mrn=44"}},
      {"name=\"Ada Quill\" mrn='44'", {"name=Ada Quill", "mrn=44"}},
      {"name=Ada Quill city=Hale", {"name=Ada Quill", "city=Hale"}},
      {"name=Ada Quill, city=Hale; zip=9&phone=5", {"name=Ada Quill", "city=Hale", "zip=9", "phone=5"}},
      {"mrn=44 not found", {"mrn=44"}},
      {"name=Ada Quill logged in", {"name=Ada Quill"}},
      {"name=ada quill logged in", {"name=ada"}},
      {"name=ada quill mrn=44", {"name=ada quill", "mrn=44"}},
      {"(mrn=44)", {"mrn=44)"}},
      {"patient_name: Ada Quill, birth_date: 1961-02-03", {"patient name=Ada Quill", "birth date=1961-02-03"}},
      {"patientName: Ada Quill, admit_dt: x", {"patient name=Ada Quill"}},
      {"patient_name = Ada Quill", {"patient name=Ada Quill"}},
      {"… \"birthDate\":\"1961\",\"name\":[{\"family\":\"Quill\"", {"birth date=1961"}},
      {"mrn=", {}},
      {"mrn=\nzip=", {}},
      // Prose and formulas.
      {"Name: Ada Quill", {}},
      {"BMI = 32, GCS=15, FEV1/FVC=0.7, mrn = 4", {}},
      {"http://x.org/a?mrn=44&zip=9", {}},
      {"amrn=44 _zip=9", {}},
      {"He said \"no\": mrn", {}},
  };
  for (const auto& c : kCases) EXPECT_THAT(Scan(c.text).Named(), ElementsAreArray(c.named)) << c.text;
}

TEST(Pairs, NamesAreStructure) { EXPECT_EQ(Scan("a mrn=44 name=\"Ada\" b").Open(), "a ....44 ......Ada\" b"); }

TEST(Pairs, AnyCutIsRead) {
  const std::string text = "a mrn=44 name=\"Ada Quill\" patient_name: Bo, \"zip\": \"9\" = : \" b";
  for (size_t cut = 0; cut <= text.size(); ++cut) Scan(std::string_view(text).substr(0, cut));
}

}  // namespace
}  // namespace phiveil

#include "structure/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "structure_fixture.h"

namespace phiveil {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::Scan;

TEST(Table, CellsHaveTheNamesOfTheirColumns) {
  const struct {
    std::string_view text;
    std::vector<std::string> named;
  } kCases[] = {
      {"mrn,name,ward\n44,Ada Quill,4B\n45,Bo Reed,4C\n", {"mrn=44", "name=Ada Quill", "mrn=45", "name=Bo Reed"}},
      {"mrn;name\n44;Ada\n", {"mrn=44", "name=Ada"}},
      {"mrn\tname\tward\n44\t\t4B\n\tBo\t\n", {"mrn=44", "name=Bo"}},
      {"MRN , Patient Name\n44 , Ada Quill\n", {"mrn=44", "patient name=Ada Quill"}},
      {"mrn,name\n44,\"Quill, Ada\"\n", {"mrn=44", "name=Quill, Ada"}},
      {"\"mrn\",\"name\"\n\"44\",\"Ada \"\"May\"\" Quill\"\n", {"mrn=44", "name=Ada \"\"May\"\" Quill"}},
      {"mrn,name\n44,\"Ada\nQuill\"\n45,Bo\n", {"mrn=44", "name=Ada\nQuill", "mrn=45", "name=Bo"}},
      {"mrn|name|zip\n44|Ada|\n|Bo|9\n", {"mrn=44", "name=Ada", "name=Bo", "zip=9"}},
      {"| mrn | name |\n|-----|------|\n| 44 | Ada |\n|| Bo |\n", {"mrn=44", "name=Ada", "name=Bo"}},
      {"+====+=====+\n| mrn | name |\n+----+-----+\n| 44 | Ada |\n+====+=====+\nend", {"mrn=44", "name=Ada"}},
      {"| mrn    | name      |\n| 44     | Ada Quill |\n", {"mrn=44", "name=Ada Quill"}},
      {"mrn  ,  name\n44   ,  Ada\n", {"mrn=44", "name=Ada"}},
      {"mrn     name          city\n44      Ada Quill     Hale\n45                    Orrin\n",
       {"mrn=44", "name=Ada Quill", "city=Hale", "mrn=45", "city=Orrin"}},
      {"text\n\nmrn,name\n44,Ada\n\nmore, text\n", {"mrn=44", "name=Ada"}},
      // A row that was cut has the cells that it has.
      {"mrn,name,zip\n44,Ada", {"mrn=44", "name=Ada"}},
      {"mrn,name,zip\n44,\"Ada", {"mrn=44", "name=Ada"}},
      // Nobody knows what a row of too many cells holds; the next one is read.
      {"mrn,name\n44,Quill, Ada\n45,Bo\n", {"mrn=45", "name=Bo"}},
      // No columns that anybody knows, or too few of them.
      {"ward,bed,notes\n4B,2,Ada\n", {}},
      {"mrn,bed,notes\n44,2,Ada\n", {}},
      {"mrn,name\n", {}},
      {"mrn,name\n\n44,Ada\n", {}},
      {"mrn: 44, name: Ada\nzip, city\n", {}},
  };
  for (const auto& c : kCases) EXPECT_THAT(Scan(c.text).Named(), ElementsAreArray(c.named)) << c.text;
}

TEST(Table, ProseIsNoTable) {
  for (std::string_view text : {
           "Phone, email and fax were tried.\nNo answer, will call, again later.\n",
           "Seen by Dr. Roe, name changed, city unknown\nPlan: rest, fluids, recheck\n",
           "The name is on file, the city is not\nso we asked, and they told us\n",
           "name,\ncity,\n",
           "Name  Quill, Ada   F   MRN 4417  (93)\n      goes by Ada   x   y\n",
       }) {
    EXPECT_THAT(Scan(text).Named(), IsEmpty()) << text;
  }
}

TEST(Table, StructureIsAllButCells) {
  EXPECT_EQ(Scan("mrn,name\n44,\"Ada\"\n").Open(), "........\n44..Ada.\n");
  EXPECT_EQ(Scan("| mrn | name |\n|---|---|\n| 44 | Ada |\n").Open(), "..............\n.........\n..44...Ada..\n");
}

TEST(Table, QuotesInCellsAreRead) {
  EXPECT_EQ(Scan("mrn,name\n44,\"Ada \"\"May\"\" Quill\"\n").Plain(), "mrn,name\n44,\"Ada \"May\" Quill\"\n");
}

TEST(Table, AnyCutIsRead) {
  const std::string text =
      "x\nmrn,name,zip\n44,\"Quill, Ada\",9\n45,\"B\"\"o\"\n\nmrn   name  zip\n44    Ada   9\n| mrn | name |\n|-|-|\n| "
      "4 | A |";
  for (size_t cut = 0; cut <= text.size(); ++cut) Scan(std::string_view(text).substr(0, cut));
}

}  // namespace
}  // namespace phiveil

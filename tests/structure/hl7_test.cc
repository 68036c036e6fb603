#include "structure/hl7.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "structure_fixture.h"

namespace phiveil {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::Scan;

constexpr std::string_view kHead = "MSH|^~\\&|A|B|C|D|||ADT^A04|1|P|2.5\r";

std::vector<std::string> Named(std::string_view segments) { return Scan(std::string(kHead).append(segments)).Named(); }

TEST(Hl7, FieldsAreWhatTheTableSays) {
  const struct {
    std::string_view what, segment;
    std::vector<std::string> named;
  } kCases[] = {
      {"a name of two components, suffix and kind left",
       "PID|1||||ROE^ANSEL^B^JR^^^L",
       {"patient name=ROE", "patient name=ANSEL"}},
      {"repetitions",
       "PID|1||||ROE^ANSEL~WREN^ANSEL",
       {"patient name=ROE", "patient name=ANSEL", "patient name=WREN", "patient name=ANSEL"}},
      {"subcomponents",
       "PID|1||||ROE&VAN&WREN^ANSEL",
       {"patient name=ROE", "patient name=VAN", "patient name=WREN", "patient name=ANSEL"}},
      {"the identifier alone", "PID|1||0098812^4^M11^MAIN&2.16.1&ISO^MR", {"mrn=0098812"}},
      {"a kind of identifier", "PID|1||219099999^^^X^SS~0098812^^^X^MR", {"ssn=219099999", "mrn=0098812"}},
      {"a name without a type", "PID|1||||||19511103", {"birth date=19511103"}},
      {"what stands behind it in the field is nothing known", "PID|1||||||19511103^D", {"birth date=19511103"}},
      {"white space", "PID|1||||  ROE ^ ANSEL |", {"patient name=ROE", "patient name=ANSEL"}},
      {"typed by another field", "OBX|1|XPN|X^Y||ROE^ANSEL", {"name=ROE", "name=ANSEL"}},
      {"typed by another field, text", "OBX|1|TX|X^Y||ROE^ANSEL", {}},
      {"typed by another field, a type nobody knows", "OBX|1|QQ|X^Y||ROE^ANSEL", {}},
      {"typed by another field, which is empty", "OBX|1||X^Y||ROE^ANSEL", {}},
      {"two levels",
       "OBR|1|||||||||||||||||||||||||||||||44&ROE&ANSEL^20260105",
       {"staff id=44", "provider name=ROE", "provider name=ANSEL", "date=20260105"}},
      {"two levels written as one",
       "OBR|1|||||||||||||||||||||||||||||||44^ROE^ANSEL",
       {"staff id=44", "provider name=ROE", "provider name=ANSEL"}},
      {"two levels, the inner one of one part",
       "OBR|1|||||||||||||||||||||||||||||||44^20260105",
       {"staff id=44", "date=20260105"}},
      {"delimiters with nothing between them", "PID|||^^^~~^^|||&&", {}},
      {"a segment without fields", "PID|", {}},
  };
  for (const auto& c : kCases) EXPECT_THAT(Named(c.segment), ElementsAreArray(c.named)) << c.what;
}

TEST(Hl7, FieldsOfNobodyAreReadByTheirShape) {
  const struct {
    std::string_view field;
    std::vector<std::string> named;
  } kCases[] = {
      {"10442^KOWALSKI^JAN", {"staff id=10442", "provider name=KOWALSKI", "provider name=JAN"}},
      {"KOWALSKI^JAN^A^^^^L", {"name=KOWALSKI", "name=JAN"}},
      {"4 ELM ROW^^HALE^OH^44107", {"street=4 ELM ROW", "city=HALE", "state=OH", "zip=44107"}},
      {"5550133^PRN^PH", {"phone=5550133"}},
      {"^PRN^PH^^^216^5550133", {"phone=5550133"}},
      {"0048291^^^MAIN^MR", {"identifier=0048291"}},
      {"20260114", {"date=20260114"}},
      {"202601140930-0500~20260115", {"date=202601140930-0500", "date=20260115"}},
      {"20261314", {}},
      {"8867-4^heart rate^LN", {}},
      {"125097000^Goat^SCT", {}},
      {"some words about it", {}},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(Named(std::string("ZQX|").append(c.field)), ElementsAreArray(c.named)) << c.field;
    EXPECT_THAT(Named(std::string("EVN|").append(c.field)), ElementsAreArray(c.named)) << c.field;
  }
  // What no shape tells is prose in a segment that nobody described, and a code in one of the tables.
  EXPECT_THAT(Scan(std::string(kHead) + "ZQX|a b c d").Values(), ::testing::Contains("=a b c d"));
  EXPECT_THAT(Scan(std::string(kHead) + "ZQX|a b^c&d").Values(), ::testing::IsSupersetOf({"=a b", "=c", "=d"}));
  EXPECT_THAT(Scan(std::string(kHead) + "EVN|a b c d").Values(), ::testing::Contains("unlisted field=a b c d"));
}

TEST(Hl7, ProseIsOnePiece) {
  EXPECT_THAT(Scan(std::string(kHead) + "NTE|1||Saw ^ and ~ & more").Values(),
              ::testing::Contains("=Saw ^ and ~ & more"));
}

TEST(Hl7, SegmentsEndAsTheirSendersEndThem) {
  for (std::string_view end : {"\r", "\n", "\r\n", "\\r", "\\n", "\\r\\n", "<CR>", "\n  ", "\n> ", "\r\r"}) {
    const std::string text = Concat("MSH|^~\\&|A", end, "PID|1||||ROE^ANSEL", end, "PID|2||||WREN");
    EXPECT_THAT(Scan(text).Named(), ElementsAre("patient name=ROE", "patient name=ANSEL", "patient name=WREN")) << end;
  }
}

TEST(Hl7, DelimitersAreThoseOfTheHeader) {
  EXPECT_THAT(Scan("MSH#*%!@#A\rPID#1####ROE@WREN*ANSEL%X\r").Named(), IsEmpty()) << "bars only begin a message";
  EXPECT_THAT(Scan("MSH|*%!@|A\rPID|1||||ROE@WREN*ANSEL%LARK*THEA\r").Named(),
              ElementsAre("patient name=ROE", "patient name=WREN", "patient name=ANSEL", "patient name=LARK",
                          "patient name=THEA"));
}

TEST(Hl7, EscapesAreRead) {
  const auto scanned = Scan(std::string(kHead) + "PID|1||||O\\T\\ROE^X\r" +
                            "NTE|1||a\\F\\b\\S\\c\\.br\\d\\X0D\\e\\E\\f\\H\\g\\N\\h\\Zx\\i\r");
  EXPECT_THAT(scanned.Plain(), ::testing::HasSubstr("O&ROE^X"));
  EXPECT_THAT(scanned.Plain(), ::testing::HasSubstr("a|b^c\nd\ne\\f g h\\Zx\\i"));
  EXPECT_THAT(scanned.Plain(), ::testing::HasSubstr("MSH|^~\\&|"));
}

TEST(Hl7, AMessageInTextEndsWhereItEnds) {
  const auto scanned = Scan("Got this: MSH|^~\\&|A|B\rPID|1||||ROE^ANSEL\r\rPlease call Mr. Roe | today.");
  EXPECT_THAT(scanned.Named(), ElementsAre("patient name=ROE", "patient name=ANSEL"));
  EXPECT_THAT(scanned.Open(), ::testing::StartsWith("Got this: ....."));
  EXPECT_THAT(scanned.Open(), ::testing::EndsWith("Please call Mr. Roe | today."));
  EXPECT_THAT(Scan("log \"MSH|^~\\&|A|B\\rPID|1||||ROE^ANSEL|\"\"\" from Ada Quill").Open(),
              ::testing::EndsWith("\" from Ada Quill"));
}

TEST(Hl7, SegmentsWithoutAHeaderCountWhenTheTableKnowsThem) {
  EXPECT_THAT(Scan("PID|1||0098812||ROE^ANSEL\n").Named(),
              ElementsAre("mrn=0098812", "patient name=ROE", "patient name=ANSEL"));
  for (std::string_view not_hl7 : {"PIE|1||0098812||ROE^ANSEL\n", "the PID|1||0098812||ROE\n", "PID|1|\n",
                                   "APID|1||0098812||ROE\n", "PID 1 0098812 ROE\n", "|PID|1||0098812||ROE\n"}) {
    EXPECT_THAT(Scan(not_hl7).structure.regions, IsEmpty()) << not_hl7;
  }
}

TEST(Hl7, AWrappedLineBelongsToItsSegment) {
  EXPECT_THAT(Named("PID|1||0098812\n||ROE^ANSEL\nPID|2||||WREN"),
              ElementsAre("mrn=0098812", "patient name=ROE", "patient name=ANSEL", "patient name=WREN"));
  EXPECT_THAT(Scan(std::string(kHead) + "NTE|1||first line\nsecond line\nthird|\n\nend").Values(),
              ::testing::Contains("=first line\nsecond line\nthird"));
}

TEST(Hl7, StructureIsAllButValues) {
  EXPECT_EQ(Scan("PID|1||0098812^^^MAIN^MR||ROE^ANSEL\r").Open(), "....1..0098812...MAIN.MR..ROE.ANSEL\r");
}

}  // namespace
}  // namespace phiveil

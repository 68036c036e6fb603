// Structure inside text, from end to end: what is found in fields, what stays, and that a document
// that was read as JSON, HL7 or XML is still one afterwards.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "simdjson.h"
#include "support/engine.h"

namespace phiveil {
namespace {

using testing::Engine;

struct Piece {
  size_t begin, end;
};

// A document that remembers which of its bytes are structure and which are values that must go.
struct Marked {
  std::string text;
  std::vector<Piece> structure, values;

  Marked& Fixed(std::string_view part) {
    structure.push_back({text.size(), text.size() + part.size()});
    text += part;
    return *this;
  }
  Marked& Value(std::string_view part) {
    values.push_back({text.size(), text.size() + part.size()});
    text += part;
    return *this;
  }
  Marked& Other(std::string_view part) {
    text += part;
    return *this;
  }
};

Marked Hl7Message() {
  Marked m;
  m.Fixed("MSH|^~\\&|LAB|").Value("QBNORTH").Fixed("|EHR|").Value("QBHOSP").Fixed("|").Value("202601051210");
  m.Fixed("||ORU^R01^ORU_R01|").Value("Q4417").Fixed("|P|2.5.1\rPID|1||").Value("0098812").Fixed("^4^M11^NORTHB^MR~");
  m.Value("219099999")
      .Fixed("^^^USSSA^SS||")
      .Value("ROE-WHITCOMBE")
      .Fixed("^")
      .Value("ANSEL")
      .Fixed("^")
      .Value("B")
      .Fixed("^JR^^^L||");
  m.Value("19511103")
      .Fixed("|M||2106-3^White^HL70005|")
      .Value("41 FIR LOOP")
      .Fixed("^^")
      .Value("ELY")
      .Fixed("^")
      .Other("VT")
      .Fixed("^");
  m.Value("05045")
      .Fixed("^")
      .Other("USA")
      .Fixed("^H||^PRN^PH^^^")
      .Value("802")
      .Fixed("^")
      .Value("5550199")
      .Fixed("\rNK1|1|");
  m.Value("WHITCOMBE")
      .Fixed("^")
      .Value("THEA")
      .Fixed("|SPO^Spouse^HL70063\rPV1|1|I|4B^12^A||||")
      .Value("44017")
      .Fixed("^");
  m.Value("FOLAU")
      .Fixed("^")
      .Value("IMANI")
      .Fixed("^^^DR^MD\rOBR|1|")
      .Value("8850")
      .Fixed("^EHR|")
      .Value("F-3246")
      .Fixed("^LAB|24321-2^BMP^LN|||");
  m.Value("20260105")
      .Fixed("\rOBX|1|NM|2823-3^Potassium^LN||4.2|mmol/L|3.5-5.1|N|||F|||")
      .Value("20260105")
      .Fixed("\rZQX|")
      .Value("77120");
  m.Fixed("^").Value("KOWALSKI").Fixed("^").Value("ODILE").Fixed("|1.2.840.113556.4.17\r");
  return m;
}

Marked JsonDocument() {
  Marked m;
  m.Fixed(R"({"resourceType": "Patient", "id": ")")
      .Value("f-2044-17")
      .Fixed(R"(", "meta": {"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"]},)");
  m.Fixed(R"( "identifier": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": ")")
      .Value("219-09-9999")
      .Fixed(R"("}], "name": [{"family": ")");
  m.Value("Ru\\u00edz-Quill")
      .Fixed(R"(", "given": [")")
      .Value("Oriel")
      .Fixed(R"(", ")")
      .Value("M")
      .Fixed(R"("]}], "telecom": [{"system": "phone", "value": ")");
  m.Value("(802) 555-0199")
      .Fixed(R"("}], "birthDate": ")")
      .Value("1951-11-03")
      .Fixed(R"(", "address": [{"line": [")")
      .Value("41 Fir Loop");
  m.Fixed(R"("], "city": ")")
      .Value("Ely")
      .Fixed(R"(", "state": ")")
      .Other("VT")
      .Fixed(R"(", "postalCode": ")")
      .Value("05045")
      .Fixed(R"("}], "mrn": )");
  m.Value("448120").Fixed(
      R"(, "code": {"coding": [{"system": "http://snomed.info/sct", "code": "269911007"}]}, "note": ")");
  m.Other("Seen by Dr. ").Value("Imani Folau").Other(".\\nStable.").Fixed(R"("})");
  return m;
}

Marked XmlDocument() {
  Marked m;
  m.Fixed(
      "<?xml version=\"1.0\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><templateId "
      "root=\"2.16.840.1.113883.10.20.22.1.1\"/><recordTarget><patientRole><id root=\"2.16.840.1.113883.19.5\" "
      "extension=\"");
  m.Value("Q-998991")
      .Fixed("\"/><addr><streetAddressLine>")
      .Value("41 Fir Loop")
      .Fixed("</streetAddressLine><city>")
      .Value("Ely")
      .Fixed("</city><postalCode>");
  m.Value("05045")
      .Fixed("</postalCode></addr><telecom value=\"tel:")
      .Value("+1(802)555-0199")
      .Fixed("\" use=\"HP\"/><patient><name><given>")
      .Value("Oriel");
  m.Fixed("</given><family>")
      .Value("O&apos;Quill")
      .Fixed(
          "</family></name><administrativeGenderCode code=\"F\" codeSystem=\"2.16.840.1.113883.5.1\"/><birthTime "
          "value=\"");
  m.Value("19511103")
      .Fixed(
          "\"/></patient></patientRole></recordTarget><component><section><code code=\"10164-2\" "
          "codeSystem=\"2.16.840.1.113883.6.1\"/><text><paragraph>");
  m.Other("Seen by Dr. ")
      .Value("Imani Folau")
      .Other(" on ")
      .Value("1/5/2026")
      .Other(".")
      .Fixed("</paragraph></text></section></component></ClinicalDocument>");
  return m;
}

Marked CsvTable() {
  Marked m;
  m.Fixed("mrn,last_name,first_name,sex,dob,phone\n")
      .Value("448120")
      .Fixed(",")
      .Value("Quill")
      .Fixed(",")
      .Value("Oriel")
      .Fixed(",")
      .Other("F")
      .Fixed(",")
      .Value("1951-11-03");
  m.Fixed(",")
      .Value("802-555-0199")
      .Fixed("\n")
      .Value("0098812")
      .Fixed(",\"")
      .Value("Roe-Whitcombe")
      .Fixed("\",")
      .Value("Ansel")
      .Fixed(",")
      .Other("M")
      .Fixed(",")
      .Value("11/03/1951");
  m.Fixed(",\n");
  return m;
}

Marked LogLine() {
  Marked m;
  m.Other("level=info ")
      .Fixed("patient_id=")
      .Value("448120")
      .Other(" ")
      .Fixed("name=\"")
      .Value("Oriel Quill")
      .Other("\" ")
      .Fixed("dob=")
      .Value("1951-11-03")
      .Other(" dur=12ms\n");
  return m;
}

const std::vector<std::pair<std::string, Marked>>& Documents() {
  static const auto* const documents = new std::vector<std::pair<std::string, Marked>>{
      {"hl7", Hl7Message()}, {"json", JsonDocument()}, {"xml", XmlDocument()}, {"csv", CsvTable()}, {"log", LogLine()}};
  return *documents;
}

std::vector<bool> Covered(const std::vector<Finding>& findings, size_t size) {
  std::vector<bool> covered(size, false);
  for (const Finding& finding : findings) {
    for (size_t i = finding.begin; i < finding.end; ++i) covered[i] = true;
  }
  return covered;
}

void ExpectKept(const Marked& document, const std::vector<bool>& covered, const std::string& what) {
  for (const Piece& piece : document.structure) {
    for (size_t i = piece.begin; i < std::min(piece.end, covered.size()); ++i) {
      ASSERT_FALSE(covered[i]) << what << ": structure is covered at `" << document.text.substr(i, 20) << "`";
    }
  }
}

// Quotes around the values of cells and attributes are structure, and so may be covered at no end.
TEST(StructuredText, ValuesGoAndStructureStays) {
  Engine engine;
  for (const auto& [name, document] : Documents()) {
    const auto findings = engine->Find(document.text, {});
    ASSERT_TRUE(findings.ok());
    const std::vector<bool> covered = Covered(*findings, document.text.size());
    ExpectKept(document, covered, name);
    for (const Piece& piece : document.values) {
      for (size_t i = piece.begin; i < piece.end; ++i) {
        ASSERT_TRUE(covered[i]) << name << ": left `" << document.text.substr(piece.begin, piece.end - piece.begin)
                                << "`";
      }
    }
  }
}

TEST(StructuredText, StandsInTheMiddleOfANote) {
  Engine engine;
  for (const auto& [name, document] : Documents()) {
    const std::string before = "Pt seen, K 4.2, plan as below. Interface sent:\n\n",
                      after = "\n\nDiscussed, no change.\n";
    Marked note;
    note.text = before + document.text + after;
    for (Piece piece : document.structure)
      note.structure.push_back({piece.begin + before.size(), piece.end + before.size()});
    const auto findings = engine->Find(note.text, {});
    ASSERT_TRUE(findings.ok());
    const std::vector<bool> covered = Covered(*findings, note.text.size());
    ExpectKept(note, covered, name);
    for (const Piece& piece : document.values) {
      EXPECT_TRUE(covered[before.size() + piece.begin] && covered[before.size() + piece.end - 1])
          << name << ": left `" << document.text.substr(piece.begin, piece.end - piece.begin) << "`";
    }
  }
}

// Cut anywhere, nothing fails, structure is still no finding, and what stands whole before the cut is
// found but for the value that the cut falls on.
TEST(StructuredText, CutAtEveryByte) {
  Engine engine;
  for (const auto& [name, document] : Documents()) {
    for (size_t cut = 0; cut <= document.text.size(); ++cut) {
      if ((static_cast<uint8_t>(document.text[std::min(cut, document.text.size() - 1)]) & 0xC0) == 0x80) continue;
      const auto findings = engine->Find(document.text.substr(0, cut), {});
      ASSERT_TRUE(findings.ok()) << name << " cut at " << cut;
      const std::vector<bool> covered = Covered(*findings, cut);
      for (const Piece& piece : document.values) {
        if (piece.end >= cut) break;
        // A table of one name, or of no row, is none yet; a field that nobody described is known by the
        // shape of all of it.
        const bool too_early = name == "log" ||
                               (name == "csv" && cut < document.text.find(',', document.values[0].end) + 2) ||
                               (name == "hl7" && piece.begin > document.text.find("ZQX|") &&
                                cut <= document.text.find('|', document.text.find("ZQX|") + 4));
        if (too_early) break;
        for (size_t i = piece.begin; i < piece.end; ++i) {
          ASSERT_TRUE(covered[i]) << name << " cut at " << cut << ": left `"
                                  << document.text.substr(piece.begin, piece.end - piece.begin) << "`";
        }
      }
    }
  }
}

// One byte changed anywhere: nothing fails, and nothing is found outside of the text.
TEST(StructuredText, AnyByteChanged) {
  Engine engine;
  std::mt19937 rng(61);
  constexpr std::string_view kSigns = "{}[]<>|^&\"'\\,:= \n\ra1";
  for (const auto& [name, document] : Documents()) {
    for (size_t at = 0; at < document.text.size(); ++at) {
      std::string text = document.text;
      if (static_cast<uint8_t>(text[at]) >= 0x80) continue;
      text[at] = kSigns[rng() % kSigns.size()];
      const auto findings = engine->Find(text, {});
      ASSERT_TRUE(findings.ok()) << name << " changed at " << at;
      size_t last = 0;
      for (const Finding& finding : *findings) {
        ASSERT_LE(last, finding.begin);
        ASSERT_LT(finding.begin, finding.end);
        ASSERT_LE(finding.end, text.size());
        last = finding.end;
      }
    }
  }
}

std::vector<std::string> Keys(std::string_view json) {
  std::vector<std::string> keys;
  const auto walk = [&keys](auto&& self, simdjson::dom::element element) -> void {
    if (element.is_object()) {
      for (const auto& [key, value] : simdjson::dom::object(element)) {
        keys.emplace_back(key);
        self(self, value);
      }
    } else if (element.is_array()) {
      for (const auto value : simdjson::dom::array(element)) self(self, value);
    }
  };
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  EXPECT_EQ(parser.parse(simdjson::padded_string(json)).get(root), simdjson::SUCCESS) << json;
  walk(walk, root);
  return keys;
}

TEST(StructuredText, JsonStaysJsonAndComesBack) {
  for (std::string_view policy : {"safe_harbor", "tag_only"}) {
    Engine engine(policy);
    const std::string text = JsonDocument().text;
    const auto out = engine->Redact(text, {.subject = "s", .record_id = "r"});
    ASSERT_TRUE(out.ok()) << out.status();
    EXPECT_EQ(Keys(out->text), Keys(text)) << out->text;
    EXPECT_THAT(out->text, ::testing::HasSubstr("269911007"));
    if (policy != "safe_harbor") continue;
    const auto back = engine->Restore(out->text, {.subject = "s"});
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->text, text);
  }
}

TEST(StructuredText, MessagesKeepTheirDelimitersAndComeBack) {
  Engine engine;
  for (const auto& [name, document] : Documents()) {
    const auto out = engine->Redact(document.text, {.subject = "s", .record_id = name});
    ASSERT_TRUE(out.ok());
    for (const char sign : {'|', '^', '~', '<', '>', '"', '\n', '\r', ','}) {
      if (name == "json" && sign == '"') continue;  // those of its number
      EXPECT_EQ(std::count(out->text.begin(), out->text.end(), sign),
                std::count(document.text.begin(), document.text.end(), sign))
          << name << " " << sign;
    }
    const auto back = engine->Restore(out->text, {.subject = "s"});
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->text, document.text) << name;
  }
}

TEST(StructuredText, ReasonsNameTheField) {
  Engine engine;
  const auto reason = [&](const std::string& text, std::string_view value) -> std::string {
    const auto findings = engine->Find(text, {.reasons = true});
    for (const Finding& finding : *findings) {
      if (text.substr(finding.begin, finding.end - finding.begin) == value)
        return finding.rule + ": " + finding.reasons.at(0).what;
    }
    return "not found";
  };
  EXPECT_EQ(reason(Hl7Message().text, "ANSEL"), "us.field.patient_name: field patient name (PID-5)");
  EXPECT_EQ(reason(JsonDocument().text, "1951-11-03"), "us.field.birth_date: field patient birth date");
  EXPECT_EQ(reason(CsvTable().text, "Oriel"), "us.field.person_name: field first name");
}

TEST(StructuredText, AKnownIdentifierIsFoundInCodesButNotInKeys) {
  Engine engine;
  Request request;
  request.known.mrn = {"269911007"};
  const std::string text = R"({"code": "269911007", "269911007": "x"})";
  const auto findings = engine->Find(text, request);
  ASSERT_TRUE(findings.ok());
  ASSERT_EQ(findings->size(), 1u);
  EXPECT_EQ((*findings)[0].begin, text.find("269911007"));
}

}  // namespace
}  // namespace phiveil

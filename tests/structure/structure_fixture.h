#ifndef PHIVEIL_TESTS_STRUCTURE_STRUCTURE_FIXTURE_H_
#define PHIVEIL_TESTS_STRUCTURE_STRUCTURE_FIXTURE_H_

// A handful of names, a table of HL7, and what a scan gives in a form that can be compared.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/concat.h"
#include "structure/structure.h"

namespace phiveil::testing {

// Names are their own rules; "* phone" is an ending. HL7: PID, PV1, OBR, OBX, NTE and their types.

inline constexpr std::string_view kNames[] = {"name",
                                              "patient name",
                                              "last name",
                                              "first name",
                                              "name family",
                                              "name given",
                                              "birth date",
                                              "date",
                                              "mrn",
                                              "ssn",
                                              "us ssn",
                                              "* phone",
                                              "phone",
                                              "email",
                                              "city",
                                              "zip",
                                              "street",
                                              "identifier",
                                              "patient id",
                                              "provider name",
                                              "staff id",
                                              "file data",
                                              "state",
                                              "code",
                                              "unlisted field",
                                              "system",
                                              "2.16.840.1.113883.4.1"};

class FieldsBuilder {
 public:
  FieldsBuilder() {
    for (std::string_view name : kNames) {
      pb::FieldName* out = fields.add_names();
      out->set_ending(name.starts_with("* "));
      if (out->ending()) name.remove_prefix(2);
      out->set_words(std::string(name));
      out->set_rule(static_cast<uint32_t>(fields.names_size() - 1));
      if (!out->ending()) numbers_[std::string(name)] = static_cast<uint32_t>(fields.names_size());
    }
  }

  uint32_t Type(std::string_view id, std::string_view is) {
    pb::Hl7Type* type = fields.add_hl7_types();
    type->set_id(std::string(id));
    type->set_text(is == "text");
    if (!type->text()) type->set_name(numbers_.at(std::string(is)));
    return static_cast<uint32_t>(fields.hl7_types_size());
  }
  void Component(uint32_t type, uint32_t number, std::string_view name) {
    Fill(fields.mutable_hl7_types(static_cast<int>(type - 1))->add_parts(), number, 0, name);
  }
  pb::Hl7Segment* Segment(std::string_view id) {
    fields.add_hl7_segments()->set_id(std::string(id));
    return fields.mutable_hl7_segments(fields.hl7_segments_size() - 1);
  }
  void Fill(pb::Hl7Part* part, uint32_t number, uint32_t type, std::string_view name) {
    part->set_number(number);
    part->set_type(type);
    if (name == "value") {
      part->set_kind(pb::Hl7Part::VALUE);
    } else if (name == "text") {
      part->set_kind(pb::Hl7Part::TEXT);
    } else if (!name.empty()) {
      part->set_name(numbers_.at(std::string(name)));
    }
  }
  uint32_t number(std::string_view name) const { return numbers_.at(std::string(name)); }

  pb::Fields fields;

 private:
  std::map<std::string, uint32_t> numbers_;
};

inline pb::Fields SomeFields() {
  FieldsBuilder b;
  for (std::string_view value : {"n a", "unknown", "none"}) b.fields.add_no_values(std::string(value));
  b.fields.set_hl7_unlisted(b.number("unlisted field"));
  const uint32_t xpn = b.Type("XPN", "name"), cx = b.Type("CX", "identifier"), dtm = b.Type("DTM", "date");
  const uint32_t tx = b.Type("TX", "text"), xcn = b.Type("XCN", "provider name"), cnn = b.Type("CNN", "provider name");
  const uint32_t ndl = b.Type("NDL", "provider name"), nm = b.Type("NM", "unlisted field");
  const uint32_t xad = b.Type("XAD", "street"), xtn = b.Type("XTN", "phone");
  static_cast<void>(tx), static_cast<void>(nm), static_cast<void>(xad);
  for (uint32_t i = 1; i <= 2; ++i) b.Component(xpn, i, "value");
  b.Component(cx, 1, "value");
  b.Component(cx, 6, "text");
  b.fields.mutable_hl7_types(static_cast<int>(cx - 1))->add_kind_parts(5);
  for (uint32_t type : {xcn, cnn}) {
    b.Component(type, 1, "staff id");
    b.Component(type, 2, "value");
    b.Component(type, 3, "value");
  }
  b.Fill(b.fields.mutable_hl7_types(static_cast<int>(ndl - 1))->add_parts(), 1, cnn, "");
  b.Component(ndl, 2, "date");
  b.Component(xtn, 1, "value");
  b.Component(xtn, 7, "value");
  for (const auto& [number, name] :
       {std::pair(1u, "value"), std::pair(3u, "city"), std::pair(4u, "state"), std::pair(5u, "zip")}) {
    b.Component(xad, number, name);
  }
  pb::Hl7Kind* kind = b.fields.add_hl7_kinds();
  kind->set_code("SS");
  kind->set_name(b.number("ssn"));
  pb::Hl7Segment* pid = b.Segment("PID");
  b.Fill(pid->add_fields(), 3, cx, "mrn");
  b.Fill(pid->add_fields(), 5, xpn, "patient name");
  b.Fill(pid->add_fields(), 7, 0, "birth date");
  pb::Hl7Segment* obr = b.Segment("OBR");
  b.Fill(obr->add_fields(), 32, ndl, "");
  pb::Hl7Segment* obx = b.Segment("OBX");
  pb::Hl7Part* by = obx->add_fields();
  by->set_number(5);
  by->set_kind(pb::Hl7Part::BY_FIELD);
  by->set_type(2);
  b.Fill(obx->add_fields(), 14, dtm, "");
  b.Fill(b.Segment("NTE")->add_fields(), 3, 0, "text");
  b.Fill(b.Segment("PV1")->add_fields(), 7, xcn, "");
  b.Segment("EVN");
  return b.fields;
}

struct Scanned {
  Structure structure;
  std::string text;
  pb::Fields fields;

  // "patient name=Ada", "=4.1" for values without a name; in order.
  std::vector<std::string> Values() const;
  // The same, only those with a name.
  std::vector<std::string> Named() const;
  // The text with each byte of structure as a dot.
  std::string Open() const;
  // The text with its escapes read.
  std::string Plain() const;
};

inline std::vector<std::string> Scanned::Values() const {
  std::vector<std::string> out;
  for (const FieldValue& value : structure.values) {
    const std::string name = value.name == FieldNames::kNone ? "" : fields.names(static_cast<int>(value.name)).words();
    out.push_back(Concat(name, "=", text.substr(value.begin, value.end - value.begin)));
  }
  return out;
}

inline std::vector<std::string> Scanned::Named() const {
  std::vector<std::string> out;
  for (std::string& value : Values()) {
    if (value[0] != '=' && !value.starts_with("unlisted field=")) out.push_back(std::move(value));
  }
  return out;
}

inline std::string Scanned::Open() const {
  std::string out = text;
  for (const Extent& region : structure.regions) {
    for (uint32_t i = region.begin; i < region.end; ++i) out[i] = '.';
  }
  for (const FieldValue& value : structure.values) {
    for (uint32_t i = value.begin; i < value.end; ++i) out[i] = text[i];
  }
  return out;
}

inline std::string Scanned::Plain() const {
  EscapeMap map;
  std::string buffer;
  return std::string(map.Apply(text, structure.escapes, &buffer));
}

// Lists in order, disjoint, inside the text; nothing empty; escapes that a map takes.
inline void ExpectSound(const Structure& structure, std::string_view text) {
  const auto expect_rows = [&](const auto& rows, const char* what) {
    uint32_t last = 0;
    for (const auto& row : rows) {
      ASSERT_LE(last, row.begin) << what;
      ASSERT_LT(row.begin, row.end) << what;
      ASSERT_LE(row.end, text.size()) << what;
      last = row.end;
    }
  };
  expect_rows(structure.values, "values");
  expect_rows(structure.regions, "regions");
  expect_rows(structure.escapes, "escapes");
  for (const Escape& escape : structure.escapes) ASSERT_LE(escape.size, escape.end - escape.begin);
}

// Scans, and checks what always holds.
inline Scanned Scan(std::string_view text) {
  static const pb::Fields* const fields = new pb::Fields(SomeFields());
  static const StructureScanner* const scanner = new StructureScanner(*fields);
  static const auto* const scratch =
      new std::unique_ptr<StructureScratch, void (*)(StructureScratch*)>(StructureScanner::NewScratch());
  Scanned out;
  out.text = text;
  out.fields = *fields;
  scanner->Scan(text, scratch->get(), &out.structure);
  ExpectSound(out.structure, text);
  return out;
}

}  // namespace phiveil::testing

#endif  // PHIVEIL_TESTS_STRUCTURE_STRUCTURE_FIXTURE_H_

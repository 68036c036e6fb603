// Any bytes: a scan for structure keeps its promises about values, regions and escapes, before the
// view and in it.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "structure/structure.h"

namespace {

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

template <typename Rows>
void RequireSound(const Rows& rows, size_t size) {
  uint32_t last = 0;
  for (const auto& row : rows) {
    Require(last <= row.begin && row.begin < row.end && row.end <= size);
    last = row.end;
  }
}

// A few names, one segment and the types that shapes lead to.
phiveil::pb::Fields SomeFields() {
  phiveil::pb::Fields fields;
  for (const char* name : {"name", "mrn", "phone", "birth date", "patient name", "id", "unlisted"}) {
    phiveil::pb::FieldName* out = fields.add_names();
    out->set_words(name);
    out->set_ending(fields.names_size() == 3);
  }
  fields.set_hl7_unlisted(7);
  for (const char* id : {"XPN", "XCN", "XAD", "XTN", "CX", "DTM"}) {
    phiveil::pb::Hl7Type* type = fields.add_hl7_types();
    type->set_id(id);
    type->set_name(1);
    if (type->id() == "DTM") continue;
    for (uint32_t number = 1; number <= 3; ++number) {
      phiveil::pb::Hl7Part* part = type->add_parts();
      part->set_number(number);
      part->set_kind(phiveil::pb::Hl7Part::VALUE);
    }
    type->add_kind_parts(5);
  }
  fields.mutable_hl7_types(1)->mutable_parts(0)->set_type(1);
  phiveil::pb::Hl7Segment* segment = fields.add_hl7_segments();
  segment->set_id("PID");
  for (uint32_t number = 1; number <= 6; ++number) {
    phiveil::pb::Hl7Part* field = segment->add_fields();
    field->set_number(number);
    field->set_type(number);
    if (number == 4) field->set_kind(phiveil::pb::Hl7Part::BY_FIELD);
    if (number == 5) field->set_kind(phiveil::pb::Hl7Part::TEXT);
  }
  return fields;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const scanner = new phiveil::StructureScanner(SomeFields());
  static auto* const scratch = new std::unique_ptr<phiveil::StructureScratch, void (*)(phiveil::StructureScratch*)>(
      phiveil::StructureScanner::NewScratch());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static phiveil::Structure structure;
  scanner->Scan(text, scratch->get(), &structure);
  RequireSound(structure.values, size);
  RequireSound(structure.regions, size);
  RequireSound(structure.escapes, size);
  static phiveil::Document doc;
  if (!doc.Reset(text, structure.escapes).ok()) return 0;
  const size_t view_size = doc.view().size();
  size_t last = 0;
  for (size_t i = 0; i < view_size; ++i) {
    const size_t begin = doc.SourceBegin(i), end = doc.SourceEnd(i + 1);
    Require(last <= begin && begin < end && end <= size);
    last = begin;
  }
  scanner->Enter(doc, scratch->get(), &structure);
  RequireSound(structure.values, view_size);
  RequireSound(structure.regions, view_size);
  return 0;
}

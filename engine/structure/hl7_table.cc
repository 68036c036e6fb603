#include "structure/hl7_table.h"

namespace phiveil {
namespace {

uint32_t NameOf(uint32_t plus_one) { return plus_one == 0 ? FieldNames::kNone : plus_one - 1; }

Hl7Part PartOf(const pb::Hl7Part& source) {
  Hl7Part part;
  part.kind = static_cast<Hl7Part::Kind>(source.kind());
  part.type = source.type();
  part.name = NameOf(source.name());
  return part;
}

}  // namespace

void Hl7Parts::Add(uint32_t number, const Hl7Part& part) {
  if (parts_.size() < number) {
    parts_.resize(number);
    known_.resize(number);
  }
  parts_[number - 1] = part;
  known_[number - 1] = true;
}

const Hl7Part* Hl7Parts::Find(size_t number) const {
  return number == 0 || number > parts_.size() || !known_[number - 1] ? nullptr : &parts_[number - 1];
}

Hl7Table::Hl7Table(const pb::Fields& fields) : unlisted_(NameOf(fields.hl7_unlisted())) {
  for (const pb::Hl7Type& source : fields.hl7_types()) {
    Hl7Type& type = types_.emplace_back();
    type.text = source.text();
    type.name = NameOf(source.name());
    for (const pb::Hl7Part& part : source.parts()) type.parts.Add(part.number(), PartOf(part));
    type.kind_parts.assign(source.kind_parts().begin(), source.kind_parts().end());
    type_ids_.emplace(source.id(), static_cast<uint32_t>(types_.size()));
  }
  uint16_t place = 0;
  for (const pb::Hl7Segment& source : fields.hl7_segments()) {
    Hl7Parts& segment = segments_[source.id()];
    for (const pb::Hl7Part& field : source.fields()) {
      Hl7Part part = PartOf(field);
      part.place = ++place;
      segment.Add(field.number(), part);
    }
  }
  for (const pb::Hl7Kind& kind : fields.hl7_kinds()) kinds_.emplace(kind.code(), NameOf(kind.name()));
}

const Hl7Parts* Hl7Table::Segment(std::string_view id) const {
  const auto found = segments_.find(std::string(id));
  return found == segments_.end() ? nullptr : &found->second;
}

uint32_t Hl7Table::TypeNamed(std::string_view id) const {
  const auto found = type_ids_.find(std::string(id));
  return found == type_ids_.end() ? 0 : found->second;
}

uint32_t Hl7Table::Kind(std::string_view code) const {
  const auto found = kinds_.find(std::string(code));
  return found == kinds_.end() ? FieldNames::kNone : found->second;
}

}  // namespace phiveil

#ifndef PHIVEIL_STRUCTURE_HL7_TABLE_H_
#define PHIVEIL_STRUCTURE_HL7_TABLE_H_

// The pack's tables of HL7 v2: which type or name a field of a segment has, and what the components
// of a type are.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pack/pack_tables.h"
#include "structure/field_names.h"

namespace phiveil {

struct Hl7Part {
  enum class Kind : uint8_t { kName, kValue, kText, kByField };
  Kind kind = Kind::kName;
  uint32_t type = 0;  // in types() plus one; 0 for none. kByField: number of the field that says it
  uint32_t name = FieldNames::kNone;
  uint16_t place = 0;  // 0 for none: number of the field among all plus one
};

// By number from 1; those that nothing is said about are absent.
class Hl7Parts {
 public:
  void Add(uint32_t number, const Hl7Part& part);
  const Hl7Part* Find(size_t number) const;
  bool empty() const { return parts_.empty(); }
  size_t size() const { return parts_.size(); }

 private:
  std::vector<Hl7Part> parts_;
  std::vector<bool> known_;
};

struct Hl7Type {
  bool text = false;
  uint32_t name = FieldNames::kNone;
  Hl7Parts parts;
  std::vector<uint32_t> kind_parts;
};

class Hl7Table {
 public:
  explicit Hl7Table(const pb::Fields& fields);

  const Hl7Parts* Segment(std::string_view id) const;  // nullptr for one that is in no table
  const Hl7Type& type(uint32_t number) const { return types_[number - 1]; }
  // Number of the type plus one, or 0.
  uint32_t TypeNamed(std::string_view id) const;
  // The name of values with this code ("MR"), or kNone.
  uint32_t Kind(std::string_view code) const;
  uint32_t unlisted() const { return unlisted_; }

 private:
  std::unordered_map<std::string, Hl7Parts> segments_;
  std::vector<Hl7Type> types_;
  std::unordered_map<std::string, uint32_t> type_ids_;
  std::unordered_map<std::string, uint32_t> kinds_;
  uint32_t unlisted_ = FieldNames::kNone;
};

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_HL7_TABLE_H_

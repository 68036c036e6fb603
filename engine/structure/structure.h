#ifndef PHIVEIL_STRUCTURE_STRUCTURE_H_
#define PHIVEIL_STRUCTURE_STRUCTURE_H_

// Structure inside text: HL7 v2, JSON, XML and HTML, tables, key=value lines, whole documents or
// pieces of one.
//
//   scanner.Scan(text, &scratch, &structure);        // over the source
//   doc.Reset(text, structure.escapes);              // what is escaped is read as what it means
//   scanner.Enter(doc, &scratch, &structure);        // now in offsets of the view
//
// What comes out are *values*, each with the name of its field where the pack knows one, and
// *regions*: stretches that are structure wherever they are no value. Names, delimiters and tags
// are never text about anybody, so nothing is found in them; a value without a known name is read as
// prose. What looks like structure and is not, or is broken, is simply not a region: it stays prose.
//
// A plain note costs a few looks for bytes that it does not hold.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "structure/field_names.h"
#include "text/document.h"
#include "text/escape_map.h"

namespace phiveil {

struct FieldValue {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t name = FieldNames::kNone;   // in the pack's names
  bool bare = false;                   // of JSON, without quotes
  uint16_t place = 0;                  // the HL7 field, by number in the pack's tables plus one
  uint32_t other = FieldNames::kNone;  // the name to go by where the value does not fit the first
};

struct Extent {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// Each list is in order and disjoint. Values with a name may also lie outside of regions.
struct Structure {
  std::vector<FieldValue> values;
  std::vector<Extent> regions;
  std::vector<Escape> escapes;  // of the source

  bool empty() const { return values.empty() && regions.empty(); }
  void Clear() {
    values.clear();
    regions.clear();
    escapes.clear();
  }
};

struct StructureScratch;
class Hl7Table;

class StructureScanner {
 public:
  explicit StructureScanner(const pb::Fields& fields);
  ~StructureScanner();

  static std::unique_ptr<StructureScratch, void (*)(StructureScratch*)> NewScratch();

  // `text` may be anything, valid or not; at most 1 GiB.
  void Scan(std::string_view text, StructureScratch* scratch, Structure* out) const;

  // From offsets of the source to those of the view, and one level deeper: a message inside a JSON
  // string, markup inside a note field.
  void Enter(const Document& doc, StructureScratch* scratch, Structure* structure) const;

  const FieldNames& names() const { return names_; }

 private:
  FieldNames names_;
  std::unique_ptr<const Hl7Table> hl7_;
};

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_STRUCTURE_H_

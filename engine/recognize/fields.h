#ifndef PHIVEIL_RECOGNIZE_FIELDS_H_
#define PHIVEIL_RECOGNIZE_FIELDS_H_

// What the fields of a structure say of their values, and what structure forbids.
//
//   fields.Add(doc, structure, floor, &evidence);     // values of known fields: candidates and vetoes
//   KeepToValues(doc, structure, first, &evidence);   // from candidate `first` on: nothing over structure

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pack/pack_tables.h"
#include "recognize/candidate.h"
#include "recognize/memory.h"
#include "recognize/validators.h"
#include "structure/structure.h"
#include "text/document.h"

namespace phiveil {

class Fields {
 public:
  explicit Fields(const pb::Pack& pack);

  const StructureScanner& scanner() const { return scanner_; }

  // A value that says there is none ("unknown") and one that a validator refuses are left to the
  // other rules. Of "tel:+1-555-0143" and "Patient/4471" the number is the value.
  void Add(const Document& doc, const Structure& structure, float floor, Evidence* evidence) const;

 private:
  struct Rule {
    uint32_t number = 0;  // in the pack
    Category category = Category::kSafe;
    Subtype subtype = Subtype::kNone;
    float score = 0;
    float veto = 0;
    std::vector<Validator> validators;
    std::vector<std::string> allow;
  };

  using KnownValues = std::unordered_map<std::string_view, uint32_t>;  // to the candidate
  enum class Doubt : uint8_t { kOpen, kPerson, kThing };

  bool AddAs(uint32_t name, const Document& doc, const FieldValue& value, float floor, Evidence* evidence) const;
  // False where the value is left to the other rules.
  bool AddValue(const Document& doc, const FieldValue& value, uint32_t name, float floor, Evidence* evidence) const;
  void AddVetoes(const Document& doc, const FieldValue& value, Evidence* evidence) const;
  KnownValues TellingValues(const Document& doc, size_t first, const Evidence& evidence) const;
  bool AddSame(const Document& doc, const FieldValue& value, const KnownValues& known, Evidence* evidence) const;
  void AddVeto(const FieldValue& value, const Rule& rule, Evidence* evidence) const;
  Doubt Weigh(const Document& doc, const Candidate& candidate) const;

  StructureScanner scanner_;
  uint32_t unlisted_;        // the name of HL7's positions that stand in no table
  ClassBits persons_ = 0;    // words of names
  ClassBits things_ = 0;     // words that people are not called by
  std::vector<Rule> rules_;  // by name
  // By name: for `patient` the name `patient id`, which it is when no name stands there; else kNone.
  std::vector<uint32_t> numbers_;
  // Rules whose names, `object identifier` and `anchor`, stand for what is one; nullptr if there is none.
  const Rule* object_identifier_ = nullptr;
  const Rule* anchor_ = nullptr;
};

// What the model believes of a value of one word does not count. A candidate that lies over structure keeps what of it
// lies in values, or outside of regions. Of a pattern's match only what is most of it is worth keeping: it was about
// the shape of the whole.
void KeepToValues(const Document& doc, const Structure& structure, size_t first, Evidence* evidence);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_FIELDS_H_

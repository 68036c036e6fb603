#ifndef PHIVEIL_STRUCTURE_FIELD_NAMES_H_
#define PHIVEIL_STRUCTURE_FIELD_NAMES_H_

// What the names of fields say, whatever they are written in.
//
// A name is its words: "patient_name", "patientName", "Patient Name" and a "name" inside a "patient"
// are all `patient name`. Where a value stands deep inside a structure its path is the words of all
// keys on the way; the pack's names are compared with the path's end, the longest wins:
//
//   std::vector<KeyWord> path;
//   AppendWords("Patient", &path);
//   AppendWords("birthDate", &path);
//   names.Find(path);                    // the pack's `patient birth date`, else its `birth date`
//
// A name of the pack begins where a key begins ("name" is not found in "drugName"), but for those
// that are said to be endings of longer ones ("* phone").

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "pack/pack_tables.h"

namespace phiveil {

struct KeyWord {
  uint64_t hash;
  bool first;  // of its key
};

class FieldNames {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr size_t kMostWords = 8;  // of one name

  explicit FieldNames(const pb::Fields& fields);

  // The number of the longest name that `path` ends in, or kNone.
  uint32_t Find(std::span<const KeyWord> path) const;

  // Whether a value only says that there is none: "n/a", "unknown", a dash.
  bool SaysNothing(std::string_view value) const;

  bool empty() const { return names_.empty(); }

 private:
  struct Row {
    uint32_t whole = kNone;
    uint32_t ending = kNone;
  };
  std::unordered_map<uint64_t, Row> names_;  // by the hash of the words from last to first
  std::unordered_set<uint64_t> no_values_;
};

// The words of a name as it is written: runs of letters, parted also where a capital follows a small
// letter ("birthDate") or begins a word behind capitals ("SSNumber" is ss, number). Numbers are left
// out ("line1", "phone_2"), and so is a possessive s.
std::vector<std::string_view> SplitName(std::string_view name);

// Appends the hashes of these words; nothing for a name without letters.
void AppendWords(std::string_view name, std::vector<KeyWord>* path);

// Appends all of `word` as one: "2.16.840.1.113883.4.1".
void AppendWhole(std::string_view word, std::vector<KeyWord>* path);

// Appends the words of what says what a value is. Of an address its last part, whose own parts are
// keys of their own: patient, birth date of "…/patient-birthDate"; an OID is one word.
void AppendSaid(std::string_view value, std::vector<KeyWord>* says);

// Digits and dots, at least four parts: an object identifier, or as much of one.
bool LooksLikeOid(std::string_view text);

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_FIELD_NAMES_H_

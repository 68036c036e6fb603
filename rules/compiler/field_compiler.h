#ifndef PHIVEIL_RULES_COMPILER_FIELD_COMPILER_H_
#define PHIVEIL_RULES_COMPILER_FIELD_COMPILER_H_

// Names of fields (rules/schema/LANGUAGE.md, "Fields") into the pack's tables.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/pack_source.h"
#include "pack.pb.h"

namespace phiveil::rules {

class FieldCompiler {
 public:
  FieldCompiler(pb::Fields* out, Diagnostics* diagnostics) : out_(out), diagnostics_(diagnostics) {}

  // The names of one rule; `number` is the rule's in the pack.
  void AddRule(const RuleSource& rule, uint32_t number);

  // What the pack says of all fields: values that are none, and the table of HL7.
  void AddRest(const PackSource& source);

  // The number of a name plus one; 0 for one that no rule has.
  uint32_t NumberOf(std::string_view name) const;
  std::vector<std::string_view> Names() const;

 private:
  struct Owner {
    const RuleSource* rule;
    uint32_t number;
  };
  pb::Fields* out_;
  Diagnostics* diagnostics_;
  std::map<std::string, Owner, std::less<>> whole_, endings_;  // by words
};

// The words of a name joined by spaces, in lower case.
std::string FieldWords(std::string_view name);

// Reads the table of HL7 into `out`.
void CompileHl7(const YamlFile& file, const FieldCompiler& names, pb::Fields* out, Diagnostics* diagnostics);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_FIELD_COMPILER_H_

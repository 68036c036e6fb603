#ifndef PHIVEIL_RULES_COMPILER_PACK_COMPILER_H_
#define PHIVEIL_RULES_COMPILER_PACK_COMPILER_H_

// A folder of rules into the pack that the engine loads.
//
//   Diagnostics diagnostics;
//   CompiledPack compiled = CompilePack("rules/packs/us", &diagnostics);
//   if (compiled.good) Write(SerializePack(compiled.pack));
//   for (const Diagnostic& d : diagnostics.Sorted()) out << FormatDiagnostic(d);
//
// All errors are collected, not only the first. Whether the rules find what their examples say is
// for tools.h: it takes the engine to know.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/pack_source.h"
#include "pack.pb.h"

namespace phiveil::rules {

struct CompiledPack {
  bool good = false;  // no errors: `pack` is whole
  pb::Pack pack;
  std::unique_ptr<PackSource> source;  // null when there is no pack.yaml to read

  // What lints and explanations are made of; one entry for each rule of `source`.
  struct Part {
    int rule = -1;        // in `pack`; -1 for retired rules and those with errors
    int expression = -1;  // in `pack`; -1 for forms and lists
    int form = -1;
    std::string expanded;  // the pattern or form with its macros put in
  };
  std::vector<Part> parts;
  std::set<std::string> used_classes;
  std::set<std::string> used_macros;

  double read_seconds = 0;
  double rule_seconds = 0;
  double lexicon_seconds = 0;
  double database_seconds = 0;
};

CompiledPack CompilePack(const std::string& dir, Diagnostics* diagnostics);

// The pack as it would be if `rules` (numbers in the source) were retired, for what a rule costs; not linted, without
// the name model. A rule whose name the table of HL7 needs is left out together with that table when `hl7` is false.
// The source stays in `whole`, which is as before afterwards. Not good when the rest does not compile alone.
CompiledPack CompileWithout(CompiledPack* whole, const std::vector<size_t>& rules, bool hl7 = true);

// Warnings about rules that compile and yet are probably not what was meant. CompilePack calls it when
// there are no errors.
void LintPack(const CompiledPack& compiled, Diagnostics* diagnostics);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_PACK_COMPILER_H_

#ifndef PHIVEIL_RULES_COMPILER_REPORT_H_
#define PHIVEIL_RULES_COMPILER_REPORT_H_

// What the tools print in common.

#include <ostream>
#include <string>

#include "compiler/diagnostic.h"
#include "compiler/pack_compiler.h"

namespace phiveil::rules {

// All of them, in order, and how many were left out.
void WriteDiagnostics(const Diagnostics& diagnostics, std::ostream& out);

// One line of counts, one of where the time went.
void WriteSummary(const CompiledPack& compiled, const Diagnostics& diagnostics, std::ostream& out);

// "1 rule", "3 rules".
std::string Count(size_t count, std::string_view one);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_REPORT_H_

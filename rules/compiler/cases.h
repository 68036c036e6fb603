#ifndef PHIVEIL_RULES_COMPILER_CASES_H_
#define PHIVEIL_RULES_COMPILER_CASES_H_

// Case files: marked texts beside the rules, one a line, each with what is known of it.
//
//   MRN: [[MRN:00482913]]\nadmitted.<tab>ok
//   chart 4829-13<tab>miss #12
//
// `ok`: the marks are found and nothing else of their categories or of the rule file's. `miss #n`,
// `extra #n`: known fault n, something marked is not found, something unmarked is. A line without a
// tab that begins with `#` is a comment. `\n`, `\t` and `\\` are line break, tab and backslash.

#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/marks.h"
#include "compiler/source.h"

namespace phiveil::rules {

enum class Expectation { kOk, kMiss, kExtra };

struct CaseLine {
  int line = 0;
  MarkedText marked;
  Expectation expect = Expectation::kOk;
  std::string fault;  // "#12"; empty for kOk
};

// Reports lines that are not cases and leaves them out.
std::vector<CaseLine> ParseCases(const SourceFile& file, Diagnostics* diagnostics);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_CASES_H_

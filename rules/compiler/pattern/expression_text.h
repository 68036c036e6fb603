#ifndef PHIVEIL_RULES_COMPILER_PATTERN_EXPRESSION_TEXT_H_
#define PHIVEIL_RULES_COMPILER_PATTERN_EXPRESSION_TEXT_H_

#include <string>

#include "compiler/pattern/syntax.h"

namespace phiveil {

// The tree as a regular expression that leaves Hyperscan nothing to interpret: bytes as letters,
// digits or \xHH, classes written out. With `caseless`, a letter in both cases is that letter.
std::string ExpressionText(const Node& node, bool caseless);

}  // namespace phiveil

#endif  // PHIVEIL_RULES_COMPILER_PATTERN_EXPRESSION_TEXT_H_

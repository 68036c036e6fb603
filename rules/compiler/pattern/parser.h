#ifndef PHIVEIL_RULES_COMPILER_PATTERN_PARSER_H_
#define PHIVEIL_RULES_COMPILER_PATTERN_PARSER_H_

#include <string_view>

#include "compiler/pattern/pattern.h"
#include "compiler/pattern/syntax.h"

namespace phiveil {

// The tree of a pattern; nullptr with `error` set. With `caseless` every set of bytes holds both
// cases of its letters.
NodePtr ParsePattern(std::string_view pattern, bool caseless, PatternError* error);

}  // namespace phiveil

#endif  // PHIVEIL_RULES_COMPILER_PATTERN_PARSER_H_

#ifndef PHIVEIL_TEXT_LINE_BREAK_H_
#define PHIVEIL_TEXT_LINE_BREAK_H_

// Whether a line break is only where the prose was wrapped. tokenize.h has the conditions.

#include <string_view>

namespace phiveil {

// `line` without its break; `rest` is all that follows the break.
bool IsSoftBreak(std::string_view line, std::string_view rest);

}  // namespace phiveil

#endif  // PHIVEIL_TEXT_LINE_BREAK_H_

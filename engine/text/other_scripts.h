#ifndef PHIVEIL_TEXT_OTHER_SCRIPTS_H_
#define PHIVEIL_TEXT_OTHER_SCRIPTS_H_

// Word breaks in what is not ASCII in the view, by ICU.

#include <cstdint>
#include <string_view>
#include <vector>

namespace phiveil {

struct ScriptPiece {
  uint32_t begin;  // in the run
  uint32_t end;
  bool word;  // letters with their marks; otherwise one other character
};

// Appends the pieces of `run`, valid UTF-8 without ASCII: they cover it without gaps. Scripts written
// without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are cut by ICU's dictionaries.
void CutOtherScripts(std::string_view run, std::vector<ScriptPiece>* pieces);

}  // namespace phiveil

#endif  // PHIVEIL_TEXT_OTHER_SCRIPTS_H_

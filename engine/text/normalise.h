#ifndef PHIVEIL_TEXT_NORMALISE_H_
#define PHIVEIL_TEXT_NORMALISE_H_

// The normalised view of a text and the map back to it. document.h says what the view looks like.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace phiveil {

// From view offset `view` on, a byte's source is `source + (offset - view)`, until the next run.
struct SourceRun {
  uint32_t view;
  uint32_t source;
};

// Whether a text is its own view: ASCII without a carriage return.
bool IsPlain(std::string_view text);

// Writes the view of `text` (valid UTF-8) into `buffer` and its runs, in order of view offset.
// Returns the view, which lies in `buffer`; it is never longer than the text. `buffer` only grows.
// Two neighbouring view bytes with the same source come from one character that became several.
// The end of the view maps to the end of the text. No runs: identity.
std::string_view Normalise(std::string_view text, std::string* buffer, std::vector<SourceRun>* runs);

}  // namespace phiveil

#endif  // PHIVEIL_TEXT_NORMALISE_H_

#ifndef PHIVEIL_TEXT_TOKENIZE_H_
#define PHIVEIL_TEXT_TOKENIZE_H_

// Cuts a view into tokens.
//
// A token is a run of letters (an apostrophe between letters belongs to it), the possessive behind
// one ("'s", or "'" after an s), a run of digits, one punctuation character (four or more of the same
// in a row are one token: rulers and leaders), or a line break. White space and control characters
// yield none.
//
// A line break in running prose is soft and yields no token, and the lines on its two sides are one
// for LineStart, LineEnd and SentStart. It is soft when
// - the line before is 40 bytes long or more, does not end a sentence or a clause (. : ; ! ?), is no
//   ruler and has no columns (a tab, a '|', two runs of three spaces); and
// - the next line starts, without indentation, with a letter or with digits that are not a list
//   number ("1.", "2)"), and is no `label:` line (up to four words and a colon).
// Other line breaks are Nl tokens, a blank line one more, never more than two in a row.

#include <string_view>
#include <vector>

namespace phiveil {

struct Token;

void Tokenize(std::string_view view, std::vector<Token>* tokens);

}  // namespace phiveil

#endif  // PHIVEIL_TEXT_TOKENIZE_H_

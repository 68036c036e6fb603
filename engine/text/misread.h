#ifndef PHIVEIL_TEXT_MISREAD_H_
#define PHIVEIL_TEXT_MISREAD_H_

// Digits that a scanner read as letters: 555-O100, l2/O3/1957, age 9I; and letters that it read as
// digits: Rothvi1le, Wi1helm, 0kafor.
//
// A run of letters and digits in which every letter is an O, o, l or I reads as digits. Left as they
// are: what is something of its own when it stands alone (O2, 5l, 2o, I48), unless another number is
// joined to it. A word of four letters or more reads as letters where it holds one or two digits, 0 or
// 1, each between a letter and a lower-case one, a second one at its end, or a 0 before a lower-case
// letter at its beginning. Nothing changes its length, so that offsets stay as they are.

#include <string>
#include <string_view>

namespace phiveil {

// Whether a letter of that kind stands beside a digit anywhere, or a 0 or 1 beside a letter: most
// texts have none.
bool MayHoldMisread(std::string_view view);

// `view` with such runs read as what they are, in `folded`; `view` itself when there are none.
std::string_view FoldMisread(std::string_view view, std::string* folded);

}  // namespace phiveil

#endif  // PHIVEIL_TEXT_MISREAD_H_

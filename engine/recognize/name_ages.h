#ifndef PHIVEIL_RECOGNIZE_NAME_AGES_H_
#define PHIVEIL_RECOGNIZE_NAME_AGES_H_

// Ages over 89 that nothing names, but for the person they stand behind: "Odell Quillby (97!)",
// "Sister Odell, 91, of Orrin", "\"Quillby, Odell\",94,". A number with a unit or a mark of its own
// behind it is none.

#include "recognize/candidate.h"
#include "text/document.h"

namespace phiveil {

// Adds an AGE candidate behind each sure NAME candidate that such a number follows.
void AddNameAges(const Document& doc, Evidence* evidence);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_NAME_AGES_H_

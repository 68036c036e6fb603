#ifndef PHIVEIL_RECOGNIZE_ID_LABELS_H_
#define PHIVEIL_RECOGNIZE_ID_LABELS_H_

// The words before a number that say what it is, and identify nobody: "MRN 00817", "ext. 44", "lot#B7",
// also where they are written as one with it: "mrn00817". They stay in the text, for whoever reads it.

#include "recognize/candidate.h"
#include "text/document.h"

namespace phiveil {

// Lets each OTHER_ID candidate begin behind such words, as long as a digit is left of it. What a hyphen
// joins to the number is a part of it: "LOT-7714".
void LeaveLabels(const Document& doc, Evidence* evidence);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_ID_LABELS_H_

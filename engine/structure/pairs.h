#ifndef PHIVEIL_STRUCTURE_PAIRS_H_
#define PHIVEIL_STRUCTURE_PAIRS_H_

// Names and values on a line, as logs and configuration have them: patient_id=4471, name="Ada Quill",
// birthDate: 1961-02-03, and members of JSON whose object was cut away.
//
// Only names that the pack knows count, and before a colon only what no one writes in prose: words
// joined by underscores or by capitals, or in double quotes. "Name: Ada Quill" is prose, for the rules.

#include <cstddef>

#include "structure/builder.h"

namespace phiveil {

void ReadPairs(size_t begin, size_t end, StructureBuilder* builder);

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_PAIRS_H_

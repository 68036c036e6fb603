#ifndef PHIVEIL_STRUCTURE_TABLE_H_
#define PHIVEIL_STRUCTURE_TABLE_H_

// Tables in text: a line of column names and the rows under it, whether commas, semicolons, tabs, bars
// or gaps of two spaces and more part the columns.
//
// A line is taken for column names when at least two of its cells are names that the pack knows and
// no cell looks like anything else than a name. Rows end at a blank line, or where the count of cells
// no longer fits; a row with more cells than names is left as prose, because nobody can say which cell
// a stray delimiter belongs to.

#include <cstddef>

#include "structure/builder.h"

namespace phiveil {

void ReadTables(size_t begin, size_t end, StructureBuilder* builder);

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_TABLE_H_

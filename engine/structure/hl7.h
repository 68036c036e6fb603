#ifndef PHIVEIL_STRUCTURE_HL7_H_
#define PHIVEIL_STRUCTURE_HL7_H_

// HL7 v2 in its bar notation: a message, a batch, or segments that lost their header.
//
// Segments are told by their names at the begin of a line and end with it, whatever the line break is
// (a carriage return, which the standard asks for, a line feed, or "\r" spelled out, as logs have it).
// Delimiters are those of the last header. A line that was wrapped belongs to the segment above.
//
// A field that is in no table (those of Z segments, for one) is looked at: where it has the shape of a
// person, an address, a telephone number, an identifier or a time it is read as one.

#include <cstddef>
#include <string_view>

#include "structure/builder.h"
#include "structure/hl7_table.h"

namespace phiveil {

// Begin of the next segment that begins or could begin a message; npos if none.
size_t FindHl7(std::string_view text, size_t at, const Hl7Table& table);

// Reads from the segment at `begin` as far as segments go; returns the end of the last.
size_t ReadHl7(size_t begin, const Hl7Table& table, StructureBuilder* builder);

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_HL7_H_

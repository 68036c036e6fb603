#ifndef PHIVEIL_STRUCTURE_HL7_SHAPE_H_
#define PHIVEIL_STRUCTURE_HL7_SHAPE_H_

// What an HL7 field that nobody described probably is.

#include <string_view>

namespace phiveil {

// "XCN", "XPN", "XAD", "XTN", "CX", "DTM", or "" where the shape says nothing:
//   10442^KOWALSKI^JAN^^^DR       a number and two words that are no code, its text and its system
//   KOWALSKI^JAN^A^^^^L           two words and the kind of a name
//   4 ELM ROW^^HALE^OH^44107      a state and a postal code in their places
//   ^PRN^PH^^^216^5550133         the use or the device of a telephone, or an address with an @
//   0048291^^^MAIN^MR             the kind of an identifier
//   20260114, 202601140930+0100   a day that exists, with or without a time
std::string_view ShapeOf(std::string_view value, char component, char sub);

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_HL7_SHAPE_H_

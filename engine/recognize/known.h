#ifndef PHIVEIL_RECOGNIZE_KNOWN_H_
#define PHIVEIL_RECOGNIZE_KNOWN_H_

// Identifiers the caller already has, found in every usual way of writing them.
//
// Names: each part alone, in any order, with initials beside it, possessive, in any case; one slip
// of the keyboard in parts of five letters or more. Numbers and codes: with and without separators,
// leading zeros and country code; one slip in values of seven characters or more. Birth dates: day,
// month and year in every usual order and form. Addresses: the street line with its type written
// out or short, the city, the ZIP code.

#include <string>
#include <string_view>
#include <vector>

#include "phiveil/deidentifier.h"
#include "recognize/candidate.h"
#include "text/document.h"

namespace phiveil {

void AddKnown(const KnownIdentifiers& known, const Document& doc, Evidence* evidence);

// A value as it is compared: letters in lower case and digits, nothing else, in at least
// `min_words` words of the text (so that 11/2/53 is not found in 11253).
struct KnownValue {
  std::string squeezed;
  uint32_t min_words = 1;
  Category category = Category::kOtherId;
  Subtype subtype = Subtype::kNone;
  float score = 0.95f;
  bool one_slip = false;
  bool street = false;  // words of the text are compared as FullStreetWord gives them
};

// "st" -> "street"; other words as they are.
std::string_view FullStreetWord(std::string_view folded);

struct KnownPart {
  std::string folded;
  Subtype subtype = Subtype::kNone;
};

std::vector<KnownPart> KnownNameParts(const KnownIdentifiers& known);
std::vector<KnownValue> KnownValues(const KnownIdentifiers& known);

// Whether one insertion, deletion, substitution or exchange of neighbours at most parts the two.
bool WithinOneSlip(std::string_view a, std::string_view b);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_KNOWN_H_

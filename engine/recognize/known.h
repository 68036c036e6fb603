#ifndef PHIVEIL_RECOGNIZE_KNOWN_H_
#define PHIVEIL_RECOGNIZE_KNOWN_H_

// Identifiers the caller already has, found in every usual way of writing them.
//
// Names: each part alone, in any order, with initials beside it, possessive, in any case; one slip
// of the keyboard in parts of five letters or more, unless that makes an ordinary word; parts typed
// as one, user names, spelled out letter by letter, usual short forms, the initials of a whole name.
// Numbers and codes: with and without separators, leading zeros and country code; one slip in values
// of seven characters or more. Birth dates: day, month and year in every usual order and form, spoken
// too. Addresses: the street line with its type written out, short or left off, with and without the
// unit, across a line break; the city, the ZIP code.

#include <string>
#include <string_view>
#include <vector>

#include "phiveil/deidentifier.h"
#include "recognize/candidate.h"
#include "text/document.h"

namespace phiveil {

// `ordinary`: the list bits of words that are in use apart from names.
void AddKnown(const KnownIdentifiers& known, const Document& doc, ClassBits ordinary, Evidence* evidence);

// Known candidates that stand as words of prose do: no delimiter, tag or key. KeepToValues takes them
// away where a table or a message seems to have no value; PutBackKnown brings them back.
std::vector<Candidate> KnownInProse(const Document& doc, const Evidence& evidence);
void PutBackKnown(const std::vector<Candidate>& known, Evidence* evidence);

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

struct KnownNames {
  std::vector<KnownPart> parts;     // words of names
  std::vector<KnownPart> joined;    // several of them as one word, user names
  std::vector<KnownPart> shorts;    // "bob" of Robert, "mar" of Marcela
  std::vector<KnownPart> initials;  // of whole names, two letters or three
};

// "Last, First Middle" or "First Middle Last".
KnownNames KnownNamesOf(const KnownIdentifiers& known);
void AddKnownNames(const KnownNames& names, const Document& doc, ClassBits ordinary, Evidence* evidence);
std::vector<KnownValue> KnownValues(const KnownIdentifiers& known);

void AppendFolded(std::string_view word, std::string* out);
Candidate KnownCandidate(const Document& doc, uint32_t first, uint32_t end, Category category, Subtype subtype,
                         float score, Evidence* evidence);

// Whether one insertion, deletion, substitution or exchange of neighbours at most parts the two.
bool WithinOneSlip(std::string_view a, std::string_view b);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_KNOWN_H_

#ifndef PHIVEIL_STRUCTURE_MARKUP_WORDS_H_
#define PHIVEIL_STRUCTURE_MARKUP_WORDS_H_

// What the names in markup mean to a reader of text. Names of elements in any case.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace phiveil {

// Elements that say how a text looks and nothing else: p, td, span; in C-CDA content, paragraph.
bool IsHtmlElement(std::string_view name);
// Those of HTML that are ordinary words in other documents: title, address, time.
bool IsHtmlName(std::string_view name);
// Elements without an end: br, img.
bool IsVoidElement(std::string_view name);

// The white space that a tag reads as: '\n', '\t' for cells, ' ' for those inside a line.
char SpaceFor(std::string_view name);

// Attributes that are the value of their element: value, extension.
bool IsValueAttribute(std::string_view name);
// Attributes that say what the value of their element is, and elements that say it of the one beside
// them: root, system, label.
bool IsTelling(std::string_view name);
// Elements whose value another one beside them speaks of: value, answer.
bool IsToldElement(std::string_view name);
// Attributes of elements of HTML whose values are no text: styles, sizes, handlers.
bool IsLayoutAttribute(std::string_view name);
// xmlns and what schemas need.
bool IsNamespace(std::string_view name);

// The character of the reference that `text` begins with ("&amp;", "&#233;"), and its length; 0 when
// there is none.
uint32_t ReadReference(std::string_view text, size_t* length);

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_MARKUP_WORDS_H_

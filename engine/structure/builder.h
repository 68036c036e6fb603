#ifndef PHIVEIL_STRUCTURE_BUILDER_H_
#define PHIVEIL_STRUCTURE_BUILDER_H_

// What the readers of this room write into: a Structure that can be taken back to where it was when
// what looked like structure turns out not to be.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "structure/structure.h"

namespace phiveil {

class StructureBuilder {
 public:
  StructureBuilder(std::string_view text, const FieldNames& names, Structure* out)
      : text_(text), names_(names), out_(out) {}

  std::string_view text() const { return text_; }
  const FieldNames& names() const { return names_; }

  // Without white space at its edges; nothing where no letter or digit remains.
  void Value(size_t begin, size_t end, uint32_t name = FieldNames::kNone);
  void Value(FieldValue value);
  void Region(size_t begin, size_t end);

  // [begin, end) stands for the character `c`; control characters are read as a space, line breaks and
  // tabs as themselves. A surrogate stands for nothing.
  void Escaped(size_t begin, size_t end, uint32_t c);

  struct State {
    size_t values, regions, escapes;
  };
  State Save() const { return {out_->values.size(), out_->regions.size(), out_->escapes.size()}; }
  void GoBack(const State& state);

 private:
  std::string_view text_;
  const FieldNames& names_;
  Structure* out_;
};

inline bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }
inline bool IsLetter(char c) { return IsCapital(static_cast<char>(c & ~0x20)); }
inline size_t SkipBlanks(std::string_view text, size_t at) {
  while (at < text.size() && IsBlank(text[at])) ++at;
  return at;
}
// The offset of the line break at or behind `at`, or the text's size.
size_t EndOfLine(std::string_view text, size_t at);

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_BUILDER_H_

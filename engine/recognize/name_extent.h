#ifndef PHIVEIL_RECOGNIZE_NAME_EXTENT_H_
#define PHIVEIL_RECOGNIZE_NAME_EXTENT_H_

// How far the name of a person reaches, where only a part of it was read as one:
//
//   initials     A. [Quillby]      [Quillby], A      [QUILLBY R]   at the end of its column
//   given names  Melody [Quillby]  [Quillby], Melody  [Melody] Spruce
//   user names   [odell]_q7        moss_[quillby]     T-[Odell]
//
// What it grows over stands in the same line and column, is in a list of names or a single letter, and
// is no title, role, heading, month or weekday. A word of everyday language is taken where its place
// says so: behind a comma, or before what a name is followed by.

#include <cstdint>
#include <vector>

#include "pack.pb.h"
#include "text/document.h"

namespace phiveil {

class NameExtent {
 public:
  explicit NameExtent(const pb::Pack& pack);

  // Widens the tokens [*first, *end), which are not empty.
  void Grow(const Document& doc, uint32_t* first, uint32_t* end) const;

 private:
  bool GrowLeft(const Document& doc, uint32_t* first, uint32_t end) const;
  bool GrowRight(const Document& doc, uint32_t first, uint32_t* end) const;
  bool IsInitialBehind(const std::vector<Token>& tokens, uint32_t last, uint32_t at, bool comma, bool ends) const;
  bool IsPart(const Document& doc, const Token& token, ClassBits lists) const;

  ClassBits stop_;   // never a part
  ClassBits first_;  // in a list of first names
  ClassBits given_;  // the same, or a word that is a first name too
  ClassBits last_;   // in a list of last names
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_NAME_EXTENT_H_

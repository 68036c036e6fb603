#ifndef PHIVEIL_RECOGNIZE_PLACE_EXTENT_H_
#define PHIVEIL_RECOGNIZE_PLACE_EXTENT_H_

// How far the name of an institution reaches, where only its middle was read as one:
//
//   Quillby [Lakeside Drop]-In & Child Care          [Tarn Hollow Joint] & Tendon, P.A.
//   [Brandvold Veteran]'s Ctr                        [Four Rivers Hospice] of the Plains
//
// It grows over capitalised words that are joined to it, to the right also over the nouns that
// institutions bear. It stays in its line and its column, and stops at titles, roles, headings,
// clinical words, weekdays and months.

#include <cstdint>

#include "pack.pb.h"
#include "text/document.h"

namespace phiveil {

class PlaceExtent {
 public:
  explicit PlaceExtent(const pb::Pack& pack);

  // Widens the tokens [*first, *end), which are not empty.
  void Grow(const Document& doc, uint32_t* first, uint32_t* end) const;

 private:
  bool GrowRight(const Document& doc, uint32_t* end) const;
  bool GrowLeft(const Document& doc, uint32_t* first) const;
  bool IsPart(const Token& token) const;

  ClassBits stop_;   // never a part
  ClassBits plain_;  // no part unless a joint says so
  ClassBits noun_;   // of facilities and organisations
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_PLACE_EXTENT_H_

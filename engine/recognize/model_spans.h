#ifndef PHIVEIL_RECOGNIZE_MODEL_SPANS_H_
#define PHIVEIL_RECOGNIZE_MODEL_SPANS_H_

// From the model's shares to candidates, and what they say of the candidates of rules.

#include <span>
#include <utility>

#include "pack.pb.h"
#include "recognize/candidate.h"
#include "recognize/model_reading.h"
#include "recognize/model_shapes.h"
#include "recognize/name_extent.h"
#include "recognize/place_extent.h"
#include "text/document.h"

namespace phiveil {

class ModelSpans {
 public:
  explicit ModelSpans(const pb::Pack& pack);

  // Adds a candidate for each stretch whose tokens are something with a share of `floor` or more and of
  // one type; what is found with certainty and what is only possible are apart. Titles, roles and
  // marks at its ends are left out; what cannot be a value of its type is not added (model_shapes.h);
  // columns part candidates; a number that a rule has named already keeps that rule's category. Names
  // and places that only a list speaks for, and that the model reads as nothing, lose some of their
  // score.
  void Add(const Document& doc, const ModelReading& reading, float floor, Evidence* evidence) const;

 private:
  struct Stretch {
    uint32_t first, end;  // tokens
    int type;
    float score;
  };

  // Leaves off what is beside the value, types it by its shape, and widens a name over all of itself; false where
  // nothing is left that could be one.
  bool Settle(const Document& doc, Stretch* stretch) const;
  // What the model's score loses for a word that says little by itself.
  float Plainness(const Document& doc, const Stretch& stretch) const;
  // Returns the token to go on from.
  size_t AddAt(const Document& doc, const ModelReading& reading, const ModelReading::Stretch& read, size_t first,
               float least, std::span<const std::pair<uint32_t, uint32_t>> named, Evidence* evidence) const;
  void Doubt(const ModelReading& reading, Evidence* evidence) const;

  ClassBits never_;     // titles, credentials, roles, relations: beside a name, not in it
  ClassBits ordinary_;  // words of everyday language and of medicine, nouns of institutions
  ModelShapes shapes_;
  NameExtent name_extent_;
  PlaceExtent place_extent_;
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_MODEL_SPANS_H_

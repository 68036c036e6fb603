#ifndef PHIVEIL_RECOGNIZE_MODEL_SHAPES_H_
#define PHIVEIL_RECOGNIZE_MODEL_SHAPES_H_

// What the model's readings cannot be, by their letters and digits: it knows words and what stands
// around them, and little of how a value is built.
//
//   a date     3/3/4, 12.6/12, 5C, 3W11, a word that names no time
//   a number   750/1900, 0.64, a single character, a short word without a digit
//   a name     25000rpm, T2 t=-0.7: more digits than letters, an equals sign, or a
//              word that ends as those of medicine do

#include <cstdint>
#include <optional>
#include <string_view>

#include "pack.pb.h"
#include "recognize/model_features.h"
#include "text/document.h"

namespace phiveil {

// Whether a long word ends as those of medicine do: -ectomy, -itis, -osis.
bool IsMedicalWord(std::string_view word);

class ModelShapes {
 public:
  explicit ModelShapes(const pb::Pack& pack);

  // What the tokens [first, end), which are not empty, can be when they were read as `read`; nothing
  // where they can be no value. A long code that was read as a date is a number.
  std::optional<ModelType> TypeOf(ModelType read, const Document& doc, uint32_t first, uint32_t end) const;

  // Whether what was read as a town is a state: Ohio, where no state follows it; New York and Washington
  // are towns too.
  bool IsState(const Document& doc, uint32_t first, uint32_t end) const;

  // Whether columns part this token from the one before.
  static bool BeginsColumn(const Document& doc, size_t token);

 private:
  bool Has(ClassBits bits, const Document& doc, uint32_t first, uint32_t end) const;
  bool MayBeNumber(const Document& doc, uint32_t first, uint32_t end) const;
  bool MayBeDate(const Document& doc, uint32_t first, uint32_t end) const;

  ClassBits state_, state_code_;
  ClassBits time_;  // months, weekdays, holidays, ordinals, number words
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_MODEL_SHAPES_H_

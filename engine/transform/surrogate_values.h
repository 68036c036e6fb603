#ifndef PHIVEIL_TRANSFORM_SURROGATE_VALUES_H_
#define PHIVEIL_TRANSFORM_SURROGATE_VALUES_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "phiveil/category.h"

namespace phiveil {

// Random bits: draw("street", 3) is the third number for streets.
using DrawNumber = std::function<uint64_t(std::string_view what, uint32_t index)>;

// A value of the kind and shape of `value`; of names only what is no person's. Knows every category but DATE and AGE.
std::string SurrogateValue(Category category, std::string_view value, const DrawNumber& draw);

// Letters in the case of `like`: ALL CAPITALS, small letters, or First Capital.
std::string CaseLike(std::string_view text, std::string_view like);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_SURROGATE_VALUES_H_

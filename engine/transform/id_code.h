#ifndef PHIVEIL_TRANSFORM_ID_CODE_H_
#define PHIVEIL_TRANSFORM_ID_CODE_H_

// Numbers of the same shape that systems downstream accept.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace phiveil {

// A digit for each digit and a letter of the same case for each letter; all else stays. A leading zero
// stays and no other number begins with one. Where `value` is a valid NPI (ISO 7812 over 80840 and the
// number), VIN (49 CFR 565.15(c)), DEA number or Luhn number of eight digits or more, so is the result.
// `draw(i)`: 64 random bits for the i-th letter or digit.
std::string CodeLike(std::string_view value, const std::function<uint64_t(uint32_t)>& draw);

bool IsNpi(std::string_view digits);
bool IsVin(std::string_view text);
bool IsDea(std::string_view text);
bool PassesLuhn(std::string_view digits);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_ID_CODE_H_

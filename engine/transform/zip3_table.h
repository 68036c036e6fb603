#ifndef PHIVEIL_TRANSFORM_ZIP3_TABLE_H_
#define PHIVEIL_TRANSFORM_ZIP3_TABLE_H_

// Which three-digit ZIP areas may be shown (45 CFR 164.514(b)(2)(i)(B)): those that hold more than
// 20,000 people. A prefix the table does not know may not.

#include <string_view>

namespace phiveil {

inline constexpr std::string_view kZip3TableVersion = "2020 Census, 2026-11";

// `zip3`: exactly three digits; false for anything else.
bool MayShowZip3(std::string_view zip3);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_ZIP3_TABLE_H_

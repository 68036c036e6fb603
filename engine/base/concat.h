#ifndef PHIVEIL_BASE_CONCAT_H_
#define PHIVEIL_BASE_CONCAT_H_

// Debian builds absl::string_view as a type of its own, so absl::StrCat refuses std::string_view.

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace phiveil {
namespace concat_internal {

inline void Append(std::string* out, std::string_view piece) { out->append(piece); }
inline void Append(std::string* out, char piece) { out->push_back(piece); }
template <std::integral T>
requires(!std::same_as<T, char>) void Append(std::string* out, T piece) {
  char digits[24];
  out->append(digits, std::to_chars(digits, digits + sizeof digits, piece).ptr);
}

}  // namespace concat_internal

// Concat("line ", 7, ": ", what)
template <typename... Pieces>
std::string Concat(const Pieces&... pieces) {
  std::string out;
  (concat_internal::Append(&out, pieces), ...);
  return out;
}

}  // namespace phiveil

#endif  // PHIVEIL_BASE_CONCAT_H_

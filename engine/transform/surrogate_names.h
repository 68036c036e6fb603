#ifndef PHIVEIL_TRANSFORM_SURROGATE_NAMES_H_
#define PHIVEIL_TRANSFORM_SURROGATE_NAMES_H_

// Names that may stand for names, by sex and origin.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace phiveil {

enum class NamePart : uint8_t { kFemale = 0, kMale = 1, kSurname = 2 };
inline constexpr size_t kNameOrigins = 11;

struct KnownName {
  NamePart part;
  size_t origin;
};

// What is known of a word, in small letters without diacritics, as a name. `surname`: it stands where a surname does, so
// that this is tried first.
std::optional<KnownName> FindKnownName(std::string_view word, bool surname);

// All names of that part and origin, in alphabetical order.
std::span<const std::string_view> NamesOf(NamePart part, size_t origin);

// "english", "hispanic", …
std::string_view OriginName(size_t origin);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_SURROGATE_NAMES_H_

#ifndef PHIVEIL_TEXT_CHARACTER_MAP_H_
#define PHIVEIL_TEXT_CHARACTER_MAP_H_

// What becomes of one character in the view.

#include <cstdint>

namespace phiveil {

struct ViewForm {
  static constexpr uint8_t kKeep = 0xFF;  // as it is
  static constexpr uint8_t kMark = 0xFE;  // vanishes after ASCII, stays after another script's letter

  char bytes[3] = {0, 0, 0};
  uint8_t size = kKeep;  // or that many bytes; 0: it vanishes
};

// `c` at or above U+0080. The form is never longer than the character's own UTF-8. Two-letter forms
// of capitals are title case ("Ae"); the caller knows the neighbours.
ViewForm ViewFormOf(int32_t c);

}  // namespace phiveil

#endif  // PHIVEIL_TEXT_CHARACTER_MAP_H_

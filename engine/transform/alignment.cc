#include <algorithm>

#include "phiveil/deidentifier.h"

namespace phiveil {

size_t Alignment::ToOutput(size_t input_offset) const {
  const auto after = std::ranges::upper_bound(replacements_, input_offset, {}, &Replacement::begin);
  if (after == replacements_.begin()) return input_offset;
  const Replacement& before = *std::prev(after);
  return input_offset < before.end ? before.out_begin : before.out_end + (input_offset - before.end);
}

size_t Alignment::ToInput(size_t output_offset) const {
  const auto after = std::ranges::upper_bound(replacements_, output_offset, {}, &Replacement::out_begin);
  if (after == replacements_.begin()) return output_offset;
  const Replacement& before = *std::prev(after);
  return output_offset < before.out_end ? before.begin : before.end + (output_offset - before.out_end);
}

}  // namespace phiveil

#ifndef PHIVEIL_TRANSFORM_LOOKALIKES_H_
#define PHIVEIL_TRANSFORM_LOOKALIKES_H_

// Text of the input that could be taken for one of our tokens is an identifier itself: so it comes
// back as it was, and a forged token is never restored into a value.

#include <span>
#include <string_view>
#include <vector>

#include "phiveil/finding.h"

namespace phiveil {

// `findings`: in order, not overlapping; so afterwards. Each mention of a token in `text` becomes a
// finding (OTHER_ID, Subtype::kToken), together with the findings it overlaps.
void MergeLookalikes(std::string_view text, std::vector<Finding>* findings);

struct Stretch {
  uint32_t begin;
  uint32_t end;
};

// The same for stretches, in order, that are already known to be look-alikes.
void MergeLookalikes(std::span<const Stretch> lookalikes, std::vector<Finding>* findings);

// Appends the mentions of tokens in `text`, `base` added to their offsets.
void FindLookalikes(std::string_view text, size_t base, std::vector<Stretch>* lookalikes);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_LOOKALIKES_H_

#ifndef PHIVEIL_RECOGNIZE_MODEL_READING_H_
#define PHIVEIL_RECOGNIZE_MODEL_READING_H_

// What the name model read of a document: stretches of tokens with the share of each tag; between them
// lies what was not worth a look, where "nothing" has it all.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "recognize/model_features.h"

namespace phiveil {

struct ModelReading {
  struct Stretch {
    uint32_t begin, end;  // tokens
    size_t first;         // in shares
  };

  // In order, apart from each other.
  std::vector<Stretch> stretches;
  std::vector<float> shares;  // kModelTags a token

  const float* Of(const Stretch& stretch, size_t token) const {
    return &shares[stretch.first + (token - stretch.begin) * kModelTags];
  }

  // The largest share of something among tokens `first` to before `end`.
  float MostOf(uint32_t first, uint32_t end) const {
    float most = 0;
    auto at =
        std::partition_point(stretches.begin(), stretches.end(), [&](const Stretch& s) { return s.end <= first; });
    for (; at != stretches.end() && at->begin < end; ++at) {
      for (size_t t = std::max(first, at->begin); t < std::min(end, at->end); ++t) {
        most = std::max(most, 1.0f - *Of(*at, t));
      }
    }
    return most;
  }
};

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_MODEL_READING_H_

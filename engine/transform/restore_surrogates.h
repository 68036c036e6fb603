#ifndef PHIVEIL_TRANSFORM_RESTORE_SURROGATES_H_
#define PHIVEIL_TRANSFORM_RESTORE_SURROGATES_H_

// Finds in an answer what stands for a subject's values: the pairs of its book, and shifted dates.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "phiveil/finding.h"
#include "phiveil/policy.h"
#include "transform/subject_book.h"

namespace phiveil {

// A stretch of the answer and the value that belongs there.
struct BackEdit {
  size_t begin, end;
  Category category;
  std::string original;
};

// In order, not overlapping. `dates`: the answer's findings; those of category DATE count. A surrogate that
// stands for two values, which two machines may have drawn at once, is left as it is.
std::vector<BackEdit> FindSurrogates(std::string_view text, std::span<const Finding> dates, const Policy& policy,
                                     const SubjectBook& book, int reference_year);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_RESTORE_SURROGATES_H_

#ifndef PHIVEIL_RULES_COMPILER_MARKS_H_
#define PHIVEIL_RULES_COMPILER_MARKS_H_

// Texts in which what should be found is marked: `MRN: [[MRN:00482913]] admitted.`

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "phiveil/category.h"

namespace phiveil::rules {

struct Mark {
  uint32_t begin;  // bytes of MarkedText::text
  uint32_t end;
  Category category;

  friend bool operator==(const Mark&, const Mark&) = default;
};

struct MarkedText {
  std::string text;  // without the marks
  std::vector<Mark> marks;

  bool Has(Category category) const;
};

struct MarkError {
  size_t offset;  // in the marked text
  size_t length;
  std::string message;
  std::string advice;
};

// Nothing, with `error` set, when a mark is not closed, empty, nested or of an unknown category.
std::optional<MarkedText> ParseMarks(std::string_view marked, MarkError* error);

// The inverse. Marks must be in order and must not overlap.
std::string WriteMarks(std::string_view text, const std::vector<Mark>& marks);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_MARKS_H_

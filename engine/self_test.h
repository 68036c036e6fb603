#ifndef PHIVEIL_SELF_TEST_H_
#define PHIVEIL_SELF_TEST_H_

// A pack proves itself: each rule's examples, run through the pack.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "phiveil/rule_pack.h"

namespace phiveil {

struct ExampleFailure {
  std::string rule;
  size_t example = 0;   // number within the rule, from 0
  std::string problem;  // "expected MRN at 5..13, found nothing"; offsets only
};

// A marked stretch of a text: bytes and category.
struct Mark {
  uint32_t begin;
  uint32_t end;
  Category category;
};

// The first way in which the pack's findings of `category` differ from the marks of that category;
// empty when they agree. For SAFE the vetoes are compared: each mark must be one, no more is asked.
absl::StatusOr<std::string> CompareWithMarks(const RulePack& pack, std::string_view text,
                                             const std::vector<Mark>& marks, Category category);

absl::StatusOr<std::vector<ExampleFailure>> RunExamples(const RulePack& pack);

}  // namespace phiveil

#endif  // PHIVEIL_SELF_TEST_H_

#ifndef PHIVEIL_RESOLVE_RESOLVE_H_
#define PHIVEIL_RESOLVE_RESOLVE_H_

// From candidates to findings: which stretches are taken, and as what.
//
// A candidate counts when it reaches its category's threshold. Two candidates of one category over
// the same stretch from different kinds of source strengthen each other. Among candidates that
// overlap the stronger wins, where length counts a little: a whole date beats the number in it.
// What a losing candidate covers beyond the winner is still believed to be an identifier and stays
// covered: joined to the winner when both are of one category, a finding of its own otherwise.
//
// Findings do not overlap, are in order, and are given in view bytes.

#include <array>
#include <utility>
#include <vector>

#include "phiveil/category.h"
#include "recognize/candidate.h"
#include "text/document.h"

namespace phiveil {

using Thresholds = std::array<float, kCategoryCount>;

struct Decision {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t candidate = 0;  // the one that decided
};

// Reused from document to document.
struct ResolveScratch {
  std::vector<uint32_t> order;    // candidates that reach their threshold, by begin
  std::vector<uint32_t> ranking;  // of one cluster, best first
  std::vector<Decision> taken;    // of one cluster, by begin
  std::vector<std::pair<uint32_t, uint32_t>> gaps;
};

void Resolve(const Document& doc, const Thresholds& thresholds, Evidence* evidence, ResolveScratch* scratch,
             std::vector<Decision>* decisions);

}  // namespace phiveil

#endif  // PHIVEIL_RESOLVE_RESOLVE_H_

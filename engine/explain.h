#ifndef PHIVEIL_EXPLAIN_H_
#define PHIVEIL_EXPLAIN_H_

#include "pipeline.h"

namespace phiveil {

// What spoke about the bytes [begin, end) of the text in `workspace`, read with a floor below 0.
Explanation ExplainStretch(const RulePack& pack, const Request& request, const Workspace& workspace,
                           const Thresholds& thresholds, size_t begin, size_t end);

}  // namespace phiveil

#endif  // PHIVEIL_EXPLAIN_H_

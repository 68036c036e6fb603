#ifndef PHIVEIL_CLI_EVAL_MEASURE_H_
#define PHIVEIL_CLI_EVAL_MEASURE_H_

// One engine over the whole gold, and two of them side by side.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/eval_count.h"
#include "cli/eval_gold.h"
#include "cli/eval_interval.h"
#include "phiveil/deidentifier.h"

namespace phiveil::cli::eval {

struct Caller {
  std::string actor{}, purpose{};
};

struct Measured {
  const Deidentifier* engine = nullptr;
  std::vector<std::vector<Finding>> findings;  // of each document, with their reasons
  std::vector<DocumentScore> scores;           // of each document
  EvalCounts total;
  DrawnFigures drawn;
  Caller caller{};
  std::vector<std::string> failures;  // a message for each document that the engine refused; scored as if nothing
                                      // had been found in it
};

Request RequestFor(const GoldDocument& document);

// Whether every word of a name is in one of the pack's lists of first and last names, which are known
// by the names of their classes: First, FirstWord, Given, Last, LastWord. Particles, titles, suffixes
// and single letters do not speak; a name of them alone is in no list.
absl::StatusOr<bool> IsListedName(const Deidentifier& engine, std::string_view name);

// Every finding counts that `phiveil find` writes, also one that the policy keeps. `engine` must
// outlive the result. `caller`: for the engine's audit log. CANCELLED when a stop is asked for.
absl::StatusOr<Measured> Measure(const Deidentifier& engine, const Gold& gold, const Caller& caller = {});

// What is different from one engine to another, span by span, in the order of documents.
struct Comparison {
  struct Place {
    size_t document = 0;
    size_t number = 0;  // of the document's gold spans, or findings
    friend bool operator==(const Place&, const Place&) = default;
  };
  std::vector<Place> gained{};      // identifiers covered wholly after and not before
  std::vector<Place> lost{};        // the other way round
  std::vector<Place> more{};        // covered wholly in neither, and more after
  std::vector<Place> less{};        // the same, and less
  std::vector<Place> new_false{};   // false findings (numbers of `after`) that were none before
  std::vector<Place> gone_false{};  // false findings (numbers of `before`) that are none after
};

Comparison Compare(const Measured& before, const Measured& after);

}  // namespace phiveil::cli::eval

#endif  // PHIVEIL_CLI_EVAL_MEASURE_H_

#ifndef PHIVEIL_CLI_EVAL_REPORT_H_
#define PHIVEIL_CLI_EVAL_REPORT_H_

// What `phiveil eval` writes: figures, and cases one by one.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/eval_case.h"
#include "cli/eval_gold.h"
#include "cli/eval_measure.h"

namespace phiveil::cli::eval {

struct Side {
  Measured measured;
  std::string pack_file, policy_file;  // empty: built in
};

struct CaseList {
  std::string_view title;  // "MISS"
  std::string_view key;    // "misses"
  size_t total = 0;
  std::vector<Case> shown;  // the first ones
};

struct Report {
  std::string gold;         // path
  std::vector<Side> sides;  // one, or before and after
  Comparison comparison;
  std::vector<CaseList> lists;
};

// How many cases of a list to show. Nothing: ten of a measurement, all of a comparison.
struct Limits {
  std::optional<size_t> misses;  // also what is gained and lost
  std::optional<size_t> errors;  // false findings
};

absl::StatusOr<Report> MakeReport(std::string path, const Gold& gold, std::vector<Side> sides, const Limits& limits);

// For people.
std::string ToText(const Report& report);

// For machines: one object and a line end. The figures that evaluation scripts know have the names and
// roundings these give them: "entity_recall", "char_recall", "precision", "f1", "clean_docs",
// "false_spans_per_1000_words".
std::string ToJson(const Report& report);

// Correctly rounded, as printf and Python's round() do it. With `sign`, "+" or "-" unless it is 0.
std::string Decimal(double value, int digits, bool sign = false);

}  // namespace phiveil::cli::eval

#endif  // PHIVEIL_CLI_EVAL_REPORT_H_

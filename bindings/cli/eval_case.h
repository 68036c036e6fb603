#ifndef PHIVEIL_CLI_EVAL_CASE_H_
#define PHIVEIL_CLI_EVAL_CASE_H_

// A miss or a false finding with what a person needs to judge it: the words around it and what the
// engine thought there. Holds document text: it is for whoever asked to see it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/eval_measure.h"
#include "phiveil/deidentifier.h"

namespace phiveil::cli::eval {

struct Case {
  struct Word {
    std::string_view text;
    std::vector<std::string> lists;
  };
  std::string document;                 // its id
  uint64_t line = 0;                    // 1-based
  uint64_t begin = 0, end = 0;          // code points
  std::string label;                    // of the gold, or the category of the finding
  uint32_t letters = 0, covered = 0;    // of an identifier: how many it has and how many were found
  std::optional<uint32_t> was_covered;  // in a comparison: before
  std::string_view before, text, after;
  std::vector<Explanation::Candidate> candidates;  // offsets in code points
  std::vector<Word> words;
};

// An identifier of the gold, and what `measured`'s engine thought there: what it took, the best three
// candidates that it did not take, and two vetoes.
absl::StatusOr<Case> IdentifierCase(const Measured& measured, const Gold& gold, Comparison::Place place);

// A finding of `measured`, with its reasons as the first candidate.
absl::StatusOr<Case> FindingCase(const Measured& measured, const Gold& gold, Comparison::Place place);

// In the order of documents.
std::vector<Comparison::Place> Misses(const Measured& measured);
std::vector<Comparison::Place> FalseFindings(const Measured& measured);

}  // namespace phiveil::cli::eval

#endif  // PHIVEIL_CLI_EVAL_CASE_H_

#ifndef PHIVEIL_CLI_EVAL_COUNT_H_
#define PHIVEIL_CLI_EVAL_COUNT_H_

// Findings held against gold, in numbers.
//
// Only letters and digits count, so that brackets and spaces at an edge cost nothing. A letter or
// digit is a code point for which Python's str.isalnum() holds, a word what its str.split() gives:
// scripts of evaluation are written in Python, and their figures and these must be the same.
//
//   entity recall     share of identifiers of which every letter and digit is covered by findings
//   character recall  share of the identifiers' letters and digits that are covered
//   precision         covered and required / (all covered - covered that may stay)
//   false finding     one that touches nothing marked
//
// Which category found an identifier does not matter: what is covered is gone.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/eval_gold.h"
#include "phiveil/category.h"
#include "phiveil/finding.h"

namespace phiveil::cli::eval {

bool IsLetterOrDigit(char32_t c);
bool IsWhiteSpace(char32_t c);
uint64_t CountWords(std::string_view text);

// Identifiers that must be found; those without a letter or digit are not counted.
struct EntityCounts {
  uint64_t entities = 0, full = 0, part = 0;
  uint64_t characters = 0, covered = 0;

  void Add(uint64_t letters, uint64_t letters_covered);
  EntityCounts& operator+=(const EntityCounts& other);
  double EntityRecall() const;
  double CharacterRecall() const;
  friend bool operator==(const EntityCounts&, const EntityCounts&) = default;
};

// What findings of one category cover.
struct FoundCounts {
  uint64_t findings = 0, false_findings = 0;
  uint64_t required = 0, stray = 0;  // letters and digits; stray: neither required nor one that may stay

  FoundCounts& operator+=(const FoundCounts& other);
  double Precision() const;
  friend bool operator==(const FoundCounts&, const FoundCounts&) = default;
};

struct EvalCounts {
  uint64_t documents = 0, failed = 0, words = 0;
  uint64_t clean = 0;        // documents of which nothing is left
  uint64_t at_most_two = 0;  // documents of which at most two identifiers are left, whole or in part
  std::map<std::string, EntityCounts, std::less<>> labels;
  EntityCounts listed_names, unlisted_names;  // filled by Measure, which knows the pack
  std::array<FoundCounts, kCategoryCount> found{};
  uint64_t required = 0, stray = 0;  // covered letters and digits, each once
  uint64_t findings = 0, false_findings = 0;

  EvalCounts& operator+=(const EvalCounts& other);
  EntityCounts All() const;
  double Precision() const;
  double F1() const;
  double CleanShare() const;
  double AtMostTwoShare() const;
  double FalsePerThousandWords() const;
};

// numerator / denominator; 0 when there is nothing to divide by.
double Share(uint64_t numerator, uint64_t denominator);

struct SpanScore {
  uint32_t letters = 0;  // that are required; 0 for what may stay
  uint32_t covered = 0;
  bool Missed() const { return covered < letters; }
};

struct DocumentScore {
  EvalCounts counts;
  std::vector<SpanScore> spans;          // one for each of the document's
  std::vector<uint32_t> false_findings;  // numbers of findings, ascending
};

DocumentScore ScoreDocument(const GoldDocument& document, std::span<const Finding> findings);

}  // namespace phiveil::cli::eval

#endif  // PHIVEIL_CLI_EVAL_COUNT_H_

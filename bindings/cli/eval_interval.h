#ifndef PHIVEIL_CLI_EVAL_INTERVAL_H_
#define PHIVEIL_CLI_EVAL_INTERVAL_H_

// How far figures would move with other documents of the same kind: the bootstrap.
//
// Documents are drawn with replacement, 1,000 times as many as there are, and the figures taken of
// each draw. The draws depend on the number of documents alone, so that the same gold gives the
// same interval every time, and two engines over one gold can be compared draw by draw.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/eval_count.h"

namespace phiveil::cli::eval {

inline constexpr size_t kDraws = 1000;

struct Interval {
  double low = 0, high = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

// One figure of every draw; NaN where there was nothing to divide by.
using DrawnFigure = std::vector<double>;

struct DrawnFigures {
  DrawnFigure entity_recall, character_recall, precision;
  std::map<std::string, DrawnFigure> label_entity_recall, label_character_recall;
};

DrawnFigures Draw(std::span<const EvalCounts> documents);

// Figure by figure.
DrawnFigure Difference(const DrawnFigure& after, const DrawnFigure& before);

// The middle 95 % of the draws that had the figure; nothing when none had.
std::optional<Interval> IntervalOf(DrawnFigure figure);

}  // namespace phiveil::cli::eval

#endif  // PHIVEIL_CLI_EVAL_INTERVAL_H_

#ifndef PHIVEIL_RULES_COMPILER_RULE_COST_H_
#define PHIVEIL_RULES_COMPILER_RULE_COST_H_

// What each rule of a pack costs on given texts, and what it gives for it.
//
//   int code = CostOfRules("rules/packs/us", texts, {}, std::cout, std::cerr);
//
// A rule's cost is measured by leaving it out: the pack is compiled as if the rule were retired, both packs read the
// same texts in turn, and what counts is for each text the fastest of several readings by the thread's own CPU time, so
// that what else the machine does drops out. Rules that share an expression (same pattern, case and boundary) hardly
// cost anything each, because leaving out one leaves the scan as it is: their expression is measured as a whole too.
// How far the very same pack differs when it is loaded again is measured and told as the noise.
//
// A rule, or a shared expression, that slows the pack by more than kCostly is warned of (PH108), once a second
// measurement with more readings has said the same.

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/pack_source.h"
#include "phiveil/deidentifier.h"

namespace phiveil::rules {

inline constexpr double kCostly = 0.05;

struct CostOptions {
  std::vector<std::string> only{};  // rules; empty: all
  size_t most_bytes = 128u << 10;   // of text that is timed; hits are counted on all of it
  bool json = false;

  // How long each engine takes for the texts, in seconds. Tests put in their own.
  struct Timing {
    double with = 0;
    double without = 0;
  };
  using Timer = std::function<Timing(const Deidentifier& with, const Deidentifier& without,
                                     const std::vector<std::string_view>& texts, int readings)>;
  Timer timer{};  // empty: CPU time
};

struct RuleCost {
  size_t rule = 0;  // in the source
  std::optional<double>
      slows;                   // 0.05: the texts take 5 % longer with it; nothing: the rest does not compile without it
  size_t hits = 0;             // candidates or vetoes, refused ones too
  size_t kept = 0;             // of those, what became findings
  double compile_seconds = 0;  // of its expression or form, alone
  size_t size = 0;             // bytes of its expression's database alone, steps of its form, its names of fields
};

struct SharedCost {
  std::vector<size_t> rules;
  double slows = 0;
};

struct CostReport {
  size_t texts = 0, bytes = 0;
  size_t timed_texts = 0, timed_bytes = 0;
  double seconds = 0;              // the whole pack over the timed texts
  double noise = 0;                // by how much the same pack, loaded again, differed at most
  std::vector<RuleCost> rules;     // dearest first
  std::vector<SharedCost> shared;  // the same
};

// 1 when the pack has errors, or none of `only` is a rule of it. `progress` gets a line now and then, and diagnostics.
int CostOfRules(const std::string& dir, const std::vector<std::string>& texts, const CostOptions& options,
                std::ostream& out, std::ostream& progress);

// The examples of a pack as texts, for want of better ones.
std::vector<std::string> ExamplesOf(const PackSource& source);

void WriteCostText(const PackSource& source, const CostReport& report, std::ostream& out);
void WriteCostJson(const PackSource& source, const CostReport& report, std::ostream& out);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_RULE_COST_H_

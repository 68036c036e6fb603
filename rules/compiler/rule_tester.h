#ifndef PHIVEIL_RULES_COMPILER_RULE_TESTER_H_
#define PHIVEIL_RULES_COMPILER_RULE_TESTER_H_

// Runs the texts that stand beside the rules through the engine, and shows where it finds something
// else than is marked. These texts are the rule authors' own, so they are quoted.

#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "compiler/cases.h"
#include "compiler/pack_source.h"
#include "phiveil/deidentifier.h"

namespace phiveil::rules {

struct Tally {
  size_t run = 0;
  size_t failed = 0;
  size_t known_faults = 0;
};

// An engine of `pack`, a compiled pack's bytes, that finds everything at the usual threshold. The pack's examples are
// not run by loading it.
absl::StatusOr<std::unique_ptr<Deidentifier>> TestEngine(std::string_view pack);

class RuleTester {
 public:
  // `pack`: a compiled pack's bytes. Its examples are not run by loading it.
  static absl::StatusOr<std::unique_ptr<RuleTester>> Create(std::string_view pack);

  // Each example of each rule that is not retired: the rule's category is compared.
  void RunExamples(const PackSource& source, Tally* tally, std::ostream& out) const;

  // One case file: its category and all that are marked in the line are compared; every category where the
  // rule file has none.
  void RunCases(const CaseSource& source, Tally* tally, Diagnostics* diagnostics, std::ostream& out) const;

 private:
  struct Verdict {
    bool miss = false;    // a mark that is not found as marked
    bool extra = false;   // something found where nothing is marked
    std::string problem;  // the first of them, in words
    std::string found;    // the text with marks as the engine sets them
  };

  RuleTester() = default;
  absl::StatusOr<Verdict> Judge(const MarkedText& text, std::set<Category> judged) const;
  void JudgeVetoes(const MarkedText& text, Verdict* verdict) const;
  void RunCase(const CaseSource& source, const CaseLine& one, Tally* tally, std::ostream& out) const;

  std::shared_ptr<const RulePack> pack_;
  std::unique_ptr<Deidentifier> engine_;
};

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_RULE_TESTER_H_

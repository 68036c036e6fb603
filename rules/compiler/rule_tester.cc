#include "compiler/rule_tester.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "base/status_macros.h"
#include "policy.pb.h"
#include "self_test.h"

namespace phiveil::rules {
namespace {

// Nothing hangs on the policy but the thresholds, which are the usual ones.
absl::StatusOr<Policy> PlainPolicy() {
  pb::Policy policy;
  policy.set_format(1);
  policy.set_name("rule_test");
  policy.set_version("1");
  policy.set_about("Finds everything at the usual threshold.");
  policy.set_claim("None: for testing rules.");
  policy.set_basis(static_cast<uint32_t>(Basis::kNone));
  for (size_t i = 1; i < kCategoryCount; ++i) {
    pb::CategoryRule* rule = policy.add_categories();
    rule->set_category(static_cast<uint32_t>(i));
    rule->set_action(static_cast<uint32_t>(Action::kTag));
    rule->set_threshold(0.5f);
  }
  return Policy::Load(policy.SerializeAsString());
}

absl::StatusOr<std::shared_ptr<const RulePack>> Load(std::string_view pack) {
  RulePack::LoadOptions options;
  options.run_examples = false;
  return RulePack::Load(pack, options);
}

absl::StatusOr<std::unique_ptr<Deidentifier>> EngineOf(std::shared_ptr<const RulePack> pack) {
  PHIVEIL_ASSIGN_OR_RETURN(Policy policy, PlainPolicy());
  Deidentifier::Parts parts;
  parts.pack = std::move(pack);
  parts.policy = std::move(policy);
  return Deidentifier::Create(std::move(parts));
}

std::string Quote(std::string_view text, std::string_view value) { return Concat(text, " `", value, "`"); }

std::string Visible(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out;
}

void WriteFailure(std::string_view place, std::string_view what, const MarkedText& text, std::string_view problem,
                  std::string_view found, std::ostream& out) {
  out << place << ": " << what << ": " << problem << "\n    expected: " << Visible(WriteMarks(text.text, text.marks))
      << "\n    found:    " << Visible(found) << "\n";
}

bool Overlaps(const Finding& finding, const Mark& mark) { return finding.begin < mark.end && mark.begin < finding.end; }

std::string_view Message(const absl::Status& status) {
  const absl::string_view message = status.message();
  return {message.data(), message.size()};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Deidentifier>> TestEngine(std::string_view pack) {
  PHIVEIL_ASSIGN_OR_RETURN(std::shared_ptr<const RulePack> loaded, Load(pack));
  return EngineOf(std::move(loaded));
}

absl::StatusOr<std::unique_ptr<RuleTester>> RuleTester::Create(std::string_view pack) {
  std::unique_ptr<RuleTester> tester(new RuleTester());
  PHIVEIL_ASSIGN_OR_RETURN(tester->pack_, Load(pack));
  PHIVEIL_ASSIGN_OR_RETURN(tester->engine_, EngineOf(tester->pack_));
  return tester;
}

void RuleTester::RunExamples(const PackSource& source, Tally* tally, std::ostream& out) const {
  for (const RuleSource& rule : source.rules) {
    if (rule.retired()) continue;
    for (const ExampleSource& example : rule.examples) {
      ++tally->run;
      const SourceFile& file = *rule.file->source;
      const SourceFile::Place place = file.PlaceOf(example.node->offset);
      const std::string where = Concat(file.path(), ":", place.line, ":", place.column);
      const std::string what = Concat("example of ", rule.id);
      const absl::StatusOr<Verdict> verdict = Judge(example.marked, {rule.category});
      if (verdict.ok() && !verdict->miss && !verdict->extra) continue;
      ++tally->failed;
      if (verdict.ok()) {
        WriteFailure(where, what, example.marked, verdict->problem, verdict->found, out);
      } else {
        out << where << ": " << what << ": " << Message(verdict.status()) << "\n";
      }
    }
  }
}

void RuleTester::RunCases(const CaseSource& source, Tally* tally, Diagnostics* diagnostics, std::ostream& out) const {
  std::optional<std::string> text = ReadFile(source.path, YamlLimits::kBytes, diagnostics);
  if (!text) return;
  const SourceFile file(source.path, *std::move(text));
  for (const CaseLine& one : ParseCases(file, diagnostics)) RunCase(source, one, tally, out);
}

void RuleTester::RunCase(const CaseSource& source, const CaseLine& one, Tally* tally, std::ostream& out) const {
  ++tally->run;
  const std::string where = Concat(source.path, ":", one.line);
  std::set<Category> judged;
  for (size_t i = 0; i < kCategoryCount; ++i) {
    const auto category = static_cast<Category>(i);
    if (!source.category || category == *source.category) judged.insert(category);
  }
  for (const Mark& mark : one.marked.marks) judged.insert(mark.category);
  const absl::StatusOr<Verdict> verdict = Judge(one.marked, std::move(judged));
  if (!verdict.ok()) {
    ++tally->failed;
    out << where << ": case: " << Message(verdict.status()) << "\n";
    return;
  }
  const bool known = one.expect != Expectation::kOk;
  const bool good = !verdict->miss && !verdict->extra;
  const bool as_known = (one.expect == Expectation::kMiss && verdict->miss && !verdict->extra) ||
                        (one.expect == Expectation::kExtra && verdict->extra && !verdict->miss);
  if (known && as_known) {
    ++tally->known_faults;
  } else if (known && good) {
    ++tally->failed;
    out << where << ": known fault " << one.fault << " is gone: promote it, write `ok` in its place\n    "
        << Visible(WriteMarks(one.marked.text, one.marked.marks)) << "\n";
  } else if (!good) {
    ++tally->failed;
    const std::string what = known ? Concat("case with known fault ", one.fault) : "case";
    WriteFailure(where, what, one.marked, verdict->problem, verdict->found, out);
  }
}

absl::StatusOr<RuleTester::Verdict> RuleTester::Judge(const MarkedText& text, std::set<Category> judged) const {
  Verdict verdict;
  PHIVEIL_ASSIGN_OR_RETURN(const std::vector<Finding> findings, engine_->Find(text.text, {.rules_only = true}));
  std::vector<Mark> found;
  for (const Finding& f : findings) {
    if (!judged.contains(f.category)) continue;
    found.push_back({f.begin, f.end, f.category});
    const bool marked =
        std::any_of(text.marks.begin(), text.marks.end(), [&](const Mark& m) { return Overlaps(f, m); });
    if (marked) continue;
    verdict.extra = true;
    const std::string value = text.text.substr(f.begin, f.end - f.begin);
    verdict.problem = Concat(Quote(Concat(CategoryName(f.category), " found in"), Visible(value)), " by ", f.rule);
  }
  for (const Mark& mark : text.marks) {
    if (mark.category == Category::kSafe || !judged.contains(mark.category)) continue;
    if (std::find(found.begin(), found.end(), mark) != found.end()) continue;
    verdict.miss = true;
    const std::string value = text.text.substr(mark.begin, mark.end - mark.begin);
    verdict.problem = Quote(Concat(CategoryName(mark.category), " not found in"), Visible(value));
  }
  verdict.found = WriteMarks(text.text, found);
  if (judged.contains(Category::kSafe)) JudgeVetoes(text, &verdict);
  return verdict;
}

// Vetoes are not findings; the engine's own comparison sees them.
void RuleTester::JudgeVetoes(const MarkedText& text, Verdict* verdict) const {
  std::vector<phiveil::Mark> marks;
  for (const Mark& mark : text.marks) marks.push_back({mark.begin, mark.end, mark.category});
  const absl::StatusOr<std::string> problem = CompareWithMarks(*pack_, text.text, marks, Category::kSafe);
  const std::string what = problem.ok() ? *problem : std::string(Message(problem.status()));
  if (what.empty()) return;
  verdict->miss = true;
  verdict->problem = what;
}

}  // namespace phiveil::rules

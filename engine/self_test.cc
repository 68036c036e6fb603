#include "self_test.h"

#include <algorithm>

#include "base/concat.h"
#include "base/status_macros.h"
#include "pipeline.h"

namespace phiveil {
namespace {

std::string Place(uint32_t begin, uint32_t end) { return Concat("bytes ", begin, " to ", end); }

std::string CompareVetoes(const Workspace& workspace, const std::vector<Mark>& marks) {
  for (const Mark& mark : marks) {
    if (mark.category != Category::kSafe) continue;
    const auto& vetoes = workspace.evidence.vetoes;
    const bool met = std::any_of(vetoes.begin(), vetoes.end(), [&](const Veto& veto) {
      return workspace.doc.SourceBegin(veto.begin) <= mark.begin && workspace.doc.SourceEnd(veto.end) >= mark.end;
    });
    if (!met) return Concat("no veto covers ", Place(mark.begin, mark.end));
  }
  return "";
}

std::string CompareFindings(const std::vector<Finding>& findings, const std::vector<Mark>& marks, Category category) {
  for (const Mark& mark : marks) {
    if (mark.category != category) continue;
    const auto exact = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) {
      return f.begin == mark.begin && f.end == mark.end && f.category == category;
    });
    if (exact != findings.end()) continue;
    std::string found = "nothing";
    for (const Finding& f : findings) {
      if (f.begin < mark.end && mark.begin < f.end) {
        found = Concat(CategoryName(f.category), " at ", Place(f.begin, f.end), " by ", f.rule);
        break;
      }
    }
    return Concat("expected ", CategoryName(category), " at ", Place(mark.begin, mark.end), ", found ", found);
  }
  for (const Finding& f : findings) {
    const bool marked = std::any_of(marks.begin(), marks.end(),
                                    [&](const Mark& mark) { return f.begin < mark.end && mark.begin < f.end; });
    if (f.category == category && !marked) {
      return Concat("expected nothing, found ", CategoryName(category), " at ", Place(f.begin, f.end), " by ", f.rule);
    }
  }
  return "";
}

}  // namespace

absl::StatusOr<std::string> CompareWithMarks(const RulePack& pack, std::string_view text,
                                             const std::vector<Mark>& marks, Category category) {
  const Recognizer& recognizer = *pack.impl().recognizer;
  Workspace workspace;
  PHIVEIL_ASSIGN_OR_RETURN(workspace.recognize, recognizer.NewScratch());
  workspace.recognize->every_veto = true;
  PHIVEIL_RETURN_IF_ERROR(Read(recognizer, text, {.rules_only = true}, DefaultThresholds(), 0.5f, &workspace));
  if (category == Category::kSafe) return CompareVetoes(workspace, marks);
  return CompareFindings(MakeFindings(pack, {}, workspace), marks, category);
}

absl::StatusOr<std::vector<ExampleFailure>> RunExamples(const RulePack& pack) {
  std::vector<ExampleFailure> failures;
  const Recognizer& recognizer = *pack.impl().recognizer;
  Workspace workspace;
  PHIVEIL_ASSIGN_OR_RETURN(workspace.recognize, recognizer.NewScratch());
  workspace.recognize->every_veto = true;
  for (const pb::Rule& rule : pack.impl().tables->pack.rules()) {
    const auto category = static_cast<Category>(rule.category());
    for (int e = 0; e < rule.examples_size(); ++e) {
      const pb::Example& example = rule.examples(e);
      std::vector<Mark> marks;
      for (int m = 0; m < example.begin_size(); ++m) {
        marks.push_back({example.begin(m), example.end(m), static_cast<Category>(example.category(m))});
      }
      PHIVEIL_RETURN_IF_ERROR(
          Read(recognizer, example.text(), {.rules_only = true}, DefaultThresholds(), 0.5f, &workspace));
      std::string problem = category == Category::kSafe
                                ? CompareVetoes(workspace, marks)
                                : CompareFindings(MakeFindings(pack, {}, workspace), marks, category);
      if (!problem.empty()) failures.push_back({rule.id(), static_cast<size_t>(e), std::move(problem)});
    }
  }
  const pb::Model& model = pack.impl().tables->pack.model();
  for (int t = 0; t < model.tests_size(); ++t) {
    PHIVEIL_RETURN_IF_ERROR(workspace.doc.Reset(model.tests(t).text()));
    const std::vector<uint32_t> tags = recognizer.ModelTags(&workspace.doc, workspace.recognize.get());
    if (std::equal(tags.begin(), tags.end(), model.tests(t).tags().begin(), model.tests(t).tags().end())) continue;
    failures.push_back({"name model", static_cast<size_t>(t), "does not read its test as it was trained to"});
  }
  return failures;
}

}  // namespace phiveil

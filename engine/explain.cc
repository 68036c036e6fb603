#include "explain.h"

#include <algorithm>

#include "base/concat.h"

namespace phiveil {
namespace {

std::string OutcomeOf(const RulePack& pack, const Request& request, const Workspace& workspace,
                      const Thresholds& thresholds, uint32_t number) {
  const Candidate& candidate = workspace.evidence.candidates[number];
  for (uint32_t i = 0; i < candidate.reason_count; ++i) {
    const Contribution& reason = workspace.evidence.reasons[candidate.first_reason + i];
    if (reason.kind == Contribution::Kind::kRefused) {
      return Concat("not allowed here: ", pack.impl().recognizer->ValidatorName(reason.ref));
    }
  }
  if (candidate.score < thresholds[static_cast<size_t>(candidate.category)]) return "below threshold";
  const Decision* winner = nullptr;
  for (const Decision& decision : workspace.decisions) {
    if (decision.candidate == number) return "taken";
    if (decision.begin < candidate.end && candidate.begin < decision.end) winner = &decision;
  }
  if (winner == nullptr) return "taken";
  return Concat("lost to ", RuleId(pack, request, workspace.evidence.candidates[winner->candidate]));
}

Explanation::Word WordOf(const RulePack& pack, const Workspace& workspace, const Token& token) {
  const pb::Pack& tables = pack.impl().tables->pack;
  Explanation::Word word;
  word.begin = static_cast<uint32_t>(workspace.doc.SourceBegin(token.begin));
  word.end = static_cast<uint32_t>(workspace.doc.SourceEnd(token.end));
  for (int i = 0; i < tables.classes_size(); ++i) {
    if (token.classes >> (token_class::kFirstListBit + i) & 1) word.lists.push_back(tables.classes(i));
  }
  return word;
}

std::string Describe(const Explanation::Word& word) {
  std::string note = Concat("bytes ", word.begin, " to ", word.end, word.lists.empty() ? ": in no list" : ": in list ");
  for (const std::string& list : word.lists) note += Concat(&list == &word.lists.front() ? "" : ", ", list);
  return note;
}

}  // namespace

Explanation ExplainStretch(const RulePack& pack, const Request& request, const Workspace& workspace,
                           const Thresholds& thresholds, size_t begin, size_t end) {
  Explanation explanation;
  const auto from = static_cast<uint32_t>(workspace.doc.ViewOffset(begin));
  const auto to = static_cast<uint32_t>(workspace.doc.ViewOffset(end));
  const auto& candidates = workspace.evidence.candidates;
  for (uint32_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    if (candidate.begin >= to || from >= candidate.end) continue;
    Explanation::Candidate& out = explanation.candidates.emplace_back();
    out.begin = static_cast<uint32_t>(workspace.doc.SourceBegin(candidate.begin));
    out.end = static_cast<uint32_t>(workspace.doc.SourceEnd(candidate.end));
    out.category = candidate.category;
    out.rule = RuleId(pack, request, candidate);
    out.score = candidate.score;
    out.threshold = thresholds[static_cast<size_t>(candidate.category)];
    out.reasons = DescribeReasons(pack, request, workspace.evidence, candidate);
    out.outcome = OutcomeOf(pack, request, workspace, thresholds, i);
  }
  for (const Veto& veto : workspace.evidence.vetoes) {
    if (veto.begin >= to || from >= veto.end) continue;
    Explanation::Candidate& out = explanation.candidates.emplace_back();
    out.begin = static_cast<uint32_t>(workspace.doc.SourceBegin(veto.begin));
    out.end = static_cast<uint32_t>(workspace.doc.SourceEnd(veto.end));
    out.rule = pack.impl().tables->pack.rules(static_cast<int>(veto.rule)).id();
    out.score = -veto.weight;
    out.outcome = "veto";
  }
  std::stable_sort(explanation.candidates.begin(), explanation.candidates.end(),
                   [](const Explanation::Candidate& a, const Explanation::Candidate& b) { return a.score > b.score; });
  for (const Token& token : workspace.doc.tokens()) {
    const bool word = (token.classes & (token_class::kAnyWord | token_class::kNum)) != 0;
    if (word && token.begin < to && from < token.end) {
      explanation.words.push_back(WordOf(pack, workspace, token));
      explanation.notes.push_back(Describe(explanation.words.back()));
    }
  }
  return explanation;
}

}  // namespace phiveil

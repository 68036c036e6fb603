#include "cli/eval_case.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/status_macros.h"

namespace phiveil::cli::eval {
namespace {

constexpr size_t kBefore = 60, kAfter = 40;  // bytes, and what completes a code point

enum Kind : size_t { kNotTaken, kTaken, kVeto };
constexpr std::array<size_t, 3> kRoom = {3, 2, 2};  // how many of each kind are shown

Kind KindOf(const Explanation::Candidate& candidate) {
  if (candidate.outcome == "veto") return kVeto;
  return candidate.outcome == "taken" ? kTaken : kNotTaken;
}

bool IsInside(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
}

uint32_t CodePoint(std::string_view text, uint32_t byte) {
  OffsetConverter converter(text, OffsetConverter::Unit::kCodePoint);
  return static_cast<uint32_t>(converter.FromBytes(byte));
}

Case At(const GoldDocument& document, uint32_t begin, uint32_t end) {
  const std::string_view text = document.text;
  size_t from = begin - std::min<size_t>(begin, kBefore), to = std::min<size_t>(text.size(), end + kAfter);
  while (IsInside(text, from)) --from;
  while (IsInside(text, to)) ++to;
  Case one;
  one.document = document.id;
  one.line = 1 + static_cast<uint64_t>(std::count(text.begin(), text.begin() + begin, '\n'));
  one.begin = CodePoint(text, begin);
  one.end = CodePoint(text, end);
  one.before = text.substr(from, begin - from);
  one.text = text.substr(begin, end - begin);
  one.after = text.substr(end, to - end);
  return one;
}

absl::Status Explain(const Measured& measured, const GoldDocument& document, uint32_t begin, uint32_t end,
                     std::array<size_t, 3> room, Case* one) {
  PHIVEIL_ASSIGN_OR_RETURN(Explanation explanation,
                           measured.engine->Explain(document.text, RequestFor(document), begin, end));
  for (Explanation::Candidate& candidate : explanation.candidates) {
    size_t& left = room[KindOf(candidate)];
    if (left == 0) continue;
    --left;
    candidate.begin = CodePoint(document.text, candidate.begin);
    candidate.end = CodePoint(document.text, candidate.end);
    one->candidates.push_back(std::move(candidate));
  }
  for (Explanation::Word& word : explanation.words) {
    const auto text = std::string_view(document.text).substr(word.begin, word.end - word.begin);
    one->words.push_back({text, std::move(word.lists)});
  }
  return absl::OkStatus();
}

Explanation::Candidate ToCandidate(const Finding& finding, const Case& one, const Policy& policy) {
  Explanation::Candidate candidate;
  candidate.begin = static_cast<uint32_t>(one.begin);
  candidate.end = static_cast<uint32_t>(one.end);
  candidate.category = finding.category;
  candidate.rule = finding.rule;
  candidate.score = finding.score;
  candidate.threshold = policy.RuleFor(finding.category).threshold;
  candidate.reasons = finding.reasons;
  candidate.outcome = "taken";
  return candidate;
}

}  // namespace

absl::StatusOr<Case> IdentifierCase(const Measured& measured, const Gold& gold, Comparison::Place place) {
  const GoldDocument& document = gold[place.document];
  const GoldSpan& span = document.spans[place.number];
  const SpanScore& score = measured.scores[place.document].spans[place.number];
  Case one = At(document, span.begin, span.end);
  one.label = span.label;
  one.letters = score.letters;
  one.covered = score.covered;
  // A document that the engine refused is refused here too; its failure has been told.
  if (measured.scores[place.document].counts.failed > 0) return one;
  PHIVEIL_RETURN_IF_ERROR(Explain(measured, document, span.begin, span.end, kRoom, &one));
  return one;
}

absl::StatusOr<Case> FindingCase(const Measured& measured, const Gold& gold, Comparison::Place place) {
  const GoldDocument& document = gold[place.document];
  const Finding& finding = measured.findings[place.document][place.number];
  Case one = At(document, finding.begin, finding.end);
  one.label = CategoryName(finding.category);
  one.candidates.push_back(ToCandidate(finding, one, measured.engine->policy()));
  std::array<size_t, 3> room = kRoom;
  room[kTaken] = 0;
  PHIVEIL_RETURN_IF_ERROR(Explain(measured, document, finding.begin, finding.end, room, &one));
  return one;
}

std::vector<Comparison::Place> Misses(const Measured& measured) {
  std::vector<Comparison::Place> places;
  for (size_t document = 0; document < measured.scores.size(); ++document) {
    const std::vector<SpanScore>& spans = measured.scores[document].spans;
    for (size_t i = 0; i < spans.size(); ++i) {
      if (spans[i].Missed()) places.push_back({document, i});
    }
  }
  return places;
}

std::vector<Comparison::Place> FalseFindings(const Measured& measured) {
  std::vector<Comparison::Place> places;
  for (size_t document = 0; document < measured.scores.size(); ++document) {
    for (const uint32_t number : measured.scores[document].false_findings) places.push_back({document, number});
  }
  return places;
}

}  // namespace phiveil::cli::eval

#include "cli/eval_measure.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/file_error.h"
#include "cli/stop.h"

namespace phiveil::cli::eval {
namespace {

constexpr std::string_view kNameLabel = "NAME";

// Classes by the names that the built-in pack gives them.
constexpr std::array<std::string_view, 5> kNameClasses = {"First", "FirstWord", "Given", "Last", "LastWord"};
constexpr std::array<std::string_view, 4> kSilentClasses = {"Credential", "Particle", "Suffix", "Title"};

template <size_t N>
bool IsInOneOf(const Explanation::Word& word, const std::array<std::string_view, N>& classes) {
  return std::any_of(word.lists.begin(), word.lists.end(), [&](const std::string& list) {
    return std::find(classes.begin(), classes.end(), list) != classes.end();
  });
}

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

absl::Status CountNames(const Deidentifier& engine, const GoldDocument& document, DocumentScore* score) {
  for (size_t i = 0; i < document.spans.size(); ++i) {
    const GoldSpan& span = document.spans[i];
    const SpanScore& one = score->spans[i];
    if (span.label != kNameLabel || one.letters == 0) continue;
    const std::string_view name = std::string_view(document.text).substr(span.begin, span.end - span.begin);
    PHIVEIL_ASSIGN_OR_RETURN(const bool listed, IsListedName(engine, name));
    (listed ? score->counts.listed_names : score->counts.unlisted_names).Add(one.letters, one.covered);
  }
  return absl::OkStatus();
}

absl::Status MeasureOne(const GoldDocument& document, Measured* measured) {
  Request request = RequestFor(document);
  request.actor = measured->caller.actor;
  request.purpose = measured->caller.purpose;
  auto findings = measured->engine->Find(document.text, request);
  const bool failed = !findings.ok();
  if (failed) {
    measured->failures.push_back(Concat(document.source, ": ", MessageOf(findings.status())));
    findings.emplace();
  }
  DocumentScore score = ScoreDocument(document, *findings);
  score.counts.failed = failed;
  if (!failed) PHIVEIL_RETURN_IF_ERROR(CountNames(*measured->engine, document, &score));
  measured->total += score.counts;
  measured->scores.push_back(std::move(score));
  measured->findings.push_back(*std::move(findings));
  return absl::OkStatus();
}

using Stretches = std::set<std::pair<uint32_t, uint32_t>>;

Stretches FalseStretches(const Measured& measured, size_t document) {
  Stretches stretches;
  for (const uint32_t number : measured.scores[document].false_findings) {
    const Finding& finding = measured.findings[document][number];
    stretches.emplace(finding.begin, finding.end);
  }
  return stretches;
}

void NotIn(const Stretches& others, const Measured& measured, size_t document, std::vector<Comparison::Place>* to) {
  for (const uint32_t number : measured.scores[document].false_findings) {
    const Finding& finding = measured.findings[document][number];
    if (!others.contains({finding.begin, finding.end})) to->push_back({document, number});
  }
}

}  // namespace

Request RequestFor(const GoldDocument& document) {
  Request request;
  request.record_id = document.id;
  request.known = document.known;
  request.reasons = true;
  return request;
}

// Lists know a word by itself: the name is asked about without its surroundings, which cost more.
absl::StatusOr<bool> IsListedName(const Deidentifier& engine, std::string_view name) {
  PHIVEIL_ASSIGN_OR_RETURN(const Explanation explanation, engine.Explain(name, {}, 0, name.size()));
  bool listed = false;
  for (const Explanation::Word& word : explanation.words) {
    if (CodePoints(name.substr(word.begin, word.end - word.begin)) < 2) continue;
    if (IsInOneOf(word, kNameClasses)) {
      listed = true;
    } else if (!IsInOneOf(word, kSilentClasses)) {
      return false;
    }
  }
  return listed;
}

absl::StatusOr<Measured> Measure(const Deidentifier& engine, const Gold& gold, const Caller& caller) {
  Measured measured;
  measured.engine = &engine;
  measured.caller = caller;
  for (const GoldDocument& document : gold) {
    if (StopRequested()) return absl::CancelledError("a stop was asked for");
    PHIVEIL_RETURN_IF_ERROR(MeasureOne(document, &measured));
  }
  std::vector<EvalCounts> counts;
  for (const DocumentScore& score : measured.scores) counts.push_back(score.counts);
  measured.drawn = Draw(counts);
  return measured;
}

Comparison Compare(const Measured& before, const Measured& after) {
  Comparison comparison;
  for (size_t document = 0; document < before.scores.size(); ++document) {
    const std::vector<SpanScore>& old_spans = before.scores[document].spans;
    const std::vector<SpanScore>& new_spans = after.scores[document].spans;
    for (size_t i = 0; i < old_spans.size(); ++i) {
      const SpanScore &was = old_spans[i], &is = new_spans[i];
      if (was.covered == is.covered) continue;
      if (!is.Missed())
        comparison.gained.push_back({document, i});
      else if (!was.Missed())
        comparison.lost.push_back({document, i});
      else
        (is.covered > was.covered ? comparison.more : comparison.less).push_back({document, i});
    }
    NotIn(FalseStretches(before, document), after, document, &comparison.new_false);
    NotIn(FalseStretches(after, document), before, document, &comparison.gone_false);
  }
  return comparison;
}

}  // namespace phiveil::cli::eval

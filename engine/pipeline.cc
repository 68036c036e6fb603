#include "pipeline.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"

namespace phiveil {
namespace {

constexpr size_t kLongestText = size_t{1} << 30;
// A workspace grown beyond this is large: the pool keeps one, which waits for the next large text.
constexpr size_t kIdleTokens = size_t{1} << 18;
constexpr size_t kLargestTokens = size_t{1} << 23;  // beyond this none is kept
constexpr uint32_t kPatience = 64;                  // small texts that a large workspace waits through

std::string OutsideName(const Request& request, uint32_t index) {
  return Concat("outside.", request.spans[index].source.empty() ? "unnamed" : request.spans[index].source);
}

// "field patient name (PID-5)"
std::string DescribeField(const pb::Fields& fields, const Contribution& reason) {
  std::string out = Concat("field ", fields.names(static_cast<int>(reason.ref)).words());
  int place = reason.distance;
  for (const pb::Hl7Segment& segment : fields.hl7_segments()) {
    if (place >= 1 && place <= segment.fields_size()) {
      return Concat(out, " (", segment.id(), "-", segment.fields(place - 1).number(), ")");
    }
    place -= segment.fields_size();
  }
  return out;
}

std::string Describe(const RulePack& pack, const Request& request, const Contribution& reason) {
  const pb::Pack& tables = pack.impl().tables->pack;
  const Lexicon& lexicon = pack.impl().recognizer->lexicon();
  switch (reason.kind) {
    case Contribution::Kind::kRule:
      return Concat("rule ", tables.rules(static_cast<int>(reason.ref)).id());
    case Contribution::Kind::kCue:
      return Concat("cue '", lexicon.PhraseText(reason.ref), "' at distance ", reason.distance);
    case Contribution::Kind::kVeto:
      return Concat("veto ", tables.rules(static_cast<int>(reason.ref)).id());
    case Contribution::Kind::kMemory:
      return std::string(NameMemory::KindName(reason.ref));
    case Contribution::Kind::kKnown:
      return "identifier given with the record";
    case Contribution::Kind::kOutside:
      return OutsideName(request, reason.ref);
    case Contribution::Kind::kRefused:
      return Concat("refused by ", pack.impl().recognizer->ValidatorName(reason.ref));
    case Contribution::Kind::kModel:
      return "name model";
    case Contribution::Kind::kField:
      return DescribeField(tables.fields(), reason);
  }
  return "";
}

}  // namespace

Thresholds DefaultThresholds() {
  Thresholds thresholds;
  thresholds.fill(0.5f);
  return thresholds;
}

WorkspacePool::Lease::~Lease() {
  if (workspace_ == nullptr) return;
  const size_t tokens = workspace_->doc.tokens().capacity();
  if (tokens > kLargestTokens) return;
  const std::lock_guard<std::mutex> lock(pool_->mutex_);
  if (tokens <= kIdleTokens) {
    pool_->idle_.push_back(std::move(workspace_));
  } else {
    pool_->large_.swap(workspace_);  // what stood there is freed after the lock
    pool_->small_texts_ = 0;
  }
}

absl::StatusOr<WorkspacePool::Lease> WorkspacePool::Take(size_t text_size) {
  std::unique_ptr<Workspace> out_of_use;  // outlives the lock
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (large_ != nullptr && text_size > kIdleTokens) return Lease(this, std::move(large_));
    if (large_ != nullptr && ++small_texts_ >= kPatience) out_of_use = std::move(large_);
    if (!idle_.empty()) {
      Lease lease(this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
  }
  auto workspace = std::make_unique<Workspace>();
  PHIVEIL_ASSIGN_OR_RETURN(workspace->recognize, recognizer_->NewScratch());
  return Lease(this, std::move(workspace));
}

absl::Status Read(const Recognizer& recognizer, std::string_view text, const Request& request,
                  const Thresholds& thresholds, float floor, Workspace* workspace) {
  if (text.size() > kLongestText) {
    return absl::InvalidArgumentError(Concat("text of ", text.size(), " bytes is longer than 1 GiB; split it"));
  }
  RecognizeScratch& scratch = *workspace->recognize;
  recognizer.scanner().Scan(text, scratch.structure_scratch.get(), &scratch.structure);
  PHIVEIL_RETURN_IF_ERROR(workspace->doc.Reset(text, scratch.structure.escapes));
  recognizer.scanner().Enter(workspace->doc, scratch.structure_scratch.get(), &scratch.structure);
  PHIVEIL_RETURN_IF_ERROR(
      recognizer.Recognize(request, floor, &workspace->doc, workspace->recognize.get(), &workspace->evidence));
  Resolve(workspace->doc, thresholds, &workspace->evidence, &workspace->resolve, &workspace->decisions);
  return absl::OkStatus();
}

std::string RuleId(const RulePack& pack, const Request& request, const Candidate& candidate) {
  switch (candidate.source) {
    case Source::kPattern:
    case Source::kForm:
    case Source::kField:
      return pack.impl().tables->pack.rules(static_cast<int>(candidate.rule)).id();
    case Source::kKnown:
      return Concat("phiveil.known.", CategoryName(candidate.category));
    case Source::kMemory:
      return Concat("phiveil.memory.", CategoryName(candidate.category));
    case Source::kOutside:
      return OutsideName(request, candidate.rule);
    case Source::kModel:
      return Concat("phiveil.model.", CategoryName(candidate.category));
  }
  return "";
}

std::vector<Reason> DescribeReasons(const RulePack& pack, const Request& request, const Evidence& evidence,
                                    const Candidate& candidate) {
  std::vector<Reason> reasons;
  for (uint32_t i = 0; i < candidate.reason_count; ++i) {
    const Contribution& reason = evidence.reasons[candidate.first_reason + i];
    reasons.push_back({Describe(pack, request, reason), reason.weight});
  }
  return reasons;
}

// The number of JSON that the finding lies in, which is taken whole: half a number is none.
void TakeBareValue(const Workspace& workspace, uint32_t begin, Finding* finding) {
  const auto& values = workspace.recognize->structure.values;
  const auto value = std::ranges::upper_bound(values, begin, {}, &FieldValue::end);
  if (value == values.end() || value->begin > begin || !value->bare) return;
  finding->bare = true;
  finding->begin = static_cast<uint32_t>(workspace.doc.SourceBegin(value->begin));
  finding->end = static_cast<uint32_t>(workspace.doc.SourceEnd(value->end));
}

std::vector<Finding> MakeFindings(const RulePack& pack, const Request& request, const Workspace& workspace) {
  std::vector<Finding> findings;
  findings.reserve(workspace.decisions.size());
  for (const Decision& decision : workspace.decisions) {
    const Candidate& candidate = workspace.evidence.candidates[decision.candidate];
    Finding& finding = findings.emplace_back();
    finding.begin = static_cast<uint32_t>(workspace.doc.SourceBegin(decision.begin));
    finding.end = static_cast<uint32_t>(workspace.doc.SourceEnd(decision.end));
    TakeBareValue(workspace, decision.begin, &finding);
    finding.category = candidate.category;
    finding.subtype = candidate.subtype;
    finding.score = candidate.score;
    finding.rule = RuleId(pack, request, candidate);
    if (request.reasons) finding.reasons = DescribeReasons(pack, request, workspace.evidence, candidate);
    // Neighbours in the view can share a source character (the letters of a ligature).
    if (findings.size() > 1) finding.begin = std::max(finding.begin, findings[findings.size() - 2].end);
    if (finding.begin >= finding.end) findings.pop_back();
  }
  return findings;
}

}  // namespace phiveil

#include "cli/group.h"

#include <deque>
#include <utility>

#include "base/status_macros.h"
#include "cli/compress.h"
#include "cli/file_error.h"
#include "cli/json_writer.h"

namespace phiveil::cli {
namespace {

// One raw record of the group and the records of the engine it became.
struct Work {
  Segment* segment = nullptr;
  const RawRecord* raw = nullptr;
  Prepared prepared;
  absl::Status status;
  size_t first = 0, count = 0;

  std::string_view bytes() const { return std::string_view(segment->bytes).substr(raw->begin, raw->size); }
};

void Quarantine(const Work& work, std::string_view reason) {
  Segment& segment = *work.segment;
  Quarantined entry = {work.prepared.id_json, segment.input->entry.label, work.raw->line, work.raw->byte,
                       std::string(reason)};
  if (entry.id_json.empty() && work.raw->line > 0) JsonWriter(&entry.id_json).Number(work.raw->line);
  if (entry.id_json.empty()) AppendJsonString(segment.input->entry.label, &entry.id_json);
  segment.quarantined.push_back(std::move(entry));
  ++segment.counts.quarantined;
  // Half a CSV or JSON Lines file is what came through of it; half a text is nothing.
  if (segment.input->kind == FormatKind::kText) segment.makes_output = false;
}

void PrepareAll(Group* group, JsonRecordParser* parser, std::deque<Work>* works, std::vector<Record>* records) {
  for (Segment& segment : group->segments) {
    for (const RawRecord& raw : segment.records) {
      Work& work = works->emplace_back();
      work.segment = &segment;
      work.raw = &raw;
      ++segment.counts.records_in;
      segment.counts.bytes_in += raw.size;
      if (!raw.problem.empty()) {
        work.status = absl::InvalidArgumentError(raw.problem);
        continue;
      }
      work.status = segment.input->format->Prepare(work.bytes(), raw.line, parser, &work.prepared);
      if (!work.status.ok()) continue;
      work.first = records->size();
      work.count = work.prepared.records.size();
      // The texts stay behind for rendering; only the requests leave.
      for (Record& record : work.prepared.records) records->push_back(std::move(record));
    }
  }
}

void Count(const Work& work, const FormatSettings& settings, const std::vector<Outcome>& outcomes, Counts* counts) {
  ++counts->records_out;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome& outcome = outcomes[i];
    const std::string_view text = work.prepared.records[i].text;
    for (size_t k = 0; k < outcome.findings.size(); ++k) {
      const Finding& finding = outcome.findings[k];
      ++counts->findings[static_cast<size_t>(finding.category)];
      if (settings.verb == Verb::kRedact && k < outcome.replacements.size() &&
          text.substr(finding.begin, finding.end - finding.begin) != outcome.replacements[k]) {
        ++counts->replaced;
      }
    }
    counts->tokens[0] += outcome.restored;
    counts->tokens[1] += outcome.unknown;
    counts->tokens[2] += outcome.altered;
    counts->tokens[3] += outcome.foreign;
  }
}

void RenderOne(const FormatSettings& settings, Work* work, std::vector<absl::StatusOr<Outcome>>* results) {
  if (!work->status.ok()) return Quarantine(*work, MessageOf(work->status));
  std::vector<Outcome> outcomes;
  outcomes.reserve(work->count);
  for (size_t i = 0; i < work->count; ++i) {
    absl::StatusOr<Outcome>& result = (*results)[work->first + i];
    if (!result.ok()) return Quarantine(*work, MessageOf(result.status()));
    outcomes.push_back(*std::move(result));
  }
  Segment& segment = *work->segment;
  segment.input->format->Render(work->bytes(), work->prepared, outcomes, &segment.output);
  Count(*work, settings, outcomes, &segment.counts);
}

// A record may be at fault itself; a vault that is full, gone or locked is at fault for all.
absl::Status FaultOfAll(const std::vector<absl::StatusOr<Outcome>>& results) {
  for (const absl::StatusOr<Outcome>& result : results) {
    const absl::StatusCode code = result.status().code();
    if (code == absl::StatusCode::kResourceExhausted || code == absl::StatusCode::kUnavailable ||
        code == absl::StatusCode::kFailedPrecondition) {
      return result.status();
    }
  }
  return absl::OkStatus();
}

absl::Status Process(const Processor& processor, const FormatSettings& settings, Group* group) {
  thread_local JsonRecordParser parser;
  std::deque<Work> works;
  std::vector<Record> records;
  PrepareAll(group, &parser, &works, &records);
  std::vector<absl::StatusOr<Outcome>> results;
  if (!records.empty()) {
    PHIVEIL_ASSIGN_OR_RETURN(results, processor.Run(records));
  }
  PHIVEIL_RETURN_IF_ERROR(FaultOfAll(results));
  if (results.size() != records.size()) return absl::InternalError("a group came back with records missing");
  for (Segment& segment : group->segments) segment.output = std::move(segment.prefix);
  for (Work& work : works) RenderOne(settings, &work, &results);
  for (Segment& segment : group->segments) {
    segment.bytes = std::string();
    if (segment.output.empty() || segment.input->out_compression == Compression::kNone) continue;
    PHIVEIL_ASSIGN_OR_RETURN(segment.output, CompressMember(segment.output, segment.input->out_compression));
  }
  return absl::OkStatus();
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  records_in += other.records_in;
  records_out += other.records_out;
  quarantined += other.quarantined;
  bytes_in += other.bytes_in;
  replaced += other.replaced;
  for (size_t i = 0; i < findings.size(); ++i) findings[i] += other.findings[i];
  for (size_t i = 0; i < tokens.size(); ++i) tokens[i] += other.tokens[i];
  return *this;
}

void ProcessGroup(const Processor& processor, const FormatSettings& settings, Group* group) {
  try {
    group->status = Process(processor, settings, group);
  } catch (const std::bad_alloc&) {
    group->status = absl::ResourceExhaustedError("no memory left; fewer --threads or a smaller --max-record need less");
  }
}

}  // namespace phiveil::cli

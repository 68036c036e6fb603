#include "cli/group_reader.h"

#include <utility>

#include "base/status_macros.h"
#include "cli/file_error.h"
#include "cli/stop.h"

namespace phiveil::cli {

GroupReader::GroupReader(const ReadSettings& settings, const FormatSettings& format, const JournalState* resumed)
    : settings_(settings), format_(format), resumed_(resumed), tree_(settings.inputs, settings.excluded) {}

bool GroupReader::Next(Group* group) {
  while (group->records < settings_.group_records && group->bytes < settings_.group_bytes) {
    if (StopRequested()) {
      stopped_ = true;
      break;
    }
    if (reader_ == nullptr) {
      if (!OpenNext(group)) break;
      continue;
    }
    Segment& segment = CurrentSegment(group);
    RawRecord record;
    const RecordReader::Step step = reader_->Next(group->records == 0, &segment.bytes, &record);
    segment.next = reader_->position();
    if (step == RecordReader::Step::kWait) break;
    if (step == RecordReader::Step::kStopped) {
      stopped_ = true;
      break;
    }
    if (step == RecordReader::Step::kEnd) {
      segment.ends = true;
      CloseInput();
      continue;
    }
    group->bytes += record.size;
    ++group->records;
    // Were the end only found by the next group, a journal written between the two would have the
    // record done and its input not.
    segment.ends = record.last;
    segment.records.push_back(std::move(record));
    if (segment.ends) CloseInput();
  }
  group->taken = taken_before_ + (source_ == nullptr ? 0 : source_->taken());
  return !group->segments.empty();
}

Segment& GroupReader::CurrentSegment(Group* group) {
  if (group->segments.empty() || group->segments.back().input != input_) {
    group->segments.emplace_back().input = input_;
  }
  return group->segments.back();
}

void GroupReader::CloseInput() {
  if (source_ != nullptr) taken_before_ += source_->taken();
  reader_ = nullptr;
  source_ = nullptr;
}

const FileProgress* GroupReader::Resumed(const InputEntry& entry) const {
  if (resumed_ == nullptr) return nullptr;
  const auto found = resumed_->files.find(entry.label);
  if (found == resumed_->files.end() || !found->second.SameInput(entry)) return nullptr;
  return &found->second;
}

bool GroupReader::OpenNext(Group* group) {
  std::optional<InputEntry> entry = tree_.Next();
  if (!entry.has_value()) return false;
  const FileProgress* from = Resumed(*entry);
  if (from != nullptr && from->done) {
    taken_before_ += entry->size;
    return true;
  }
  OpenInputFile(*std::move(entry), group);
  return true;
}

void GroupReader::OpenInputFile(InputEntry entry, Group* group) {
  const FileProgress* from = Resumed(entry);
  auto input = std::make_shared<OpenInput>();
  input->kind = settings_.format.value_or(FormatFromName(entry.name));
  input->out_compression = settings_.keeps_compression ? CompressionFromName(entry.name) : settings_.compression;
  input->entry = std::move(entry);
  input_ = input;
  // A file of its own segment even when nothing can be read from it, so that it is accounted for.
  Segment& segment = group->segments.emplace_back();
  segment.input = input;
  std::string problem = input->entry.problem;
  if (problem.empty()) {
    if (absl::Status status = OpenRecords(from, input.get(), &segment); !status.ok()) {
      if (absl::IsCancelled(status)) {
        group->segments.pop_back();
        CloseInput();
        stopped_ = true;
        return;
      }
      problem = MessageOf(status);
    }
  }
  if (problem.empty()) return;
  segment.records.push_back({0, 0, 0, 0, std::move(problem)});
  segment.ends = true;
  segment.makes_output = from != nullptr && from->made;
  ++group->records;
  CloseInput();
}

absl::Status GroupReader::OpenBytes(const InputEntry& entry, uint64_t skip) {
  if (entry.path == "-") {
    source_ = StandardInput();
    return absl::OkStatus();
  }
  PHIVEIL_ASSIGN_OR_RETURN(source_, OpenSource(entry.path, CompressionFromName(entry.name), skip));
  return absl::OkStatus();
}

absl::Status GroupReader::OpenRecords(const FileProgress* from, OpenInput* input, Segment* segment) {
  const Position start = from == nullptr ? Position() : from->next;
  segment->next = start;
  if (input->kind == FormatKind::kCsv) return OpenCsv(start, input, segment);
  PHIVEIL_RETURN_IF_ERROR(OpenBytes(input->entry, start.byte));
  if (input->kind == FormatKind::kText) {
    input->format = MakeTextFormat(format_, input->entry.label);
    reader_ = MakeTextReader(source_.get(), settings_.limits);
  } else {
    input->format = MakeJsonLinesFormat(format_);
    reader_ = MakeLineReader(source_.get(), settings_.limits, start);
  }
  return absl::OkStatus();
}

absl::Status GroupReader::OpenCsv(Position start, OpenInput* input, Segment* segment) {
  PHIVEIL_RETURN_IF_ERROR(OpenBytes(input->entry, 0));
  std::unique_ptr<RecordReader> reader = MakeCsvReader(source_.get(), settings_.limits, Position());
  std::string header;
  RawRecord record;
  const RecordReader::Step step = reader->Next(true, &header, &record);
  if (step == RecordReader::Step::kStopped) return absl::CancelledError("stopped");
  if (step == RecordReader::Step::kEnd) return absl::InvalidArgumentError("the file is empty: it has no header row");
  if (!record.problem.empty()) return absl::InvalidArgumentError(record.problem);
  absl::StatusOr<std::unique_ptr<Format>> format = MakeCsvFormat(format_, header);
  if (!format.ok()) return format.status();
  input->format = *std::move(format);
  if (start.byte > 0) {
    PHIVEIL_RETURN_IF_ERROR(OpenBytes(input->entry, start.byte));
    reader = MakeCsvReader(source_.get(), settings_.limits, start);
  } else if (format_.verb != Verb::kFind) {
    segment->prefix = std::move(header);
  }
  segment->next = reader->position();
  reader_ = std::move(reader);
  return absl::OkStatus();
}

uint64_t TotalBytes(const ReadSettings& settings) {
  InputTree tree(settings.inputs, settings.excluded);
  uint64_t total = 0;
  while (!StopRequested()) {
    const std::optional<InputEntry> entry = tree.Next();
    if (!entry.has_value()) break;
    total += entry->size;
  }
  return total;
}

}  // namespace phiveil::cli

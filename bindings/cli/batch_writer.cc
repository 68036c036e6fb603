#include "cli/batch_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/status_macros.h"
#include "cli/compress.h"
#include "cli/file_error.h"
#include "cli/json_writer.h"

namespace phiveil::cli {
namespace {

// How much work a kill may cost.
constexpr int kGroupsPerCheckpoint = 16;
constexpr std::chrono::seconds kTimePerCheckpoint(1);
constexpr size_t kFilesPerCheckpoint = 1024;
// From here on one sync of the file system is cheaper than one a file.
constexpr size_t kManyFiles = 8;

absl::Status SyncPath(const std::string& path, int flags, int (*sync)(int)) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return FileError(path, "open", errno);
  const int error = sync(fd) == 0 ? 0 : errno;
  close(fd);
  return error == 0 ? absl::OkStatus() : FileError(path, "sync", error);
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string ToLine(const Quarantined& entry) {
  std::string line;
  JsonWriter json(&line);
  json.BeginObject();
  json.Key("id");
  json.Raw(entry.id_json);
  json.Key("file");
  json.String(entry.file);
  json.Key("line");
  json.Number(entry.line);
  json.Key("byte");
  json.Number(entry.byte);
  json.Key("reason");
  json.String(entry.reason);
  json.EndObject();
  line.push_back('\n');
  return line;
}

}  // namespace

BatchWriter::BatchWriter(OutputPlan plan, std::unique_ptr<Journal> journal, const JournalState* resumed)
    : plan_(std::move(plan)), journal_(std::move(journal)), resumed_(resumed) {
  if (resumed_ == nullptr) return;
  errors_size_ = resumed_->errors;
  for (const auto& [label, file] : resumed_->files) {
    total_ += file.counts;
    made_ = made_ || file.made;
    if (plan_.kind == OutputPlan::Kind::kFile) keep_ = std::max(keep_, file.out);
  }
}

absl::Status BatchWriter::Write(Group* group) {
  for (Segment& segment : group->segments) PHIVEIL_RETURN_IF_ERROR(WriteSegment(&segment));
  ++groups_;
  const bool due = groups_ >= kGroupsPerCheckpoint || finished_.size() >= kFilesPerCheckpoint ||
                   std::chrono::steady_clock::now() - last_checkpoint_ >= kTimePerCheckpoint;
  return due ? MakeCheckpoint(false) : absl::OkStatus();
}

void BatchWriter::Begin(const Segment& segment) {
  input_ = segment.input;
  const InputEntry& entry = input_->entry;
  progress_ = FileProgress();
  if (plan_.kind == OutputPlan::Kind::kFolder) keep_ = 0;
  if (resumed_ != nullptr) {
    const auto found = resumed_->files.find(entry.label);
    if (found != resumed_->files.end()) progress_ = found->second;
    if (plan_.kind == OutputPlan::Kind::kFolder) keep_ = progress_.out;
  }
  progress_.label = entry.label;
  progress_.size = entry.size;
  progress_.mtime_ns = entry.mtime_ns;
}

absl::Status BatchWriter::OpenSink() {
  if (sink_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<OutputFile>> sink;
  if (plan_.kind == OutputPlan::Kind::kStream) {
    sink = OutputFile::OpenStream(plan_.path);
  } else {
    const std::string path = plan_.kind == OutputPlan::Kind::kFile ? plan_.path : plan_.PathFor(input_->entry);
    if (std::string folder = FolderOf(path); folder != made_folder_) {
      PHIVEIL_RETURN_IF_ERROR(MakeParents(path));
      made_folder_ = std::move(folder);
    }
    sink = OutputFile::OpenPart(path, keep_);
  }
  PHIVEIL_RETURN_IF_ERROR(sink.status());
  sink_ = *std::move(sink);
  return absl::OkStatus();
}

absl::Status BatchWriter::WriteSegment(Segment* segment) {
  if (segment->input != input_) Begin(*segment);
  if (segment->makes_output && (segment->ends || !segment->output.empty())) {
    PHIVEIL_RETURN_IF_ERROR(OpenSink());
    PHIVEIL_RETURN_IF_ERROR(sink_->Write(segment->output));
    progress_.made = made_ = true;
  }
  segment->output = std::string();
  PHIVEIL_RETURN_IF_ERROR(WriteErrors(segment->quarantined));
  total_ += segment->counts;
  progress_.counts += segment->counts;
  progress_.next = segment->next;
  progress_.out = sink_ == nullptr ? keep_ : sink_->size();
  return segment->ends ? EndInput(*segment) : absl::OkStatus();
}

absl::Status BatchWriter::EndInput(const Segment& segment) {
  if (plan_.kind == OutputPlan::Kind::kFolder && sink_ != nullptr) {
    if (sink_->size() == 0) {  // a compressed file holds at least one member, even of nothing
      PHIVEIL_ASSIGN_OR_RETURN(const std::string empty, CompressMember("", segment.input->out_compression));
      PHIVEIL_RETURN_IF_ERROR(sink_->Write(empty));
    }
    progress_.out = sink_->size();
    unpublished_.push_back(plan_.PathFor(segment.input->entry));
    sink_ = nullptr;
  }
  progress_.done = true;
  finished_.push_back(std::move(progress_));
  input_ = nullptr;
  progress_ = FileProgress();
  return absl::OkStatus();
}

absl::Status BatchWriter::WriteErrors(const std::vector<Quarantined>& quarantined) {
  if (quarantined.empty()) return absl::OkStatus();
  if (errors_ == nullptr) {
    PHIVEIL_RETURN_IF_ERROR(MakeParents(plan_.errors_path));
    PHIVEIL_ASSIGN_OR_RETURN(errors_, OutputFile::OpenPrivate(plan_.errors_path, errors_size_));
  }
  std::string lines;
  for (const Quarantined& entry : quarantined) lines += ToLine(entry);
  PHIVEIL_RETURN_IF_ERROR(errors_->Write(lines));
  errors_size_ = errors_->size();
  return absl::OkStatus();
}

absl::Status BatchWriter::SyncFinished() {
  if (unpublished_.size() > kManyFiles) return SyncPath(plan_.path, O_RDONLY | O_DIRECTORY, &syncfs);
  for (const std::string& path : unpublished_) PHIVEIL_RETURN_IF_ERROR(SyncPath(PartPath(path), O_RDONLY, &fsync));
  return absl::OkStatus();
}

absl::Status BatchWriter::SyncOutputs() {
  if (sink_ != nullptr) PHIVEIL_RETURN_IF_ERROR(sink_->Sync());
  if (errors_ != nullptr) PHIVEIL_RETURN_IF_ERROR(errors_->Sync());
  return SyncFinished();
}

absl::Status BatchWriter::MakeCheckpoint(bool complete) {
  if (broken_) return absl::FailedPreconditionError("an earlier checkpoint failed");
  broken_ = true;  // until this one has succeeded
  groups_ = 0;
  last_checkpoint_ = std::chrono::steady_clock::now();
  if (plan_.kind == OutputPlan::Kind::kStream) {
    finished_.clear();
    broken_ = false;
    return absl::OkStatus();
  }
  // Data first, then the line that counts it, then the names: a kill between any two of these leaves
  // something that a resume can finish.
  PHIVEIL_RETURN_IF_ERROR(SyncOutputs());
  if (journal_ != nullptr) {
    Checkpoint checkpoint = {std::move(finished_), errors_size_, complete};
    if (input_ != nullptr) checkpoint.files.push_back(progress_);
    PHIVEIL_RETURN_IF_ERROR(journal_->Append(checkpoint));
  }
  finished_.clear();
  for (const std::string& path : unpublished_) PHIVEIL_RETURN_IF_ERROR(Publish(path));
  unpublished_.clear();
  broken_ = false;
  return absl::OkStatus();
}

absl::Status BatchWriter::Finish(bool complete) {
  const bool single = plan_.kind == OutputPlan::Kind::kFile;
  if (complete && single && made_) PHIVEIL_RETURN_IF_ERROR(OpenSink());
  if (complete && single && sink_ != nullptr && sink_->size() == 0) {
    PHIVEIL_ASSIGN_OR_RETURN(const std::string empty, CompressMember("", plan_.compression));
    PHIVEIL_RETURN_IF_ERROR(sink_->Write(empty));
  }
  PHIVEIL_RETURN_IF_ERROR(MakeCheckpoint(complete));
  if (!complete) return absl::OkStatus();
  if (single && sink_ != nullptr) {
    PHIVEIL_RETURN_IF_ERROR(Publish(plan_.path));
    PHIVEIL_RETURN_IF_ERROR(SyncPath(FolderOf(plan_.path), O_RDONLY | O_DIRECTORY, &fsync));
  }
  if (plan_.kind == OutputPlan::Kind::kFolder) {
    PHIVEIL_RETURN_IF_ERROR(SyncPath(plan_.path, O_RDONLY | O_DIRECTORY, &syncfs));
  }
  return journal_ == nullptr ? absl::OkStatus() : journal_->Remove();
}

}  // namespace phiveil::cli

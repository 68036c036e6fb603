#include "cli/journal.h"

#include <fcntl.h>
#include <simdjson.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/file_error.h"
#include "cli/json_writer.h"
#include "cli/output_file.h"

namespace phiveil::cli {
namespace {

namespace dom = simdjson::dom;

constexpr mode_t kPrivate = 0600;

template <typename Numbers>
void WriteNumbers(std::string_view key, const Numbers& numbers, JsonWriter* json) {
  json->Key(key);
  json->BeginArray();
  for (const uint64_t number : numbers) json->Number(number);
  json->EndArray();
}

std::string ToLine(const Checkpoint& checkpoint) {
  std::string line;
  JsonWriter json(&line);
  const auto number = [&json](std::string_view key, uint64_t value) {
    json.Key(key);
    json.Number(value);
  };
  json.BeginObject();
  json.Key("files");
  json.BeginArray();
  for (const FileProgress& file : checkpoint.files) {
    json.BeginObject();
    json.Key("file");
    json.String(file.label);
    number("size", file.size);
    json.Key("mtime");
    json.Raw(Concat(file.mtime_ns));
    json.Key("done");
    json.Bool(file.done);
    json.Key("made");
    json.Bool(file.made);
    number("byte", file.next.byte);
    number("line", file.next.line);
    number("out", file.out);
    const Counts& counts = file.counts;
    WriteNumbers("counts",
                 std::array<uint64_t, 5>{counts.records_in, counts.records_out, counts.quarantined, counts.bytes_in,
                                         counts.replaced},
                 &json);
    WriteNumbers("findings", counts.findings, &json);
    WriteNumbers("tokens", counts.tokens, &json);
    json.EndObject();
  }
  json.EndArray();
  number("errors", checkpoint.errors);
  json.Key("complete");
  json.Bool(checkpoint.complete);
  json.EndObject();
  return line;
}

// Reads fields and remembers whether any was missing or of a wrong type.
class Fields {
 public:
  explicit Fields(dom::element object) : object_(object) {}

  template <typename T>
  void Read(std::string_view key, T* to) {
    ok_ = object_[key].get(*to) == simdjson::SUCCESS && ok_;
  }
  void Read(std::string_view key, std::string* to) {
    std::string_view value;
    Read(key, &value);
    to->assign(value);
  }
  template <size_t kSize>
  void Read(std::string_view key, std::array<uint64_t, kSize>* to) {
    dom::array values;
    Read(key, &values);
    ok_ = ok_ && values.size() == kSize;
    if (!ok_) return;
    size_t at = 0;
    for (const dom::element value : values) ok_ = value.get((*to)[at++]) == simdjson::SUCCESS && ok_;
  }
  bool ok() const { return ok_; }

 private:
  dom::element object_;
  bool ok_ = true;
};

bool ReadFile(dom::element element, FileProgress* file) {
  Fields fields(element);
  std::array<uint64_t, 5> counts{};
  fields.Read("file", &file->label);
  fields.Read("size", &file->size);
  fields.Read("mtime", &file->mtime_ns);
  fields.Read("done", &file->done);
  fields.Read("made", &file->made);
  fields.Read("byte", &file->next.byte);
  fields.Read("line", &file->next.line);
  fields.Read("out", &file->out);
  fields.Read("counts", &counts);
  fields.Read("findings", &file->counts.findings);
  fields.Read("tokens", &file->counts.tokens);
  file->counts.records_in = counts[0];
  file->counts.records_out = counts[1];
  file->counts.quarantined = counts[2];
  file->counts.bytes_in = counts[3];
  file->counts.replaced = counts[4];
  return fields.ok();
}

bool ReadCheckpoint(dom::element element, JournalState* state) {
  Fields fields(element);
  dom::array files;
  fields.Read("files", &files);
  if (!fields.ok()) return false;
  for (const dom::element entry : files) {
    FileProgress file;
    if (!ReadFile(entry, &file)) return false;
    std::string label = file.label;
    state->files.insert_or_assign(std::move(label), std::move(file));
  }
  fields.Read("errors", &state->errors);
  fields.Read("complete", &state->complete);
  return fields.ok();
}

absl::StatusOr<std::string> ReadAll(int fd, const std::string& path) {
  std::string all;
  std::vector<char> chunk(size_t{64} << 10);
  while (true) {
    const ssize_t got = read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError(path, "read", errno);
    if (got == 0) return all;
    all.append(chunk.data(), static_cast<size_t>(got));
  }
}

absl::Status NoJournal(const std::string& path) {
  return absl::DataLossError(Concat(path, " is not a journal that this version can read; remove it to start anew"));
}

// Reads `lines`, all whole; `*run` is what the first says.
absl::Status ReadLines(std::string_view lines, const std::string& path, std::string* run, JournalState* state) {
  dom::parser parser;
  bool first = true;
  while (!lines.empty()) {
    const size_t newline = lines.find('\n');
    dom::element element;
    if (parser.parse(lines.data(), newline).get(element) != simdjson::SUCCESS) return NoJournal(path);
    if (first) {
      Fields fields(element);
      uint64_t version = 0;
      fields.Read("phiveil_journal", &version);
      fields.Read("run", run);
      if (!fields.ok() || version != 1) return NoJournal(path);
    } else if (!ReadCheckpoint(element, state)) {
      return NoJournal(path);
    }
    first = false;
    lines.remove_prefix(newline + 1);
  }
  return absl::OkStatus();
}

absl::Status Lock(int fd, const std::string& path) {
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(Concat("another phiveil is at work there (it holds ", path, ")"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Create(const std::string& path, std::string_view run) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kPrivate);
  if (fd < 0 && errno == EEXIST) return absl::AlreadyExistsError(Concat(path, " exists"));
  if (fd < 0) return FileError(path, "create", errno);
  std::unique_ptr<Journal> journal(new Journal(fd, path));
  PHIVEIL_RETURN_IF_ERROR(Lock(fd, path));
  std::string line;
  JsonWriter json(&line);
  json.BeginObject();
  json.Key("phiveil_journal");
  json.Number(1);
  json.Key("run");
  json.String(run);
  json.EndObject();
  PHIVEIL_RETURN_IF_ERROR(journal->WriteLine(std::move(line)));
  return journal;
}

absl::StatusOr<std::unique_ptr<Journal>> Journal::Resume(const std::string& path, std::string_view run,
                                                         JournalState* state) {
  const int fd = open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return FileError(path, "open", errno);
  std::unique_ptr<Journal> journal(new Journal(fd, path));
  PHIVEIL_RETURN_IF_ERROR(Lock(fd, path));
  PHIVEIL_ASSIGN_OR_RETURN(std::string all, ReadAll(fd, path));
  all.resize(all.rfind('\n') + 1);  // npos + 1 is 0
  std::string journaled_run;
  PHIVEIL_RETURN_IF_ERROR(ReadLines(all, path, &journaled_run, state));
  if (!all.empty() && journaled_run != run) {
    return absl::FailedPreconditionError(
        Concat("the unfinished run had other inputs, policy, pack or flags; give the same ones, or remove ", path,
               " to start anew"));
  }
  if (ftruncate(fd, static_cast<off_t>(all.size())) != 0) return FileError(path, "cut", errno);
  if (all.empty()) {  // killed before the first line was whole
    PHIVEIL_RETURN_IF_ERROR(journal->Remove());
    return Create(path, run);
  }
  return journal;
}

Journal::~Journal() { close(fd_); }

absl::Status Journal::WriteLine(std::string line) {
  line.push_back('\n');
  PHIVEIL_RETURN_IF_ERROR(WriteAll(fd_, line, path_));
  if (fdatasync(fd_) != 0) return FileError(path_, "sync", errno);
  return absl::OkStatus();
}

absl::Status Journal::Append(const Checkpoint& checkpoint) { return WriteLine(ToLine(checkpoint)); }

absl::Status Journal::Remove() {
  if (unlink(path_.c_str()) != 0 && errno != ENOENT) return FileError(path_, "remove", errno);
  return absl::OkStatus();
}

}  // namespace phiveil::cli

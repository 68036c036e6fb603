#ifndef PHIVEIL_CLI_JOURNAL_H_
#define PHIVEIL_CLI_JOURNAL_H_

// How far a run has come, so that it can go on after a kill without redoing or doubling a record.
//
// One line of JSON names the run, one line follows for each checkpoint: the files finished since the
// line before, the file that is open, and how much of the outputs and of the errors file counts. A
// line is appended only after everything it speaks of is on stable storage, so whatever lies behind
// the counted bytes may be cut off. A last line cut short is no line.
//
// The journal is locked while a run has it open and removed when the run is complete.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/group.h"

namespace phiveil::cli {

struct FileProgress {
  std::string label;
  uint64_t size = 0;  // of the input, to notice that it has changed
  int64_t mtime_ns = 0;
  bool done = false;
  bool made = false;  // there is an output
  Position next;      // where the input goes on
  uint64_t out = 0;   // bytes of output that count
  Counts counts;

  bool SameInput(const InputEntry& entry) const { return size == entry.size && mtime_ns == entry.mtime_ns; }
};

struct Checkpoint {
  std::vector<FileProgress> files;
  uint64_t errors = 0;  // bytes of the errors file that count
  bool complete = false;
};

// All checkpoints of a run together.
struct JournalState {
  std::map<std::string, FileProgress> files;
  uint64_t errors = 0;
  bool complete = false;
};

class Journal {
 public:
  // Begins a new journal. ALREADY_EXISTS when there is one.
  static absl::StatusOr<std::unique_ptr<Journal>> Create(const std::string& path, std::string_view run);

  // Opens the journal of an unfinished run. NOT_FOUND when there is none; FAILED_PRECONDITION when it
  // is of a run with other settings or another process has it open; DATA_LOSS when it is not one.
  static absl::StatusOr<std::unique_ptr<Journal>> Resume(const std::string& path, std::string_view run,
                                                         JournalState* state);

  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  absl::Status Append(const Checkpoint& checkpoint);
  absl::Status Remove();
  const std::string& path() const { return path_; }

 private:
  Journal(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  absl::Status WriteLine(std::string line);

  int fd_;
  std::string path_;
};

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_JOURNAL_H_

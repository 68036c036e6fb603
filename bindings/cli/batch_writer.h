#ifndef PHIVEIL_CLI_BATCH_WRITER_H_
#define PHIVEIL_CLI_BATCH_WRITER_H_

// The writing end of the pipeline: outputs, errors file, journal, counts.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/group.h"
#include "cli/journal.h"
#include "cli/output_file.h"

namespace phiveil::cli {

struct OutputPlan {
  enum class Kind : uint8_t {
    kStream,  // stdout, or something else that is no file: given out group by group
    kFile,    // one file for everything
    kFolder,  // one file for each input, under the input's name
  };
  Kind kind = Kind::kStream;
  std::string path;                              // empty: stdout
  std::string errors_path;                       // made when first needed
  Compression compression = Compression::kNone;  // of a kFile

  std::string PathFor(const InputEntry& entry) const { return path + "/" + entry.name; }
};

class BatchWriter {
 public:
  // `journal` may be null: the run cannot be resumed. `resumed` (may be null) must outlive the writer.
  BatchWriter(OutputPlan plan, std::unique_ptr<Journal> journal, const JournalState* resumed);

  // Writes a group's segments in order; makes a checkpoint when one is due.
  absl::Status Write(Group* group);

  // The last checkpoint. When the run is complete, also gives a single file its name and removes the
  // journal; else everything stays as the journal says, for a resume.
  absl::Status Finish(bool complete);

  const Counts& counts() const { return total_; }
  bool has_errors() const { return errors_size_ > 0; }

 private:
  absl::Status WriteSegment(Segment* segment);
  void Begin(const Segment& segment);
  absl::Status OpenSink();
  absl::Status EndInput(const Segment& segment);
  absl::Status WriteErrors(const std::vector<Quarantined>& quarantined);
  absl::Status MakeCheckpoint(bool complete);
  absl::Status SyncOutputs();
  absl::Status SyncFinished();

  OutputPlan plan_;
  std::unique_ptr<Journal> journal_;
  const JournalState* resumed_;

  std::shared_ptr<const OpenInput> input_;  // the one being written
  FileProgress progress_;                   // of it
  uint64_t keep_ = 0;                       // bytes that an earlier run has left of its output
  std::unique_ptr<OutputFile> sink_;
  std::string made_folder_;  // the last one: most files lie where the one before them lies

  std::vector<FileProgress> finished_;    // since the last checkpoint
  std::vector<std::string> unpublished_;  // outputs of those, still under their part names
  std::unique_ptr<OutputFile> errors_;
  uint64_t errors_size_ = 0;
  bool made_ = false;    // a single output file has been begun, now or before a resume
  bool broken_ = false;  // a checkpoint failed: no later one may speak for what it left out
  Counts total_;
  int groups_ = 0;  // since the last checkpoint
  std::chrono::steady_clock::time_point last_checkpoint_ = std::chrono::steady_clock::now();
};

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_BATCH_WRITER_H_

#ifndef PHIVEIL_CLI_GROUP_READER_H_
#define PHIVEIL_CLI_GROUP_READER_H_

// The reading end of the pipeline: opens one input after another and fills groups with records.
//
// A group closes when it is full, when the inputs end, and when reading on would wait for another
// program, so that a filter answers each line it is given.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "cli/byte_source.h"
#include "cli/group.h"
#include "cli/journal.h"

namespace phiveil::cli {

struct ReadSettings {
  std::vector<std::string> inputs;    // "-" is standard input
  std::vector<std::string> excluded;  // folders not to enter
  std::optional<FormatKind> format;   // for all; else by name
  ReaderLimits limits;
  bool keeps_compression = false;                // outputs are compressed as their inputs are
  Compression compression = Compression::kNone;  // of the output otherwise
  size_t group_records = 512;
  size_t group_bytes = size_t{1} << 20;
};

class GroupReader {
 public:
  // `resumed`: what an earlier run has done; may be null. Both must outlive the reader.
  GroupReader(const ReadSettings& settings, const FormatSettings& format, const JournalState* resumed);

  // False at the end, and after a stop.
  bool Next(Group* group);

  // Whether reading ended before the inputs did. To be asked after Next gave false.
  bool stopped() const { return stopped_; }

 private:
  bool OpenNext(Group* group);
  void OpenInputFile(InputEntry entry, Group* group);
  absl::Status OpenRecords(const FileProgress* from, OpenInput* input, Segment* segment);
  absl::Status OpenCsv(Position start, OpenInput* input, Segment* segment);
  absl::Status OpenBytes(const InputEntry& entry, uint64_t skip);
  const FileProgress* Resumed(const InputEntry& entry) const;
  Segment& CurrentSegment(Group* group);
  void CloseInput();

  const ReadSettings& settings_;
  const FormatSettings& format_;
  const JournalState* resumed_;
  InputTree tree_;
  std::shared_ptr<const OpenInput> input_;
  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<RecordReader> reader_;
  uint64_t taken_before_ = 0;  // by inputs that are closed
  bool stopped_ = false;
};

// The bytes of all inputs, for a progress bar. Stops counting when a stop is requested.
uint64_t TotalBytes(const ReadSettings& settings);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_GROUP_READER_H_

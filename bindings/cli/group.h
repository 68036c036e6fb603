#ifndef PHIVEIL_CLI_GROUP_H_
#define PHIVEIL_CLI_GROUP_H_

// What travels through the pipeline: a group of records, cut into segments by the files they come
// from. A group is the unit of one vault and audit sync; a segment is the unit of writing.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/format.h"
#include "cli/input_tree.h"
#include "cli/records.h"

namespace phiveil::cli {

// The ledger's numbers: records_in = records_out + quarantined, always.
struct Counts {
  uint64_t records_in = 0, records_out = 0, quarantined = 0;
  uint64_t bytes_in = 0;  // of records, decompressed
  uint64_t replaced = 0;  // findings whose text does not stand in the output any more
  std::array<uint64_t, kCategoryCount> findings{};
  std::array<uint64_t, 4> tokens{};  // restored, unknown, altered, foreign

  Counts& operator+=(const Counts& other);
  friend bool operator==(const Counts&, const Counts&) = default;
};

// One quarantined record. Never document text.
struct Quarantined {
  std::string id_json;
  std::string file;
  uint64_t line = 0;
  uint64_t byte = 0;
  std::string reason;
};

struct OpenInput {
  InputEntry entry;
  FormatKind kind = FormatKind::kText;
  std::shared_ptr<const Format> format;  // null when the input cannot be read
  Compression out_compression = Compression::kNone;
};

struct Segment {
  std::shared_ptr<const OpenInput> input;
  bool ends = false;         // the input ends with this segment
  bool makes_output = true;  // false: nothing may be published for this input
  std::string prefix;        // to be written before the records: a CSV header
  std::string bytes;
  std::vector<RawRecord> records;
  Position next;  // where the input goes on

  // Filled by ProcessGroup.
  std::string output;
  std::vector<Quarantined> quarantined;
  Counts counts;
};

struct Group {
  std::vector<Segment> segments;
  size_t records = 0;
  size_t bytes = 0;
  uint64_t taken = 0;   // bytes of all input files up to the end of this group
  absl::Status status;  // not OK: vault or audit failed, nothing of the group may be used
};

// Takes the records apart, runs them through the processor in one call, renders and compresses.
void ProcessGroup(const Processor& processor, const FormatSettings& settings, Group* group);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_GROUP_H_

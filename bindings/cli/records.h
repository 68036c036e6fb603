#ifndef PHIVEIL_CLI_RECORDS_H_
#define PHIVEIL_CLI_RECORDS_H_

// Cutting an input into records, in constant memory.
//
// A reader appends the bytes of one record after another to a buffer that the caller empties. It
// never holds more than the longest allowed record: what is longer is passed over and reported as a
// record with a problem. A fault that makes the rest of an input unreadable (a cut .gz, a broken
// quote) is reported as one last record with a problem.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cli/byte_source.h"

namespace phiveil::cli {

struct RawRecord {
  size_t begin = 0;  // in the caller's buffer
  size_t size = 0;
  uint64_t line = 0;    // 1-based line of the input; 0 when the record is a whole file
  uint64_t byte = 0;    // where the record begins in the (decompressed) input
  std::string problem;  // why it cannot be processed; empty when it can
  bool last = false;    // the reader knows that nothing comes after it
};

// Where the next record begins.
struct Position {
  uint64_t byte = 0;
  uint64_t line = 1;
  friend bool operator==(const Position&, const Position&) = default;
};

class RecordReader {
 public:
  enum class Step {
    kRecord,   // `record` is filled
    kEnd,      // nothing more
    kWait,     // nothing yet, and reading on would wait for another program
    kStopped,  // a stop was requested
  };

  virtual ~RecordReader() = default;

  // The next record; its bytes are appended to `bytes`, which gains nothing when there is a problem.
  // With `may_wait` false, returns kWait instead of waiting.
  virtual Step Next(bool may_wait, std::string* bytes, RawRecord* record) = 0;

  virtual Position position() const = 0;
};

struct ReaderLimits {
  uint64_t max_record = uint64_t{64} << 20;
};

// The whole input is one record.
std::unique_ptr<RecordReader> MakeTextReader(ByteSource* source, ReaderLimits limits);

// Each line is one record, without its line end; lines of white space alone hold none.
std::unique_ptr<RecordReader> MakeLineReader(ByteSource* source, ReaderLimits limits, Position start);

// "the record is longer than --max-record (67108864 bytes)"
std::string TooLong(ReaderLimits limits);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_RECORDS_H_

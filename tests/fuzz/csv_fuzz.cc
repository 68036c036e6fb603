// Any bytes: the CSV reader gives the same rows in whatever pieces the bytes come, its rows are the
// input until it stops, and a row whose text field is written back as it was is the same row.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/csv.h"

namespace {

using namespace phiveil::cli;

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

class Pieces : public ByteSource {
 public:
  Pieces(std::string_view bytes, size_t piece) : bytes_(bytes), piece_(piece) {}
  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    const size_t count = bytes_.copy(to, std::min(size, piece_));
    bytes_.remove_prefix(count);
    return count;
  }
  bool Ready() override { return true; }
  uint64_t taken() const override { return 0; }

 private:
  std::string_view bytes_;
  size_t piece_;
};

struct Rows {
  std::vector<std::string> rows;
  std::vector<uint64_t> lines;
  bool broken = false;
  bool operator==(const Rows&) const = default;
};

Rows Read(std::string_view bytes, size_t piece) {
  Pieces source(bytes, piece);
  const auto reader = MakeCsvReader(&source, {.max_record = 200}, {});
  Rows all;
  std::string buffer;
  RawRecord record;
  while (reader->Next(true, &buffer, &record) == RecordReader::Step::kRecord) {
    Require(record.begin + record.size == buffer.size());
    if (record.problem.empty()) {
      all.rows.push_back(buffer.substr(record.begin, record.size));
    } else {
      Require(record.size == 0);
      all.broken = true;
    }
    all.lines.push_back(record.line);
  }
  return all;
}

void CheckRow(std::string_view row) {
  if (row.starts_with(kByteOrderMark)) row.remove_prefix(kByteOrderMark.size());
  size_t at = 0;
  for (const CsvField& field : SplitCsvRow(row)) {
    Require(field.begin == at && field.begin <= field.end && field.end <= row.size());
    std::string scratch, written;
    AppendCsvValue(CsvValue(row, field, &scratch), field.quoted, &written);
    const std::string_view bytes = row.substr(field.begin, field.end - field.begin);
    // A lone carriage return may stand unquoted and is written quoted.
    Require(written == bytes || (!field.quoted && bytes.find('\r') != std::string_view::npos));
    at = field.end + 1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Rows whole = Read(bytes, size + 1);
  Require(Read(bytes, 1) == whole);
  Require(Read(bytes, 3) == whole);
  std::string joined;
  for (const std::string& row : whole.rows) {
    CheckRow(row);
    joined += row;
  }
  Require(whole.broken || joined == bytes);
  return 0;
}

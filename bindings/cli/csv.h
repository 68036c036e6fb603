#ifndef PHIVEIL_CLI_CSV_H_
#define PHIVEIL_CLI_CSV_H_

// CSV as RFC 4180 has it: comma, double quotes, quotes doubled inside quotes, LF or CRLF, line ends
// allowed inside quotes.
//
// Rows are kept as the bytes they were, so that fields which are not replaced leave as they came.
// A broken quote (inside an unquoted field, followed by something after closing, never closed) makes
// it unknowable where the following rows begin, and text could end up in a column that is passed
// through. So reading stops there: the rest of the file is one record with a problem.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/records.h"

namespace phiveil::cli {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// One field of a row: the bytes it covers, quotes included.
struct CsvField {
  size_t begin = 0;
  size_t end = 0;
  bool quoted = false;
};

// The fields of one row, with or without its line end. The row must be one a CsvReader gave out.
std::vector<CsvField> SplitCsvRow(std::string_view row);

// A field's value: without its quotes, doubled quotes single. Views the row where nothing changes,
// else `scratch`.
std::string_view CsvValue(std::string_view row, const CsvField& field, std::string* scratch);

// Appends a value as a field, in quotes when asked for or when it needs them.
void AppendCsvValue(std::string_view value, bool quoted, std::string* out);

// Each row is one record with its line end. Rows longer than the limit are passed over.
std::unique_ptr<RecordReader> MakeCsvReader(ByteSource* source, ReaderLimits limits, Position start);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_CSV_H_

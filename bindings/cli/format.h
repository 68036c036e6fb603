#ifndef PHIVEIL_CLI_FORMAT_H_
#define PHIVEIL_CLI_FORMAT_H_

// The shapes that records have outside: how the texts get out of a raw record, and how a result is
// written. A Format is immutable and used by many threads; what it needs to know of a file (a CSV
// header) it learns when it is made.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/csv.h"
#include "cli/json_record.h"
#include "cli/processor.h"
#include "cli/records.h"
#include "phiveil/deidentifier.h"

namespace phiveil::cli {

enum class FormatKind : uint8_t { kText, kJsonLines, kCsv };

std::optional<FormatKind> ParseFormat(std::string_view name);
std::string_view FormatName(FormatKind kind);
// By the ending under any compression ending: .jsonl, .ndjson, .csv, else text.
FormatKind FormatFromName(std::string_view name);

// What is the same for every record of a run.
struct FormatSettings {
  Verb verb = Verb::kRedact;
  OffsetConverter::Unit offsets = OffsetConverter::Unit::kCodePoint;
  std::string subject = {}, actor = {}, purpose = {};
  bool reasons = false;
  std::vector<std::string> text_columns = {};
  std::string id_column = {}, subject_column = {};
};

// One record taken apart. Views its own storage and the raw record: it is never copied or moved.
struct Prepared {
  Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  std::string id_json;  // what to echo
  std::string id;
  std::vector<Record> records;  // one a text; the engine's input
  std::vector<size_t> columns;  // CSV: the field each record comes from
  JsonRecord json;
  std::vector<CsvField> fields;
  std::vector<std::unique_ptr<std::string>> values;
};

class Format {
 public:
  virtual ~Format() = default;

  // Takes a raw record apart. On an error `prepared` names the id as far as it is known.
  virtual absl::Status Prepare(std::string_view raw, uint64_t line, JsonRecordParser* parser,
                               Prepared* prepared) const = 0;

  // Appends the output for a record; `outcomes` has one entry for each of `prepared.records`.
  virtual void Render(std::string_view raw, const Prepared& prepared, std::span<const Outcome> outcomes,
                      std::string* out) const = 0;
};

// `name` is the id of the text.
std::unique_ptr<Format> MakeTextFormat(const FormatSettings& settings, std::string name);
std::unique_ptr<Format> MakeJsonLinesFormat(const FormatSettings& settings);
// INVALID_ARGUMENT when a column is missing or stands there twice.
absl::StatusOr<std::unique_ptr<Format>> MakeCsvFormat(const FormatSettings& settings, std::string_view header);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_FORMAT_H_

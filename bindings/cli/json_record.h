#ifndef PHIVEIL_CLI_JSON_RECORD_H_
#define PHIVEIL_CLI_JSON_RECORD_H_

// One line of the JSON Lines contract:
//
//   {"id":…,"text":…[,"subject":…][,"known":{…}][,"spans":[…]]}
//
// Keys that the contract does not name are passed over and do not appear in the output: they could
// hold identifiers. A line that does not keep to the contract is an error which says what is wrong
// and never quotes the line; a key given twice is one too, since two readers could read it apart.

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "phiveil/deidentifier.h"

namespace phiveil::cli {

struct JsonRecord {
  std::string id_json;  // as it stood: `"a-1"` or `17`; empty when there was none
  std::string id;       // its value
  std::string text;
  std::string subject;
  KnownIdentifiers known;
  std::vector<OutsideSpan> spans;  // in bytes of `text`
};

// Keeps its memory from line to line; one for each thread.
class JsonRecordParser {
 public:
  JsonRecordParser();
  ~JsonRecordParser();

  // INVALID_ARGUMENT with the reason. On an error `record` holds the id when it was readable.
  absl::Status Parse(std::string_view line, JsonRecord* record);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_JSON_RECORD_H_

#ifndef PHIVEIL_CLI_JSON_FIELDS_H_
#define PHIVEIL_CLI_JSON_FIELDS_H_

// Reading a line of JSON field by field: what the contracts of find, redact, restore and eval share.
//
//   JsonLine json;
//   json.Read(line, [&](std::string_view key, JsonValue value) -> absl::StatusOr<bool> {
//     if (key != "text") return false;                       // not ours: passed over
//     PHIVEIL_RETURN_IF_ERROR(ReadString(value, "\"text\"", &text));
//     return true;
//   });
//
// Errors are INVALID_ARGUMENT, say which key is wrong and how, and never quote the line.

#include <simdjson.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/deidentifier.h"

namespace phiveil::cli {

using JsonValue = simdjson::ondemand::value;
using JsonObject = simdjson::ondemand::object;

// Whether the contract names the key; one it names may stand there once.
using FieldVisitor = std::function<absl::StatusOr<bool>(std::string_view key, JsonValue value)>;

// Keeps its memory from line to line; one for each thread.
class JsonLine {
 public:
  JsonLine();
  ~JsonLine();

  // Visits the fields of the object that the line is. A byte order mark before it is passed over.
  absl::Status Read(std::string_view line, const FieldVisitor& visit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

absl::Status BadRecord(const std::string& message);

// `what` names the object in errors: "a span".
absl::Status ForEachField(JsonObject& object, std::string_view what, const FieldVisitor& visit);

// Calls `visit` with each object of an array.
absl::Status ForEachObject(JsonValue value, std::string_view key,
                           const std::function<absl::Status(JsonObject&)>& visit);

absl::StatusOr<bool> IsNull(JsonValue value);
absl::Status ReadString(JsonValue value, std::string_view key, std::string* to);
// A string or a number, as it stood and its value. Null leaves both as they are.
absl::Status ReadId(JsonValue value, std::string* id_json, std::string* id);
// The "known" object. A key that the contract does not name is an error.
absl::Status ReadKnown(JsonValue value, KnownIdentifiers* known);

// Sets each pointer to the byte offset of its code point offset. INVALID_ARGUMENT beyond the text.
absl::Status CodePointsToBytes(std::vector<std::pair<uint64_t, uint32_t*>> points, std::string_view text);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_JSON_FIELDS_H_

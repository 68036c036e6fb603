#ifndef PHIVEIL_STRUCTURE_JSON_H_
#define PHIVEIL_STRUCTURE_JSON_H_

// JSON: a whole document, an object in the middle of a note, or as much of one as is left.
//
// A whole document is read by simdjson. What it refuses, and what stands inside other text, is read
// by a scanner of our own, which is lenient where people and programs are: single quotes, bare keys,
// line breaks in strings, commas too many, brackets that do not match, and an end anywhere. Both
// tell the same to JsonFields.

#include <cstddef>
#include <memory>
#include <string_view>

#include "structure/json_fields.h"

namespace phiveil {

// Keeps simdjson's buffers from document to document.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();

  // Whether all of `text` is one valid JSON value that is an object or an array. `fields` may have
  // been told a part of it when it is not.
  bool Read(std::string_view text, JsonFields* fields);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether an object's first key stands in typographic quotes, as word processors make them.
bool HasTypographicJson(std::string_view text);

// `text` with such quotes as plain ones, each byte of what else there is in its place.
void Straighten(std::string_view text, std::string* out);

// The next `{` or `[{` at or behind `at` that begins an object with a key; npos if none.
size_t FindJson(std::string_view text, size_t at);

// Reads from the `{` at `begin` until its `}`, or until it makes no sense. Returns the end of what
// was read, which is behind `begin`.
size_t ScanJson(std::string_view text, size_t begin, JsonFields* fields);

// The end of the string whose first byte is at `begin`, behind `quote`: the quote that closes it. A
// string that is not closed, or only somewhere in other text, ends with its line.
size_t EndOfString(std::string_view text, size_t begin, char quote);

}  // namespace phiveil

#endif  // PHIVEIL_STRUCTURE_JSON_H_

// Any bytes as a JSON Lines file: no line is lost, and whatever is accepted is written back as JSON
// that reads as the same text and the same id.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/json_record.h"
#include "cli/json_writer.h"

namespace {

using namespace phiveil::cli;

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

void CheckSpans(const JsonRecord& record) {
  for (const phiveil::OutsideSpan& span : record.spans) {
    Require(span.begin < span.end && span.end <= record.text.size());
    for (const uint32_t at : {span.begin, span.end}) {
      Require(at == record.text.size() || (static_cast<uint8_t>(record.text[at]) & 0xC0) != 0x80);
    }
  }
}

void CheckLine(std::string_view line, JsonRecordParser* parser) {
  JsonRecord record;
  if (!parser->Parse(line, &record).ok()) return;
  CheckSpans(record);
  std::string written;
  JsonWriter json(&written);
  json.BeginObject();
  if (!record.id_json.empty()) {
    json.Key("id");
    json.Raw(record.id_json);
  }
  json.Key("text");
  json.String(record.text);
  json.EndObject();
  Require(written.find('\n') == std::string::npos);
  JsonRecord again;
  Require(parser->Parse(written, &again).ok());
  Require(again.text == record.text && again.id == record.id && again.id_json == record.id_json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  thread_local JsonRecordParser parser;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.size(), bytes.find('\n'));
    CheckLine(bytes.substr(0, end), &parser);
    bytes.remove_prefix(std::min(bytes.size(), end + 1));
  }
  return 0;
}

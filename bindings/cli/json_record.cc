#include "cli/json_record.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "cli/json_fields.h"

namespace phiveil::cli {
namespace {

struct CodePointSpan {
  std::optional<uint64_t> begin, end;
  OutsideSpan span;
  bool has_category = false;
};

absl::StatusOr<bool> ReadSpanField(std::string_view key, JsonValue value, CodePointSpan* to) {
  if (key == "begin" || key == "end") {
    uint64_t number = 0;
    if (value.get_uint64().get(number) != simdjson::SUCCESS) {
      return BadRecord("\"begin\" and \"end\" of a span must be whole numbers");
    }
    (key == "begin" ? to->begin : to->end) = number;
    return true;
  }
  if (key == "score") {
    double score = 0;
    if (value.get_double().get(score) != simdjson::SUCCESS || !(score >= 0 && score <= 1)) {
      return BadRecord("\"score\" of a span must be a number from 0 to 1");
    }
    to->span.score = static_cast<float>(score);
    return true;
  }
  if (key == "source") {
    PHIVEIL_RETURN_IF_ERROR(ReadString(value, "\"source\" of a span", &to->span.source));
    return true;
  }
  if (key == "category") {
    std::string name;
    PHIVEIL_RETURN_IF_ERROR(ReadString(value, "\"category\" of a span", &name));
    const std::optional<Category> category = ParseCategory(name);
    if (!category.has_value() || *category == Category::kSafe)
      return BadRecord("a span has a category that does not exist");
    to->span.category = *category;
    to->has_category = true;
    return true;
  }
  return false;
}

absl::Status ReadSpans(JsonValue value, std::vector<CodePointSpan>* spans) {
  return ForEachObject(value, "\"spans\"", [spans](JsonObject& object) {
    CodePointSpan span;
    span.span.score = 1;
    PHIVEIL_RETURN_IF_ERROR(ForEachField(
        object, "a span", [&span](std::string_view key, JsonValue field) { return ReadSpanField(key, field, &span); }));
    if (!span.begin.has_value() || !span.end.has_value() || !span.has_category) {
      return BadRecord("a span needs \"begin\", \"end\" and \"category\"");
    }
    if (*span.begin >= *span.end) return BadRecord("a span must begin before it ends");
    spans->push_back(std::move(span));
    return absl::OkStatus();
  });
}

absl::Status ToBytes(std::vector<CodePointSpan> spans, std::string_view text, std::vector<OutsideSpan>* to) {
  std::vector<std::pair<uint64_t, uint32_t*>> points;
  for (CodePointSpan& span : spans) {
    points.emplace_back(*span.begin, &span.span.begin);
    points.emplace_back(*span.end, &span.span.end);
  }
  PHIVEIL_RETURN_IF_ERROR(CodePointsToBytes(std::move(points), text));
  for (CodePointSpan& span : spans) to->push_back(std::move(span.span));
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadField(std::string_view key, JsonValue value, JsonRecord* record,
                               std::vector<CodePointSpan>* spans, bool* has_text) {
  if (key == "id") {
    PHIVEIL_RETURN_IF_ERROR(ReadId(value, &record->id_json, &record->id));
    return true;
  }
  if (key == "text") {
    *has_text = true;
    PHIVEIL_RETURN_IF_ERROR(ReadString(value, "\"text\"", &record->text));
    return true;
  }
  if (key != "subject" && key != "known" && key != "spans") return false;
  PHIVEIL_ASSIGN_OR_RETURN(const bool null, IsNull(value));
  if (null) return true;
  if (key == "subject") PHIVEIL_RETURN_IF_ERROR(ReadString(value, "\"subject\"", &record->subject));
  if (key == "known") PHIVEIL_RETURN_IF_ERROR(ReadKnown(value, &record->known));
  if (key == "spans") PHIVEIL_RETURN_IF_ERROR(ReadSpans(value, spans));
  return true;
}

}  // namespace

struct JsonRecordParser::Impl {
  JsonLine json;
};

JsonRecordParser::JsonRecordParser() : impl_(std::make_unique<Impl>()) {}
JsonRecordParser::~JsonRecordParser() = default;

absl::Status JsonRecordParser::Parse(std::string_view line, JsonRecord* record) {
  *record = {};
  bool has_text = false;
  std::vector<CodePointSpan> spans;
  PHIVEIL_RETURN_IF_ERROR(impl_->json.Read(
      line, [&](std::string_view key, JsonValue value) { return ReadField(key, value, record, &spans, &has_text); }));
  if (!has_text) return BadRecord("\"text\" is missing");
  return ToBytes(std::move(spans), record->text, &record->spans);
}

}  // namespace phiveil::cli

#include "cli/json_record.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/csv.h"

namespace phiveil::cli {
namespace {

namespace ondemand = simdjson::ondemand;
using JsonType = ondemand::json_type;

// A parser that has grown beyond this is given up after the line that made it grow.
constexpr size_t kKeepCapacity = size_t{1} << 20;

absl::Status Bad(const std::string& message) { return absl::InvalidArgumentError(message); }

absl::Status BadJson(simdjson::error_code error) {
  if (error == simdjson::UTF8_ERROR) return Bad("the line is not valid UTF-8");
  if (error == simdjson::MEMALLOC) return absl::ResourceExhaustedError("no memory left to read the line");
  return Bad(Concat("the line is not valid JSON: ", simdjson::error_message(error)));
}

std::string_view Trimmed(std::string_view token) {
  const size_t last = token.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view() : token.substr(0, last + 1);
}

// JSON's grammar of a number: the token is echoed as it stood, whatever its size.
bool IsJsonNumber(std::string_view token) {
  size_t at = 0;
  const auto digits = [&] {
    const size_t from = at;
    while (at < token.size() && token[at] >= '0' && token[at] <= '9') ++at;
    return at - from;
  };
  if (at < token.size() && token[at] == '-') ++at;
  const bool leading_zero = at < token.size() && token[at] == '0';
  const size_t whole = digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == token.size();
}

absl::Status ReadString(ondemand::value value, std::string_view key, std::string* to) {
  std::string_view text;
  const simdjson::error_code error = value.get_string().get(text);
  if (error == simdjson::INCORRECT_TYPE) return Bad(Concat(key, " must be a string"));
  if (error == simdjson::STRING_ERROR) return Bad(Concat(key, " holds an escape that JSON does not know"));
  if (error != simdjson::SUCCESS) return BadJson(error);
  to->assign(text);
  return absl::OkStatus();
}

absl::StatusOr<bool> IsNull(ondemand::value value) {
  JsonType type;
  if (const auto error = value.type().get(type); error != simdjson::SUCCESS) return BadJson(error);
  if (type != JsonType::null) return false;
  // Looks past the letter "n" the type goes by.
  bool is_null = false;
  if (value.is_null().get(is_null) != simdjson::SUCCESS || !is_null) return BadJson(simdjson::N_ATOM_ERROR);
  return true;
}

absl::Status ReadId(ondemand::value value, JsonRecord* record) {
  JsonType type;
  if (const auto error = value.type().get(type); error != simdjson::SUCCESS) return BadJson(error);
  if (type == JsonType::null) return IsNull(value).status();
  const std::string_view token = Trimmed(value.raw_json_token());
  if (type == JsonType::string) {
    std::string id;
    PHIVEIL_RETURN_IF_ERROR(ReadString(value, "\"id\"", &id));
    record->id = std::move(id);
  } else if (type == JsonType::number && IsJsonNumber(token)) {
    record->id = token;
  } else {
    return Bad("\"id\" must be a string or a number");
  }
  record->id_json = token;
  return absl::OkStatus();
}

absl::Status ReadStrings(ondemand::value value, std::string_view key, std::vector<std::string>* to) {
  ondemand::array array;
  const auto error = value.get_array().get(array);
  if (error == simdjson::INCORRECT_TYPE) return Bad(Concat(key, " must be an array of strings"));
  if (error != simdjson::SUCCESS) return BadJson(error);
  for (auto item : array) {
    ondemand::value element;
    if (const auto failed = item.get(element); failed != simdjson::SUCCESS) return BadJson(failed);
    PHIVEIL_RETURN_IF_ERROR(ReadString(element, key, &to->emplace_back()));
  }
  return absl::OkStatus();
}

// Calls `visit(key, value)` for each field of an object, once a key.
template <typename Object, typename Visit>
absl::Status ForEachField(Object& object, std::string_view what, const Visit& visit) {
  std::vector<std::string> seen;
  for (auto item : object) {
    ondemand::field field;
    if (const auto error = std::move(item).get(field); error != simdjson::SUCCESS) return BadJson(error);
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key); error != simdjson::SUCCESS) return BadJson(error);
    absl::StatusOr<bool> known = visit(key, field.value());
    if (!known.ok()) return known.status();
    if (!*known) continue;
    if (std::find(seen.begin(), seen.end(), key) != seen.end())
      return Bad(Concat("a key of ", what, " is given twice"));
    seen.emplace_back(key);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadKnownField(std::string_view key, ondemand::value value, KnownIdentifiers* known) {
  PHIVEIL_ASSIGN_OR_RETURN(const bool null, IsNull(value));
  if (null) return true;
  const std::pair<std::string_view, std::vector<std::string>*> kLists[] = {
      {"names", &known->names},   {"relatives", &known->relatives}, {"mrn", &known->mrn}, {"phones", &known->phones},
      {"emails", &known->emails}, {"addresses", &known->addresses}, {"ids", &known->ids}};
  for (const auto& [name, list] : kLists) {
    if (key != name) continue;
    PHIVEIL_RETURN_IF_ERROR(ReadStrings(value, Concat("\"known.", name, "\""), list));
    return true;
  }
  if (key == "birth_date") {
    PHIVEIL_RETURN_IF_ERROR(ReadString(value, "\"known.birth_date\"", &known->birth_date));
    return true;
  }
  // An identifier under a misspelt key would silently go unlooked for.
  return Bad("\"known\" has a key that the contract does not name");
}

absl::Status ReadKnown(ondemand::value value, KnownIdentifiers* known) {
  ondemand::object object;
  const auto error = value.get_object().get(object);
  if (error == simdjson::INCORRECT_TYPE) return Bad("\"known\" must be an object");
  if (error != simdjson::SUCCESS) return BadJson(error);
  return ForEachField(object, "\"known\"", [known](std::string_view key, ondemand::value field) {
    return ReadKnownField(key, field, known);
  });
}

struct CodePointSpan {
  std::optional<uint64_t> begin, end;
  OutsideSpan span;
  bool has_category = false;
};

absl::StatusOr<bool> ReadSpanField(std::string_view key, ondemand::value value, CodePointSpan* to) {
  if (key == "begin" || key == "end") {
    uint64_t number = 0;
    if (value.get_uint64().get(number) != simdjson::SUCCESS) {
      return Bad("\"begin\" and \"end\" of a span must be whole numbers");
    }
    (key == "begin" ? to->begin : to->end) = number;
    return true;
  }
  if (key == "score") {
    double score = 0;
    if (value.get_double().get(score) != simdjson::SUCCESS || !(score >= 0 && score <= 1)) {
      return Bad("\"score\" of a span must be a number from 0 to 1");
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
    if (!category.has_value() || *category == Category::kSafe) return Bad("a span has a category that does not exist");
    to->span.category = *category;
    to->has_category = true;
    return true;
  }
  return false;
}

absl::Status ReadSpans(ondemand::value value, std::vector<CodePointSpan>* spans) {
  ondemand::array array;
  const auto error = value.get_array().get(array);
  if (error == simdjson::INCORRECT_TYPE) return Bad("\"spans\" must be an array of objects");
  if (error != simdjson::SUCCESS) return BadJson(error);
  for (auto item : array) {
    ondemand::object object;
    const auto failed = item.get_object().get(object);
    if (failed == simdjson::INCORRECT_TYPE) return Bad("\"spans\" must be an array of objects");
    if (failed != simdjson::SUCCESS) return BadJson(failed);
    CodePointSpan span;
    span.span.score = 1;
    PHIVEIL_RETURN_IF_ERROR(ForEachField(object, "a span", [&span](std::string_view key, ondemand::value field) {
      return ReadSpanField(key, field, &span);
    }));
    if (!span.begin.has_value() || !span.end.has_value() || !span.has_category) {
      return Bad("a span needs \"begin\", \"end\" and \"category\"");
    }
    if (*span.begin >= *span.end) return Bad("a span must begin before it ends");
    spans->push_back(std::move(span));
  }
  return absl::OkStatus();
}

// All ends in one ascending walk over the text.
absl::Status ToBytes(std::vector<CodePointSpan> spans, std::string_view text, std::vector<OutsideSpan>* to) {
  if (spans.empty()) return absl::OkStatus();
  const uint64_t length = static_cast<uint64_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  std::vector<std::pair<uint64_t, uint32_t*>> points;
  for (CodePointSpan& span : spans) {
    if (*span.end > length) return Bad("a span ends behind the text");
    points.emplace_back(*span.begin, &span.span.begin);
    points.emplace_back(*span.end, &span.span.end);
  }
  std::sort(points.begin(), points.end());
  OffsetConverter converter(text, OffsetConverter::Unit::kCodePoint);
  for (auto& [offset, byte] : points) *byte = static_cast<uint32_t>(converter.ToBytes(offset));
  for (CodePointSpan& span : spans) to->push_back(std::move(span.span));
  return absl::OkStatus();
}

}  // namespace

struct JsonRecordParser::Impl {
  ondemand::parser parser;
  std::string padded;

  absl::Status Parse(std::string_view line, JsonRecord* record) {
    if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    padded.assign(line);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    ondemand::document document;
    if (const auto error = parser.iterate(padded.data(), line.size(), padded.size()).get(document);
        error != simdjson::SUCCESS) {
      return BadJson(error);
    }
    ondemand::object object;
    const auto error = document.get_object().get(object);
    if (error == simdjson::INCORRECT_TYPE) return Bad("the line is not a JSON object");
    if (error != simdjson::SUCCESS) return BadJson(error);
    bool has_text = false;
    std::vector<CodePointSpan> spans;
    PHIVEIL_RETURN_IF_ERROR(ForEachField(object, "the record", [&](std::string_view key, ondemand::value value) {
      return ReadField(key, value, record, &spans, &has_text);
    }));
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return Bad("the line goes on after its JSON object");
    if (!has_text) return Bad("\"text\" is missing");
    return ToBytes(std::move(spans), record->text, &record->spans);
  }

  static absl::StatusOr<bool> ReadField(std::string_view key, ondemand::value value, JsonRecord* record,
                                        std::vector<CodePointSpan>* spans, bool* has_text) {
    if (key == "id") {
      PHIVEIL_RETURN_IF_ERROR(ReadId(value, record));
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
};

JsonRecordParser::JsonRecordParser() : impl_(std::make_unique<Impl>()) {}
JsonRecordParser::~JsonRecordParser() = default;

absl::Status JsonRecordParser::Parse(std::string_view line, JsonRecord* record) {
  *record = {};
  absl::Status status = impl_->Parse(line, record);
  if (line.size() > kKeepCapacity) impl_ = std::make_unique<Impl>();
  return status;
}

}  // namespace phiveil::cli

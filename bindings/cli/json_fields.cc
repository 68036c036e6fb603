#include "cli/json_fields.h"

#include <algorithm>
#include <optional>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/csv.h"

namespace phiveil::cli {
namespace {

namespace ondemand = simdjson::ondemand;
using JsonType = ondemand::json_type;

// A parser that has grown beyond this is given up after the line that made it grow.
constexpr size_t kKeepCapacity = size_t{1} << 20;

absl::Status BadJson(simdjson::error_code error) {
  if (error == simdjson::UTF8_ERROR) return BadRecord("the line is not valid UTF-8");
  if (error == simdjson::MEMALLOC) return absl::ResourceExhaustedError("no memory left to read the line");
  return BadRecord(Concat("the line is not valid JSON: ", simdjson::error_message(error)));
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

absl::Status ReadStrings(JsonValue value, std::string_view key, std::vector<std::string>* to) {
  ondemand::array array;
  const auto error = value.get_array().get(array);
  if (error == simdjson::INCORRECT_TYPE) return BadRecord(Concat(key, " must be an array of strings"));
  if (error != simdjson::SUCCESS) return BadJson(error);
  for (auto item : array) {
    JsonValue element;
    if (const auto failed = item.get(element); failed != simdjson::SUCCESS) return BadJson(failed);
    PHIVEIL_RETURN_IF_ERROR(ReadString(element, key, &to->emplace_back()));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadKnownField(std::string_view key, JsonValue value, KnownIdentifiers* known) {
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
  return BadRecord("\"known\" has a key that the contract does not name");
}

}  // namespace

absl::Status BadRecord(const std::string& message) { return absl::InvalidArgumentError(message); }

absl::Status ReadString(JsonValue value, std::string_view key, std::string* to) {
  std::string_view text;
  const simdjson::error_code error = value.get_string().get(text);
  if (error == simdjson::INCORRECT_TYPE) return BadRecord(Concat(key, " must be a string"));
  if (error == simdjson::STRING_ERROR) return BadRecord(Concat(key, " holds an escape that JSON does not know"));
  if (error != simdjson::SUCCESS) return BadJson(error);
  to->assign(text);
  return absl::OkStatus();
}

absl::StatusOr<bool> IsNull(JsonValue value) {
  JsonType type;
  if (const auto error = value.type().get(type); error != simdjson::SUCCESS) return BadJson(error);
  if (type != JsonType::null) return false;
  // Looks past the letter "n" the type goes by.
  bool is_null = false;
  if (value.is_null().get(is_null) != simdjson::SUCCESS || !is_null) return BadJson(simdjson::N_ATOM_ERROR);
  return true;
}

absl::Status ReadId(JsonValue value, std::string* id_json, std::string* id) {
  JsonType type;
  if (const auto error = value.type().get(type); error != simdjson::SUCCESS) return BadJson(error);
  if (type == JsonType::null) return IsNull(value).status();
  const std::string_view token = Trimmed(value.raw_json_token());
  if (type == JsonType::string) {
    PHIVEIL_RETURN_IF_ERROR(ReadString(value, "\"id\"", id));
  } else if (type == JsonType::number && IsJsonNumber(token)) {
    *id = token;
  } else {
    return BadRecord("\"id\" must be a string or a number");
  }
  *id_json = token;
  return absl::OkStatus();
}

absl::Status ForEachField(JsonObject& object, std::string_view what, const FieldVisitor& visit) {
  std::vector<std::string> seen;
  for (auto item : object) {
    ondemand::field field;
    if (const auto error = std::move(item).get(field); error != simdjson::SUCCESS) return BadJson(error);
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key); error != simdjson::SUCCESS) return BadJson(error);
    PHIVEIL_ASSIGN_OR_RETURN(const bool named, visit(key, field.value()));
    if (!named) continue;
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      return BadRecord(Concat("a key of ", what, " is given twice"));
    }
    seen.emplace_back(key);
  }
  return absl::OkStatus();
}

absl::Status ForEachObject(JsonValue value, std::string_view key,
                           const std::function<absl::Status(JsonObject&)>& visit) {
  ondemand::array array;
  const auto error = value.get_array().get(array);
  if (error == simdjson::INCORRECT_TYPE) return BadRecord(Concat(key, " must be an array of objects"));
  if (error != simdjson::SUCCESS) return BadJson(error);
  for (auto item : array) {
    JsonObject object;
    const auto failed = item.get_object().get(object);
    if (failed == simdjson::INCORRECT_TYPE) return BadRecord(Concat(key, " must be an array of objects"));
    if (failed != simdjson::SUCCESS) return BadJson(failed);
    PHIVEIL_RETURN_IF_ERROR(visit(object));
  }
  return absl::OkStatus();
}

absl::Status ReadKnown(JsonValue value, KnownIdentifiers* known) {
  JsonObject object;
  const auto error = value.get_object().get(object);
  if (error == simdjson::INCORRECT_TYPE) return BadRecord("\"known\" must be an object");
  if (error != simdjson::SUCCESS) return BadJson(error);
  return ForEachField(object, "\"known\"",
                      [known](std::string_view key, JsonValue field) { return ReadKnownField(key, field, known); });
}

// All in one ascending walk over the text.
absl::Status CodePointsToBytes(std::vector<std::pair<uint64_t, uint32_t*>> points, std::string_view text) {
  if (points.empty()) return absl::OkStatus();
  const uint64_t length = static_cast<uint64_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  std::sort(points.begin(), points.end());
  if (points.back().first > length) return BadRecord("a span ends behind the text");
  OffsetConverter converter(text, OffsetConverter::Unit::kCodePoint);
  for (auto& [offset, byte] : points) *byte = static_cast<uint32_t>(converter.ToBytes(offset));
  return absl::OkStatus();
}

struct JsonLine::Impl {
  ondemand::parser parser;
  std::string padded;

  absl::Status Read(std::string_view line, const FieldVisitor& visit) {
    if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    padded.assign(line);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    ondemand::document document;
    if (const auto error = parser.iterate(padded.data(), line.size(), padded.size()).get(document);
        error != simdjson::SUCCESS) {
      return BadJson(error);
    }
    JsonObject object;
    const auto error = document.get_object().get(object);
    if (error == simdjson::INCORRECT_TYPE) return BadRecord("the line is not a JSON object");
    if (error != simdjson::SUCCESS) return BadJson(error);
    PHIVEIL_RETURN_IF_ERROR(ForEachField(object, "the record", visit));
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      return BadRecord("the line goes on after its JSON object");
    }
    return absl::OkStatus();
  }
};

JsonLine::JsonLine() : impl_(std::make_unique<Impl>()) {}
JsonLine::~JsonLine() = default;

absl::Status JsonLine::Read(std::string_view line, const FieldVisitor& visit) {
  absl::Status status = impl_->Read(line, visit);
  if (line.size() > kKeepCapacity) impl_ = std::make_unique<Impl>();
  return status;
}

}  // namespace phiveil::cli

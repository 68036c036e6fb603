#include "cli/format.h"

#include <algorithm>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/json_writer.h"

namespace phiveil::cli {
namespace {

Request BaseRequest(const FormatSettings& settings, const std::string& id) {
  Request request;
  request.subject = settings.subject;
  request.record_id = id;
  request.actor = settings.actor;
  request.purpose = settings.purpose;
  request.reasons = settings.reasons;
  return request;
}

void WriteReasons(const Finding& finding, JsonWriter* json) {
  json->Key("reasons");
  json->BeginArray();
  for (const Reason& reason : finding.reasons) {
    json->BeginObject();
    json->Key("what");
    json->String(reason.what);
    json->Key("weight");
    json->Score(reason.weight);
    json->EndObject();
  }
  json->EndArray();
}

void WriteFindings(const FormatSettings& settings, std::string_view text, const Outcome& outcome, JsonWriter* json) {
  OffsetConverter offsets(text, settings.offsets);
  json->Key("findings");
  json->BeginArray();
  for (size_t i = 0; i < outcome.findings.size(); ++i) {
    const Finding& finding = outcome.findings[i];
    json->BeginObject();
    json->Key("begin");
    json->Number(offsets.FromBytes(finding.begin));
    json->Key("end");
    json->Number(offsets.FromBytes(finding.end));
    json->Key("category");
    json->String(CategoryName(finding.category));
    if (const std::string_view role = RoleName(finding.subtype); !role.empty()) {
      json->Key("role");
      json->String(role);
    }
    if (settings.verb == Verb::kFind && finding.stays) {
      json->Key("kept");
      json->Bool(true);
    }
    json->Key("score");
    json->Score(finding.score);
    json->Key("rule");
    json->String(finding.rule);
    if (settings.verb == Verb::kRedact && i < outcome.replacements.size()) {
      json->Key("replacement");
      json->String(outcome.replacements[i]);
    }
    if (settings.reasons) WriteReasons(finding, json);
    json->EndObject();
  }
  json->EndArray();
}

void WriteTokens(const Outcome& outcome, JsonWriter* json) {
  json->Key("tokens");
  json->BeginObject();
  json->Key("restored");
  json->Number(outcome.restored);
  json->Key("unknown");
  json->Number(outcome.unknown);
  json->Key("altered");
  json->Number(outcome.altered);
  json->Key("foreign");
  json->Number(outcome.foreign);
  json->EndObject();
}

// One line of the contract. `column` is named when a row can have several texts.
void WriteLine(const FormatSettings& settings, const Prepared& prepared, std::string_view column, std::string_view text,
               const Outcome& outcome, std::string* out) {
  JsonWriter json(out);
  json.BeginObject();
  json.Key("id");
  json.Raw(prepared.id_json);
  if (!column.empty()) {
    json.Key("column");
    json.String(column);
  }
  if (settings.verb != Verb::kFind) {
    json.Key("text");
    json.String(outcome.text);
  }
  if (settings.verb == Verb::kRestore) {
    WriteTokens(outcome, &json);
  } else {
    WriteFindings(settings, text, outcome, &json);
  }
  json.EndObject();
  out->push_back('\n');
}

class TextFormat : public Format {
 public:
  TextFormat(const FormatSettings& settings, std::string name) : settings_(settings), name_(std::move(name)) {}

  absl::Status Prepare(std::string_view raw, uint64_t, JsonRecordParser*, Prepared* prepared) const override {
    prepared->id = name_;
    AppendJsonString(name_, &prepared->id_json);
    // Standard input has no name of its own to be told apart by.
    prepared->records.push_back({raw, BaseRequest(settings_, name_ == "-" ? std::string() : name_)});
    return absl::OkStatus();
  }

  void Render(std::string_view raw, const Prepared& prepared, std::span<const Outcome> outcomes,
              std::string* out) const override {
    if (settings_.verb == Verb::kFind) {
      WriteLine(settings_, prepared, "", raw, outcomes[0], out);
    } else {
      out->append(outcomes[0].text);
    }
  }

 private:
  FormatSettings settings_;
  std::string name_;
};

class JsonLinesFormat : public Format {
 public:
  explicit JsonLinesFormat(const FormatSettings& settings) : settings_(settings) {}

  absl::Status Prepare(std::string_view raw, uint64_t line, JsonRecordParser* parser,
                       Prepared* prepared) const override {
    JsonRecord& json = prepared->json;
    const absl::Status status = parser->Parse(raw, &json);
    if (json.id_json.empty()) {
      json.id = Concat(line);
      json.id_json = json.id;
    }
    prepared->id = json.id;
    prepared->id_json = json.id_json;
    PHIVEIL_RETURN_IF_ERROR(status);
    Record record = {json.text, BaseRequest(settings_, json.id)};
    if (!json.subject.empty()) record.request.subject = json.subject;
    record.request.known = std::move(json.known);
    record.request.spans = std::move(json.spans);
    prepared->records.push_back(std::move(record));
    return absl::OkStatus();
  }

  void Render(std::string_view, const Prepared& prepared, std::span<const Outcome> outcomes,
              std::string* out) const override {
    WriteLine(settings_, prepared, "", prepared.json.text, outcomes[0], out);
  }

 private:
  FormatSettings settings_;
};

class CsvFormat : public Format {
 public:
  CsvFormat(const FormatSettings& settings, size_t width, std::vector<std::pair<size_t, std::string>> text_columns,
            std::optional<size_t> id_column, std::optional<size_t> subject_column)
      : settings_(settings),
        width_(width),
        text_columns_(std::move(text_columns)),
        id_column_(id_column),
        subject_column_(subject_column) {}

  absl::Status Prepare(std::string_view raw, uint64_t line, JsonRecordParser*, Prepared* prepared) const override {
    prepared->id = Concat(line);
    prepared->id_json = prepared->id;
    prepared->fields = SplitCsvRow(raw);
    if (IsBlank(raw)) return absl::OkStatus();
    if (prepared->fields.size() != width_) {
      return absl::InvalidArgumentError(
          Concat("the row has ", prepared->fields.size(), " fields, the header has ", width_));
    }
    if (id_column_.has_value()) {
      prepared->id = Value(raw, *id_column_, prepared);
      prepared->id_json.clear();
      AppendJsonString(prepared->id, &prepared->id_json);
    }
    Request request = BaseRequest(settings_, prepared->id);
    if (subject_column_.has_value()) {
      const std::string_view subject = Value(raw, *subject_column_, prepared);
      if (!subject.empty()) request.subject = subject;
    }
    for (const auto& [column, name] : text_columns_) {
      prepared->columns.push_back(column);
      prepared->records.push_back({Value(raw, column, prepared), request});
    }
    return absl::OkStatus();
  }

  void Render(std::string_view raw, const Prepared& prepared, std::span<const Outcome> outcomes,
              std::string* out) const override {
    size_t copied = 0;
    for (size_t i = 0; i < prepared.records.size(); ++i) {
      const std::string_view before = prepared.records[i].text;
      if (settings_.verb == Verb::kFind) {
        WriteLine(settings_, prepared, text_columns_[i].second, before, outcomes[i], out);
        continue;
      }
      if (outcomes[i].text == before) continue;
      const CsvField& field = prepared.fields[prepared.columns[i]];
      out->append(raw.substr(copied, field.begin - copied));
      AppendCsvValue(outcomes[i].text, field.quoted, out);
      copied = field.end;
    }
    if (settings_.verb == Verb::kFind) return;
    out->append(raw.substr(copied));
    // The last row of a file may lack its line end; behind it stands nothing.
  }

 private:
  bool IsBlank(std::string_view raw) const { return width_ > 1 && raw.find_first_not_of("\r\n") == raw.npos; }

  static std::string_view Value(std::string_view raw, size_t column, Prepared* prepared) {
    const CsvField& field = prepared->fields[column];
    auto scratch = std::make_unique<std::string>();
    const std::string_view value = CsvValue(raw, field, scratch.get());
    if (value.data() == scratch->data()) prepared->values.push_back(std::move(scratch));
    return value;
  }

  FormatSettings settings_;
  size_t width_;
  std::vector<std::pair<size_t, std::string>> text_columns_;  // ascending
  std::optional<size_t> id_column_, subject_column_;
};

absl::StatusOr<size_t> FindColumn(const std::vector<std::string>& names, std::string_view wanted) {
  const auto first = std::find(names.begin(), names.end(), wanted);
  if (first == names.end()) return absl::InvalidArgumentError(Concat("the header has no column \"", wanted, "\""));
  if (std::find(first + 1, names.end(), wanted) != names.end()) {
    return absl::InvalidArgumentError(Concat("the header has column \"", wanted, "\" twice"));
  }
  return static_cast<size_t>(first - names.begin());
}

}  // namespace

std::optional<FormatKind> ParseFormat(std::string_view name) {
  if (name == "text") return FormatKind::kText;
  if (name == "jsonl") return FormatKind::kJsonLines;
  if (name == "csv") return FormatKind::kCsv;
  return std::nullopt;
}

std::string_view FormatName(FormatKind kind) {
  switch (kind) {
    case FormatKind::kText:
      return "text";
    case FormatKind::kJsonLines:
      return "jsonl";
    case FormatKind::kCsv:
      return "csv";
  }
  return "";
}

FormatKind FormatFromName(std::string_view name) {
  name = WithoutCompression(name);
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) return FormatKind::kJsonLines;
  if (name.ends_with(".csv")) return FormatKind::kCsv;
  return FormatKind::kText;
}

std::unique_ptr<Format> MakeTextFormat(const FormatSettings& settings, std::string name) {
  return std::make_unique<TextFormat>(settings, std::move(name));
}

std::unique_ptr<Format> MakeJsonLinesFormat(const FormatSettings& settings) {
  return std::make_unique<JsonLinesFormat>(settings);
}

absl::StatusOr<std::unique_ptr<Format>> MakeCsvFormat(const FormatSettings& settings, std::string_view header) {
  if (header.starts_with(kByteOrderMark)) header.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> names;
  for (const CsvField& field : SplitCsvRow(header)) {
    std::string scratch;
    names.emplace_back(CsvValue(header, field, &scratch));
  }
  if (settings.text_columns.empty()) return absl::InvalidArgumentError("no --text-column says which columns hold text");
  std::vector<std::pair<size_t, std::string>> text_columns;
  for (const std::string& name : settings.text_columns) {
    PHIVEIL_ASSIGN_OR_RETURN(const size_t column, FindColumn(names, name));
    text_columns.emplace_back(column, name);
  }
  std::sort(text_columns.begin(), text_columns.end());
  text_columns.erase(std::unique(text_columns.begin(), text_columns.end()), text_columns.end());
  std::optional<size_t> id_column, subject_column;
  if (!settings.id_column.empty()) {
    PHIVEIL_ASSIGN_OR_RETURN(id_column, FindColumn(names, settings.id_column));
  }
  if (!settings.subject_column.empty()) {
    PHIVEIL_ASSIGN_OR_RETURN(subject_column, FindColumn(names, settings.subject_column));
  }
  return std::make_unique<CsvFormat>(settings, names.size(), std::move(text_columns), id_column, subject_column);
}

}  // namespace phiveil::cli

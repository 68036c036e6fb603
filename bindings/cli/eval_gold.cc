#include "cli/eval_gold.h"

#include <simdjson.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <memory>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/byte_source.h"
#include "cli/file_error.h"
#include "cli/input_tree.h"
#include "cli/json_fields.h"
#include "cli/records.h"

namespace phiveil::cli::eval {
namespace {

constexpr std::string_view kNoteEnding = ".txt";
constexpr size_t kPiece = size_t{1} << 16;

struct CodePointSpan {
  uint64_t start = 0, end = 0;
  GoldSpan span;
  bool has_start = false, has_end = false, has_label = false;
};

absl::StatusOr<bool> ReadSpanField(std::string_view key, JsonValue value, CodePointSpan* to) {
  if (key == "start" || key == "end") {
    uint64_t number = 0;
    if (value.get_uint64().get(number) != simdjson::SUCCESS) {
      return BadRecord("\"start\" and \"end\" of a span must be whole numbers");
    }
    (key == "start" ? to->start : to->end) = number;
    (key == "start" ? to->has_start : to->has_end) = true;
    return true;
  }
  if (key == "label") {
    PHIVEIL_RETURN_IF_ERROR(ReadString(value, "\"label\" of a span", &to->span.label));
    to->has_label = true;
    return true;
  }
  if (key == "ignore") {
    PHIVEIL_ASSIGN_OR_RETURN(const bool null, IsNull(value));
    if (!null && value.get_bool().get(to->span.may_stay) != simdjson::SUCCESS) {
      return BadRecord("\"ignore\" of a span must be true or false");
    }
    return true;
  }
  return false;
}

absl::Status ReadSpans(JsonValue value, std::vector<CodePointSpan>* spans) {
  return ForEachObject(value, "\"spans\"", [spans](JsonObject& object) {
    CodePointSpan span;
    PHIVEIL_RETURN_IF_ERROR(ForEachField(
        object, "a span", [&span](std::string_view key, JsonValue field) { return ReadSpanField(key, field, &span); }));
    if (!span.has_start || !span.has_end || !span.has_label) {
      return BadRecord("a span needs \"start\", \"end\" and \"label\"");
    }
    if (span.start > span.end) return BadRecord("a span ends before it starts");
    span.span.may_stay |= MayStay(span.span.label);
    spans->push_back(std::move(span));
    return absl::OkStatus();
  });
}

absl::Status ToBytes(std::vector<CodePointSpan> spans, GoldDocument* document) {
  std::vector<std::pair<uint64_t, uint32_t*>> points;
  for (CodePointSpan& span : spans) {
    points.emplace_back(span.start, &span.span.begin);
    points.emplace_back(span.end, &span.span.end);
  }
  PHIVEIL_RETURN_IF_ERROR(CodePointsToBytes(std::move(points), document->text));
  for (CodePointSpan& span : spans) document->spans.push_back(std::move(span.span));
  return absl::OkStatus();
}

struct GoldLine {
  std::vector<CodePointSpan> spans;
  bool has_text = false, has_spans = false;
};

absl::StatusOr<bool> ReadGoldField(std::string_view key, JsonValue value, GoldDocument* document, GoldLine* read) {
  absl::Status status;
  if (key == "id") {
    std::string id_json;
    status = ReadId(value, &id_json, &document->id);
  } else if (key == "text") {
    read->has_text = true;
    status = ReadString(value, "\"text\"", &document->text);
  } else if (key == "spans") {
    read->has_spans = true;
    status = ReadSpans(value, &read->spans);
  } else if (key == "known") {
    PHIVEIL_ASSIGN_OR_RETURN(const bool null, IsNull(value));
    document->has_known = !null;
    if (!null) status = ReadKnown(value, &document->known);
  } else {
    return false;
  }
  if (!status.ok()) return status;
  return true;
}

struct KnownLine {
  std::string id_json, id;
  KnownIdentifiers known;
  bool has_known = false;
};

absl::StatusOr<bool> ReadKnownLineField(std::string_view key, JsonValue value, KnownLine* read) {
  if (key == "id") {
    PHIVEIL_RETURN_IF_ERROR(ReadId(value, &read->id_json, &read->id));
    return true;
  }
  if (key != "known") return false;
  read->has_known = true;
  PHIVEIL_RETURN_IF_ERROR(ReadKnown(value, &read->known));
  return true;
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  PHIVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source, OpenSource(path, Compression::kNone));
  std::string bytes;
  for (;;) {
    const size_t size = bytes.size();
    bytes.resize(size + kPiece);
    PHIVEIL_ASSIGN_OR_RETURN(const size_t count, source->Read(bytes.data() + size, kPiece));
    bytes.resize(size + count);
    if (count == 0) return bytes;
  }
}

// Calls `visit(line, number)` for each line that holds something.
absl::Status ForEachLine(const std::string& path,
                         const std::function<absl::Status(std::string_view, uint64_t)>& visit) {
  PHIVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source, OpenSource(path, CompressionFromName(path)));
  const std::unique_ptr<RecordReader> reader = MakeLineReader(source.get(), {}, {});
  for (;;) {
    std::string line;
    RawRecord raw;
    const RecordReader::Step step = reader->Next(true, &line, &raw);
    if (step == RecordReader::Step::kEnd) return absl::OkStatus();
    if (step != RecordReader::Step::kRecord) return absl::CancelledError("a stop was asked for");
    absl::Status status = raw.problem.empty() ? visit(line, raw.line) : BadRecord(raw.problem);
    if (!status.ok()) {
      return absl::Status(status.code(), Concat(path, " line ", raw.line, ": ", MessageOf(status)));
    }
  }
}

absl::StatusOr<std::vector<std::string>> NoteNames(const std::string& folder, std::vector<std::string>* remarks) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator at(folder, error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    const std::string name = at->path().filename().string();
    if (at->is_directory(ignored)) {
      remarks->push_back(Concat(folder, ": the folder ", Utf8Label(name), " in it is not read"));
    } else if (name.ends_with(kNoteEnding)) {
      names.push_back(name);
    }
  }
  if (error) return FileError(folder, "read", error.value());
  std::sort(names.begin(), names.end());
  std::sort(remarks->begin(), remarks->end());
  return names;
}

absl::StatusOr<Gold> ReadFolder(const std::string& folder, std::vector<std::string>* remarks) {
  Gold gold;
  PHIVEIL_ASSIGN_OR_RETURN(const std::vector<std::string> names, NoteNames(folder, remarks));
  for (const std::string& name : names) {
    const std::string path = (std::filesystem::path(folder) / name).string();
    PHIVEIL_ASSIGN_OR_RETURN(const std::string marked, ReadWhole(path));
    if (!simdjson::validate_utf8(marked)) return BadRecord(Concat(path, ": not valid UTF-8"));
    GoldDocument& document = gold.emplace_back();
    document.id = Utf8Label(name.substr(0, name.size() - kNoteEnding.size()));
    document.source = path;
    ParseMarked(marked, &document);
    if (document.text.find("[[") != std::string::npos) {
      remarks->push_back(Concat(path, ": holds `[[` that is no mark of its own; it is read as text"));
    }
  }
  return gold;
}

absl::StatusOr<Gold> ReadLines(const std::string& path) {
  Gold gold;
  std::unordered_map<std::string, uint64_t> seen;
  const absl::Status status = ForEachLine(path, [&](std::string_view line, uint64_t number) {
    GoldDocument& document = gold.emplace_back();
    PHIVEIL_RETURN_IF_ERROR(ParseGoldLine(line, &document));
    if (document.id.empty()) document.id = Concat(number);
    document.source = Concat(path, " line ", number);
    const auto [at, fresh] = seen.emplace(document.id, number);
    return fresh ? absl::OkStatus() : BadRecord(Concat("has the same \"id\" as line ", at->second));
  });
  if (!status.ok()) return status;
  return gold;
}

}  // namespace

bool MayStay(std::string_view label) {
  static constexpr std::array<std::string_view, 13> kLabels = {"AGE",   "COUNTRY", "GENDER",     "MISC",  "MONEY",
                                                               "NRP",   "OTHER",   "PROFESSION", "STATE", "TIME",
                                                               "TITLE", "WEEKDAY", "YEAR"};
  return std::binary_search(kLabels.begin(), kLabels.end(), label);
}

void ParseMarked(std::string_view marked, GoldDocument* document) {
  constexpr std::string_view kLabel = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  size_t copied = 0;
  for (size_t open = 0; (open = marked.find("[[", open)) != std::string_view::npos;) {
    const size_t label = open + 2;
    const size_t colon = std::min(marked.size(), marked.find_first_not_of(kLabel, label));
    if (colon == label || colon == marked.size() || marked[colon] != ':') {
      ++open;
      continue;
    }
    const size_t close = marked.find("]]", colon);
    if (close == std::string_view::npos) break;
    document->text += marked.substr(copied, open - copied);
    GoldSpan& span = document->spans.emplace_back();
    span.label = marked.substr(label, colon - label);
    span.may_stay = MayStay(span.label);
    span.begin = static_cast<uint32_t>(document->text.size());
    document->text += marked.substr(colon + 1, close - colon - 1);
    span.end = static_cast<uint32_t>(document->text.size());
    copied = open = close + 2;
  }
  document->text += marked.substr(copied);
}

absl::Status ParseGoldLine(std::string_view line, GoldDocument* document) {
  thread_local JsonLine json;
  GoldLine read;
  absl::Status status = json.Read(
      line, [&](std::string_view key, JsonValue value) { return ReadGoldField(key, value, document, &read); });
  if (!status.ok()) return status;
  if (!read.has_text) return BadRecord("\"text\" is missing");
  if (!read.has_spans) return BadRecord("\"spans\" is missing; [] says that nothing is to be found");
  return ToBytes(std::move(read.spans), document);
}

absl::StatusOr<Gold> ReadGold(const std::string& path, std::vector<std::string>* remarks) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) return FileError(path, "open", errno);
  const bool folder = S_ISDIR(info.st_mode);
  PHIVEIL_ASSIGN_OR_RETURN(Gold gold, folder ? ReadFolder(path, remarks) : ReadLines(path));
  if (gold.empty()) {
    return BadRecord(folder ? Concat(path, ": no marked note (*.txt) in this folder") : Concat(path, ": no record"));
  }
  return gold;
}

absl::Status AddKnown(const std::string& path, Gold* gold) {
  std::unordered_map<std::string_view, GoldDocument*> by_id;
  for (GoldDocument& document : *gold) by_id.emplace(document.id, &document);
  JsonLine json;
  return ForEachLine(path, [&](std::string_view line, uint64_t) {
    KnownLine read;
    absl::Status status =
        json.Read(line, [&](std::string_view key, JsonValue value) { return ReadKnownLineField(key, value, &read); });
    if (!status.ok()) return status;
    if (read.id_json.empty() || !read.has_known) return BadRecord("a line needs \"id\" and \"known\"");
    const auto at = by_id.find(read.id);
    if (at == by_id.end()) return BadRecord("no document of the gold has this \"id\"");
    if (at->second->has_known) return BadRecord("known identifiers of this \"id\" were given before");
    at->second->known = std::move(read.known);
    at->second->has_known = true;
    return absl::OkStatus();
  });
}

}  // namespace phiveil::cli::eval

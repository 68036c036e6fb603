#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <optional>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/byte_source.h"
#include "cli/commands.h"
#include "cli/file_error.h"
#include "cli/json_writer.h"
#include "cli/records.h"
#include "cli/session.h"

namespace phiveil::cli {
namespace {

struct Stretch {
  size_t begin = 0, end = 0;  // bytes
};

absl::StatusOr<std::string> ReadText(const Options& options) {
  std::unique_ptr<ByteSource> source;
  if (options.file.empty() || options.file == "-") {
    source = StandardInput();
  } else {
    PHIVEIL_ASSIGN_OR_RETURN(source, OpenSource(options.file, CompressionFromName(options.file)));
  }
  std::string text;
  RawRecord record;
  MakeTextReader(source.get(), {.max_record = options.max_record})->Next(true, &text, &record);
  if (!record.problem.empty()) return absl::InvalidArgumentError(record.problem);
  return text;
}

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::optional<Stretch> ParseAt(std::string_view at, std::string_view text) {
  const size_t colon = at.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view digits) -> std::optional<size_t> {
    size_t value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (result.ec != std::errc() || result.ptr != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const std::optional<size_t> begin = number(at.substr(0, colon)), end = number(at.substr(colon + 1));
  if (!begin.has_value() || !end.has_value() || *begin >= *end || *end > CodePoints(text)) return std::nullopt;
  OffsetConverter offsets(text, OffsetConverter::Unit::kCodePoint);
  const size_t first = offsets.ToBytes(*begin);
  return Stretch{first, offsets.ToBytes(*end)};
}

std::optional<Stretch> FindLine(uint64_t line, std::string_view text) {
  size_t begin = 0;
  for (uint64_t at = 1; at < line; ++at) {
    const size_t newline = text.find('\n', begin);
    if (newline == std::string_view::npos) return std::nullopt;
    begin = newline + 1;
  }
  return Stretch{begin, std::min(text.size(), text.find('\n', begin))};
}

std::string Score(float score) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", static_cast<double>(score));
  return text;
}

std::string Weight(float weight) { return (weight < 0 ? "" : "+") + Score(weight); }

void Print(const Explanation& explanation, std::string_view text, bool show_text) {
  for (const Explanation::Candidate& candidate : explanation.candidates) {
    // Best first, not in order of place: a converter walks forward only.
    OffsetConverter own(text, OffsetConverter::Unit::kCodePoint);
    const size_t begin = own.FromBytes(candidate.begin);
    std::cout << begin << ":" << own.FromBytes(candidate.end) << "  " << CategoryName(candidate.category) << "  score "
              << Score(candidate.score) << ", threshold " << Score(candidate.threshold) << "  " << candidate.outcome
              << "\n";
    std::cout << "    rule " << candidate.rule << "\n";
    for (const Reason& reason : candidate.reasons)
      std::cout << "    " << Weight(reason.weight) << "  " << reason.what << "\n";
    if (show_text) {
      std::string quoted;
      AppendJsonString(text.substr(candidate.begin, candidate.end - candidate.begin), &quoted);
      std::cout << "    text " << quoted << "\n";
    }
  }
  if (explanation.candidates.empty()) std::cout << "No rule spoke for or against anything here.\n";
  for (const std::string& note : explanation.notes) std::cout << "note: " << note << "\n";
}

ExitCode Fail(const absl::Status& status, ExitCode code) {
  std::cerr << "phiveil: " << MessageOf(status) << "\n";
  return code;
}

}  // namespace

ExitCode RunExplain(const Options& options) {
  absl::StatusOr<std::unique_ptr<Session>> session = OpenSession(options, Verb::kFind, std::cerr);
  if (!session.ok()) return Fail(session.status(), kCannotStart);
  absl::StatusOr<std::string> text = ReadText(options);
  if (!text.ok()) return Fail(text.status(), kSomeQuarantined);
  std::optional<Stretch> stretch = Stretch{0, text->size()};
  if (!options.at.empty()) stretch = ParseAt(options.at, *text);
  if (options.line > 0) stretch = FindLine(options.line, *text);
  if (!stretch.has_value()) {
    std::cerr << "phiveil: the text has no such stretch (--at BEGIN:END counts code points from 0, --line from 1)\n";
    return kUsage;
  }
  const Request request{
      .actor = options.actor.empty() ? LoginName() : options.actor, .purpose = options.purpose, .reasons = true};
  const auto explanation = (*session)->engine->Explain(*text, request, stretch->begin, stretch->end);
  if (AuditLog* const audit = (*session)->audit.get(); audit != nullptr) {
    if (const absl::Status recorded = audit->Flush(); !recorded.ok()) return Fail(recorded, kStopped);
  }
  if (!explanation.ok()) return Fail(explanation.status(), kSomeQuarantined);
  Print(*explanation, *text, options.show_text);
  std::cout.flush();
  return std::cout.good() ? kAllDone : kStopped;
}

}  // namespace phiveil::cli

#include "compiler/diagnostic.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "base/concat.h"

namespace phiveil::rules {
namespace {

constexpr size_t kShownBefore = 80;  // characters of a long line, before the place that is meant
constexpr size_t kShownAfter = 60;   // and after its begin

struct Name {
  Code code;
  std::string_view name;
};

constexpr Name kNames[] = {
    {Code::kUnreadableFile, "unreadable-file"},
    {Code::kBadEncoding, "bad-encoding"},
    {Code::kYamlSyntax, "yaml-syntax"},
    {Code::kYamlFeature, "yaml-feature"},
    {Code::kTooLarge, "too-large"},
    {Code::kWrongType, "wrong-type"},
    {Code::kMissingKey, "missing-key"},
    {Code::kUnknownKey, "unknown-key"},
    {Code::kDuplicateKey, "duplicate-key"},
    {Code::kUnknownValue, "unknown-value"},
    {Code::kOutOfRange, "out-of-range"},
    {Code::kKeyNotHere, "key-not-here"},
    {Code::kDuplicateId, "duplicate-id"},
    {Code::kBadId, "bad-id"},
    {Code::kUnknownCategory, "unknown-category"},
    {Code::kUnknownValidator, "unknown-validator"},
    {Code::kUnknownClass, "unknown-class"},
    {Code::kUnknownMacro, "unknown-macro"},
    {Code::kOneOf, "pattern-form-list"},
    {Code::kBadPattern, "bad-pattern"},
    {Code::kBadForm, "bad-form"},
    {Code::kFormTooLong, "form-too-long"},
    {Code::kFormNeverMatches, "form-matches-nothing"},
    {Code::kFormStart, "form-start"},
    {Code::kBadMacro, "bad-macro"},
    {Code::kBadExample, "bad-example"},
    {Code::kNoPositiveExample, "no-positive-example"},
    {Code::kNoNegativeExample, "no-negative-example"},
    {Code::kBadAllow, "bad-allow"},
    {Code::kBadCue, "bad-cue"},
    {Code::kBadField, "bad-field"},
    {Code::kBadHl7, "bad-hl7"},
    {Code::kBadClass, "bad-class"},
    {Code::kBadList, "bad-list"},
    {Code::kBadModel, "bad-model"},
    {Code::kBadCase, "bad-case"},
    {Code::kPolicyClaim, "policy-claim"},
    {Code::kDatabase, "database"},
    {Code::kNoTrigger, "no-trigger"},
    {Code::kUnusedClass, "unused-class"},
    {Code::kRepeatedCue, "repeated-cue"},
    {Code::kUnreachableScore, "unreachable-score"},
    {Code::kNearDuplicate, "near-duplicate"},
    {Code::kUnusedMacro, "unused-macro"},
    {Code::kUnlistedFile, "unlisted-file"},
    {Code::kCostlyRule, "costly-rule"},
};

size_t Characters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

// Letters changed, left out, put in, or exchanged with their neighbour.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, change});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

// What a terminal may be shown: no control characters, nothing that is not UTF-8.
std::string Printable(std::string_view line) {
  std::string out(line);
  for (char& c : out) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) c = '?';
  }
  for (size_t at; (at = FirstInvalidUtf8(out)) != std::string_view::npos;) out[at] = '?';
  return out;
}

// A line, or of a long one the part around what is meant; `column` and `width` follow it.
struct Excerpt {
  std::string text;
  size_t column;  // from 0, in characters
  size_t width;
};

// The part of `text` from character `first` on, `count` characters long.
std::string_view CharactersOf(std::string_view text, size_t first, size_t count) {
  const auto skip = [&](size_t at, size_t characters) {
    while (at < text.size() && characters > 0) {
      ++at;
      while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80) ++at;
      --characters;
    }
    return at;
  };
  const size_t begin = skip(0, first);
  return text.substr(begin, skip(begin, count) - begin);
}

Excerpt ExcerptOf(const Diagnostic& diagnostic) {
  const auto column = static_cast<size_t>(std::max(diagnostic.column, 1)) - 1;
  const size_t width = std::max<size_t>(1, static_cast<size_t>(std::max(diagnostic.width, 1)));
  const size_t size = Characters(diagnostic.source_line);
  if (size <= kShownBefore + kShownAfter) return {diagnostic.source_line, column, width};
  const size_t first = column > kShownBefore ? column - kShownBefore : 0;
  const size_t shown = std::min(size, column + kShownAfter) - first;
  const std::string_view head = first > 0 ? "…" : "";
  const std::string_view tail = first + shown < size ? "…" : "";
  return {Concat(head, CharactersOf(diagnostic.source_line, first, shown), tail), column - first + (first > 0),
          std::min(width, kShownAfter)};
}

// Tabs stay tabs, so that the caret stands right whatever their width.
std::string Indent(const Excerpt& excerpt) {
  std::string out;
  size_t left = excerpt.column;
  for (char c : excerpt.text) {
    if (left == 0) break;
    if ((static_cast<uint8_t>(c) & 0xc0) == 0x80) continue;
    out += c == '\t' ? '\t' : ' ';
    --left;
  }
  out.append(left, ' ');
  return out;
}

}  // namespace

std::string_view CodeName(Code code) {
  const auto row =
      std::find_if(std::begin(kNames), std::end(kNames), [&](const Name& name) { return name.code == code; });
  return row == std::end(kNames) ? "unknown" : row->name;
}

std::string CodeId(Code code) {
  const std::string digits = std::to_string(static_cast<int>(code));
  return Concat("PH", std::string_view("000").substr(std::min<size_t>(digits.size(), 3)), digits);
}

Severity CodeSeverity(Code code) { return static_cast<int>(code) > 100 ? Severity::kWarning : Severity::kError; }

std::string FormatDiagnostic(const Diagnostic& diagnostic) {
  std::string out = diagnostic.file;
  if (diagnostic.line > 0) out += Concat(":", diagnostic.line, ":", diagnostic.column);
  out += Concat(": ", diagnostic.severity == Severity::kError ? "error " : "warning ", diagnostic.id, " ",
                CodeName(diagnostic.code), ": ", diagnostic.message, "\n");
  if (diagnostic.line > 0 && !diagnostic.source_line.empty()) {
    const Excerpt excerpt = ExcerptOf(diagnostic);
    const std::string number = std::to_string(diagnostic.line);
    const std::string margin(number.size() < 5 ? 5 - number.size() : 0, ' ');
    out += Concat(margin, number, " | ", excerpt.text, "\n", std::string(margin.size() + number.size(), ' '), " | ",
                  Indent(excerpt), "^", std::string(excerpt.width - 1, '~'), "\n");
  }
  if (!diagnostic.advice.empty()) out += Concat("help: ", diagnostic.advice, "\n");
  return out;
}

void Diagnostics::Report(Code code, const Location& where, std::string message, std::string advice) {
  if (where.file == nullptr) return ReportFile(code, "", std::move(message), std::move(advice));
  const SourceFile::Place place = where.file->PlaceOf(where.offset);
  std::string line = Printable(where.file->LineOf(where.offset));
  Diagnostic diagnostic{code,         CodeSeverity(code), CodeId(code),      where.file->path(), place.line,
                        place.column, std::move(message), std::move(advice), std::move(line),    1};
  const size_t offset = std::min(where.offset, where.file->text().size());
  const std::string_view rest = where.file->text().substr(offset, where.length);
  const auto width = static_cast<int>(Characters(rest.substr(0, rest.find_first_of("\r\n"))));
  diagnostic.width = std::max(1, width);
  Keep(std::move(diagnostic));
}

void Diagnostics::ReportFile(Code code, std::string_view path, std::string message, std::string advice) {
  Keep({code, CodeSeverity(code), CodeId(code), std::string(path), 0, 0, std::move(message), std::move(advice), "", 0});
}

void Diagnostics::Keep(Diagnostic diagnostic) {
  (diagnostic.severity == Severity::kError ? errors_ : warnings_) += 1;
  if (kept_.size() < kMost) kept_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Diagnostics::Sorted() const {
  std::map<std::string_view, size_t> order;
  for (const Diagnostic& diagnostic : kept_) order.emplace(diagnostic.file, order.size());
  std::vector<Diagnostic> out = kept_;
  std::stable_sort(out.begin(), out.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(order.at(a.file), a.line, a.column) < std::tuple(order.at(b.file), b.line, b.column);
  });
  return out;
}

std::string_view ClosestWord(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr size_t kLongest = 64;
  if (word.empty() || word.size() > kLongest) return "";
  std::string_view best;
  size_t best_distance = word.size() <= 4 ? 2 : word.size() <= 7 ? 3 : 4;
  for (std::string_view candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view otherwise) {
  const std::string_view closest = ClosestWord(word, candidates);
  return closest.empty() ? std::string(otherwise) : Concat("did you mean `", closest, "`?");
}

std::string Join(const std::vector<std::string_view>& words, std::string_view separator) {
  std::string out;
  for (std::string_view word : words) {
    if (!out.empty()) out += separator;
    out += word;
  }
  return out;
}

}  // namespace phiveil::rules

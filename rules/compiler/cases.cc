#include "compiler/cases.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/concat.h"

namespace phiveil::rules {
namespace {

constexpr std::string_view kAdvice = "end the line with a tab and `ok`, `miss #n` or `extra #n`";

// `origin`: for each byte of the result the byte of `text` it comes from, and the end.
std::string Unescape(std::string_view text, std::vector<size_t>* origin) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    origin->push_back(i);
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && (next == 'n' || next == 't' || next == '\\')) {
      out += next == 'n' ? '\n' : next == 't' ? '\t' : '\\';
      ++i;
    } else {
      out += text[i];
    }
  }
  origin->push_back(text.size());
  return out;
}

bool ReadExpectation(std::string_view text, CaseLine* out) {
  if (text == "ok") return true;
  for (const auto& [word, expect] :
       {std::pair("miss #", Expectation::kMiss), std::pair("extra #", Expectation::kExtra)}) {
    const std::string_view prefix = word;
    if (!text.starts_with(prefix)) continue;
    const std::string_view number = text.substr(prefix.size());
    if (number.empty() || number.find_first_not_of("0123456789") != std::string_view::npos) return false;
    out->expect = expect;
    out->fault = Concat("#", number);
    return true;
  }
  return false;
}

std::optional<CaseLine> ReadLine(const SourceFile& file, size_t begin, std::string_view line,
                                 Diagnostics* diagnostics) {
  const size_t tab = line.rfind('\t');
  if (tab == std::string_view::npos) {
    diagnostics->Report(Code::kBadCase, {&file, begin, line.size()}, "a line that is not a case", std::string(kAdvice));
    return std::nullopt;
  }
  CaseLine out;
  if (!ReadExpectation(line.substr(tab + 1), &out)) {
    diagnostics->Report(Code::kBadCase, {&file, begin + tab + 1, line.size() - tab - 1},
                        "what is expected of this case?", std::string(kAdvice));
    return std::nullopt;
  }
  std::vector<size_t> origin;
  MarkError error;
  std::optional<MarkedText> marked = ParseMarks(Unescape(line.substr(0, tab), &origin), &error);
  if (!marked) {
    const size_t from = origin[error.offset];
    diagnostics->Report(Code::kBadCase, {&file, begin + from, origin[error.offset + error.length] - from},
                        error.message, error.advice);
    return std::nullopt;
  }
  out.marked = *std::move(marked);
  out.line = file.PlaceOf(begin).line;
  return out;
}

}  // namespace

std::vector<CaseLine> ParseCases(const SourceFile& file, Diagnostics* diagnostics) {
  std::vector<CaseLine> cases;
  const std::string_view text = file.text();
  if (size_t at = FirstInvalidUtf8(text); at != std::string_view::npos) {
    diagnostics->Report(Code::kBadEncoding, {&file, at, 1}, "not valid UTF-8", "save the file as UTF-8");
    return cases;
  }
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool comment = line.starts_with('#') && line.find('\t') == std::string_view::npos;
    if (!line.empty() && !comment) {
      if (std::optional<CaseLine> one = ReadLine(file, at, line, diagnostics)) cases.push_back(*std::move(one));
    }
    at = end + 1;
  }
  return cases;
}

}  // namespace phiveil::rules

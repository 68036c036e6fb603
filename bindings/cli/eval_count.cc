#include "cli/eval_count.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <limits>

namespace phiveil::cli::eval {
namespace {

// Of each byte of a text; letters and digits are marked at their first byte.
enum Mark : uint8_t { kAlnum = 1, kRequired = 2, kMayStay = 4, kCovered = 8 };
using Marks = std::vector<uint8_t>;

template <typename Visit>
void ForEachCodePoint(std::string_view text, const Visit& visit) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, text.size(), c);
    visit(begin, c < 0 ? U'\uFFFD' : static_cast<char32_t>(c));
  }
}

void Set(Marks* marks, uint32_t begin, uint32_t end, Mark mark) {
  for (size_t i = begin; i < end && i < marks->size(); ++i) (*marks)[i] |= mark;
}

uint64_t Count(const Marks& marks, uint32_t begin, uint32_t end, uint8_t wanted) {
  const auto from = marks.begin() + std::min<size_t>(begin, marks.size());
  const auto to = marks.begin() + std::max<size_t>(begin, std::min<size_t>(end, marks.size()));
  return static_cast<uint64_t>(std::count_if(from, to, [&](uint8_t mark) { return (mark & wanted) == wanted; }));
}

Marks MarkText(const GoldDocument& document, std::span<const Finding> findings) {
  Marks marks(document.text.size(), 0);
  ForEachCodePoint(document.text, [&](size_t at, char32_t c) {
    if (IsLetterOrDigit(c)) marks[at] = kAlnum;
  });
  for (const GoldSpan& span : document.spans) Set(&marks, span.begin, span.end, span.may_stay ? kMayStay : kRequired);
  for (const Finding& finding : findings) Set(&marks, finding.begin, finding.end, kCovered);
  return marks;
}

bool IsStray(uint8_t mark) { return (mark & kAlnum) != 0 && (mark & (kRequired | kMayStay)) == 0; }

void ScoreSpans(const GoldDocument& document, const Marks& marks, DocumentScore* score) {
  uint64_t left = 0;
  for (const GoldSpan& span : document.spans) {
    SpanScore& one = score->spans.emplace_back();
    if (span.may_stay) continue;
    one.letters = static_cast<uint32_t>(Count(marks, span.begin, span.end, kAlnum));
    one.covered = static_cast<uint32_t>(Count(marks, span.begin, span.end, kAlnum | kCovered));
    if (one.letters == 0) continue;
    score->counts.labels[span.label].Add(one.letters, one.covered);
    if (one.Missed()) ++left;
  }
  score->counts.clean = left == 0;
  score->counts.at_most_two = left <= 2;
}

void ScoreFindings(std::span<const Finding> findings, const Marks& marks, DocumentScore* score) {
  for (size_t i = 0; i < findings.size(); ++i) {
    const Finding& finding = findings[i];
    FoundCounts& found = score->counts.found[static_cast<size_t>(finding.category)];
    bool touches = false;
    for (size_t at = finding.begin; at < finding.end && at < marks.size(); ++at) {
      touches |= (marks[at] & (kRequired | kMayStay)) != 0;
      found.required += (marks[at] & (kAlnum | kRequired)) == (kAlnum | kRequired);
      found.stray += IsStray(marks[at]);
    }
    ++found.findings;
    ++score->counts.findings;
    if (touches) continue;
    ++found.false_findings;
    ++score->counts.false_findings;
    score->false_findings.push_back(static_cast<uint32_t>(i));
  }
}

}  // namespace

bool IsLetterOrDigit(char32_t c) {
  const auto point = static_cast<UChar32>(c);
  // isalpha() or isdecimal() or isdigit() or isnumeric(): every numeric type, not the digits alone.
  return u_isalpha(point) || u_getIntPropertyValue(point, UCHAR_NUMERIC_TYPE) != U_NT_NONE;
}

bool IsWhiteSpace(char32_t c) {
  const auto point = static_cast<UChar32>(c);
  const UCharDirection direction = u_charDirection(point);
  return direction == U_WHITE_SPACE_NEUTRAL || direction == U_BLOCK_SEPARATOR || direction == U_SEGMENT_SEPARATOR ||
         u_charType(point) == U_SPACE_SEPARATOR;
}

uint64_t CountWords(std::string_view text) {
  uint64_t words = 0;
  bool inside = false;
  ForEachCodePoint(text, [&](size_t, char32_t c) {
    const bool space = IsWhiteSpace(c);
    words += !space && !inside;
    inside = !space;
  });
  return words;
}

double Share(uint64_t numerator, uint64_t denominator) {
  return denominator == 0 ? 0.0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

void EntityCounts::Add(uint64_t letters, uint64_t letters_covered) {
  ++entities;
  full += letters_covered == letters;
  part += letters_covered > 0 && letters_covered < letters;
  characters += letters;
  covered += letters_covered;
}

EntityCounts& EntityCounts::operator+=(const EntityCounts& other) {
  entities += other.entities;
  full += other.full;
  part += other.part;
  characters += other.characters;
  covered += other.covered;
  return *this;
}

double EntityCounts::EntityRecall() const { return Share(full, entities); }
double EntityCounts::CharacterRecall() const { return Share(covered, characters); }

FoundCounts& FoundCounts::operator+=(const FoundCounts& other) {
  findings += other.findings;
  false_findings += other.false_findings;
  required += other.required;
  stray += other.stray;
  return *this;
}

double FoundCounts::Precision() const { return Share(required, required + stray); }

EvalCounts& EvalCounts::operator+=(const EvalCounts& other) {
  documents += other.documents;
  failed += other.failed;
  words += other.words;
  clean += other.clean;
  at_most_two += other.at_most_two;
  for (const auto& [label, counts] : other.labels) labels[label] += counts;
  listed_names += other.listed_names;
  unlisted_names += other.unlisted_names;
  for (size_t i = 0; i < found.size(); ++i) found[i] += other.found[i];
  required += other.required;
  stray += other.stray;
  findings += other.findings;
  false_findings += other.false_findings;
  return *this;
}

EntityCounts EvalCounts::All() const {
  EntityCounts all;
  for (const auto& [label, counts] : labels) all += counts;
  return all;
}

double EvalCounts::Precision() const { return Share(required, required + stray); }

double EvalCounts::F1() const {
  const double precision = Precision(), recall = All().CharacterRecall();
  return 2 * precision * recall / std::max(1e-9, precision + recall);
}

double EvalCounts::CleanShare() const { return Share(clean, documents); }
double EvalCounts::AtMostTwoShare() const { return Share(at_most_two, documents); }
double EvalCounts::FalsePerThousandWords() const { return Share(1000 * false_findings, words); }

DocumentScore ScoreDocument(const GoldDocument& document, std::span<const Finding> findings) {
  DocumentScore score;
  const Marks marks = MarkText(document, findings);
  score.counts.documents = 1;
  score.counts.words = CountWords(document.text);
  ScoreSpans(document, marks, &score);
  ScoreFindings(findings, marks, &score);
  for (const uint8_t mark : marks) {
    if ((mark & kCovered) == 0) continue;
    score.counts.required += (mark & (kAlnum | kRequired)) == (kAlnum | kRequired);
    score.counts.stray += IsStray(mark);
  }
  return score;
}

}  // namespace phiveil::cli::eval

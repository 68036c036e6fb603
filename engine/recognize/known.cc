#include "recognize/known.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace phiveil {
namespace {

using namespace token_class;

constexpr uint32_t kMaxGap = 3;     // separator bytes between two words of one value
constexpr uint32_t kMaxBreak = 24;  // of a street: with a line break and its indentation
constexpr ClassBits kValueWord = kAnyWord | kNum;

bool OneBreak(std::string_view between) {
  return between.size() <= kMaxBreak && between.find_first_not_of(", \t\n") == std::string_view::npos &&
         std::count(between.begin(), between.end(), '\n') == 1;
}

char Fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Collects words from token `first` on into `squeezed` until it is longer than `length`, and tells
// after each word whether what stands there is the value.
bool MatchValue(const Document& doc, uint32_t first, const KnownValue& value, std::string* squeezed, uint32_t* end) {
  const auto& tokens = doc.tokens();
  squeezed->clear();
  uint32_t words = 0, last_end = tokens[first].begin;
  for (uint32_t t = first; t < tokens.size() && squeezed->size() <= value.squeezed.size() + 1; ++t) {
    const Token& token = tokens[t];
    if (!(token.classes & kValueWord)) continue;
    const std::string_view between = doc.view().substr(last_end, token.begin - last_end);
    if (between.size() > kMaxGap && !(value.street && OneBreak(between))) return false;
    last_end = token.end;
    const size_t before = squeezed->size();
    AppendFolded(doc.Word(token), squeezed);
    if (value.street) {
      const std::string_view full = FullStreetWord(std::string_view(*squeezed).substr(before));
      squeezed->replace(before, std::string::npos, full.data(), full.size());
    }
    ++words;
    const bool exact = *squeezed == value.squeezed;
    const bool near = value.one_slip && WithinOneSlip(*squeezed, value.squeezed);
    if (words >= value.min_words && (exact || near)) {
      // A run of letters or digits that goes on without a break is another value.
      const bool goes_on =
          t + 1 < tokens.size() && (tokens[t + 1].classes & kValueWord) && (tokens[t + 1].classes & kGlued);
      if (exact || !goes_on) {
        *end = t + 1;
        return true;
      }
    }
    if (!value.one_slip && value.squeezed.compare(0, squeezed->size(), *squeezed) != 0) return false;
  }
  return false;
}

void AddValues(const std::vector<KnownValue>& values, const Document& doc, Evidence* evidence) {
  const auto& tokens = doc.tokens();
  std::string squeezed;
  for (uint32_t t = 0; t < tokens.size(); ++t) {
    const Token& token = tokens[t];
    if (!(token.classes & kValueWord)) continue;
    const char initial = Fold(doc.view()[token.begin]);
    const bool digit = (token.classes & kNum) != 0;
    for (const KnownValue& value : values) {
      if (value.squeezed.front() != initial && !(value.one_slip && digit)) continue;
      uint32_t end = 0;
      if (!MatchValue(doc, t, value, &squeezed, &end)) continue;
      const float score = squeezed == value.squeezed ? value.score : value.score - 0.15f;
      evidence->candidates.push_back(KnownCandidate(doc, t, end, value.category, value.subtype, score, evidence));
    }
  }
}

}  // namespace

void AppendFolded(std::string_view word, std::string* out) {
  for (char c : word) {
    if (c != '\'') out->push_back(Fold(c));
  }
}

Candidate KnownCandidate(const Document& doc, uint32_t first, uint32_t end, Category category, Subtype subtype,
                         float score, Evidence* evidence) {
  Candidate candidate;
  candidate.begin = doc.tokens()[first].begin;
  candidate.end = doc.tokens()[end - 1].end;
  candidate.first_token = first;
  candidate.end_token = end;
  candidate.category = category;
  candidate.subtype = subtype;
  candidate.source = Source::kKnown;
  candidate.labelled = true;
  candidate.score = score;
  candidate.first_reason = static_cast<uint32_t>(evidence->reasons.size());
  candidate.reason_count = 1;
  evidence->reasons.push_back({Contribution::Kind::kKnown, 0, 0, score});
  return candidate;
}

bool WithinOneSlip(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  size_t i = 0;
  while (i < a.size() && a[i] == b[i]) ++i;
  if (a.size() < b.size()) return a.substr(i) == b.substr(i + 1);
  if (i == a.size()) return true;
  if (a.substr(i + 1) == b.substr(i + 1)) return true;
  return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] && a.substr(i + 2) == b.substr(i + 2);
}

void AddKnown(const KnownIdentifiers& known, const Document& doc, ClassBits ordinary, Evidence* evidence) {
  const KnownNames names = KnownNamesOf(known);
  if (!names.parts.empty()) AddKnownNames(names, doc, ordinary, evidence);
  const std::vector<KnownValue> values = KnownValues(known);
  if (!values.empty()) AddValues(values, doc, evidence);
}

std::vector<Candidate> KnownInProse(const Document& doc, const Evidence& evidence) {
  constexpr std::string_view kBefore = " \t\n(,", kAfter = " \t\n),.;";
  const std::string_view view = doc.view();
  std::vector<Candidate> known;
  for (const Candidate& c : evidence.candidates) {
    const bool prose = (c.begin == 0 || kBefore.find(view[c.begin - 1]) != std::string_view::npos) &&
                       (c.end == view.size() || kAfter.find(view[c.end]) != std::string_view::npos);
    if (c.source == Source::kKnown && prose) known.push_back(c);
  }
  return known;
}

void PutBackKnown(const std::vector<Candidate>& known, Evidence* evidence) {
  if (known.empty()) return;
  std::set<std::tuple<uint32_t, uint32_t, Category>> there;
  for (const Candidate& c : evidence->candidates) {
    if (c.source == Source::kKnown) there.emplace(c.begin, c.end, c.category);
  }
  for (const Candidate& c : known) {
    if (there.emplace(c.begin, c.end, c.category).second) evidence->candidates.push_back(c);
  }
}

}  // namespace phiveil

#include "recognize/known.h"

#include <algorithm>

namespace phiveil {
namespace {

using namespace token_class;

constexpr size_t kSlipName = 5;  // letters of a name part that may hold a slip
constexpr uint32_t kMaxGap = 3;  // separator bytes between two words of one value
constexpr ClassBits kValueWord = kAnyWord | kNum;

char Fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

void AppendFolded(std::string_view word, std::string* out) {
  for (char c : word) {
    if (c != '\'') out->push_back(Fold(c));
  }
}

Candidate Make(const Document& doc, uint32_t first, uint32_t end, Category category, Subtype subtype, float score,
               Evidence* evidence) {
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

// The score of one word as a part of a known name; 0 when it is none.
float NameScore(std::string_view folded, const Token& token, const std::vector<KnownPart>& parts, Subtype* subtype) {
  const bool capital = (token.classes & (kCap | kUpper | kMixed | kInitial)) != 0;
  for (const KnownPart& part : parts) {
    if (part.folded.size() < 2) continue;
    *subtype = part.subtype;
    if (part.folded == folded) return capital || folded.size() >= 4 ? 0.95f : 0.55f;
    if (part.folded.size() >= kSlipName && folded.size() + 1 >= kSlipName && capital &&
        WithinOneSlip(part.folded, folded)) {
      return 0.80f;
    }
  }
  return 0;
}

bool InitialOfPart(std::string_view folded, const std::vector<KnownPart>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const KnownPart& part) { return !part.folded.empty() && part.folded.substr(0, 1) == folded; });
}

// "A." or "A" beside a known part belongs to it.
void TakeInitials(const Document& doc, const std::vector<KnownPart>& parts, uint32_t* first, uint32_t* end) {
  const auto& tokens = doc.tokens();
  std::string folded;
  auto initial = [&](uint32_t t) {
    if (t >= tokens.size() || !(tokens[t].classes & kInitial)) return false;
    folded.clear();
    AppendFolded(doc.Word(tokens[t]), &folded);
    return InitialOfPart(folded, parts);
  };
  for (;;) {
    if (*first >= 1 && initial(*first - 1)) {
      *first -= 1;
    } else if (*first >= 2 && (tokens[*first - 1].classes & kDot) && initial(*first - 2)) {
      *first -= 2;
    } else {
      break;
    }
  }
  while (initial(*end)) ++*end;
}

void AddNames(const std::vector<KnownPart>& parts, const Document& doc, Evidence* evidence) {
  const auto& tokens = doc.tokens();
  std::string folded;
  for (uint32_t t = 0; t < tokens.size();) {
    if (!(tokens[t].classes & kAnyWord)) {
      ++t;
      continue;
    }
    Subtype subtype = Subtype::kNone;
    folded.clear();
    AppendFolded(doc.Word(tokens[t]), &folded);
    const float score = NameScore(folded, tokens[t], parts, &subtype);
    if (score == 0) {
      ++t;
      continue;
    }
    uint32_t first = t, end = t + 1;
    TakeInitials(doc, parts, &first, &end);
    evidence->candidates.push_back(Make(doc, first, end, Category::kName, subtype, score, evidence));
    t = end;
  }
}

// Collects words from token `first` on into `squeezed` until it is longer than `length`, and tells
// after each word whether what stands there is the value.
bool MatchValue(const Document& doc, uint32_t first, const KnownValue& value, std::string* squeezed, uint32_t* end) {
  const auto& tokens = doc.tokens();
  squeezed->clear();
  uint32_t words = 0, last_end = tokens[first].begin;
  for (uint32_t t = first; t < tokens.size() && squeezed->size() <= value.squeezed.size() + 1; ++t) {
    const Token& token = tokens[t];
    if (!(token.classes & kValueWord)) continue;
    if (token.begin > last_end + kMaxGap) return false;
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
      evidence->candidates.push_back(Make(doc, t, end, value.category, value.subtype, score, evidence));
    }
  }
}

}  // namespace

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

void AddKnown(const KnownIdentifiers& known, const Document& doc, Evidence* evidence) {
  const std::vector<KnownPart> parts = KnownNameParts(known);
  if (!parts.empty()) AddNames(parts, doc, evidence);
  const std::vector<KnownValue> values = KnownValues(known);
  if (!values.empty()) AddValues(values, doc, evidence);
}

}  // namespace phiveil

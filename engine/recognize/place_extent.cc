#include "recognize/place_extent.h"

#include <algorithm>
#include <array>

#include "recognize/people.h"

namespace phiveil {
namespace {

using namespace token_class;  // NOLINT: many of them

constexpr ClassBits kCapital = kCap | kUpper | kMixed;
constexpr uint32_t kFarthest = 6;  // tokens to one side

struct Hashes {
  uint64_t of = FoldedHash("of"), the = FoldedHash("the"), and_ = FoldedHash("and"), for_ = FoldedHash("for"),
           p = FoldedHash("p"), c = FoldedHash("c"), a = FoldedHash("a");
  std::array<uint64_t, 12> ends = {FoldedHash("ctr"),      FoldedHash("center"), FoldedHash("centre"),
                                   FoldedHash("assoc"),    FoldedHash("pc"),     FoldedHash("llc"),
                                   FoldedHash("pllc"),     FoldedHash("inc"),    FoldedHash("group"),
                                   FoldedHash("partners"), FoldedHash("hosp"),   FoldedHash("system")};
};

const Hashes& Known() {
  static const Hashes known;
  return known;
}

bool SameColumn(const Document& doc, uint32_t token) {
  const auto& tokens = doc.tokens();
  if (token >= tokens.size() || (tokens[token].classes & (kNl | kLineStart)) != 0) return false;
  return tokens[token].begin <= tokens[token - 1].end + 1;
}

bool IsEnd(const Token& token) {
  return std::find(Known().ends.begin(), Known().ends.end(), token.hash) != Known().ends.end();
}

}  // namespace

PlaceExtent::PlaceExtent(const pb::Pack& pack)
    : stop_(ListBits(pack, {"Title", "Credential", "Role", "Relation", "Month", "Weekday", "Heading", "Holiday"})),
      plain_(ListBits(pack, {"Common", "Clinical"})),
      noun_(ListBits(pack, {"FacilityNoun", "OrgNoun"})) {}

bool PlaceExtent::IsPart(const Token& token) const {
  return (token.classes & kCapital) != 0 && ((token.classes & stop_) == 0 || (token.classes & noun_) != 0);
}

// "'s Ctr", "& Nerve", "of the North", "-In", ", P.C.", "Partners".
bool PlaceExtent::GrowRight(const Document& doc, uint32_t* end) const {
  const auto& tokens = doc.tokens();
  const auto is = [&](uint32_t token, ClassBits bits) {
    return SameColumn(doc, token) && (tokens[token].classes & bits) != 0;
  };
  uint32_t at = *end;
  if (is(at, kPoss)) ++at;
  if (is(at, kCapital) && (IsEnd(tokens[at]) || ((tokens[at].classes & noun_) != 0 && IsPart(tokens[at])))) {
    *end = at + 1;
    return true;
  }
  if (is(at, kHyphen) && is(at + 1, kCapital) && (tokens[at].classes & tokens[at + 1].classes & kGlued) != 0) {
    *end = at + 2;
    return true;
  }
  if (is(at, kComma)) {
    const bool word = is(at + 1, kCapital) && IsEnd(tokens[at + 1]);
    const bool letters = is(at + 1, kInitial) && is(at + 2, kDot) && is(at + 3, kInitial) &&
                         tokens[at + 1].hash == Known().p &&
                         (tokens[at + 3].hash == Known().c || tokens[at + 3].hash == Known().a);
    if (!word && !letters) return false;
    *end = at + (word ? 2 : 4);
    return true;
  }
  const bool ampersand = is(at, kAmp);
  const bool word = is(at, kLower) && (tokens[at].hash == Known().of || tokens[at].hash == Known().and_ ||
                                       tokens[at].hash == Known().for_);
  if (!ampersand && !word) return false;
  ++at;
  if (is(at, kLower) && tokens[at].hash == Known().the) ++at;
  if (!is(at, kCapital) || !IsPart(tokens[at]) || (!ampersand && (tokens[at].classes & plain_) != 0)) return false;
  *end = at + 1;
  return true;
}

// "Quillby Lakeside", "Tarn Hollow"; no word that could begin the sentence.
bool PlaceExtent::GrowLeft(const Document& doc, uint32_t* first) const {
  const auto& tokens = doc.tokens();
  if (*first == 0 || !SameColumn(doc, *first)) return false;
  const auto plain = [&](const Token& token) { return (token.classes & plain_) != 0; };
  uint32_t at = *first - 1;
  const bool joined = (tokens[at].classes & (kHyphen | kAmp)) != 0;
  if (joined) {
    if (at == 0 || !SameColumn(doc, at)) return false;
    if ((tokens[at].classes & kHyphen) != 0 && (tokens[at].classes & tokens[at + 1].classes & kGlued) == 0)
      return false;
    --at;
  }
  if (!IsPart(tokens[at]) || (tokens[at].classes & noun_) != 0 || (!joined && plain(tokens[at]))) return false;
  *first = at;
  return true;
}

void PlaceExtent::Grow(const Document& doc, uint32_t* first, uint32_t* end) const {
  const uint32_t leftmost = *first > kFarthest ? *first - kFarthest : 0, rightmost = *end + kFarthest;
  while (*end < rightmost && GrowRight(doc, end)) {
  }
  while (*first > leftmost && GrowLeft(doc, first)) {
  }
}

}  // namespace phiveil

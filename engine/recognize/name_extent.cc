#include "recognize/name_extent.h"

#include <algorithm>
#include <array>
#include <vector>

#include "recognize/model_shapes.h"
#include "recognize/people.h"

namespace phiveil {
namespace {

using namespace token_class;  // NOLINT: many of them

constexpr ClassBits kCapital = kCap | kUpper | kMixed;
constexpr ClassBits kWord = kCapital | kLower;
constexpr uint32_t kFarthest = 6;  // tokens to one side

bool Is(const std::vector<Token>& tokens, uint32_t at, ClassBits bits) {
  return at < tokens.size() && (tokens[at].classes & bits) != 0;
}

bool Glued(const std::vector<Token>& tokens, uint32_t at) { return Is(tokens, at, kGlued); }

// One space at most lies between the token and the one before it.
bool SameColumn(const std::vector<Token>& tokens, uint32_t at) {
  if (at == 0 || at >= tokens.size() || (tokens[at].classes & (kNl | kLineStart)) != 0) return false;
  return tokens[at].begin <= tokens[at - 1].end + 1;
}

bool EndsColumn(const std::vector<Token>& tokens, uint32_t end) {
  return end >= tokens.size() || !SameColumn(tokens, end);
}

// "QUILLBY RUTH" and "Quillby Ruth", not "Quillby DENIES".
bool SameCase(const Token& a, const Token& b) { return (a.classes & b.classes & kWord) != 0; }

// A joint inside a user name: q_odell, and a hyphen between capitals.
bool IsJoint(const Document& doc, uint32_t at) {
  const auto& tokens = doc.tokens();
  if (at == 0 || !Glued(tokens, at) || !Glued(tokens, at + 1)) return false;
  if (doc.view()[tokens[at].begin] == '_')
    return Is(tokens, at - 1, kAnyWord | kNum) && Is(tokens, at + 1, kAnyWord | kNum);
  return Is(tokens, at, kHyphen) && Is(tokens, at - 1, kCapital | kInitial) && Is(tokens, at + 1, kCapital);
}

}  // namespace

NameExtent::NameExtent(const pb::Pack& pack)
    : stop_(ListBits(pack, {"Title", "Credential", "Role", "Relation", "Month", "Weekday", "Heading", "Holiday",
                            "FacilityNoun", "OrgNoun"})),
      first_(ListBits(pack, {"First", "Given"})),
      given_(first_ | ListBits(pack, {"FirstWord"})),
      last_(ListBits(pack, {"Last", "LastWord"})) {}

// A longer word that no list knows is more likely a rare name than anything else beside one; the
// short ones and those in capitals are abbreviations.
bool NameExtent::IsPart(const Document& doc, const Token& token, ClassBits lists) const {
  constexpr uint32_t kShortest = 5;
  const bool unknown = token.classes >> kFirstListBit == 0 && (token.classes & (kCap | kMixed)) != 0 &&
                       (token.classes & kSentStart) == 0 && token.end - token.begin >= kShortest &&
                       !IsMedicalWord(doc.view().substr(token.begin, token.end - token.begin));
  return (unknown || (token.classes & lists) != 0) && (token.classes & stop_) == 0;
}

bool NameExtent::GrowLeft(const Document& doc, uint32_t* first, uint32_t end) const {
  const auto& tokens = doc.tokens();
  if (*first == 0) return false;
  uint32_t at = *first - 1;
  if (IsJoint(doc, at)) {
    *first = at - 1;
    return true;
  }
  if (Is(tokens, at, kDot) && at > 0 && Glued(tokens, at) && Glued(tokens, *first) && Is(tokens, at - 1, kLetter) &&
      Is(tokens, *first, kLower)) {
    *first = at - 1;
    return true;
  }
  if (!SameColumn(tokens, *first) || !Is(tokens, *first, kCapital | kInitial)) return false;
  const bool dot = Is(tokens, at, kDot) && at > 0 && Glued(tokens, at);
  if (dot) --at;
  if (Is(tokens, at, kInitial) && (dot || (at > 0 && SameColumn(tokens, at) && Is(tokens, at - 1, kWord)))) {
    if (Glued(tokens, at) || (at > 0 && SameColumn(tokens, at) && Is(tokens, at - 1, kNum))) return false;
    *first = at;
    return true;
  }
  if (dot || !SameCase(tokens[at], tokens[end - 1]) ||
      !IsPart(doc, tokens[at], Is(tokens, at, kUpper) ? first_ : given_))
    return false;
  // At the beginning of a sentence every word has a capital.
  if (Is(tokens, at, kSentStart) && !Is(tokens, at, kLineStart | kCapsLine)) return false;
  *first = at;
  return true;
}

// "Quillby, A.", "Melody Q called"; not "Quillby I think", not the potassium of "Quillby K 4.1".
bool NameExtent::IsInitialBehind(const std::vector<Token>& tokens, uint32_t last, uint32_t at, bool comma,
                                 bool ends) const {
  static const std::array<uint64_t, 3> kWords = {FoldedHash("a"), FoldedHash("i"), FoldedHash("k")};
  const bool word = std::find(kWords.begin(), kWords.end(), tokens[at].hash) != kWords.end();
  // "Quillby, M.D." has a credential.
  if (Is(tokens, at + 1, kDot)) return !Is(tokens, at + 2, kInitial);
  if (Glued(tokens, at + 1)) return ends && !Is(tokens, at + 1, kNum | kApos);
  if (comma) return ends || (!word && (tokens[last].classes & (last_ | kUpper)) != 0);
  if (word) return EndsColumn(tokens, at + 1);
  return ends || ((tokens[last].classes & given_) != 0 && Is(tokens, at + 1, kLower));
}

bool NameExtent::GrowRight(const Document& doc, uint32_t first, uint32_t* end) const {
  const auto& tokens = doc.tokens();
  uint32_t at = *end;
  if (IsJoint(doc, at)) {
    *end = at + 2;
    return true;
  }
  if (!SameColumn(tokens, at) || !Is(tokens, *end - 1, kWord)) return false;
  const bool comma = Is(tokens, at, kComma);
  if (comma && !SameColumn(tokens, ++at)) return false;
  if (at >= tokens.size()) return false;
  const bool ends =
      EndsColumn(tokens, at + 1) || Is(tokens, at + 1, kNum | kLParen | kRParen | kHash | kQuote | kSemi | kApos);
  if (Is(tokens, at, kInitial)) {
    if (!IsInitialBehind(tokens, *end - 1, at, comma, ends)) return false;
    *end = at + 1;
    return true;
  }
  if (!SameCase(tokens[at], tokens[*end - 1]) || Is(tokens, at, kLower)) return false;
  if (comma) {
    const bool number = ends || Is(tokens, at + 1, kComma);
    if (!IsPart(doc, tokens[at], given_) || !(number || Is(tokens, at + 1, kInitial))) return false;
    *end = at + 1;
    return true;
  }
  const bool follows = ends || Is(tokens, at + 1, kComma | kDot | kLower | kPoss);
  if (!follows || !IsPart(doc, tokens[at], last_) || (tokens[first].classes & given_) == 0) return false;
  *end = at + 1;
  return true;
}

void NameExtent::Grow(const Document& doc, uint32_t* first, uint32_t* end) const {
  const uint32_t leftmost = *first > kFarthest ? *first - kFarthest : 0, rightmost = *end + kFarthest;
  while (*end < rightmost && GrowRight(doc, *first, end)) {
  }
  while (*first > leftmost && GrowLeft(doc, first, *end)) {
  }
}

}  // namespace phiveil

#include "recognize/name_ages.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "recognize/memory.h"

namespace phiveil {
namespace {

using namespace token_class;  // NOLINT: many of them

constexpr float kSure = 0.50f;
constexpr float kScore = 0.70f;
constexpr size_t kClosing = 3;  // brackets and quotes between a name and what follows it

bool IsOld(std::string_view digits) {
  if (digits.size() == 2) return digits[0] == '9';
  return digits.size() == 3 && digits[0] == '1' && (digits[1] == '0' || digits[1] == '1');
}

bool IsUnit(std::string_view word) {
  static constexpr std::array<std::string_view, 16> kUnits = {"mg",    "mcg",     "ml",      "kg",  "lb", "lbs",
                                                              "units", "percent", "mmhg",    "bpm", "cm", "mm",
                                                              "meq",   "min",     "degrees", "sat"};
  return std::find(kUnits.begin(), kUnits.end(), word) != kUnits.end();
}

class NameAges {
 public:
  explicit NameAges(const Document& doc) : doc_(doc), tokens_(doc.tokens()) {}

  // The token of the age behind a name that ends before the token `at`.
  std::optional<size_t> Behind(size_t at) const {
    for (size_t i = 0; i < kClosing && Is(at, kRParen | kQuote | kApos) && Is(at, kGlued); ++i) ++at;
    const bool bracket = Is(at, kLParen);
    if (!bracket && !Is(at, kComma)) return std::nullopt;
    ++at;
    if (!Is(at, kNum) || Is(at, kLineStart) || !IsOld(Text(at))) return std::nullopt;
    if (!(bracket ? ClosesBracket(at + 1) : Follows(at + 1))) return std::nullopt;
    return at;
  }

 private:
  bool Is(size_t at, ClassBits bits) const { return at < tokens_.size() && (tokens_[at].classes & bits) != 0; }
  std::string_view Text(size_t at) const {
    return doc_.view().substr(tokens_[at].begin, tokens_[at].end - tokens_[at].begin);
  }
  bool ClosesBracket(size_t at) const {
    if (Is(at, kRParen | kComma | kSemi)) return true;
    return at < tokens_.size() && Is(at, kGlued) && Text(at) == "!";
  }
  bool Follows(size_t at) const {
    if (at >= tokens_.size() || Is(at, kNl | kLineStart | kComma | kSemi | kRParen)) return true;
    if (Is(at, kDot)) return !(Is(at + 1, kNum) && Is(at + 1, kGlued));
    return Is(at, kLower) && !Is(at, kGlued) && !IsUnit(Text(at));
  }

  const Document& doc_;
  const std::vector<Token>& tokens_;
};

}  // namespace

void AddNameAges(const Document& doc, Evidence* evidence) {
  const NameAges ages(doc);
  const size_t count = evidence->candidates.size();
  for (size_t i = 0; i < count; ++i) {
    const Candidate& name = evidence->candidates[i];
    if (name.category != Category::kName || name.score < kSure) continue;
    const std::optional<size_t> at = ages.Behind(name.end_token);
    if (!at) continue;
    Candidate age;
    age.first_token = static_cast<uint32_t>(*at);
    age.end_token = age.first_token + 1;
    age.begin = doc.tokens()[*at].begin;
    age.end = doc.tokens()[*at].end;
    age.category = Category::kAge;
    age.source = Source::kMemory;
    age.score = kScore;
    age.first_reason = static_cast<uint32_t>(evidence->reasons.size());
    age.reason_count = 1;
    evidence->reasons.push_back({Contribution::Kind::kMemory, 0, NameMemory::kAge, kScore});
    evidence->candidates.push_back(age);
  }
}

}  // namespace phiveil

#include "recognize/mentions.h"

#include <algorithm>

namespace phiveil {
namespace {

using namespace token_class;

constexpr float kWordScore = 0.72f;
constexpr float kLoginScore = 0.74f;
constexpr float kPartedScore = 0.70f;
constexpr float kMisspeltScore = 0.62f;
constexpr float kSpelledScore = 0.72f;
constexpr float kInitialsScore = 0.66f;
constexpr float kUnknownInitialsScore = 0.56f;
constexpr float kAccentedScore = 0.58f;
constexpr size_t kShortestMisspelt = 5;       // letters
constexpr size_t kShortestMisspeltLower = 6;  // the same in lower case
constexpr size_t kShortestSpelled = 3;
constexpr size_t kLongestLetters = 3;  // of initials

uint32_t LetterBit(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'z' ? 1u << (lower - 'a') : 0;
}

struct WordHashes {
  std::vector<uint64_t> person_follows, letters_follow;
  WordHashes() {
    for (std::string_view w : {"mr", "mrs", "ms", "miss", "dr", "tell", "told", "asked", "w", "per"}) {
      person_follows.push_back(FoldedHash(w));
    }
    for (std::string_view w : {"per", "by", "to", "w", "with", "from", "call", "tell", "initials", "dr", "md", "rn",
                               "initial", "page", "text", "transcribed", "signed", "typed"}) {
      letters_follow.push_back(FoldedHash(w));
    }
  }
};

const WordHashes& Known() {
  static const WordHashes known;
  return known;
}

bool Has(const std::vector<uint64_t>& hashes, uint64_t hash) {
  return std::find(hashes.begin(), hashes.end(), hash) != hashes.end();
}

// Letters with points between them that stand for no person.
bool IsAbbreviation(std::string_view letters) {
  constexpr std::string_view kAbbreviations[] = {"us", "ed", "er", "or", "iv", "im", "po", "pr", "pm",
                                                 "am", "md", "do", "pa", "rn", "np", "pt", "ot", "bm",
                                                 "ie", "eg", "va", "bp", "hr", "rr", "dc", "dt"};
  return std::any_of(std::begin(kAbbreviations), std::end(kAbbreviations),
                     [letters](std::string_view a) { return SameLetters(a, letters); });
}

}  // namespace

void Mentions::Cover(uint32_t first, uint32_t end) {
  if (covered_.empty()) covered_.resize(tokens_.size(), false);
  std::fill(covered_.begin() + first, covered_.begin() + end, true);
}

void Mentions::Add(uint32_t first, uint32_t end, NameMemory::Kind kind, float score, Subtype subtype) {
  Candidate mention;
  mention.begin = tokens_[first].begin;
  mention.end = tokens_[end - 1].end;
  mention.first_token = first;
  mention.end_token = end;
  mention.category = Category::kName;
  mention.subtype = subtype;
  mention.source = Source::kMemory;
  mention.score = score;
  mention.first_reason = static_cast<uint32_t>(evidence_.reasons.size());
  mention.reason_count = 1;
  evidence_.reasons.push_back({Contribution::Kind::kMemory, 0, kind, score});
  evidence_.candidates.push_back(mention);
  Cover(first, end);
}

bool Mentions::Spaced(uint32_t t) const {
  return t > 0 && tokens_[t].begin == tokens_[t - 1].end + 1 && !(tokens_[t].classes & kNl);
}

bool Mentions::StandsAsName(uint32_t t) const {
  const auto beside = [&](uint32_t other) {
    const Token& token = tokens_[other];
    return (token.classes & kAnyWord) && Exact(token) != nullptr;
  };
  if (t > 0) {
    const Token& before = tokens_[t - 1];
    if (Has(Known().person_follows, before.hash) || (before.classes & bits_.title)) return true;
    if (Spaced(t) && beside(t - 1)) return true;
    if ((before.classes & kDot) && t > 1 && (tokens_[t - 2].classes & bits_.title)) return true;
  }
  if (t + 1 >= tokens_.size()) return false;
  const Token& after = tokens_[t + 1];
  if (Spaced(t + 1) && beside(t + 1)) return true;
  const bool capital = tokens_[t].classes & (kCap | kMixed);
  return capital && (after.classes & bits_.verb) && (after.classes & kLower);
}

const NameWord* Mentions::Exact(const Token& token) const {
  if (!(filter_[token.hash >> 58] >> (token.hash >> 52 & 63) & 1)) return nullptr;
  const auto& words = people_.words();
  auto it = std::find_if(words.begin(), words.end(), [&](const NameWord& w) { return w.hash == token.hash; });
  return it == words.end() ? nullptr : &*it;
}

bool Mentions::AddExact(uint32_t t) {
  const Token& token = tokens_[t];
  const NameWord* word = Exact(token);
  if (word == nullptr) return false;
  const bool as_name = (token.classes & (kCap | kMixed)) && !(token.classes & (kSentStart | kCapsLine));
  const bool in_capitals = (token.classes & kUpper) && !(token.classes & kCapsLine);
  if (word->ordinary && !as_name && !in_capitals && !StandsAsName(t)) return false;
  // A user name that holds the word: r.okafor, okafor2.
  uint32_t first = t, end = t + 1;
  const auto glued = [&](uint32_t i) { return i < tokens_.size() && (tokens_[i].classes & kGlued); };
  if (token.classes & kLower) {
    if (glued(end) && (tokens_[end].classes & kNum) && !glued(end + 1)) ++end;
    const bool joined = t >= 2 && glued(t) && glued(t - 1) && (tokens_[t - 1].classes & (kDot | kOther)) &&
                        (tokens_[t - 2].classes & (kLetter | kLower));
    const char joint = joined ? doc_.view()[tokens_[t - 1].begin] : '.';
    if (joined && (joint == '_' || (joint == '.' && (tokens_[t - 2].classes & kLetter)))) first = t - 2;
  }
  const bool login = end - first > 1;
  Add(first, end, login ? NameMemory::kUserName : NameMemory::kWord, kWordScore,
      login ? Subtype::kUserName : people_.RoleOf(word->person));
  return true;
}

bool Mentions::AddUserName(uint32_t t) {
  const bool digits = t + 1 < tokens_.size() && (tokens_[t + 1].classes & kNum) && (tokens_[t + 1].classes & kGlued);
  if (!(tokens_[t].classes & kLower) && !((tokens_[t].classes & kUpper) && digits)) return false;
  if (people_.ByUserName(doc_.Word(tokens_[t])) == People::kSeveral) return false;
  const uint32_t end = digits ? t + 2 : t + 1;
  Add(t, end, NameMemory::kUserName, kLoginScore, Subtype::kUserName);
  return true;
}

// "Reich ert" and "Rei-" at the end of a line, of a word that stands whole elsewhere.
bool Mentions::AddParted(uint32_t t) {
  const std::string_view head = doc_.Word(tokens_[t]);
  if (head.size() < 2) return false;
  uint32_t next = t + 1;
  if (next < tokens_.size() && (tokens_[next].classes & kHyphen) && (tokens_[next].classes & kGlued)) ++next;
  if (next < tokens_.size() && next > t + 1 && (tokens_[next].classes & kNl)) ++next;
  if (next >= tokens_.size() || !(tokens_[next].classes & (kLower | kUpper | kLetter | kInitial))) return false;
  if (next == t + 1 && !Spaced(next)) return false;
  const std::string_view tail = doc_.Word(tokens_[next]);
  for (const NameWord& word : people_.words()) {
    if (word.text.size() < kShortestMisspelt || word.text.size() != head.size() + tail.size()) continue;
    if (!SameLetters(word.text.substr(0, head.size()), head) || !SameLetters(word.text.substr(head.size()), tail))
      continue;
    Add(t, next + 1, NameMemory::kParted, kPartedScore, people_.RoleOf(word.person));
    return true;
  }
  return false;
}

bool Mentions::AddMisspelt(uint32_t t) {
  const Token& token = tokens_[t];
  const std::string_view text = doc_.Word(token);
  const size_t shortest = (token.classes & kLower) ? kShortestMisspeltLower : kShortestMisspelt;
  if (text.size() < shortest || (token.classes & bits_.elsewhere)) return false;
  for (const NameWord& word : people_.words()) {
    if ((word.text[0] | 0x20) != (text[0] | 0x20) || word.ordinary || word.text.size() < kShortestMisspelt) continue;
    if (!OneEditApart(word.text, text)) continue;
    Add(t, t + 1, NameMemory::kMisspelt, kMisspeltScore, people_.RoleOf(word.person));
    return true;
  }
  return false;
}

// J-O-N-E-S or j o n e s, of a word that stands whole elsewhere.
bool Mentions::AddSpelled(uint32_t t) {
  std::string letters;
  uint32_t end = t;
  for (uint32_t i = t; i < tokens_.size() && letters.size() < 32; ++i) {
    if (tokens_[i].classes & (kInitial | kLetter)) {
      letters.push_back(doc_.Word(tokens_[i])[0]);
      end = i + 1;
    } else if (!(tokens_[i].classes & (kHyphen | kDot)) || (tokens_[i].classes & kLineEnd)) {
      break;
    }
  }
  if (letters.size() < kShortestSpelled) return false;
  for (const NameWord& word : people_.words()) {
    if (!SameLetters(word.text, letters)) continue;
    Add(t, end, NameMemory::kSpelled, kSpelledScore, people_.RoleOf(word.person));
    return true;
  }
  return false;
}

void Mentions::AddWords() {
  for (const NameWord& word : people_.words()) {
    filter_[word.hash >> 58] |= 1ull << (word.hash >> 52 & 63);
    first_letters_ |= LetterBit(word.text[0]);
  }
  for (uint32_t t = 0; t < tokens_.size(); ++t) {
    const Token& token = tokens_[t];
    if (!(token.classes & kAnyWord) || Covered(t) || AddExact(t)) continue;
    if (token.classes & bits_.ordinary) continue;
    if ((token.classes & (kLower | kUpper)) && AddUserName(t)) continue;
    if (!(first_letters_ & LetterBit(doc_.view()[token.begin]))) continue;
    if (token.classes & (kInitial | kLetter)) {
      AddSpelled(t);
    } else if (!AddMisspelt(t)) {
      AddParted(t);
    }
  }
}

void Mentions::AddAccented() {
  if (doc_.view() == doc_.text()) return;
  for (uint32_t t = 0; t < tokens_.size(); ++t) {
    const Token& token = tokens_[t];
    if (!(token.classes & (kCap | kMixed)) || token.end - token.begin < 2) continue;
    if (token.classes & (bits_.elsewhere | bits_.credential | bits_.title)) continue;
    if ((token.classes & bits_.ordinary) && (token.classes & kSentStart)) continue;
    const std::string_view source =
        doc_.text().substr(doc_.SourceBegin(token.begin), doc_.SourceEnd(token.end) - doc_.SourceBegin(token.begin));
    const bool plain = source == doc_.Word(token);
    if (plain) continue;
    // Letters from U+00C0 on; below are marks and signs, above U+2000 typographic ones.
    const bool letters = std::any_of(source.begin(), source.end(), [](char c) {
      const auto u = static_cast<unsigned char>(c);
      return (u >= 0xC3 && u <= 0xCB) || u == 0xE1;
    });
    const bool listed = token.classes & bits_.listed;
    // "Trömner +" is a sign and its result.
    const bool result = t + 1 < tokens_.size() && doc_.view()[tokens_[t + 1].begin] == '+';
    if (!letters || result || (!listed && (token.classes & (kSentStart | bits_.ordinary | bits_.role)))) continue;
    Add(t, t + 1, NameMemory::kAccented, kAccentedScore, Subtype::kNone);
  }
}

bool Mentions::MaySign(const Token& token) const {
  const size_t length = token.end - token.begin;
  if (!(token.classes & (kUpper | kLower)) || length < 2 || length > kLongestLetters) return false;
  return !(token.classes & (bits_.ordinary | bits_.never | bits_.elsewhere));
}

// "rk/mlt", "LH/BJ": initials of two people.
bool Mentions::AddPair(uint32_t t) {
  if (t + 2 >= tokens_.size()) return false;
  const Token &slash = tokens_[t + 1], &second = tokens_[t + 2];
  if (!(slash.classes & kSlash) || !(slash.classes & second.classes & kGlued)) return false;
  if (t > 0 && (tokens_[t].classes & kGlued) && (tokens_[t - 1].classes & kSlash)) return false;
  const uint32_t a = people_.ByInitials(doc_.Word(tokens_[t])), b = people_.ByInitials(doc_.Word(second));
  const size_t length = second.end - second.begin;
  const bool letters = (second.classes & (kUpper | kLower)) && length >= 2 && length <= kLongestLetters;
  if (a != People::kSeveral && !(second.classes & bits_.ordinary) && letters) {
    Add(t, t + 3, NameMemory::kInitials, kInitialsScore, Subtype::kStaff);
  } else if (a != People::kSeveral && MaySign(tokens_[t])) {
    Add(t, t + 1, NameMemory::kInitials, kInitialsScore, Subtype::kStaff);
  } else if (b != People::kSeveral && MaySign(second) && MaySign(tokens_[t])) {
    Add(t, t + 3, NameMemory::kInitials, kInitialsScore, Subtype::kStaff);
  } else {
    return false;
  }
  return true;
}

// "R.W." of somebody whose whole name stands elsewhere.
bool Mentions::AddDotted(uint32_t t) {
  if (t + 2 >= tokens_.size() || !(tokens_[t + 1].classes & kDot) || !(tokens_[t + 2].classes & kInitial)) return false;
  if (!(tokens_[t + 1].classes & tokens_[t + 2].classes & kGlued)) return false;
  const bool dot = t + 3 < tokens_.size() && (tokens_[t + 3].classes & kDot) && (tokens_[t + 3].classes & kGlued);
  const bool goes_on =
      t + 4 < tokens_.size() && (tokens_[t + 4].classes & (kAnyWord | kNum)) && (tokens_[t + 4].classes & kGlued);
  if (!dot || goes_on) return false;
  const std::string letters = {doc_.view()[tokens_[t].begin], doc_.view()[tokens_[t + 2].begin]};
  const uint32_t person = people_.ByInitials(letters);
  if (person == People::kSeveral || IsAbbreviation(letters)) return false;
  Add(t, t + 4, NameMemory::kInitials, kInitialsScore, people_.RoleOf(person));
  return true;
}

// Last on its line, apart from what the line says.
bool Mentions::ClosesLine(uint32_t t) const {
  const bool last = t + 1 == tokens_.size() || (tokens_[t].classes & kLineEnd) || (tokens_[t + 1].classes & kNl);
  if (!last || t == 0 || (tokens_[t].classes & kLineStart)) return last;
  const bool gap = tokens_[t].begin >= tokens_[t - 1].end + 2;
  const bool sentence = (tokens_[t - 1].classes & kDot) && (tokens_[t].classes & kLower);
  return gap || sentence || (tokens_[t - 1].classes & kHyphen);
}

// Where initials of somebody known may stand: closing a line, in brackets, before what a speaker
// says, after a word that names follow.
bool Mentions::SignsAt(uint32_t t) const {
  if (ClosesLine(t)) return true;
  if (t == 0) return false;
  const ClassBits before = tokens_[t - 1].classes;
  const ClassBits after = t + 1 < tokens_.size() ? tokens_[t + 1].classes : ClassBits{kNl};
  if ((before & kLParen) && (after & (kRParen | kComma | kSlash))) return true;
  if ((tokens_[t].classes & kUpper) && Has(Known().letters_follow, tokens_[t - 1].hash)) return true;
  return (before & kNum) && (after & kColon) && !(after & kLineEnd);
}

void Mentions::AddInitials() {
  std::vector<uint32_t> unknown;
  const ClassBits words = bits_.ordinary | bits_.never | bits_.elsewhere;
  for (uint32_t t = 0; t < tokens_.size(); ++t) {
    const Token& token = tokens_[t];
    if (token.classes & kSlash) {
      if (t > 0 && !Covered(t - 1)) AddPair(t - 1);
      continue;
    }
    if ((token.classes & words) || !(token.classes & (kUpper | kLower | kInitial))) continue;
    if (token.end - token.begin > kLongestLetters || Covered(t)) continue;
    if (token.classes & kInitial) {
      AddDotted(t);
      continue;
    }
    const bool paired = t + 1 < tokens_.size() && (tokens_[t + 1].classes & kSlash);
    if (paired || !MaySign(token) || !SignsAt(t)) continue;
    const uint32_t person = people_.ByInitials(doc_.Word(token));
    if (person != People::kSeveral) {
      Add(t, t + 1, NameMemory::kInitials, kInitialsScore, people_.RoleOf(person));
    } else if ((token.classes & kLower) && people_.ByLogin(doc_.Word(token))) {
      Add(t, t + 1, NameMemory::kInitials, kInitialsScore, Subtype::kStaff);
    } else if (ClosesLine(t) && !(token.classes & kCapsLine)) {
      unknown.push_back(t);
    }
  }
  // Initials of nobody named here: when they sign more than once.
  for (uint32_t t : unknown) {
    const auto same = [&](uint32_t other) { return tokens_[other].hash == tokens_[t].hash; };
    if (std::count_if(unknown.begin(), unknown.end(), same) < 2) continue;
    Add(t, t + 1, NameMemory::kInitials, kUnknownInitialsScore, Subtype::kStaff);
  }
}

}  // namespace phiveil

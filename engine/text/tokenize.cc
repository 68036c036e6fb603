#include "text/tokenize.h"

#include <array>
#include <bit>
#include <cstring>

#include "text/document.h"
#include "text/folded_hash.h"
#include "text/line_break.h"
#include "text/other_scripts.h"

namespace phiveil {
namespace {

using namespace token_class;  // NOLINT: nearly all of them

enum Kind : uint8_t { kUpperCase, kLowerCase, kDigit, kSpace, kPunctuation, kNotAscii };

constexpr std::array<Kind, 256> MakeKinds() {
  std::array<Kind, 256> kinds{};
  for (int c = 0; c < 256; ++c) {
    kinds[c] = c >= 0x80               ? kNotAscii
               : c >= 'A' && c <= 'Z'  ? kUpperCase
               : c >= 'a' && c <= 'z'  ? kLowerCase
               : c >= '0' && c <= '9'  ? kDigit
               : c <= ' ' || c == 0x7F ? kSpace
                                       : kPunctuation;
  }
  return kinds;
}
constexpr std::array<Kind, 256> kKinds = MakeKinds();

Kind KindOf(char c) { return kKinds[static_cast<uint8_t>(c)]; }
bool IsLetter(char c) { return KindOf(c) <= kLowerCase; }

struct Mark {
  ClassBits bits = kOther;
  uint64_t hash = 0;
};

std::array<Mark, 128> MakeMarks() {
  std::array<Mark, 128> marks;
  for (int c = 0; c < 128; ++c) {
    const char ascii = static_cast<char>(c);
    marks[c].hash = folded_hash_internal::HashPlain(&ascii, 1);
  }
  constexpr std::pair<char, ClassBits> kNamed[] = {{',', kComma}, {'.', kDot},    {':', kColon},  {'-', kHyphen},
                                                   {'/', kSlash}, {'(', kLParen}, {')', kRParen}, {'#', kHash},
                                                   {'&', kAmp},   {'"', kQuote},  {'\'', kApos},  {';', kSemi}};
  for (const auto& [c, bits] : kNamed) marks[static_cast<uint8_t>(c)].bits = bits;
  marks['\n'].bits = kNl;
  return marks;
}

// Four or more of the same are one token.
constexpr ptrdiff_t kRuler = 4;
constexpr int kMaxBreaks = 2;

// A few capitals more than anything else make a line in capitals.
constexpr size_t kCapitalsPerSmall = 8;

class Tokenizer {
 public:
  Tokenizer(std::string_view view, std::vector<Token>* tokens)
      : base_(view.data()), end_(base_ + view.size()), tokens_(*tokens) {}

  void Run();

 private:
  void Line(const char* p, const char* end);
  const char* Word(const char* p, const char* end);
  const char* LongWord(const char* p, const char* end);
  const char* Digits(const char* p, const char* end);
  const char* Punctuation(const char* p, const char* end);
  const char* OtherScripts(const char* p, const char* end);
  void HardBreak(const char* at);
  void EndLine();
  void MarkCapsLine(size_t first);

  // Writes a token and returns with white space, line and sentence state as behind it.
  void Emit(const char* begin, const char* end, ClassBits bits, uint64_t hash) {
    tokens_.push_back({static_cast<uint32_t>(begin - base_), static_cast<uint32_t>(end - base_),
                       bits | glued_ | line_start_ | (sentence_ == kStarts ? kSentStart : 0), hash});
    glued_ = kGlued;
    line_start_ = 0;
  }

  enum Sentence : uint8_t { kInside, kEnded, kStarts };  // kEnded: still without the white space behind it

  const char* const base_;
  const char* const end_;
  std::vector<Token>& tokens_;
  const std::array<Mark, 128>& marks_ = Marks();
  std::vector<ScriptPiece> pieces_;
  ClassBits glued_ = 0;
  ClassBits line_start_ = kLineStart;
  Sentence sentence_ = kStarts;
  int breaks_ = 0;  // hard breaks since the last token
  size_t capitals_ = 0;
  size_t smalls_ = 0;

  static const std::array<Mark, 128>& Marks() {
    static const std::array<Mark, 128> marks = MakeMarks();
    return marks;
  }
};

void Tokenizer::Run() {
  for (const char* p = base_; p != end_;) {
    const void* found = std::memchr(p, '\n', static_cast<size_t>(end_ - p));
    const char* const eol = found == nullptr ? end_ : static_cast<const char*>(found);
    const size_t first = tokens_.size();
    capitals_ = smalls_ = 0;
    Line(p, eol);
    if (tokens_.size() != first) {
      breaks_ = 0;
      if (capitals_ > 1 && smalls_ * kCapitalsPerSmall <= capitals_) MarkCapsLine(first);
    }
    if (eol == end_) break;
    const std::string_view line(p, static_cast<size_t>(eol - p));
    const std::string_view rest(eol + 1, static_cast<size_t>(end_ - eol - 1));
    if (IsSoftBreak(line, rest)) {
      glued_ = 0;
      if (sentence_ == kEnded) sentence_ = kStarts;
    } else {
      HardBreak(eol);
    }
    p = eol + 1;
  }
  EndLine();
}

void Tokenizer::Line(const char* p, const char* end) {
  while (p != end) {
    switch (KindOf(*p)) {
      case kUpperCase:
      case kLowerCase:
        p = Word(p, end);
        break;
      case kDigit:
        p = Digits(p, end);
        break;
      case kSpace:
        glued_ = 0;
        if (sentence_ == kEnded) sentence_ = kStarts;
        ++p;
        break;
      case kPunctuation:
        p = Punctuation(p, end);
        break;
      case kNotAscii:
        p = OtherScripts(p, end);
        break;
    }
  }
}

bool EndsWord(const char* p, const char* end) {
  if (p == end) return true;
  if (*p == '\'') return p + 1 == end || !IsLetter(p[1]);
  return !IsLetter(*p) && KindOf(*p) != kNotAscii;
}

// At an apostrophe behind a letter: 0 when it ends the word, 1 when it belongs to it, otherwise the
// length of the possessive as -1 or -2.
int Apostrophe(const char* p, const char* end) {
  if (p + 1 != end && IsLetter(p[1])) return (p[1] | 0x20) == 's' && EndsWord(p + 2, end) ? -2 : 1;
  return (p[-1] | 0x20) == 's' && (p + 1 == end || KindOf(p[1]) != kNotAscii) ? -1 : 0;
}

ClassBits WordClass(size_t letters, size_t capitals, bool capital_first) {
  if (letters == 1) return capital_first ? kInitial : kLetter;
  if (capitals == 0) return kLower;
  if (capitals == letters) return kUpper;
  return capital_first && capitals == 1 ? kCap : kMixed;
}

// The letters at the begin of eight bytes, all at once: most words are shorter than that.
struct ShortWord {
  explicit ShortWord(const char* p) : block(folded_hash_internal::LoadLittle<uint64_t>(p)) {
    const uint64_t lower = (block & 0x7F * kOnes) | 0x20 * kOnes;
    const uint64_t from_a = lower + (0x80 - 'a') * kOnes;
    const uint64_t past_z = lower + (0x80 - 'z' - 1) * kOnes;
    const uint64_t is_letter = from_a & ~past_z & ~block & kHighBits;
    letters = static_cast<size_t>(std::countr_zero(~is_letter & kHighBits)) / 8;  // 8 when there are more
    keep = (uint64_t{1} << (8 * (letters & 7))) - 1;
  }
  size_t Capitals() const { return (((~block & keep & 0x20 * kOnes) >> 5) * kOnes) >> 56; }
  uint64_t Hash() const { return folded_hash_internal::HashShort((block | 0x20 * kOnes) & keep, letters); }

  static constexpr uint64_t kOnes = 0x0101010101010101;
  static constexpr uint64_t kHighBits = 0x80 * kOnes;
  uint64_t block;
  size_t letters;
  uint64_t keep;
};

const char* Tokenizer::Word(const char* p, const char* end) {
  if (end_ - p >= 8) {
    const ShortWord word(p);
    if (word.letters < 8 && p[word.letters] != '\'') {
      const size_t capitals = word.Capitals();
      Emit(p, p + word.letters, WordClass(word.letters, capitals, KindOf(*p) == kUpperCase), word.Hash());
      sentence_ = kInside;
      capitals_ += capitals;
      smalls_ += word.letters - capitals;
      return p + word.letters;
    }
  }
  return LongWord(p, end);
}

const char* Tokenizer::LongWord(const char* p, const char* end) {
  const char* const begin = p;
  size_t capitals = 0;
  size_t apostrophes = 0;
  int possessive = 0;
  for (;;) {
    for (Kind kind; p != end && (kind = KindOf(*p)) <= kLowerCase; ++p) capitals += kind == kUpperCase;
    if (p == end || *p != '\'') break;
    possessive = Apostrophe(p, end);
    if (possessive != 1) break;
    ++apostrophes;
    ++p;
  }
  const size_t size = static_cast<size_t>(p - begin);
  const size_t letters = size - apostrophes;
  const uint64_t hash = apostrophes == 0 ? folded_hash_internal::HashPlain(begin, size)
                                         : folded_hash_internal::HashWithoutApostrophes({begin, size});
  Emit(begin, p, WordClass(letters, capitals, KindOf(*begin) == kUpperCase), hash);
  sentence_ = kInside;
  capitals_ += capitals;
  smalls_ += letters - capitals;
  if (possessive >= 0) return p;
  Emit(p, p - possessive, kPoss, marks_['s'].hash);
  return p - possessive;
}

const char* Tokenizer::Digits(const char* p, const char* end) {
  const char* const begin = p;
  while (p != end && KindOf(*p) == kDigit) ++p;
  Emit(begin, p, kNum, folded_hash_internal::HashPlain(begin, static_cast<size_t>(p - begin)));
  sentence_ = kInside;
  return p;
}

const char* Tokenizer::Punctuation(const char* p, const char* end) {
  const char c = *p;
  const char* next = p + 1;
  if (next != end && *next == c) {
    while (next != end && *next == c) ++next;
    if (next - p < kRuler) next = p + 1;
  }
  const Mark& mark = marks_[static_cast<uint8_t>(c)];
  Emit(p, next, mark.bits, mark.hash);
  // Brackets, quotes and bullets leave open whether a sentence begins behind them.
  if (c == '.' || c == '!' || c == '?') {
    sentence_ = kEnded;
  } else if (c == ':') {
    sentence_ = kStarts;
  } else if (c == ',' || c == ';' || c == '/' || c == '&') {
    sentence_ = kInside;
  }
  return next;
}

const char* Tokenizer::OtherScripts(const char* p, const char* end) {
  const char* const begin = p;
  while (p != end && KindOf(*p) == kNotAscii) ++p;
  pieces_.clear();
  CutOtherScripts({begin, static_cast<size_t>(p - begin)}, &pieces_);
  for (const ScriptPiece& piece : pieces_) {
    Emit(begin + piece.begin, begin + piece.end, piece.word ? kNonLatin : kOther,
         folded_hash_internal::HashPlain(begin + piece.begin, piece.end - piece.begin));
    if (piece.word) sentence_ = kInside;
  }
  return p;
}

void Tokenizer::EndLine() {
  if (!tokens_.empty() && (tokens_.back().classes & kNl) == 0) tokens_.back().classes |= kLineEnd;
}

void Tokenizer::HardBreak(const char* at) {
  EndLine();
  if (breaks_ < kMaxBreaks) {
    ++breaks_;
    tokens_.push_back(
        {static_cast<uint32_t>(at - base_), static_cast<uint32_t>(at - base_) + 1, kNl, marks_['\n'].hash});
  }
  glued_ = 0;
  line_start_ = kLineStart;
  sentence_ = kStarts;
}

void Tokenizer::MarkCapsLine(size_t first) {
  for (size_t i = first; i < tokens_.size(); ++i) tokens_[i].classes |= kCapsLine;
}

}  // namespace

void Tokenize(std::string_view view, std::vector<Token>* tokens) {
  constexpr size_t kBytesPerToken = 4;  // of prose
  tokens->clear();
  tokens->reserve(view.size() / kBytesPerToken);
  if (!view.empty()) Tokenizer(view, tokens).Run();
}

}  // namespace phiveil

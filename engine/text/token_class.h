#ifndef PHIVEIL_TEXT_TOKEN_CLASS_H_
#define PHIVEIL_TEXT_TOKEN_CLASS_H_

// The classes a token has by its form alone, as bits. A pack's list classes follow from
// kFirstListBit on. Names are those of the rule language; bits are written into packs.

#include <cstdint>
#include <optional>
#include <string_view>

namespace phiveil {

using ClassBits = uint64_t;

namespace token_class {
inline constexpr ClassBits kCap = 1ull << 0;       // Abc, two letters or more
inline constexpr ClassBits kUpper = 1ull << 1;     // ABC, two letters or more
inline constexpr ClassBits kLower = 1ull << 2;     // abc, two letters or more
inline constexpr ClassBits kMixed = 1ull << 3;     // McCoy, deVries
inline constexpr ClassBits kInitial = 1ull << 4;   // a single capital
inline constexpr ClassBits kLetter = 1ull << 5;    // a single lower-case letter
inline constexpr ClassBits kNum = 1ull << 6;       // a run of digits
inline constexpr ClassBits kNonLatin = 1ull << 7;  // letters of another script
inline constexpr ClassBits kComma = 1ull << 8;
inline constexpr ClassBits kDot = 1ull << 9;
inline constexpr ClassBits kColon = 1ull << 10;
inline constexpr ClassBits kHyphen = 1ull << 11;
inline constexpr ClassBits kSlash = 1ull << 12;
inline constexpr ClassBits kLParen = 1ull << 13;
inline constexpr ClassBits kRParen = 1ull << 14;
inline constexpr ClassBits kHash = 1ull << 15;
inline constexpr ClassBits kAmp = 1ull << 16;
inline constexpr ClassBits kQuote = 1ull << 17;  // "
inline constexpr ClassBits kApos = 1ull << 18;   // ' outside a word
inline constexpr ClassBits kNl = 1ull << 19;     // a hard line break
inline constexpr ClassBits kPoss = 1ull << 20;   // 's after a word
inline constexpr ClassBits kSemi = 1ull << 21;
inline constexpr ClassBits kOther = 1ull << 22;      // any other character
inline constexpr ClassBits kLineStart = 1ull << 23;  // first token of its line
inline constexpr ClassBits kLineEnd = 1ull << 24;    // last token of its line
inline constexpr ClassBits kGlued = 1ull << 25;      // no white space between it and the token before
inline constexpr ClassBits kSentStart = 1ull << 26;  // after . ! ? : or at the start of a line
inline constexpr ClassBits kCapsLine = 1ull << 27;   // its line has letters, nearly all of them capitals
inline constexpr int kFirstListBit = 28;
inline constexpr int kMaxLists = 64 - kFirstListBit;

inline constexpr ClassBits kAnyWord = kCap | kUpper | kLower | kMixed | kInitial | kLetter | kNonLatin;
}  // namespace token_class

// The bit of a structural class by its name in the rule language ("Cap"); nothing for others.
// "Any" is 0.
std::optional<ClassBits> StructuralClass(std::string_view name);

}  // namespace phiveil

#endif  // PHIVEIL_TEXT_TOKEN_CLASS_H_

#include "text/token_class.h"

#include <array>
#include <utility>

namespace phiveil {
namespace {

using namespace token_class;  // NOLINT: a table of nothing but these

constexpr std::array<std::pair<std::string_view, ClassBits>, 29> kClasses = {{
    {"Cap", kCap},
    {"Upper", kUpper},
    {"Lower", kLower},
    {"Mixed", kMixed},
    {"Initial", kInitial},
    {"Letter", kLetter},
    {"Num", kNum},
    {"NonLatin", kNonLatin},
    {"Comma", kComma},
    {"Dot", kDot},
    {"Colon", kColon},
    {"Semi", kSemi},
    {"Hyphen", kHyphen},
    {"Slash", kSlash},
    {"LParen", kLParen},
    {"RParen", kRParen},
    {"Hash", kHash},
    {"Amp", kAmp},
    {"Quote", kQuote},
    {"Apos", kApos},
    {"Nl", kNl},
    {"Poss", kPoss},
    {"Other", kOther},
    {"LineStart", kLineStart},
    {"LineEnd", kLineEnd},
    {"Glued", kGlued},
    {"SentStart", kSentStart},
    {"CapsLine", kCapsLine},
    {"Any", 0},
}};

}  // namespace

std::optional<ClassBits> StructuralClass(std::string_view name) {
  for (const auto& [known, bits] : kClasses) {
    if (known == name) return bits;
  }
  return std::nullopt;
}

}  // namespace phiveil

#include "phiveil/token.h"

namespace phiveil {
namespace {

// GF(32) as bit vectors over GF(2), modulo x^5 + x^2 + 1, of which alpha = x is a generator.
constexpr uint8_t TimesAlpha(uint8_t value) {
  const uint8_t doubled = static_cast<uint8_t>(value << 1);
  return (doubled & 32) != 0 ? doubled ^ 0b100101 : doubled;
}

constexpr uint8_t kNoDigit = 0xFF;

constexpr std::array<uint8_t, 256> MakeDigits() {
  std::array<uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (size_t i = 0; i < kTokenAlphabet.size(); ++i) {
    const char c = kTokenAlphabet[i];
    const auto value = static_cast<uint8_t>(i);
    digits[static_cast<uint8_t>(c)] = value;
    if (c >= 'A') digits[static_cast<uint8_t>(c + ('a' - 'A'))] = value;
  }
  digits['O'] = digits['o'] = 0;
  digits['I'] = digits['i'] = digits['L'] = digits['l'] = 1;
  return digits;
}

constexpr std::array<uint8_t, 256> kDigits = MakeDigits();

// The sum over i of x_i * alpha^(i+1), plus the category. The weights differ from each other and
// from the check character's own, alpha^0, for any length below 31: so one wrong character, two
// neighbours exchanged (the check character among them) or another category never cancel out.
char CheckCharacter(Category category, std::string_view random) {
  uint8_t sum = 0;
  for (size_t i = random.size(); i-- > 0;) sum = TimesAlpha(sum ^ kDigits[static_cast<uint8_t>(random[i])]);
  return kTokenAlphabet[(sum ^ static_cast<uint8_t>(category)) & 31];
}

}  // namespace

TokenCode TokenCode::Make(Category category, std::string_view random) {
  TokenCode code;
  if (random.size() < kMinRandom || random.size() > kMaxRandom) return code;
  for (const char c : random) {
    const uint8_t digit = kDigits[static_cast<uint8_t>(c)];
    if (digit == kNoDigit) return TokenCode();
    code.chars_[code.size_++] = kTokenAlphabet[digit];
  }
  code.chars_[code.size_] = CheckCharacter(category, code.view());
  ++code.size_;
  return code;
}

std::optional<TokenCode> TokenCode::Parse(std::string_view text) {
  if (text.size() < kMinRandom + 1 || text.size() > kMaxRandom + 1) return std::nullopt;
  TokenCode code;
  for (const char c : text) {
    const uint8_t digit = kDigits[static_cast<uint8_t>(c)];
    if (digit == kNoDigit) return std::nullopt;
    code.chars_[code.size_++] = kTokenAlphabet[digit];
  }
  return code;
}

bool TokenCode::ChecksAs(Category category) const {
  if (size_ == 0) return false;
  const std::string_view random = view().substr(0, size_ - 1u);
  return chars_[size_ - 1u] == CheckCharacter(category, random);
}

std::string FormatToken(Category category, const TokenCode& code, std::string_view shown) {
  std::string token;
  token.append("[").append(CategoryName(category)).append("_").append(code.view());
  if (!shown.empty()) token.append(" ").append(shown);
  token.append("]");
  return token;
}

}  // namespace phiveil

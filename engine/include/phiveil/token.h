#ifndef PHIVEIL_TOKEN_H_
#define PHIVEIL_TOKEN_H_

// What stands in the text for an identifier: `[NAME_7QK2F]`.
//
//   [NAME_7QK2F]          category, underscore, code
//   [DATE_3MX8D 2025]     with what the policy lets stay: a year, `90+`, a ZIP3
//   "[MRN_K22PW #]"       for a number of JSON, so that it stays JSON: the sign says that the quotes go with the token
//
// A *code* is 4 to 11 random characters of the alphabet below followed by one check character. The
// random part says nothing about the value or the person (45 CFR 164.514(c)): it is drawn from a
// cryptographic generator and means something only to the vault that drew it. The alphabet is
// Crockford's base 32: digits and capitals without I, L, O, U, so that a code survives being read
// aloud, retyped and changed in case.
//
// The check character is computed over the category and the random part such that every change of
// one character, every exchange of two neighbours and every change of category is noticed. It
// guards against slips, not against forgery: a forger is stopped by the vault not knowing the code.
//
//   TokenCode code = TokenCode::Make(Category::kName, "7QK2");
//   FormatToken(Category::kName, code, "")      == "[NAME_7QK2" + check + "]"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "phiveil/category.h"

namespace phiveil {

// Ends the hint of a token that was put into quotes.
inline constexpr char kBareSign = '#';

inline constexpr std::string_view kTokenAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

class TokenCode {
 public:
  static constexpr size_t kMinRandom = 4;
  static constexpr size_t kMaxRandom = 11;

  TokenCode() = default;

  // `random`: kMinRandom..kMaxRandom characters of kTokenAlphabet; appends the check character.
  static TokenCode Make(Category category, std::string_view random);

  // Reads a code in any case, with O taken for 0 and I, L for 1. Nothing when the length or a
  // character cannot be a code's. Does not look at the check character.
  static std::optional<TokenCode> Parse(std::string_view text);

  // Whether the check character fits the category.
  bool ChecksAs(Category category) const;

  // Random part and check character, in capitals.
  std::string_view view() const { return {chars_.data(), size_}; }
  bool empty() const { return size_ == 0; }

  friend bool operator==(const TokenCode& a, const TokenCode& b) { return a.view() == b.view(); }

 private:
  std::array<char, kMaxRandom + 1> chars_{};
  uint8_t size_ = 0;
};

// `[CATEGORY_CODE]`, or `[CATEGORY_CODE shown]` when `shown` is not empty.
std::string FormatToken(Category category, const TokenCode& code, std::string_view shown);

// A token, or something that was one, found in running text.
struct TokenMention {
  size_t begin = 0;  // bytes; the whole mention with brackets, escapes and hint
  size_t end = 0;
  Category category = Category::kSafe;
  TokenCode code;
  bool intact = false;  // the check character fits
};

// The next mention at or after `from`. Tolerates another case (`[name_7qk2f]`), Markdown and JSON
// escapes (`\[NAME\_7QK2F\]`), emphasis inside the brackets, lost brackets (then only when the check
// character fits), a lost or changed hint. A following possessive is not part of the mention.
// Linear in the text; nothing when there is none.
std::optional<TokenMention> FindTokenMention(std::string_view text, size_t from);

}  // namespace phiveil

#endif  // PHIVEIL_TOKEN_H_

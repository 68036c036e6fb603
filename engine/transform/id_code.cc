#include "transform/id_code.h"

#include <algorithm>
#include <array>

#include "base/concat.h"

namespace phiveil {
namespace {

constexpr size_t kVinSize = 17;
constexpr size_t kVinCheck = 8;
constexpr size_t kDeaSize = 9;
constexpr size_t kNpiSize = 10;
constexpr size_t kShortestLuhn = 8;
constexpr std::string_view kVinLetters = "ABCDEFGHJKLMNPRSTUVWXYZ";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
char Upper(char c) { return IsLetter(c) ? static_cast<char>(c & ~0x20) : c; }
bool AllDigits(std::string_view text) {
  for (const char c : text) {
    if (!IsDigit(c)) return false;
  }
  return !text.empty();
}

std::string Alphanumeric(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsDigit(c) || IsLetter(c)) out.push_back(Upper(c));
  }
  return out;
}

int VinValue(char c) {
  if (IsDigit(c)) return c - '0';
  constexpr std::string_view kValues = "12345678.12345.7.923456789";
  return kValues[static_cast<size_t>(c - 'A')] - '0';
}

char VinCheck(std::string_view vin) {
  constexpr std::array<int, kVinSize> kWeights = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
  int sum = 0;
  for (size_t i = 0; i < kVinSize; ++i) sum += kWeights[i] * VinValue(vin[i]);
  return sum % 11 == 10 ? 'X' : static_cast<char>('0' + sum % 11);
}

int LuhnSum(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (size_t i = digits.size(); i-- > 0; twice = !twice) {
    const int value = (digits[i] - '0') * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum;
}

char LuhnDigit(std::string_view digits_with_any_last) {
  std::string digits(digits_with_any_last);
  digits.back() = '0';
  return static_cast<char>('0' + (10 - LuhnSum(digits) % 10) % 10);
}

char DeaDigit(std::string_view dea) {
  const auto at = [&](size_t i) { return dea[i] - '0'; };
  return static_cast<char>('0' + (at(2) + at(4) + at(6) + 2 * (at(3) + at(5) + at(7))) % 10);
}

// Puts the letters and digits of `plain` where those of `value` stand, in their case.
std::string Poured(std::string_view value, std::string_view plain) {
  std::string out(value);
  size_t next = 0;
  for (char& c : out) {
    if (!IsDigit(c) && !IsLetter(c)) continue;
    const bool small = IsLetter(c) && !IsUpper(c);
    c = plain[next++];
    if (small && IsUpper(c)) c = static_cast<char>(c | 0x20);
  }
  return out;
}

}  // namespace

bool PassesLuhn(std::string_view digits) { return AllDigits(digits) && LuhnSum(digits) % 10 == 0; }

bool IsNpi(std::string_view digits) {
  return digits.size() == kNpiSize && AllDigits(digits) && (digits[0] == '1' || digits[0] == '2') &&
         PassesLuhn(Concat("80840", digits));
}

bool IsVin(std::string_view text) {
  if (text.size() != kVinSize) return false;
  for (const char c : text) {
    if (!IsDigit(c) && kVinLetters.find(c) == std::string_view::npos) return false;
  }
  return VinCheck(text) == text[kVinCheck];
}

bool IsDea(std::string_view text) {
  return text.size() == kDeaSize && IsLetter(text[0]) && (IsLetter(text[1]) || text[1] == '9') &&
         AllDigits(text.substr(2)) && DeaDigit(text) == text.back();
}

std::string CodeLike(std::string_view value, const std::function<uint64_t(uint32_t)>& draw) {
  const std::string plain = Alphanumeric(value);
  const bool npi = IsNpi(plain), vin = IsVin(plain), dea = IsDea(plain);
  const bool luhn = !npi && plain.size() >= kShortestLuhn && PassesLuhn(plain);
  const size_t first = std::min(plain.find_first_of("0123456789"), plain.size());
  std::string code = plain;
  for (size_t i = 0; i < code.size(); ++i) {
    const uint64_t random = draw(static_cast<uint32_t>(i));
    if (IsDigit(code[i])) {
      if (i != first) code[i] = static_cast<char>('0' + random % 10);
      else if (npi) code[i] = static_cast<char>('1' + random % 2);
      else if (code[i] != '0') code[i] = static_cast<char>('1' + random % 9);
    } else {
      code[i] = vin ? kVinLetters[random % kVinLetters.size()] : static_cast<char>('A' + random % 26);
    }
  }
  if (npi) code.back() = LuhnDigit(Concat("80840", code));
  if (luhn) code.back() = LuhnDigit(code);
  if (dea) code.back() = DeaDigit(code);
  if (!vin) return Poured(value, code);
  // The check character's place may hold a digit or X; 10 becomes X.
  code[kVinCheck] = '0';
  code[kVinCheck] = VinCheck(code);
  return Poured(value, code);
}

}  // namespace phiveil

#include "transform/surrogate_values.h"

#include <algorithm>
#include <span>

#include "base/concat.h"
#include "transform/id_code.h"
#include "transform/subject_book.h"

namespace phiveil {
namespace {

#include "transform/surrogate_words.inc"

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool IsWord(char c) { return IsLetter(c) || IsDigit(c) || static_cast<unsigned char>(c) >= 0x80 || c == '\''; }

std::string_view Pick(std::span<const std::string_view> list, uint64_t random) { return list[random % list.size()]; }

// The first word at or after `from`, its end and begin.
bool NextWord(std::string_view text, size_t from, size_t* begin, size_t* end) {
  *begin = from;
  while (*begin < text.size() && !IsWord(text[*begin])) ++*begin;
  *end = *begin;
  while (*end < text.size() && IsWord(text[*end])) ++*end;
  return *begin < *end;
}

bool IsKind(std::span<const std::string_view> kinds, std::string_view word) {
  return std::ranges::find(kinds, LowerAscii(word)) != kinds.end();
}

// "Mercy General Hospital" -> "Redwood General Hospital"
std::string House(std::string_view value, const DrawNumber& draw) {
  size_t begin = 0, end = 0, kind = value.size();
  for (size_t at = 0; NextWord(value, at, &begin, &end); at = end) {
    if (!IsKind(kKinds, value.substr(begin, end - begin))) continue;
    kind = begin;
    break;
  }
  const std::string name = CaseLike(Pick(kHouses, draw("house", 0)), value.substr(0, kind == 0 ? value.size() : kind));
  if (kind == value.size()) return name;
  return Concat(name, " ", value.substr(kind));
}

std::string Town(std::string_view value, const DrawNumber& draw) {
  size_t begin = 0, end = 0, kind = value.size();
  for (size_t at = 0; NextWord(value, at, &begin, &end); at = end) {
    const std::string word = LowerAscii(value.substr(begin, end - begin));
    if (at > 0 && (word == "county" || word == "parish")) kind = begin;
  }
  const std::string name = CaseLike(Pick(kTowns, draw("town", 0)), value.substr(0, kind));
  return kind == value.size() ? name : Concat(name, " ", value.substr(kind));
}

// Numbers by shape, the kind of street as it is, the name's first word from the list, its others gone.
std::string Street(std::string_view value, const DrawNumber& draw) {
  std::string out;
  size_t begin = 0, end = 0;
  bool named = false;
  uint32_t digit = 0;
  for (size_t at = 0; at < value.size(); at = end) {
    if (!NextWord(value, at, &begin, &end)) {
      out.append(value.substr(at));
      break;
    }
    const std::string_view word = value.substr(begin, end - begin);
    if (IsDigit(word[0]) || (word.size() == 1 && named && !IsKind(kStreetKinds, word))) {
      out.append(value.substr(at, begin - at));
      out.append(CodeLike(word, [&](uint32_t i) { return draw("street number", digit + i); }));
      digit += static_cast<uint32_t>(word.size());
    } else if (IsKind(kStreetKinds, word)) {
      out.append(value.substr(at, end - at));
    } else if (!named) {
      named = true;
      out.append(value.substr(at, begin - at)).append(CaseLike(Pick(kStreets, draw("street", 0)), word));
    } else if (word.size() == 2 && IsUpper(word[0]) && IsUpper(word[1])) {
      out.append(value.substr(at, end - at));  // a State
    }
  }
  return out;
}

std::string Phone(std::string_view value, const DrawNumber& draw) {
  std::string digits;
  for (const char c : value) {
    if (IsDigit(c)) digits.push_back(c);
  }
  const size_t country = digits.size() == 11 && digits[0] == '1' ? 1 : 0;
  std::string made = CodeLike(digits, [&](uint32_t i) { return draw("phone", i); });
  if (digits.size() - country == 10 || digits.size() == 7) {
    const size_t line = digits.size() - 7;
    made.replace(line, 5, "55501");
    if (line >= 3) made[line - 3] = static_cast<char>('2' + draw("phone area", 0) % 8);
    if (country == 1) made[0] = '1';
  }
  std::string out(value);
  size_t next = 0;
  for (char& c : out) {
    if (IsDigit(c)) c = made[next++];
  }
  return out;
}

std::string Ssn(std::string_view value, const DrawNumber& draw) {
  std::string out = CodeLike(value, [&](uint32_t i) { return draw("ssn", i); });
  const auto digits = std::ranges::count_if(out, IsDigit);
  if (digits == 9) *std::ranges::find_if(out, IsDigit) = '9';
  return out;
}

std::string Email(std::string_view value, const DrawNumber& draw) {
  const std::string name = LowerAscii(Pick(kStreets, draw("mail", 0)));
  const std::string mail = Concat(name, ".", draw("mail", 1) % 9000 + 1000, "@example.org");
  return CaseLike(mail, value.substr(0, std::min(value.find('@'), value.size())));
}

std::string Url(std::string_view value, const DrawNumber& draw) {
  const size_t scheme = value.find("://");
  const std::string_view front = scheme == std::string_view::npos ? std::string_view() : value.substr(0, scheme + 3);
  return Concat(front, "www.example.org/", LowerAscii(Pick(kStreets, draw("url", 0))), draw("url", 1) % 9000 + 1000);
}

std::string Ip(std::string_view value, const DrawNumber& draw) {
  if (value.find(':') != std::string_view::npos) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string tail;
    for (uint32_t i = 0; i < 4; ++i) tail.push_back(kHex[draw("ip", i) % 16]);
    return Concat("2001:db8::", tail);
  }
  constexpr std::string_view kNetworks[] = {"192.0.2.", "198.51.100.", "203.0.113."};
  return Concat(Pick(kNetworks, draw("ip", 0)), draw("ip", 1) % 254 + 1);
}

}  // namespace

std::string CaseLike(std::string_view text, std::string_view like) {
  const bool upper = std::ranges::any_of(like, IsUpper), lower = std::ranges::any_of(like, IsLower);
  const auto letters = std::ranges::count_if(like, IsLetter);
  std::string out(text);
  if (upper && !lower && letters > 1) {
    for (char& c : out) {
      if (IsLower(c)) c = static_cast<char>(c & ~0x20);
    }
  } else if (lower && !upper) {
    out = LowerAscii(out);
  }
  return out;
}

std::string SurrogateValue(Category category, std::string_view value, const DrawNumber& draw) {
  switch (category) {
    case Category::kLocation:
    case Category::kCity:
    case Category::kCounty:
    case Category::kState:
    case Category::kCountry:
      return Town(value, draw);
    case Category::kStreet:
      return Street(value, draw);
    case Category::kFacility:
    case Category::kOrganization:
      return House(value, draw);
    case Category::kPhone:
    case Category::kFax:
      return Phone(value, draw);
    case Category::kEmail:
      return Email(value, draw);
    case Category::kSsn:
      return Ssn(value, draw);
    case Category::kUrl:
      return Url(value, draw);
    case Category::kIp:
      return Ip(value, draw);
    default:
      return CodeLike(value, [&](uint32_t i) { return draw("code", i); });
  }
}

}  // namespace phiveil

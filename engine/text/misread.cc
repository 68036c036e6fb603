#include "text/misread.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace phiveil {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsMisread(char c) { return c == 'O' || c == 'o' || c == 'l' || c == 'I'; }
bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool InRun(char c) { return IsDigit(c) || IsLetter(c) || c == '_' || static_cast<uint8_t>(c) >= 0x80; }

bool IsLowerCase(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigitOfWord(char c) { return c == '0' || c == '1'; }

bool Beside(char a, char b) { return (IsDigit(a) && IsMisread(b)) || (IsMisread(a) && IsDigit(b)); }
// A letter and a digit of a word; or a 0 that may begin one.
bool MayBeWord(char a, char b) { return (IsLetter(a) && IsDigitOfWord(b)) || (a == '0' && IsLowerCase(b)); }

#if defined(__SSE2__)
// Bits of the bytes that are digits, of those that may be misread ones, of letters, lower-case letters, and of 0 and 1.
struct Bits {
  uint32_t digits, misread, letters, lower, zero, one;
};

Bits BitsOf(const char* text) {
  const __m128i in = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const __m128i from_zero = _mm_sub_epi8(in, _mm_set1_epi8('0'));
  const auto is = [in](char c) { return _mm_cmpeq_epi8(in, _mm_set1_epi8(c)); };
  const auto within = [](__m128i from, char most) {
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(most)), from)));
  };
  const auto bits = [](__m128i mask) { return static_cast<uint32_t>(_mm_movemask_epi8(mask)); };
  const __m128i from_a = _mm_sub_epi8(in, _mm_set1_epi8('a'));
  const __m128i folded_from_a = _mm_sub_epi8(_mm_or_si128(in, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
  return {within(from_zero, 9),
          bits(_mm_or_si128(_mm_or_si128(is('O'), is('o')), _mm_or_si128(is('l'), is('I')))),
          within(folded_from_a, 25),
          within(from_a, 25),
          bits(is('0')),
          bits(is('1'))};
}
#endif

// A number, or what may be a misread one, at `at`, going on to the right or to the left.
bool NumberFrom(std::string_view view, size_t at) {
  return at < view.size() &&
         (IsDigit(view[at]) || (IsMisread(view[at]) && at + 1 < view.size() && IsDigit(view[at + 1])));
}
bool NumberUpTo(std::string_view view, size_t end) {
  return end > 0 && (IsDigit(view[end - 1]) || (IsMisread(view[end - 1]) && end > 1 && IsDigit(view[end - 2])));
}

bool IsJoint(char c) { return c == '-' || c == '/' || c == '.'; }

// What means something by itself: oxygen and other letters with a number, litres, "2o" for secondary, a code.
bool StandsForItself(std::string_view run) {
  const bool letter_first = !IsDigit(run.front()), letter_last = !IsDigit(run.back());
  const auto letters = std::count_if(run.begin(), run.end(), IsLetter);
  if (letters > 1) return false;
  if (letter_first) return run.size() == 2 || run.front() == 'I';
  return letter_last && (run.back() == 'l' || run.back() == 'o');
}

bool IsMisreadNumber(std::string_view view, size_t begin, size_t end) {
  const std::string_view run = view.substr(begin, end - begin);
  const auto digits = std::count_if(run.begin(), run.end(), IsDigit);
  const auto misread = std::count_if(run.begin(), run.end(), IsMisread);
  if (misread == 0 || digits == 0 || static_cast<size_t>(digits + misread) != run.size()) return false;
  const bool joined_left = begin > 1 && IsJoint(view[begin - 1]) && NumberUpTo(view, begin - 1);
  const bool joined_right = end + 1 < view.size() && IsJoint(view[end]) && NumberFrom(view, end + 1);
  if (digits >= misread && !StandsForItself(run)) return true;
  // A code has its point and digits to its right: I48.91.
  return joined_left || (joined_right && run.front() != 'I');
}

// Each digit between a letter and a lower-case one, or last; a 0 may be first.
bool IsMisreadWord(std::string_view view, size_t begin, size_t end) {
  constexpr ptrdiff_t kFewestLetters = 4, kMostDigits = 2;
  const std::string_view run = view.substr(begin, end - begin);
  const auto letters = std::count_if(run.begin(), run.end(), IsLetter);
  const auto digits = std::count_if(run.begin(), run.end(), IsDigitOfWord);
  if (letters < kFewestLetters || digits == 0 || digits > kMostDigits) return false;
  if (static_cast<size_t>(letters + digits) != run.size()) return false;
  for (size_t i = 0; i < run.size(); ++i) {
    if (!IsDigitOfWord(run[i])) continue;
    const bool last = i + 1 == run.size();
    if (i == 0 ? run[i] != '0' : !IsLetter(run[i - 1])) return false;
    if (last ? digits == 1 || !IsLowerCase(run[i - 1]) : !IsLowerCase(run[i + 1])) return false;
  }
  return true;
}

bool IsVowel(char c) { return std::string_view("aeiouyAEIOUY").find(c) != std::string_view::npos; }

// The 1 of "Gr1ffin" is an i, that of "Wi1helm" an l.
char LetterOf(std::string_view view, size_t at) {
  if (view[at] == '0') return 'o';
  const bool between =
      at + 1 < view.size() && IsLetter(view[at + 1]) && !IsVowel(view[at - 1]) && !IsVowel(view[at + 1]);
  return between ? 'i' : 'l';
}

// The first place at or after `at` > 0 whose byte stands beside the one before it as in a misread number or word.
size_t NextBeside(std::string_view view, size_t at) {
#if defined(__SSE2__)
  for (; at + 16 <= view.size(); at += 16) {
    const Bits now = BitsOf(view.data() + at);
    const char last = view[at - 1];
    const auto after = [](uint32_t bits, bool first) { return bits << 1 | uint32_t{first}; };
    const uint32_t numbers =
        (after(now.digits, IsDigit(last)) & now.misread) | (after(now.misread, IsMisread(last)) & now.digits);
    const uint32_t words =
        (after(now.letters, IsLetter(last)) & (now.zero | now.one)) | (after(now.zero, last == '0') & now.lower);
    if ((numbers | words) != 0) return at + static_cast<size_t>(std::countr_zero(numbers | words));
  }
#endif
  while (at < view.size() && !Beside(view[at - 1], view[at]) && !MayBeWord(view[at - 1], view[at])) ++at;
  return at;
}

}  // namespace

bool MayHoldMisread(std::string_view view) { return NextBeside(view, 1) < view.size(); }

std::string_view FoldMisread(std::string_view view, std::string* folded) {
  bool copied = false;
  for (size_t at = NextBeside(view, 1); at < view.size();) {
    size_t begin = at - 1, end = at + 1;
    while (begin > 0 && InRun(view[begin - 1])) --begin;
    while (end < view.size() && InRun(view[end])) ++end;
    at = NextBeside(view, end + 1);
    const bool word = IsMisreadWord(view, begin, end);
    if (!word && !IsMisreadNumber(view, begin, end)) continue;
    if (!copied) folded->assign(view);
    copied = true;
    for (size_t i = begin; i < end; ++i) {
      if (word && IsDigitOfWord(view[i])) (*folded)[i] = LetterOf(view, i);
      if (!word && IsMisread(view[i])) (*folded)[i] = view[i] == 'O' || view[i] == 'o' ? '0' : '1';
    }
  }
  return copied ? std::string_view(*folded) : view;
}

}  // namespace phiveil

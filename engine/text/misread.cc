#include "text/misread.h"

#include <algorithm>
#include <bit>
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

bool Beside(char a, char b) { return (IsDigit(a) && IsMisread(b)) || (IsMisread(a) && IsDigit(b)); }

#if defined(__SSE2__)
// Bits of the bytes that are digits, and of those that may be misread ones.
void BitsOf(const char* text, uint32_t* digits, uint32_t* misread) {
  const __m128i in = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const __m128i from_zero = _mm_sub_epi8(in, _mm_set1_epi8('0'));
  const auto is = [in](char c) { return _mm_cmpeq_epi8(in, _mm_set1_epi8(c)); };
  *digits =
      static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(from_zero, _mm_set1_epi8(9)), from_zero)));
  *misread = static_cast<uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is('O'), is('o')), _mm_or_si128(is('l'), is('I')))));
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

// The first place at or after `at` > 0 whose byte stands beside the one before it as a digit beside a misread one.
size_t NextBeside(std::string_view view, size_t at) {
#if defined(__SSE2__)
  for (; at + 16 <= view.size(); at += 16) {
    uint32_t digits, misread;
    BitsOf(view.data() + at, &digits, &misread);
    const uint32_t after_digit = digits << 1 | uint32_t{IsDigit(view[at - 1])};
    const uint32_t after_misread = misread << 1 | uint32_t{IsMisread(view[at - 1])};
    const uint32_t found = (after_digit & misread) | (after_misread & digits);
    if (found != 0) return at + static_cast<size_t>(std::countr_zero(found));
  }
#endif
  while (at < view.size() && !Beside(view[at - 1], view[at])) ++at;
  return at;
}

}  // namespace

bool MayHoldMisreadDigits(std::string_view view) { return NextBeside(view, 1) < view.size(); }

std::string_view FoldMisreadDigits(std::string_view view, std::string* folded) {
  bool copied = false;
  for (size_t at = NextBeside(view, 1); at < view.size();) {
    size_t begin = at - 1, end = at + 1;
    while (begin > 0 && InRun(view[begin - 1])) --begin;
    while (end < view.size() && InRun(view[end])) ++end;
    at = NextBeside(view, end + 1);
    if (!IsMisreadNumber(view, begin, end)) continue;
    if (!copied) folded->assign(view);
    copied = true;
    for (size_t i = begin; i < end; ++i) {
      if (IsMisread(view[i])) (*folded)[i] = view[i] == 'O' || view[i] == 'o' ? '0' : '1';
    }
  }
  return copied ? std::string_view(*folded) : view;
}

}  // namespace phiveil

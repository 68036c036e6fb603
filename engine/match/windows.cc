#include "match/windows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace phiveil {
namespace {

// One call of Hyperscan costs about as much as scanning so many bytes.
constexpr size_t kGap = 32;
constexpr size_t kBlock = 64;
constexpr size_t kLongestTrigger = 4;

// masks[i]: where trigger 1 << i begins in a block, a bit a byte.
using Masks = std::array<uint64_t, kTriggerCount>;

constexpr std::array<char, kTriggerCount> kFirstBytes = {'0', '@', ':', 'w', '\\', '_', '#', '.'};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool Begins(std::string_view rest, int trigger) {
  switch (1u << trigger) {
    case kTriggerDigit:
      return rest[0] >= '0' && rest[0] <= '9';
    case kTriggerSlashes:
      return rest.substr(0, 3) == "://";
    case kTriggerWww:
      return rest.size() >= 4 && Lower(rest[0]) == 'w' && Lower(rest[1]) == 'w' && Lower(rest[2]) == 'w' &&
             rest[3] == '.';
    case kTriggerDotLetter:
      return rest.size() >= 2 && rest[0] == '.' && Lower(rest[1]) >= 'a' && Lower(rest[1]) <= 'z';
    default:
      return rest[0] == kFirstBytes[static_cast<size_t>(trigger)];
  }
}

void FindPortable(std::string_view view, size_t block, uint32_t triggers, Masks* masks) {
  const size_t size = std::min(kBlock, view.size() - block);
  for (int t = 0; t < kTriggerCount; ++t) {
    if ((triggers >> t & 1) == 0) continue;
    for (size_t i = 0; i < size; ++i) {
      (*masks)[static_cast<size_t>(t)] |= uint64_t{Begins(view.substr(block + i), t)} << i;
    }
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) __m256i Load(const char* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

__attribute__((target("avx2"))) __m256i Is(__m256i bytes, char c) {
  return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c));
}

__attribute__((target("avx2"))) uint64_t HalfMask(const char* p, uint32_t trigger) {
  const __m256i here = Load(p);
  __m256i found;
  switch (trigger) {
    case kTriggerDigit: {
      const __m256i value = _mm256_sub_epi8(here, _mm256_set1_epi8('0'));
      found = _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value);
      break;
    }
    case kTriggerSlashes:
      found = _mm256_and_si256(Is(here, ':'), _mm256_and_si256(Is(Load(p + 1), '/'), Is(Load(p + 2), '/')));
      break;
    case kTriggerWww: {
      const __m256i bit = _mm256_set1_epi8(0x20);
      const __m256i two =
          _mm256_and_si256(Is(_mm256_or_si256(here, bit), 'w'), Is(_mm256_or_si256(Load(p + 1), bit), 'w'));
      found = _mm256_and_si256(_mm256_and_si256(two, Is(_mm256_or_si256(Load(p + 2), bit), 'w')), Is(Load(p + 3), '.'));
      break;
    }
    case kTriggerDotLetter: {
      const __m256i lower = _mm256_or_si256(Load(p + 1), _mm256_set1_epi8(0x20));
      const __m256i value = _mm256_sub_epi8(lower, _mm256_set1_epi8('a'));
      const __m256i letter = _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(25)), value);
      found = _mm256_and_si256(Is(here, '.'), letter);
      break;
    }
    default:
      found = Is(here, kFirstBytes[static_cast<size_t>(std::countr_zero(trigger))]);
      break;
  }
  return static_cast<uint32_t>(_mm256_movemask_epi8(found));
}

// Needs kBlock + kLongestTrigger - 1 readable bytes at `p`.
__attribute__((target("avx2"))) void FindAvx2(const char* p, uint32_t triggers, Masks* masks) {
  for (uint32_t left = triggers; left != 0; left &= left - 1) {
    const uint32_t trigger = left & -left;
    (*masks)[static_cast<size_t>(std::countr_zero(trigger))] = HalfMask(p, trigger) | HalfMask(p + 32, trigger) << 32;
  }
}
#endif

// Adds [begin, end), whose begin may lie before that of windows added already.
void Push(size_t begin, size_t end, std::vector<Window>* windows) {
  while (!windows->empty() && begin <= windows->back().end + kGap) {
    begin = std::min(begin, windows->back().begin);
    end = std::max(end, windows->back().end);
    windows->pop_back();
  }
  windows->push_back({begin, end});
}

}  // namespace

WindowFinder::Path WindowFinder::BestPath() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return Path::kAvx2;
#endif
  return Path::kPortable;
}

void WindowFinder::Add(uint32_t trigger, uint32_t before, uint32_t after) {
  if (trigger == 0) everything_ = true;
  triggers_ |= trigger;
  for (int t = 0; t < kTriggerCount; ++t) {
    if ((trigger >> t & 1) == 0) continue;
    around_[t].before = std::max(around_[t].before, before);
    around_[t].after = std::max(around_[t].after, after);
  }
}

void WindowFinder::Cover(size_t block, const uint64_t* masks, size_t size, std::vector<Window>* windows) const {
  uint64_t any = 0;
  for (int t = 0; t < kTriggerCount; ++t) any |= masks[t];
  for (; any != 0; any &= any - 1) {
    const int bit = std::countr_zero(any);
    const size_t at = block + static_cast<size_t>(bit);
    for (int t = 0; t < kTriggerCount; ++t) {
      if ((masks[t] >> bit & 1) == 0) continue;
      const size_t begin = at - std::min<size_t>(at, around_[t].before);
      Push(begin, std::min(size, at + around_[t].after), windows);
    }
  }
}

void WindowFinder::Find(std::string_view view, std::vector<Window>* windows) const {
  windows->clear();
  if (view.empty() || (triggers_ == 0 && !everything_)) return;
  if (everything_) return windows->push_back({0, view.size()});
  size_t block = 0;
#if defined(__x86_64__)
  for (; path_ == Path::kAvx2 && block + kBlock + kLongestTrigger <= view.size(); block += kBlock) {
    Masks masks = {};
    FindAvx2(view.data() + block, triggers_, &masks);
    Cover(block, masks.data(), view.size(), windows);
  }
#endif
  for (; block < view.size(); block += kBlock) {
    Masks masks = {};
    FindPortable(view, block, triggers_, &masks);
    Cover(block, masks.data(), view.size(), windows);
  }
}

}  // namespace phiveil

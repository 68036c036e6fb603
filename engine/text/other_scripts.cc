#include "text/other_scripts.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>

namespace phiveil {
namespace {

// What a dictionary is given at once: its working memory grows with the stretch.
constexpr size_t kStretch = 2048;

bool IsWordCharacter(UChar32 c) { return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_M_MASK)) != 0; }

// Line_Break=Complex_Context is South East Asian; Ideographic covers Han and kana is named apart.
bool NeedsDictionary(UChar32 c) {
  if (u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT) return true;
  return u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) || (c >= 0x3041 && c <= 0x30FF) || (c >= 0xFF66 && c <= 0xFF9F);
}

class WordBreaker {
 public:
  WordBreaker() {
    UErrorCode error = U_ZERO_ERROR;
    iterator_.reset(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), error));
    if (U_FAILURE(error)) iterator_.reset();
  }
  ~WordBreaker() { utext_close(&text_); }
  WordBreaker(const WordBreaker&) = delete;
  WordBreaker& operator=(const WordBreaker&) = delete;

  // False when ICU cannot; then nothing has been appended.
  bool Cut(std::string_view word, uint32_t base, std::vector<ScriptPiece>* pieces) {
    UErrorCode error = U_ZERO_ERROR;
    if (iterator_ == nullptr) return false;
    utext_openUTF8(&text_, word.data(), static_cast<int64_t>(word.size()), &error);
    iterator_->setText(&text_, error);
    if (U_FAILURE(error)) return false;
    int32_t begin = iterator_->first();
    for (int32_t end = iterator_->next(); end != icu::BreakIterator::DONE; begin = end, end = iterator_->next()) {
      pieces->push_back({base + static_cast<uint32_t>(begin), base + static_cast<uint32_t>(end), true});
    }
    return true;
  }

 private:
  UText text_ = UTEXT_INITIALIZER;
  std::unique_ptr<icu::BreakIterator> iterator_;
};

void CutUnspaced(std::string_view word, uint32_t base, std::vector<ScriptPiece>* pieces) {
  // An iterator costs a millisecond to make and is not thread-safe.
  thread_local WordBreaker breaker;
  for (size_t from = 0; from < word.size();) {
    size_t to = std::min(word.size(), from + kStretch);
    while (to < word.size() && U8_IS_TRAIL(static_cast<uint8_t>(word[to]))) --to;
    const std::string_view stretch = word.substr(from, to - from);
    const uint32_t stretch_base = base + static_cast<uint32_t>(from);
    if (!breaker.Cut(stretch, stretch_base, pieces)) {
      pieces->push_back({stretch_base, stretch_base + static_cast<uint32_t>(stretch.size()), true});
    }
    from = to;
  }
}

}  // namespace

void CutOtherScripts(std::string_view run, std::vector<ScriptPiece>* pieces) {
  const char* const s = run.data();
  const size_t size = run.size();
  for (size_t at = 0; at < size;) {
    const size_t begin = at;
    UChar32 c;
    U8_NEXT_UNSAFE(s, at, c);
    if (!IsWordCharacter(c)) {
      pieces->push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(at), false});
      continue;
    }
    bool unspaced = NeedsDictionary(c);
    for (size_t next = at; next < size; at = next) {
      U8_NEXT_UNSAFE(s, next, c);
      if (!IsWordCharacter(c)) break;
      unspaced = unspaced || NeedsDictionary(c);
    }
    if (unspaced) {
      CutUnspaced(run.substr(begin, at - begin), static_cast<uint32_t>(begin), pieces);
    } else {
      pieces->push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(at), true});
    }
  }
}

}  // namespace phiveil

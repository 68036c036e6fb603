// Any bytes: Document::Reset refuses them or keeps its promises about view, map and tokens.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/document.h"

namespace {

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

bool IsBoundary(std::string_view text, size_t at) {
  return at == text.size() || (static_cast<uint8_t>(text[at]) & 0xC0) != 0x80;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  thread_local phiveil::Document doc;
  if (!doc.Reset(text).ok()) {
    Require(doc.view().empty() && doc.tokens().empty());
    return 0;
  }
  const size_t view_size = doc.view().size();
  Require(view_size <= size && doc.SourceBegin(view_size) == size);
  size_t last_begin = 0, last_end = 0;
  for (size_t i = 0; i < view_size; ++i) {
    const size_t begin = doc.SourceBegin(i);
    const size_t end = doc.SourceEnd(i + 1);
    Require(last_begin <= begin && last_end <= end && begin < end && end <= size);
    Require(IsBoundary(text, begin) && IsBoundary(text, end));
    Require(doc.ViewOffset(begin) <= i);
    last_begin = begin;
    last_end = end;
  }
  size_t last = 0;
  for (const phiveil::Token& token : doc.tokens()) {
    Require(last <= token.begin && token.begin < token.end && token.end <= view_size);
    Require(doc.TokenAt(token.begin) == static_cast<size_t>(&token - doc.tokens().data()));
    last = token.end;
  }
  for (const std::string& word : phiveil::FoldWords(text)) Require(!word.empty());
  return 0;
}

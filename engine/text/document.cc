#include "text/document.h"

#include <simdjson.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "base/concat.h"
#include "text/tokenize.h"

namespace phiveil {
namespace {

size_t FirstBadByte(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t begin = at;
    UChar32 c;
    U8_NEXT(text.data(), at, text.size(), c);
    if (c < 0) return begin;
  }
  return text.size();
}

bool IsTrail(std::string_view text, size_t at) { return U8_IS_TRAIL(static_cast<uint8_t>(text[at])); }

// Where the character at `at` ends when it is a combining mark; `at` itself when it is not.
size_t PastMark(std::string_view text, size_t at) {
  if (at >= text.size() || static_cast<uint8_t>(text[at]) < 0x80) return at;
  size_t end = at;
  UChar32 c;
  U8_NEXT_UNSAFE(text.data(), end, c);
  return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0 ? end : at;
}

size_t CharacterBegin(std::string_view text, size_t at) {
  while (at > 0 && at < text.size() && IsTrail(text, at)) --at;
  return at;
}

}  // namespace

absl::Status Document::Reset(std::string_view text) {
  text_ = view_ = {};
  runs_.clear();
  tokens_.clear();
  if (text.size() > kMaxBytes) return absl::InvalidArgumentError("text is longer than 1 GiB");
  if (IsPlain(text)) {
    view_ = text;
  } else if (simdjson::validate_utf8(text.data(), text.size())) {
    view_ = Normalise(text, &normalised_, &runs_);
  } else {
    return absl::InvalidArgumentError(Concat("text is not valid UTF-8 at byte ", FirstBadByte(text)));
  }
  text_ = text;
  Tokenize(view_, &tokens_);
  return absl::OkStatus();
}

size_t Document::RawSource(size_t view_offset) const {
  const auto after = std::ranges::upper_bound(runs_, view_offset, {}, &SourceRun::view);
  if (after == runs_.begin()) return view_offset;
  const SourceRun& run = *std::prev(after);
  return run.source + (view_offset - run.view);
}

size_t Document::SourceBegin(size_t view_offset) const {
  if (view_offset >= view_.size()) return text_.size();
  size_t at = CharacterBegin(text_, RawSource(view_offset));
  while (at > 0 && PastMark(text_, at) != at) at = CharacterBegin(text_, at - 1);
  return at;
}

size_t Document::SourceEnd(size_t view_offset) const {
  if (view_offset == 0) return 0;
  size_t at = RawSource(std::min(view_offset, view_.size()) - 1);
  const bool crlf = text_[at] == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n';
  at += crlf ? 2 : 1;
  while (at < text_.size() && IsTrail(text_, at)) ++at;
  for (size_t past; (past = PastMark(text_, at)) != at;) at = past;
  return at;
}

size_t Document::ViewOffset(size_t source_offset) const {
  if (source_offset >= text_.size()) return view_.size();
  source_offset = CharacterBegin(text_, source_offset);
  // Sources ascend with view offsets: the answer lies in the last run that begins before
  // `source_offset`, or at the begin of the one behind it.
  const auto next = std::ranges::lower_bound(runs_, source_offset, {}, &SourceRun::source);
  const size_t limit = next == runs_.end() ? view_.size() : next->view;
  const SourceRun run = next == runs_.begin() ? SourceRun{0, 0} : *std::prev(next);
  return std::min<size_t>(run.view + (source_offset - run.source), limit);
}

size_t Document::TokenAt(size_t view_offset) const {
  const auto found = std::ranges::upper_bound(tokens_, view_offset, {}, &Token::end);
  return static_cast<size_t>(found - tokens_.begin());
}

}  // namespace phiveil

#include "text/document.h"

#include <simdjson.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "base/concat.h"
#include "text/misread.h"
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

absl::Status Document::Reset(std::string_view text, std::span<const Escape> escapes) {
  text_ = plain_ = view_ = {};
  runs_.clear();
  tokens_.clear();
  escapes_.Clear();
  if (text.size() > kMaxBytes) return absl::InvalidArgumentError("text is longer than 1 GiB");
  const bool plain = IsPlain(text);
  if (!plain && !simdjson::validate_utf8(text.data(), text.size())) {
    return absl::InvalidArgumentError(Concat("text is not valid UTF-8 at byte ", FirstBadByte(text)));
  }
  text_ = text;
  plain_ = escapes.empty() ? text : escapes_.Apply(text, escapes, &unescaped_);
  const bool is_view = escapes.empty() ? plain : IsPlain(plain_);
  view_ = is_view ? plain_ : Normalise(plain_, &normalised_, &runs_);
  if (MayHoldMisread(view_)) view_ = FoldMisread(view_, &folded_);
  Tokenize(view_, &tokens_);
  return absl::OkStatus();
}

size_t Document::RawSource(size_t view_offset) const {
  const auto after = std::ranges::upper_bound(runs_, view_offset, {}, &SourceRun::view);
  if (after == runs_.begin()) return view_offset;
  const SourceRun& run = *std::prev(after);
  return run.source + (view_offset - run.view);
}

size_t Document::PlainBegin(size_t view_offset) const {
  if (view_offset >= view_.size()) return plain_.size();
  size_t at = CharacterBegin(plain_, RawSource(view_offset));
  while (at > 0 && PastMark(plain_, at) != at) at = CharacterBegin(plain_, at - 1);
  return at;
}

size_t Document::PlainEnd(size_t view_offset) const {
  if (view_offset == 0) return 0;
  size_t at = RawSource(std::min(view_offset, view_.size()) - 1);
  const bool crlf = plain_[at] == '\r' && at + 1 < plain_.size() && plain_[at + 1] == '\n';
  at += crlf ? 2 : 1;
  while (at < plain_.size() && IsTrail(plain_, at)) ++at;
  for (size_t past; (past = PastMark(plain_, at)) != at;) at = past;
  return at;
}

size_t Document::SourceBegin(size_t view_offset) const {
  const size_t at = PlainBegin(view_offset);
  if (view_offset >= view_.size()) return text_.size();
  return escapes_.empty() ? at : escapes_.SourceBegin(at);
}

size_t Document::SourceEnd(size_t view_offset) const {
  const size_t at = PlainEnd(view_offset);
  return escapes_.empty() ? at : escapes_.SourceEnd(at);
}

size_t Document::ViewOffset(size_t source_offset) const {
  if (source_offset >= text_.size()) return view_.size();
  const size_t at = CharacterBegin(plain_, escapes_.empty() ? source_offset : escapes_.PlainOffset(source_offset));
  if (at >= plain_.size()) return view_.size();
  // Sources ascend with view offsets: the answer lies in the last run that begins before `at`, or at
  // the begin of the one behind it.
  const auto next = std::ranges::lower_bound(runs_, at, {}, &SourceRun::source);
  const size_t limit = next == runs_.end() ? view_.size() : next->view;
  const SourceRun run = next == runs_.begin() ? SourceRun{0, 0} : *std::prev(next);
  return std::min<size_t>(run.view + (at - run.source), limit);
}

size_t Document::TokenAt(size_t view_offset) const {
  const auto found = std::ranges::upper_bound(tokens_, view_offset, {}, &Token::end);
  return static_cast<size_t>(found - tokens_.begin());
}

}  // namespace phiveil

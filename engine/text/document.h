#ifndef PHIVEIL_TEXT_DOCUMENT_H_
#define PHIVEIL_TEXT_DOCUMENT_H_

// One text, made ready for reading: validated, normalised, cut into tokens and lines.
//
//   Document doc;                                  // kept and reused: no allocation once it has grown
//   absl::Status status = doc.Reset(text);         // INVALID_ARGUMENT with the byte offset if not UTF-8
//   doc.view();                                    // what rules match against
//   doc.SourceBegin(b), doc.SourceEnd(e);          // view offsets -> byte offsets of `text`
//
// The view is the text itself where it is plain ASCII. Otherwise: zero-width characters, soft
// hyphens, bidi controls and BOM vanish; no-break and other Unicode spaces become a space; line and
// paragraph separators a newline; full-width forms, typographic quotes, primes, dashes, minus,
// fraction slash and bullets their ASCII like; ligatures their letters; Latin letters with
// diacritics (composed or followed by combining marks) their base letters (ß ss, æ ae, ø o, ł l, đ d, þ th);
// digits of every script 0-9; the micro sign u. CRLF and CR become LF. Other scripts stay.
// Digits that a scanner read as letters are digits (misread.h).
// Before all that, stretches that the caller knows to stand for something else (escapes of JSON and
// XML, tags) become that.
// The map is checked: monotone, every view byte has a source stretch, and source stretches of a view
// range cover whole characters with their marks.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "text/escape_map.h"
#include "text/normalise.h"
#include "text/token_class.h"

namespace phiveil {

struct Token {
  uint32_t begin;  // in the view
  uint32_t end;
  ClassBits classes;  // structural bits; match/ adds the list bits
  uint64_t hash;      // FoldedHash of letters and digits; of the character itself for punctuation
};

// Hash of a word folded as list entries are: lower case, apostrophes dropped. Input must already be
// normalised as the view is. The same on every machine: packs hold it.
uint64_t FoldedHash(std::string_view word);

// A list entry, cue or literal as the words a document would be cut into: normalised, folded;
// white space, hyphens, dots and other punctuation separate, apostrophes are dropped. A possessive
// 's is a token of its own (Poss) and counts as punctuation: "driver's license" is two words.
// Letters and digits part: "type2" is two words. Nothing when `entry` is not UTF-8.
std::vector<std::string> FoldWords(std::string_view entry);

class Document {
 public:
  static constexpr size_t kMaxBytes = size_t{1} << 30;

  // Keeps a view of `text`, which must outlive the use of this object. After an error it is empty.
  // `escapes` are read as escape_map.h says.
  absl::Status Reset(std::string_view text, std::span<const Escape> escapes = {});

  std::string_view text() const { return text_; }
  std::string_view view() const { return view_; }
  std::vector<Token>& tokens() { return tokens_; }
  const std::vector<Token>& tokens() const { return tokens_; }

  // Of the view byte there; the end of the text for the end of the view. Never inside a character.
  size_t SourceBegin(size_t view_offset) const;

  // End of the source stretch of the byte before, with its combining marks; 0 for 0.
  size_t SourceEnd(size_t view_offset) const;

  // The view offset of the character that `source_offset` is in; of the next one that is left in the
  // view if that one vanished.
  size_t ViewOffset(size_t source_offset) const;

  // First token whose end is beyond `view_offset`; tokens().size() if none.
  size_t TokenAt(size_t view_offset) const;

  std::string_view Word(const Token& token) const { return view_.substr(token.begin, token.end - token.begin); }

 private:
  size_t RawSource(size_t view_offset) const;
  size_t PlainBegin(size_t view_offset) const;
  size_t PlainEnd(size_t view_offset) const;

  std::string_view text_;
  std::string_view plain_;  // the text with its escapes read; what the runs lead to
  std::string_view view_;
  std::string unescaped_;
  EscapeMap escapes_;
  std::string normalised_, folded_;
  std::vector<SourceRun> runs_;  // empty: identity
  std::vector<Token> tokens_;
};

}  // namespace phiveil

#endif  // PHIVEIL_TEXT_DOCUMENT_H_

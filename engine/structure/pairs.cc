#include "structure/pairs.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "structure/json.h"

namespace phiveil {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kLongestKey = 48;
constexpr size_t kLongestValue = 4096;  // without quotes

bool IsKeyByte(char c) { return IsLetter(c) || IsDigit(c) || c == '_' || c == '-' || c == '.'; }
bool IsSmall(char c) { return c >= 'a' && c <= 'z'; }

// Whether nobody writes this in prose: patient_id, patientId.
bool IsIdentifier(std::string_view key) {
  for (size_t i = 1; i < key.size(); ++i) {
    if (key[i] == '_' || (IsCapital(key[i]) && IsSmall(key[i - 1]))) return true;
  }
  return false;
}

class Pairs {
 public:
  Pairs(size_t begin, size_t end, StructureBuilder* builder)
      : text_(builder->text().substr(0, end)), from_(begin), builder_(*builder) {}

  void Read(char sign) {
    for (size_t at = text_.find(sign, from_); at != kNone; at = text_.find(sign, at + 1)) {
      Key key;
      if (!ReadKey(at, sign, &key)) continue;
      path_.clear();
      AppendWords(text_.substr(key.begin, key.end - key.begin), &path_);
      const uint32_t name = builder_.names().Find(path_);
      if (name != FieldNames::kNone) ReadValue(key, at + 1, name);
    }
  }

 private:
  struct Key {
    size_t begin, end;
    bool quoted;
  };

  bool ReadKey(size_t sign, char what, Key* key) const {
    size_t end = sign;
    while (end > from_ && text_[end - 1] == ' ' && sign - end < 2) --end;
    if (end == from_) return false;
    key->quoted = text_[end - 1] == '"';
    if (key->quoted) --end;
    size_t begin = end;
    while (begin > from_ && end - begin < kLongestKey &&
           (IsKeyByte(text_[begin - 1]) || (key->quoted && text_[begin - 1] == ' '))) {
      --begin;
    }
    if (begin == end || !IsLetter(text_[begin])) return false;
    key->begin = begin;
    key->end = end;
    const std::string_view name = text_.substr(begin, end - begin);
    if (key->quoted) return begin > from_ && text_[begin - 1] == '"' && what == ':';
    if (end != sign || what == ':') return IsIdentifier(name) && !InAddress(begin);
    const char before = begin == from_ ? ' ' : text_[begin - 1];
    return std::strchr(" \t\n\r,;|&?([{\"'", before) != nullptr && !InAddress(begin);
  }

  // Inside an address of the web a name belongs to the address.
  bool InAddress(size_t at) const {
    const size_t limit = at > from_ + 256 ? at - 256 : from_;
    while (at > limit && !IsBlank(text_[at - 1])) --at;
    const std::string_view near = text_.substr(at, 512);
    return near.substr(0, near.find('\n')).find("://") < kLongestKey;
  }

  void ReadValue(const Key& key, size_t at, uint32_t name) {
    const size_t line = EndOfLine(text_.substr(0, at + kLongestValue), at);
    while (at < line && text_[at] == ' ') ++at;
    if (at >= line || (key.quoted && (text_[at] == '[' || text_[at] == '{'))) return;
    size_t end;
    if (text_[at] == '"' || text_[at] == '\'') {
      end = std::min(EndOfString(text_, at + 1, text_[at]), text_.size());
      ++at;
    } else {
      end = EndOfBare(at, line);
    }
    builder_.Region(key.begin, at);
    builder_.Value(at, end, name);
  }

  // Up to a delimiter or to the next pair on the line. Where none follows, a value of several words goes
  // on as long as they are capital: "name=Ada Quill logged in", "patient_id=4417 not found".
  size_t EndOfBare(size_t begin, size_t line) {
    if (text_[begin] == ',') return begin;
    const size_t stop = std::min(NextStop(begin), line);
    const bool pair = stop < line && (text_[stop] == ',' || text_[stop] == ' ');
    if (pair) return stop;
    for (size_t at = begin; at < stop; ++at) {
      if ((text_[at] == ',' || text_[at] == ' ') && !GoesOn(begin, at)) return at;
    }
    return stop;
  }

  // The delimiter, the end of the line or the blank before a pair that comes next, at `at` or behind it.
  // Values may overlap, so what was found for one is kept for the next.
  size_t NextStop(size_t at) {
    if (stop_from_ <= at && at <= stop_) return stop_;
    stop_from_ = at;
    for (stop_ = at; stop_ < text_.size(); ++stop_) {
      const char c = text_[stop_];
      if (c == '\n' || std::strchr(";|&\t}]", c) != nullptr) break;
      if ((c == ',' || c == ' ') && BeginsPair(stop_ + 1, text_.size())) break;
    }
    return stop_;
  }

  // Whether the word behind `at` can belong to the value that begins at `begin`.
  bool GoesOn(size_t begin, size_t at) const {
    const bool capital = IsCapital(text_[begin]);
    while (at < text_.size() && (text_[at] == ' ' || text_[at] == ',')) ++at;
    return capital && at < text_.size() && IsCapital(text_[at]);
  }

  bool BeginsPair(size_t at, size_t line) const {
    while (at < line && text_[at] == ' ') ++at;
    const size_t begin = at;
    while (at < line && at - begin < kLongestKey && (IsKeyByte(text_[at]) || text_[at] == '"')) ++at;
    return at > begin && at < line && (text_[at] == '=' || text_[at] == ':');
  }

  const std::string_view text_;
  const size_t from_;
  StructureBuilder& builder_;
  std::vector<KeyWord> path_;
  size_t stop_from_ = 1, stop_ = 0;  // as NextStop found it last; nothing yet
};

}  // namespace

void ReadPairs(size_t begin, size_t end, StructureBuilder* builder) {
  const std::string_view text = builder->text().substr(begin, end - begin);
  const bool equals = text.find('=') != kNone;
  Pairs pairs(begin, end, builder);
  if (equals) pairs.Read('=');
  // Colons are everywhere; names that a program wrote seldom come without one of the other signs.
  if (equals || text.find('_') != kNone || text.find('"') != kNone) pairs.Read(':');
}

}  // namespace phiveil

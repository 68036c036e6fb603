#include "text/normalise.h"

#include <unicode/utf8.h>

#include <cstring>

#include "text/character_map.h"

namespace phiveil {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighBits = 0x80 * kOnes;

// A high bit for each byte that is not ASCII or is a carriage return; for these bytes exact up to
// the first one.
uint64_t SpecialBytes(const char* p) {
  uint64_t block;
  std::memcpy(&block, p, sizeof block);
  const uint64_t no_return = block ^ ('\r' * kOnes);
  return (block | ((no_return - kOnes) & ~no_return)) & kHighBits;
}

bool IsSpecial(char c) { return static_cast<uint8_t>(c) >= 0x80 || c == '\r'; }

const char* NextSpecial(const char* p, const char* end) {
  for (; end - p >= 8; p += 8) {
    if (SpecialBytes(p) != 0) break;
  }
  while (p != end && !IsSpecial(*p)) ++p;
  return p;
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsUpper(static_cast<char>(c & ~0x20)); }

class Normaliser {
 public:
  Normaliser(std::string_view text, char* out, std::vector<SourceRun>* runs) : text_(text), out_(out), runs_(runs) {}

  size_t Run();

 private:
  void CopyPlain(const char* from, const char* to);
  void CarriageReturn(size_t source);
  void Character(int32_t c, size_t begin, size_t end);
  void Keep(size_t begin, size_t end);

  // Called before a byte that comes from `source` is written.
  void Locate(size_t source) {
    if (source - size_ == shift_) return;
    shift_ = source - size_;
    runs_->push_back({static_cast<uint32_t>(size_), static_cast<uint32_t>(source)});
  }
  void Put(char c, size_t source) {
    Locate(source);
    out_[size_++] = c;
  }
  bool AfterAscii() const { return size_ == 0 || static_cast<uint8_t>(out_[size_ - 1]) < 0x80; }

  const std::string_view text_;
  char* const out_;
  std::vector<SourceRun>* const runs_;
  size_t size_ = 0;
  size_t shift_ = 0;      // source minus view, modulo 2^64
  size_t title_end_ = 0;  // just behind a title-case pair ("Ae") that capitals behind it make "AE"
};

size_t Normaliser::Run() {
  const char* const begin = text_.data();
  const char* const end = begin + text_.size();
  for (const char* p = begin; p != end;) {
    const char* const special = NextSpecial(p, end);
    if (special != p) CopyPlain(p, special);
    p = special;
    while (p != end && IsSpecial(*p)) {
      size_t at = static_cast<size_t>(p - begin);
      const size_t start = at;
      if (*p == '\r') {
        CarriageReturn(at);
        p += p + 1 != end && p[1] == '\n' ? 2 : 1;
        continue;
      }
      UChar32 c;
      U8_NEXT_UNSAFE(begin, at, c);
      Character(c, start, at);
      p = begin + at;
    }
  }
  Locate(text_.size());
  return size_;
}

void Normaliser::CopyPlain(const char* from, const char* to) {
  if (title_end_ == size_ && size_ != 0 && IsUpper(*from)) out_[size_ - 1] &= ~0x20;
  Locate(static_cast<size_t>(from - text_.data()));
  const size_t count = static_cast<size_t>(to - from);
  std::memcpy(out_ + size_, from, count);
  size_ += count;
}

// Both bytes of a CRLF are the source of the one line feed.
void Normaliser::CarriageReturn(size_t source) { Put('\n', source); }

void Normaliser::Keep(size_t begin, size_t end) {
  Locate(begin);
  std::memcpy(out_ + size_, text_.data() + begin, end - begin);
  size_ += end - begin;
}

void Normaliser::Character(int32_t c, size_t begin, size_t end) {
  // A Greek mu before a Latin letter is the micro sign: μg, μL.
  if (c == 0x3BC && AfterAscii() && end < text_.size() && IsLetter(text_[end])) return Put('u', begin);
  const ViewForm form = ViewFormOf(c);
  if (form.size == ViewForm::kKeep) return Keep(begin, end);
  if (form.size == ViewForm::kMark) {
    if (!AfterAscii()) Keep(begin, end);
    return;
  }
  if (form.size == 0) return;
  if (title_end_ == size_ && size_ != 0 && IsUpper(form.bytes[0])) out_[size_ - 1] &= ~0x20;
  const bool after_upper = size_ != 0 && IsUpper(out_[size_ - 1]);
  for (uint8_t i = 0; i < form.size; ++i) Put(form.bytes[i], begin);
  if (form.size == 2 && IsUpper(form.bytes[0]) && IsLetter(form.bytes[1])) {
    title_end_ = size_;
    if (after_upper) out_[size_ - 1] &= ~0x20;
  }
}

}  // namespace

bool IsPlain(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  for (; end - p >= 32; p += 32) {
    if ((SpecialBytes(p) | SpecialBytes(p + 8) | SpecialBytes(p + 16) | SpecialBytes(p + 24)) != 0) return false;
  }
  return NextSpecial(p, end) == end;
}

std::string_view Normalise(std::string_view text, std::string* buffer, std::vector<SourceRun>* runs) {
  runs->clear();
  if (buffer->size() < text.size()) buffer->resize(text.size());
  const size_t size = Normaliser(text, buffer->data(), runs).Run();
  return {buffer->data(), size};
}

}  // namespace phiveil

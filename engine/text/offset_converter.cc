#include <algorithm>
#include <cstring>

#include "phiveil/deidentifier.h"

namespace phiveil {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;

bool AsciiBlock(const char* p) {
  uint64_t block;
  std::memcpy(&block, p, sizeof block);
  return (block & kHighBits) == 0;
}

bool IsAscii(std::string_view text) {
  size_t at = 0;
  while (at + 8 <= text.size() && AsciiBlock(text.data() + at)) at += 8;
  while (at < text.size() && static_cast<uint8_t>(text[at]) < 0x80) ++at;
  return at == text.size();
}

size_t CharacterEnd(std::string_view text, size_t at) {
  do {
    ++at;
  } while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80);
  return at;
}

}  // namespace

OffsetConverter::OffsetConverter(std::string_view text, Unit unit)
    : text_(text), unit_(unit), ascii_(unit == Unit::kByte || IsAscii(text)) {}

size_t OffsetConverter::FromBytes(size_t byte_offset) {
  byte_offset = std::min(byte_offset, text_.size());
  if (ascii_) return byte_offset;
  if (byte_offset < byte_) byte_ = units_ = 0;
  while (byte_ < byte_offset) {
    if (byte_ + 8 <= byte_offset && AsciiBlock(text_.data() + byte_)) {
      byte_ += 8;
      units_ += 8;
      continue;
    }
    const size_t end = CharacterEnd(text_, byte_);
    if (end > byte_offset) break;
    units_ += unit_ == Unit::kUtf16 && end - byte_ == 4 ? 2 : 1;
    byte_ = end;
  }
  return units_;
}

size_t OffsetConverter::ToBytes(size_t offset) {
  if (ascii_) return std::min(offset, text_.size());
  if (offset < units_) byte_ = units_ = 0;
  while (units_ < offset && byte_ < text_.size()) {
    if (units_ + 8 <= offset && byte_ + 8 <= text_.size() && AsciiBlock(text_.data() + byte_)) {
      byte_ += 8;
      units_ += 8;
      continue;
    }
    const size_t end = CharacterEnd(text_, byte_);
    const size_t width = unit_ == Unit::kUtf16 && end - byte_ == 4 ? 2 : 1;
    if (units_ + width > offset) break;
    units_ += width;
    byte_ = end;
  }
  return byte_;
}

}  // namespace phiveil

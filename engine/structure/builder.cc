#include "structure/builder.h"

#include <unicode/utf8.h>

#include <algorithm>

namespace phiveil {

void StructureBuilder::Value(FieldValue value) {
  while (value.begin < value.end && IsBlank(text_[value.begin])) ++value.begin;
  while (value.begin < value.end && IsBlank(text_[value.end - 1])) --value.end;
  if (value.begin < value.end) out_->values.push_back(value);
}

void StructureBuilder::Value(size_t begin, size_t end, uint32_t name) {
  FieldValue value;
  value.begin = static_cast<uint32_t>(begin);
  value.end = static_cast<uint32_t>(end);
  value.name = name;
  Value(value);
}

void StructureBuilder::Region(size_t begin, size_t end) {
  if (begin < end) out_->regions.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
}

void StructureBuilder::Escaped(size_t begin, size_t end, uint32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return;
  if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F) c = ' ';
  if (c == '\r') c = '\n';
  Escape escape;
  escape.begin = static_cast<uint32_t>(begin);
  escape.end = static_cast<uint32_t>(end);
  int32_t size = 0;
  U8_APPEND_UNSAFE(escape.plain, size, c);
  escape.size = static_cast<uint8_t>(size);
  out_->escapes.push_back(escape);
}

void StructureBuilder::GoBack(const State& state) {
  out_->values.resize(state.values);
  out_->regions.resize(state.regions);
  out_->escapes.resize(state.escapes);
}

size_t EndOfLine(std::string_view text, size_t at) { return std::min(text.find('\n', at), text.size()); }

}  // namespace phiveil

#include "text/escape_map.h"

#include <algorithm>
#include <cstring>

namespace phiveil {

std::string_view EscapeMap::Apply(std::string_view text, std::span<const Escape> escapes, std::string* plain) {
  rows_.clear();
  if (plain->size() < text.size()) plain->resize(text.size());
  char* const out = plain->data();
  size_t size = 0, at = 0;
  for (const Escape& escape : escapes) {
    const bool fits = escape.begin >= at && escape.begin < escape.end && escape.end <= text.size() &&
                      escape.size <= sizeof escape.plain && escape.size <= escape.end - escape.begin;
    if (!fits) continue;
    std::memcpy(out + size, text.data() + at, escape.begin - at);
    size += escape.begin - at;
    std::memcpy(out + size, escape.plain, escape.size);
    rows_.push_back({escape.begin, escape.end, static_cast<uint32_t>(size), static_cast<uint32_t>(size + escape.size)});
    size += escape.size;
    at = escape.end;
  }
  std::memcpy(out + size, text.data() + at, text.size() - at);
  return {out, size + text.size() - at};
}

size_t EscapeMap::SourceBegin(size_t plain_offset) const {
  const auto after = std::ranges::upper_bound(rows_, plain_offset, {}, &Row::plain_begin);
  if (after == rows_.begin()) return plain_offset;
  const Row& row = *std::prev(after);
  return plain_offset < row.plain_end ? row.source_begin : row.source_end + (plain_offset - row.plain_end);
}

size_t EscapeMap::SourceEnd(size_t plain_offset) const {
  if (plain_offset == 0) return 0;
  // Escapes that became nothing share their place with what follows: they do not belong to the byte before.
  const auto after = std::ranges::lower_bound(rows_, plain_offset, {}, &Row::plain_begin);
  if (after == rows_.begin()) return plain_offset;
  const Row& row = *std::prev(after);
  return plain_offset <= row.plain_end ? row.source_end : row.source_end + (plain_offset - row.plain_end);
}

size_t EscapeMap::PlainOffset(size_t source_offset) const {
  const auto after = std::ranges::upper_bound(rows_, source_offset, {}, &Row::source_begin);
  if (after == rows_.begin()) return source_offset;
  const Row& row = *std::prev(after);
  return source_offset < row.source_end ? row.plain_begin : row.plain_end + (source_offset - row.source_end);
}

}  // namespace phiveil

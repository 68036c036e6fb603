#ifndef PHIVEIL_TEXT_ESCAPE_MAP_H_
#define PHIVEIL_TEXT_ESCAPE_MAP_H_

// Stretches of a text that stand for something else: "\u00e9" in JSON, "&amp;" in XML, a whole tag.
//
//   map.Apply(text, escapes, &plain);       // plain: the text with each stretch as what it stands for
//   map.SourceBegin(b), map.SourceEnd(e);   // offsets of `plain` -> offsets of `text`
//   map.PlainOffset(s)                      // and back
//
// What an escape became belongs to the whole of it: a stretch of `plain` that holds one byte of it
// has a source that holds all of it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace phiveil {

struct Escape {
  uint32_t begin = 0;  // of the source
  uint32_t end = 0;
  uint8_t size = 0;  // bytes of `plain`; at most end - begin
  char plain[4] = {0, 0, 0, 0};
};

class EscapeMap {
 public:
  void Clear() { rows_.clear(); }
  bool empty() const { return rows_.empty(); }

  // `escapes`: in order, disjoint, within `text`, each at the edges of characters and standing for
  // whole characters. Those that are not are passed over. `plain` only grows; returns what of it is used.
  std::string_view Apply(std::string_view text, std::span<const Escape> escapes, std::string* plain);

  size_t SourceBegin(size_t plain_offset) const;
  // Of the byte before `plain_offset`; 0 for 0.
  size_t SourceEnd(size_t plain_offset) const;
  // First byte of what the escape around `source_offset` became, if there is one.
  size_t PlainOffset(size_t source_offset) const;

 private:
  struct Row {
    uint32_t source_begin, source_end;
    uint32_t plain_begin, plain_end;
  };
  std::vector<Row> rows_;
};

}  // namespace phiveil

#endif  // PHIVEIL_TEXT_ESCAPE_MAP_H_

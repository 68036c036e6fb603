#include "audit/json_text.h"

#include <cstddef>
#include <cstdint>

namespace phiveil::audit_internal {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

uint8_t Byte(std::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

// The length of the well-formed sequence at `i` (Unicode, table 3-7), or 0.
size_t SequenceLength(std::string_view text, size_t i) {
  const uint8_t lead = Byte(text, i);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - i < length) return 0;
  const uint8_t second = Byte(text, i + 1);
  const uint8_t least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const uint8_t most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < least || second > most) return 0;
  for (size_t k = 2; k < length; ++k) {
    if ((Byte(text, i + k) & 0xC0) != 0x80) return 0;
  }
  return length;
}

void AppendEscaped(uint8_t c, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out->append("\\\"");
      break;
    case '\\':
      out->append("\\\\");
      break;
    case '\n':
      out->append("\\n");
      break;
    case '\r':
      out->append("\\r");
      break;
    case '\t':
      out->append("\\t");
      break;
    default:
      out->append("\\u00").push_back(kHex[c >> 4]);
      out->push_back(kHex[c & 15]);
  }
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (size_t i = 0; i < text.size();) {
    const uint8_t c = Byte(text, i);
    const size_t length = SequenceLength(text, i);
    if (length == 0) {
      out->append(kReplacement);
      ++i;
    } else if (c < 0x20 || c == '"' || c == '\\' || c == 0x7F) {
      AppendEscaped(c, out);
      ++i;
    } else {
      out->append(text, i, length);
      i += length;
    }
  }
  out->push_back('"');
}

}  // namespace phiveil::audit_internal

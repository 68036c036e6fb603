#include "cli/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>

namespace phiveil::cli {
namespace {

constexpr std::array<bool, 256> kNeedsEscape = [] {
  std::array<bool, 256> table{};
  for (size_t c = 0; c < 0x20; ++c) table[c] = true;
  table['"'] = table['\\'] = true;
  return table;
}();

void AppendEscape(char c, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    case '\b':
      out->append("\\b");
      return;
    case '\f':
      out->append("\\f");
      return;
    default:
      break;
  }
  out->append("\\u00");
  out->push_back(kHex[static_cast<unsigned char>(c) >> 4]);
  out->push_back(kHex[static_cast<unsigned char>(c) & 15]);
}

}  // namespace

void AppendJsonString(std::string_view value, std::string* out) {
  out->push_back('"');
  size_t from = 0;
  for (size_t at = 0; at < value.size(); ++at) {
    if (!kNeedsEscape[static_cast<unsigned char>(value[at])]) continue;
    out->append(value, from, at - from);
    AppendEscape(value[at], out);
    from = at + 1;
  }
  out->append(value, from, value.size() - from);
  out->push_back('"');
}

void JsonWriter::Separate() {
  if (needs_comma_) out_->push_back(',');
  needs_comma_ = true;
}

void JsonWriter::Open(char bracket) {
  Separate();
  out_->push_back(bracket);
  needs_comma_ = false;
}

void JsonWriter::Close(char bracket) {
  out_->push_back(bracket);
  needs_comma_ = true;
}

void JsonWriter::Key(std::string_view key) {
  Separate();
  AppendJsonString(key, out_);
  out_->push_back(':');
  needs_comma_ = false;
}

void JsonWriter::String(std::string_view value) {
  Separate();
  AppendJsonString(value, out_);
}

void JsonWriter::Number(uint64_t value) {
  Separate();
  std::array<char, 24> digits;
  out_->append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

void JsonWriter::Score(float value) {
  Separate();
  const double rounded = std::isfinite(value) ? std::round(static_cast<double>(value) * 1e4) / 1e4 : 0.0;
  std::array<char, 32> digits;
  out_->append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), rounded).ptr);
}

void JsonWriter::Bool(bool value) {
  Separate();
  out_->append(value ? "true" : "false");
}

void JsonWriter::Raw(std::string_view json) {
  Separate();
  out_->append(json);
}

}  // namespace phiveil::cli

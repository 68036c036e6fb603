#include "keys/json_string.h"

#include <cstdint>
#include <utility>

namespace phiveil::keys_internal {
namespace {

constexpr int kMaxDepth = 32;

class Cursor {
 public:
  explicit Cursor(std::string_view json) : rest_(json) {}

  // Goes into the value of `key`; false when there is none.
  bool Enter(std::string_view key) {
    if (!Take('{')) return false;
    if (Take('}')) return false;
    do {
      const std::optional<std::string_view> raw = RawString();
      if (!raw || !Take(':')) return false;
      if (*raw == key) return true;
      if (!SkipValue(0)) return false;
    } while (Take(','));
    return false;
  }

  std::optional<SecretText> String() {
    const std::optional<std::string_view> raw = RawString();
    if (!raw) return std::nullopt;
    SecretText out(raw->size());
    return Unescape(*raw, &out) ? std::optional<SecretText>(std::move(out)) : std::nullopt;
  }

 private:
  void SkipSpace() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_[0]) != std::string_view::npos) {
      rest_.remove_prefix(1);
    }
  }

  bool Take(char c) {
    SkipSpace();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // What stands between the quotes.
  std::optional<std::string_view> RawString() {
    if (!Take('"')) return std::nullopt;
    for (size_t i = 0; i < rest_.size(); ++i) {
      if (static_cast<unsigned char>(rest_[i]) < 0x20) return std::nullopt;
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        const std::string_view raw = rest_.substr(0, i);
        rest_.remove_prefix(i + 1);
        return raw;
      }
    }
    return std::nullopt;
  }

  bool SkipValue(int depth) {
    SkipSpace();
    if (rest_.empty() || depth > kMaxDepth) return false;
    switch (rest_[0]) {
      case '"':
        return RawString().has_value();
      case '{':
        return SkipMembers('{', '}', depth);
      case '[':
        return SkipMembers('[', ']', depth);
      default: {
        const size_t size = rest_.find_first_not_of("+-.0123456789abcdefghijklmnopqrstuvwxyzE");
        if (size == 0) return false;
        rest_.remove_prefix(size == std::string_view::npos ? rest_.size() : size);
        return true;
      }
    }
  }

  bool SkipMembers(char open, char close, int depth) {
    if (!Take(open)) return false;
    if (Take(close)) return true;
    do {
      if (open == '{' && (!RawString() || !Take(':'))) return false;
      if (!SkipValue(depth + 1)) return false;
    } while (Take(','));
    return Take(close);
  }

  // Only what stays one byte: nothing asked for has letters beyond ASCII.
  static bool Unescape(std::string_view raw, SecretText* out) {
    constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    for (size_t i = 0; i < raw.size(); ++i) {
      char c = raw[i];
      if (c == '\\') {
        if (++i == raw.size()) return false;
        if (const size_t name = kNames.find(raw[i]); name != std::string_view::npos) {
          c = kMeanings[name];
        } else {
          if (raw[i] != 'u' || raw.size() - i < 5) return false;
          const std::optional<uint32_t> code = Hex(raw.substr(i + 1, 4));
          if (!code || *code > 0x7f) return false;
          c = static_cast<char>(*code);
          i += 4;
        }
      }
      if (!out->Append({&c, 1})) return false;
    }
    return true;
  }

  static std::optional<uint32_t> Hex(std::string_view digits) {
    uint32_t value = 0;
    for (const char c : digits) {
      const size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | (c >= 'A' ? 0x20 : 0)));
      if (digit == std::string_view::npos) return std::nullopt;
      value = value << 4 | static_cast<uint32_t>(digit);
    }
    return value;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<SecretText> JsonStringAt(std::string_view json, std::initializer_list<std::string_view> path) {
  Cursor cursor(json);
  for (const std::string_view key : path) {
    if (!cursor.Enter(key)) return std::nullopt;
  }
  return cursor.String();
}

}  // namespace phiveil::keys_internal

#include "text/line_break.h"

#include <cstddef>

namespace phiveil {
namespace {

constexpr size_t kWrappedLine = 40;
constexpr size_t kLabelWords = 4;
constexpr size_t kLabelBytes = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

std::string_view TrimEnd(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

bool EndsClause(char c) { return c == '.' || c == ':' || c == ';' || c == '!' || c == '?'; }

bool IsRuler(std::string_view line) {
  const char c = line.back();
  return !IsLetter(c) && !IsDigit(c) && line[line.size() - 2] == c && line[line.size() - 3] == c;
}

bool HasColumns(std::string_view line) {
  size_t gaps = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t' || line[i] == '|') return true;
    if (line[i] != ' ') continue;
    const size_t begin = i;
    while (i + 1 < line.size() && line[i + 1] == ' ') ++i;
    if (i - begin + 1 >= 3 && ++gaps == 2) return true;
  }
  return false;
}

// "1.", "12)", "a)": not "1.5", not "2024".
bool IsListItem(std::string_view line) {
  size_t i = 0;
  while (i < line.size() && i < 3 && IsDigit(line[i])) ++i;
  if (i == 0) return line.size() > 1 && line[1] == ')';
  if (i == line.size() || (line[i] != '.' && line[i] != ')')) return false;
  return i + 1 == line.size() || !IsDigit(line[i + 1]);
}

bool IsLabelLine(std::string_view line) {
  size_t words = 0;
  bool in_word = false;
  for (size_t i = 0; i < line.size() && i < kLabelBytes; ++i) {
    const char c = line[i];
    if (c == '\n') return false;
    if (c == ':') {
      const bool clock = i > 0 && IsDigit(line[i - 1]) && i + 1 < line.size() && IsDigit(line[i + 1]);
      if (!clock) return true;
    }
    if (c == ' ') {
      in_word = false;
    } else if (!in_word) {
      in_word = true;
      if (++words > kLabelWords) return false;
    }
  }
  return false;
}

}  // namespace

bool IsSoftBreak(std::string_view line, std::string_view rest) {
  if (line.size() < kWrappedLine || rest.empty()) return false;
  if (!IsLetter(rest.front()) && !IsDigit(rest.front())) return false;
  line = TrimEnd(line);
  if (line.size() < 3 || EndsClause(line.back()) || IsRuler(line)) return false;
  return !IsListItem(rest) && !IsLabelLine(rest) && !HasColumns(line);
}

}  // namespace phiveil

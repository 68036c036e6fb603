#include <algorithm>
#include <optional>

#include "base/concat.h"
#include "phiveil/task.h"
#include "transform/subject_book.h"

namespace phiveil {
namespace {

constexpr size_t kLongestHeading = 80;
constexpr size_t kMostWords = 8;
constexpr size_t kLoudLetters = 4;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Small letters and digits, one space between words.
std::string Folded(std::string_view text) {
  std::string out;
  for (const char c : LowerAscii(text)) {
    const bool word = IsLower(c) || IsDigit(c) || static_cast<unsigned char>(c) >= 0x80;
    if (word)
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ' && c != '\'')
      out.push_back(' ');
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

struct Heading {
  std::string name;
  bool alone;  // on its line
  bool loud;   // in capitals
};

// The words of a line that may be a heading; `marked`: the line says so with # or **.
std::optional<Heading> ReadHeading(std::string_view line) {
  bool marked = false;
  while (!line.empty() && (IsSpace(line[0]) || line[0] == '#' || line[0] == '*' || line[0] == '=')) {
    marked = marked || !IsSpace(line[0]);
    line.remove_prefix(1);
  }
  while (!line.empty() && (IsSpace(line.back()) || line.back() == '*' || line.back() == '=')) line.remove_suffix(1);
  const size_t colon = line.find(':');
  const std::string_view words = line.substr(0, colon);
  std::string_view rest = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  while (!rest.empty() && (IsSpace(rest[0]) || rest[0] == '*')) rest.remove_prefix(1);
  if (words.empty() || words.size() > kLongestHeading) return std::nullopt;
  Heading heading{Folded(words), rest.empty(), false};
  const auto count = std::ranges::count(heading.name, ' ') + 1;
  if (heading.name.empty() || static_cast<size_t>(count) > kMostWords) return std::nullopt;
  const auto capitals = static_cast<size_t>(std::ranges::count_if(words, IsUpper));
  heading.loud = capitals >= kLoudLetters && std::ranges::none_of(words, IsLower);
  const bool bare_line = colon == std::string_view::npos;
  if (bare_line && !heading.loud && !marked) return std::nullopt;
  if (bare_line && words.back() == '.') return std::nullopt;
  return heading;
}

class SectionCutter {
 public:
  SectionCutter(std::string_view text, const TaskProfile& task)
      : text_(text), task_(task), passes_(task.pass_unknown) {}

  std::vector<TextStretch> Cut() {
    size_t begin = 0, section = 0;
    while (begin < text_.size()) {
      const size_t newline = text_.find('\n', begin);
      const size_t end = newline == std::string_view::npos ? text_.size() : newline + 1;
      if (const auto passes = Decide(text_.substr(begin, end - begin)); passes.has_value()) {
        Close(section, begin);
        section = begin;
        passes_ = *passes;
      }
      begin = end;
    }
    Close(section, text_.size());
    return std::move(out_);
  }

 private:
  // Whether a section begins with this line, and passes.
  std::optional<bool> Decide(std::string_view line) const {
    if (line.ends_with('\n')) line.remove_suffix(1);
    const auto heading = ReadHeading(line);
    if (!heading) return std::nullopt;
    // The stricter where both lists name it.
    if (Has(task_.left_out, heading->name)) return false;
    if (Has(task_.sections, heading->name)) return true;
    return heading->alone || heading->loud ? std::optional(task_.pass_unknown) : std::nullopt;
  }

  void Close(size_t begin, size_t end) {
    const bool blank =
        std::ranges::all_of(text_.substr(begin, end - begin), [](char c) { return IsSpace(c) || c == '\n'; });
    if (passes_ || blank) return;
    if (!out_.empty() && out_.back().end == begin)
      out_.back().end = static_cast<uint32_t>(end);
    else
      out_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
  }

  const std::string_view text_;
  const TaskProfile& task_;
  bool passes_;
  std::vector<TextStretch> out_;
};

// The members of a JSON object, as far as brackets and quotes go; anything broken is left out to the end.
class MemberCutter {
 public:
  MemberCutter(std::string_view text, const TaskProfile& task) : text_(text), task_(task) {}

  std::vector<TextStretch> Cut(size_t open) {
    at_ = open + 1;
    while (Skip(), at_ < text_.size() && text_[at_] == '"') {
      const size_t name = at_ + 1;
      if (!String()) break;
      const std::string_view key = text_.substr(name, at_ - 1 - name);
      Skip();
      if (at_ >= text_.size() || text_[at_] != ':') return Rest(at_);
      ++at_;
      Skip();
      const size_t begin = at_;
      if (!Value()) return Rest(begin);
      if (!Has(task_.fields, key)) Add(begin, at_);
      Skip();
      if (at_ < text_.size() && text_[at_] == ',') ++at_;
    }
    if (at_ >= text_.size() || text_[at_] != '}') return Rest(at_);
    ++at_;
    Skip();
    return at_ < text_.size() ? Rest(at_) : std::move(out_);
  }

 private:
  void Skip() {
    while (at_ < text_.size() && (IsSpace(text_[at_]) || text_[at_] == '\n')) ++at_;
  }

  bool String() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\')
        ++at_;
      else if (text_[at_] == '"')
        return ++at_, true;
    }
    return false;
  }

  bool Value() {
    size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!String()) return false;
        if (depth == 0) return true;
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') {
        if (depth == 0) return true;
        if (--depth == 0) return ++at_, true;
      }
      if (depth == 0 && (c == ',' || IsSpace(c) || c == '\n')) return true;
      ++at_;
    }
    return false;
  }

  void Add(size_t begin, size_t end) {
    if (begin < end) out_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
  }

  std::vector<TextStretch> Rest(size_t begin) {
    if (begin < text_.size()) Add(begin, text_.size());
    return std::move(out_);
  }

  const std::string_view text_;
  const TaskProfile& task_;
  size_t at_ = 0;
  std::vector<TextStretch> out_;
};

// Segments end with CR, LF or both; fields are numbered from 1 after the first separator.
std::vector<TextStretch> CutHl7(std::string_view text, const TaskProfile& task) {
  std::vector<TextStretch> out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    const std::string_view segment = text.substr(begin, end - begin);
    const std::string_view id = segment.substr(0, 3);
    size_t field = segment.find('|');
    if (id != "MSH" && !segment.empty() && !Has(task.fields, std::string(id))) {
      if (field == std::string_view::npos) out.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
      for (size_t number = 1; field != std::string_view::npos; ++number) {
        const size_t next = std::min(segment.find('|', field + 1), segment.size());
        if (next > field + 1 && !Has(task.fields, Concat(id, "-", number))) {
          out.push_back({static_cast<uint32_t>(begin + field + 1), static_cast<uint32_t>(begin + next)});
        }
        field = next == segment.size() ? std::string_view::npos : next;
      }
    }
    begin = end + 1;
  }
  return out;
}

}  // namespace

std::vector<TextStretch> LeftOut(std::string_view text, const TaskProfile& task) {
  const size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  if (text.substr(first).starts_with('{')) return MemberCutter(text, task).Cut(first);
  if (text.substr(first).starts_with("MSH|")) return CutHl7(text, task);
  return SectionCutter(text, task).Cut();
}

}  // namespace phiveil

#include "structure/table.h"

#include <algorithm>
#include <array>
#include <vector>

namespace phiveil {
namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kLongestName = 40;
constexpr int kMostWords = 5;  // of the first name
constexpr size_t kLongestHeader = 4096;
constexpr size_t kMostColumns = 256;
constexpr char kGaps = ' ';  // columns parted by two spaces or more

enum Sign : uint8_t { kPlain, kSpace, kDelimiter, kEnd };

// What may stand in or behind the first name of a table.
constexpr std::array<Sign, 256> MakeSigns() {
  std::array<Sign, 256> signs{};
  signs[' '] = kSpace;
  for (const char c : {',', '\t', '|', ';'}) signs[static_cast<uint8_t>(c)] = kDelimiter;
  for (const char c : {':', '.', '=', '!', '?', '\r'}) signs[static_cast<uint8_t>(c)] = kEnd;
  return signs;
}
constexpr std::array<Sign, 256> kSigns = MakeSigns();

// Signs that lines of tables are drawn with.
bool IsRule(std::string_view line) {
  bool any = false;
  for (const char c : line) {
    if (c != '-' && c != '=' && c != '+' && c != '|' && c != ':' && c != '_' && !IsBlank(c)) return false;
    any = any || c == '-' || c == '=' || c == '_';
  }
  return any;
}

struct Cell {
  size_t begin, end;
};

class Table {
 public:
  Table(size_t end, StructureBuilder* builder) : text_(builder->text().substr(0, end)), builder_(*builder) {}

  // Reads the table whose first line begins at `line`; returns its end, or `line` when there is none.
  size_t Read(size_t line) {
    const size_t end = EndOfLine(text_, line);
    if (!FindDelimiter(line, end) || !ReadHeader(line, end)) return line;
    const StructureBuilder::State state = builder_.Save();
    builder_.Region(line, end);
    size_t rows = 0, at = end;
    while (at < text_.size()) {
      const size_t next = ReadRow(at + 1, &rows);
      if (next == at) break;
      at = next;
    }
    if (rows == 0) builder_.GoBack(state);
    return rows == 0 ? line : at;
  }

 private:
  // What parts the columns of the line. Most lines end here: nothing does, or not soon enough.
  bool FindDelimiter(size_t line, size_t end) {
    size_t at = line;
    while (at < end && (text_[at] == '|' || text_[at] == ' ' || text_[at] == '"')) ++at;
    const size_t begin = at;
    if (at >= end || !IsLetter(text_[at])) return false;
    const size_t limit = std::min(end, at + kLongestName);
    for (int spaces = 0; at < limit; ++at) {
      const Sign sign = kSigns[static_cast<uint8_t>(text_[at])];
      if (sign == kPlain) continue;
      if (sign != kSpace || !IsSingleSpace(at, end)) break;
      if (++spaces == kMostWords) return false;
    }
    if (at >= limit || kSigns[static_cast<uint8_t>(text_[at])] == kEnd || end - line > kLongestHeader) return false;
    // Cells may be filled up with blanks before their delimiter.
    const size_t filled = text_.find_first_not_of(' ', at);
    at = filled < end && kSigns[static_cast<uint8_t>(text_[filled])] == kDelimiter ? filled : at;
    delimiter_ = text_[at];
    border_ = text_.substr(line, begin - line).find('|') != kNone;
    return true;
  }

  bool IsSingleSpace(size_t at, size_t end) const {
    return text_[at] == ' ' && (at + 1 >= end || text_[at + 1] != ' ');
  }

  uint32_t NameIn(const Cell& cell) {
    path_.clear();
    AppendWords(text_.substr(cell.begin, cell.end - cell.begin), &path_);
    return builder_.names().Find(path_);
  }

  bool ReadHeader(size_t line, size_t end) {
    Split(line, end);
    if (cells_.size() < 2 || cells_.size() > kMostColumns) return false;
    names_.clear();
    starts_.clear();
    size_t known = 0;
    for (const Cell& cell : cells_) {
      const std::string_view text = text_.substr(cell.begin, cell.end - cell.begin);
      if (text.size() > kLongestName || text.find_first_of(":=<>{}?!") != kNone) return false;
      if (std::count_if(text.begin(), text.end(), IsDigit) > 2) return false;
      names_.push_back(NameIn(cell));
      starts_.push_back(cell.begin - line);
      known += names_.back() != FieldNames::kNone;
    }
    return known >= 2;
  }

  // Returns the row's end; the end of the line before when it is none.
  size_t ReadRow(size_t line, size_t* rows) {
    if (line >= text_.size()) return line - 1;
    size_t end = EndOfLine(text_, line);
    const std::string_view content = text_.substr(line, end - line);
    if (std::all_of(content.begin(), content.end(), IsBlank)) return line - 1;
    if (IsRule(content)) {
      builder_.Region(line, end);
      return end;
    }
    end = Split(line, end);
    const bool last = end >= text_.size();
    if (cells_.size() < 2) return line - 1;
    if (delimiter_ == kGaps && cells_.size() != names_.size() && !PlaceCells(line)) return line - 1;
    if (cells_.size() > names_.size()) return delimiter_ == kGaps ? line - 1 : end;
    if (cells_.size() < names_.size() && !last && cells_.size() * 2 < names_.size()) return line - 1;
    ++*rows;
    builder_.Region(line, end);
    for (size_t i = 0; i < cells_.size(); ++i) {
      builder_.Value(cells_[i].begin, cells_[i].end, names_[i]);
      Unescape(cells_[i]);
    }
    return end;
  }

  // Fills `cells_` with those of the line; returns where it ends, for a cell in quotes may go on.
  size_t Split(size_t line, size_t end) {
    cells_.clear();
    if (delimiter_ == kGaps) return SplitAtGaps(line, end);
    const bool bars = delimiter_ == '|';
    size_t at = line;
    if (bars && border_) {
      while (at < end && IsBlank(text_[at])) ++at;
      if (at < end && text_[at] == '|') ++at;
    }
    for (;;) {
      size_t begin = at;
      while (begin < end && text_[begin] == ' ') ++begin;
      if (!bars && begin < end && text_[begin] == '"') {
        const size_t close = ClosingQuote(begin + 1);
        end = EndOfLine(text_, std::max(end, close));
        cells_.push_back({begin + 1, std::min(close, end)});
        at = std::min(text_.find(delimiter_, std::min(close + 1, text_.size())), end);
      } else {
        at = std::min(text_.find(delimiter_, at), end);
        cells_.push_back(Trimmed(begin, at));
      }
      if (at >= end) break;
      ++at;
    }
    // A bar at the end closes the line; it does not begin a cell.
    if (bars && border_ && cells_.size() > 1 && cells_.back().begin >= cells_.back().end) cells_.pop_back();
    return end;
  }

  size_t SplitAtGaps(size_t line, size_t end) {
    for (size_t at = line; at < end;) {
      while (at < end && IsBlank(text_[at])) ++at;
      if (at >= end) break;
      const size_t gap = std::min({text_.find("  ", at), text_.find('\t', at), end});
      cells_.push_back(Trimmed(at, gap));
      at = gap;
    }
    return end;
  }

  // Puts each cell under the name it stands under; false when one stands under none.
  bool PlaceCells(size_t line) {
    placed_.assign(names_.size(), Cell{line, line});
    for (const Cell& cell : cells_) {
      const size_t column = cell.begin - line;
      size_t under = names_.size();
      for (size_t i = 0; i < starts_.size(); ++i) {
        if (column + 1 >= starts_[i] && (i + 1 == starts_.size() || column + 1 < starts_[i + 1])) under = i;
      }
      if (under == names_.size() || placed_[under].begin != placed_[under].end) return false;
      placed_[under] = cell;
    }
    cells_.swap(placed_);
    return true;
  }

  Cell Trimmed(size_t begin, size_t end) const {
    while (begin < end && IsBlank(text_[begin])) ++begin;
    while (begin < end && IsBlank(text_[end - 1])) --end;
    return {begin, end};
  }

  // Of a cell in quotes, where two quotes stand for one; npos-like text end when it is not closed.
  size_t ClosingQuote(size_t at) const {
    constexpr size_t kLongestCell = 1 << 16;
    const size_t line = EndOfLine(text_, at);
    const size_t limit = std::min(text_.size(), at + kLongestCell);
    for (; at < limit; ++at) {
      if (text_[at] != '"') continue;
      if (at + 1 < limit && text_[at + 1] == '"') {
        ++at;
      } else {
        return at;
      }
    }
    return line;
  }

  void Unescape(const Cell& cell) {
    const std::string_view text = text_.substr(0, cell.end);
    for (size_t at = text.find("\"\"", cell.begin); at != kNone; at = text.find("\"\"", at + 2)) {
      builder_.Escaped(at, at + 2, '"');
    }
  }

  const std::string_view text_;
  StructureBuilder& builder_;
  char delimiter_ = ',';
  bool border_ = false;  // lines begin and end with a bar
  std::vector<Cell> cells_, placed_;
  std::vector<uint32_t> names_;
  std::vector<size_t> starts_;
  std::vector<KeyWord> path_;
};

}  // namespace

void ReadTables(size_t begin, size_t end, StructureBuilder* builder) {
  Table table(end, builder);
  for (size_t line = begin; line < end;) {
    const size_t read = table.Read(line);
    line = EndOfLine(builder->text().substr(0, end), read) + 1;
  }
}

}  // namespace phiveil

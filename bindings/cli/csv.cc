#include "cli/csv.h"

#include <utility>

#include "base/concat.h"
#include "cli/read_buffer.h"

namespace phiveil::cli {
namespace {

// Finds the ends of rows. Fed piece by piece.
class RowScanner {
 public:
  enum class Found { kNothing, kRowEnd, kBroken };

  // At the start of a file a byte order mark may stand before the first field.
  explicit RowScanner(bool at_start) : mark_(at_start ? 0 : kByteOrderMark.size()) {}

  // Looks at `bytes` from its begin; `*used` is how far it got (behind the line end for kRowEnd).
  Found Scan(std::string_view bytes, size_t* used) {
    for (size_t at = 0; at < bytes.size(); ++at) {
      if (state_ == State::kQuoted) {
        at = bytes.find('"', at);
        if (at == std::string_view::npos) break;
        state_ = State::kClosed;
        continue;
      }
      const Found found = Step(bytes[at]);
      if (found == Found::kNothing) continue;
      *used = at + 1;
      if (found == Found::kRowEnd) state_ = State::kFieldStart;
      return found;
    }
    *used = bytes.size();
    return Found::kNothing;
  }

  bool RowMayEnd() const { return state_ != State::kQuoted && state_ != State::kClosedReturn; }

 private:
  enum class State : uint8_t { kFieldStart, kUnquoted, kQuoted, kClosed, kClosedReturn };

  Found Step(char c) {
    if (mark_ < kByteOrderMark.size()) {
      if (c == kByteOrderMark[mark_]) {
        ++mark_;
        return Found::kNothing;
      }
      if (mark_ > 0) state_ = State::kUnquoted;  // it was no mark after all
      mark_ = kByteOrderMark.size();
    }
    switch (state_) {
      case State::kFieldStart:
      case State::kUnquoted:
        if (c == '"' && state_ == State::kUnquoted) return Found::kBroken;
        if (c == '\n') return Found::kRowEnd;
        state_ = c == '"' ? State::kQuoted : c == ',' ? State::kFieldStart : State::kUnquoted;
        return Found::kNothing;
      case State::kClosed:
        if (c == '\n') return Found::kRowEnd;
        if (c != '"' && c != ',' && c != '\r') return Found::kBroken;
        state_ = c == '"' ? State::kQuoted : c == ',' ? State::kFieldStart : State::kClosedReturn;
        return Found::kNothing;
      case State::kClosedReturn:
        return c == '\n' ? Found::kRowEnd : Found::kBroken;
      case State::kQuoted:
        break;
    }
    return Found::kNothing;
  }

  State state_ = State::kFieldStart;
  size_t mark_;
};

class CsvReader : public RecordReader {
 public:
  CsvReader(ByteSource* source, ReaderLimits limits, Position start)
      : buffer_(source), limits_(limits), next_(start), scanner_(start.byte == 0) {}

  Step Next(bool may_wait, std::string* bytes, RawRecord* record) override {
    while (!done_) {
      const std::string_view unread = buffer_.unread();
      size_t used = 0;
      const RowScanner::Found found = scanner_.Scan(unread, &used);
      Keep(unread.substr(0, used));
      buffer_.Take(used);
      if (found == RowScanner::Found::kRowEnd) return Emit(bytes, record);
      if (found == RowScanner::Found::kBroken) {
        return Break("a quote stands where none may stand; from this row on the rows cannot be told apart", bytes,
                     record);
      }
      switch (buffer_.Refill(may_wait)) {
        case ReadBuffer::Fill::kMore:
          break;
        case ReadBuffer::Fill::kWait:
          return Step::kWait;
        case ReadBuffer::Fill::kStopped:
          return Step::kStopped;
        case ReadBuffer::Fill::kFailed:
          return Break(Concat("from this row on the input cannot be read: ", buffer_.problem()), bytes, record);
        case ReadBuffer::Fill::kEnd:
          return AtEnd(bytes, record);
      }
    }
    return Step::kEnd;
  }

  Position position() const override { return next_; }

 private:
  Step AtEnd(std::string* bytes, RawRecord* record) {
    if (!scanner_.RowMayEnd()) {
      return Break("a quote is never closed; from this row on the rows cannot be told apart", bytes, record);
    }
    done_ = true;
    return length_ == 0 ? Step::kEnd : Emit(bytes, record);
  }

  void Keep(std::string_view piece) {
    length_ += piece.size();
    for (size_t at = piece.find('\n'); at != std::string_view::npos; at = piece.find('\n', at + 1)) ++lines_;
    if (length_ > limits_.max_record) {
      row_ = std::string();
    } else {
      row_.append(piece);
    }
  }

  Step Emit(std::string* bytes, RawRecord* record) {
    const bool too_long = length_ > limits_.max_record;
    *record = {bytes->size(), row_.size(), next_.line, next_.byte, too_long ? TooLong(limits_) : ""};
    bytes->append(row_);
    next_.byte += length_;
    next_.line += lines_;
    length_ = lines_ = 0;
    row_.clear();
    return Step::kRecord;
  }

  Step Break(std::string problem, std::string* bytes, RawRecord* record) {
    done_ = true;
    *record = {bytes->size(), 0, next_.line, next_.byte, std::move(problem), true};
    return Step::kRecord;
  }

  ReadBuffer buffer_;
  ReaderLimits limits_;
  Position next_;
  RowScanner scanner_;
  std::string row_;
  uint64_t length_ = 0, lines_ = 0;  // of the current row so far
  bool done_ = false;
};

size_t WithoutLineEnd(std::string_view row) {
  size_t size = row.size();
  if (size > 0 && row[size - 1] == '\n') --size;
  if (size > 0 && size < row.size() && row[size - 1] == '\r') --size;
  return size;
}

}  // namespace

std::vector<CsvField> SplitCsvRow(std::string_view row) {
  std::vector<CsvField> fields;
  const size_t size = WithoutLineEnd(row);
  size_t at = 0;
  while (true) {
    CsvField field = {at, at, at < size && row[at] == '"'};
    bool inside = false;
    for (; at < size && (inside || row[at] != ','); ++at) {
      if (row[at] == '"') inside = !inside;  // a doubled quote leaves and enters again
    }
    field.end = at;
    fields.push_back(field);
    if (at >= size) return fields;
    ++at;
  }
}

std::string_view CsvValue(std::string_view row, const CsvField& field, std::string* scratch) {
  if (!field.quoted) return row.substr(field.begin, field.end - field.begin);
  const std::string_view inner = row.substr(field.begin + 1, field.end - field.begin - 2);
  size_t quote = inner.find('"');
  if (quote == std::string_view::npos) return inner;
  scratch->clear();
  size_t from = 0;
  for (; quote != std::string_view::npos; quote = inner.find('"', from)) {
    scratch->append(inner.substr(from, quote + 1 - from));
    from = quote + 2;
    if (from > inner.size()) return *scratch;
  }
  scratch->append(inner.substr(from));
  return *scratch;
}

void AppendCsvValue(std::string_view value, bool quoted, std::string* out) {
  if (!quoted && value.find_first_of(",\"\r\n") == std::string_view::npos) {
    out->append(value);
    return;
  }
  out->push_back('"');
  for (size_t quote; (quote = value.find('"')) != std::string_view::npos; value.remove_prefix(quote + 1)) {
    out->append(value.substr(0, quote)).append("\"\"");
  }
  out->append(value).push_back('"');
}

std::unique_ptr<RecordReader> MakeCsvReader(ByteSource* source, ReaderLimits limits, Position start) {
  return std::make_unique<CsvReader>(source, limits, start);
}

}  // namespace phiveil::cli

#include "cli/records.h"

#include <cstring>
#include <utility>

#include "base/concat.h"
#include "cli/read_buffer.h"

namespace phiveil::cli {
namespace {

class TextReader : public RecordReader {
 public:
  TextReader(ByteSource* source, ReaderLimits limits) : buffer_(source), limits_(limits) {}

  Step Next(bool may_wait, std::string* bytes, RawRecord* record) override {
    if (done_) return Step::kEnd;
    if (!started_) {
      begin_ = bytes->size();
      started_ = true;
    }
    while (true) {
      switch (buffer_.Refill(may_wait)) {
        case ReadBuffer::Fill::kWait:
          may_wait = true;
          continue;  // half a text is of no use to anyone
        case ReadBuffer::Fill::kStopped:
          return Step::kStopped;
        case ReadBuffer::Fill::kFailed:
          return Finish(bytes, record, buffer_.problem());
        case ReadBuffer::Fill::kEnd:
          return Finish(bytes, record, "");
        case ReadBuffer::Fill::kMore:
          break;
      }
      if (bytes->size() - begin_ + buffer_.unread().size() > limits_.max_record) {
        return Finish(bytes, record, TooLong(limits_));
      }
      bytes->append(buffer_.unread());
    }
  }

  Position position() const override { return {}; }

 private:
  Step Finish(std::string* bytes, RawRecord* record, std::string problem) {
    done_ = true;
    if (!problem.empty()) bytes->resize(begin_);
    *record = {begin_, bytes->size() - begin_, 0, 0, std::move(problem), true};
    return Step::kRecord;
  }

  ReadBuffer buffer_;
  ReaderLimits limits_;
  bool started_ = false, done_ = false;
  size_t begin_ = 0;
};

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

class LineReader : public RecordReader {
 public:
  LineReader(ByteSource* source, ReaderLimits limits, Position start)
      : buffer_(source), limits_(limits), next_(start) {}

  Step Next(bool may_wait, std::string* bytes, RawRecord* record) override {
    while (!done_) {
      const std::string_view unread = buffer_.unread();
      const size_t newline = unread.find('\n');
      if (newline != std::string_view::npos) {
        Keep(unread.substr(0, newline));
        buffer_.Take(newline + 1);
        if (Emit(1, bytes, record)) return Step::kRecord;
        continue;
      }
      Keep(unread);
      buffer_.Take(unread.size());
      switch (buffer_.Refill(may_wait)) {
        case ReadBuffer::Fill::kMore:
          break;
        case ReadBuffer::Fill::kWait:
          return Step::kWait;
        case ReadBuffer::Fill::kStopped:
          return Step::kStopped;
        case ReadBuffer::Fill::kEnd:
          done_ = true;
          if (length_ > 0 && Emit(0, bytes, record)) return Step::kRecord;
          break;
        case ReadBuffer::Fill::kFailed:
          done_ = true;
          *record = {bytes->size(),
                     0,
                     next_.line,
                     next_.byte,
                     Concat("from this line on the input cannot be read: ", buffer_.problem()),
                     true};
          return Step::kRecord;
      }
    }
    return Step::kEnd;
  }

  Position position() const override { return next_; }

 private:
  void Keep(std::string_view piece) {
    length_ += piece.size();
    if (length_ > limits_.max_record) {
      line_ = std::string();  // gives the memory back
    } else {
      line_.append(piece);
    }
  }

  // False for a blank line.
  bool Emit(size_t terminator, std::string* bytes, RawRecord* record) {
    const bool too_long = length_ > limits_.max_record;
    const bool blank = !too_long && IsBlank(line_);
    if (!blank) {
      *record = {bytes->size(), line_.size(), next_.line, next_.byte, too_long ? TooLong(limits_) : ""};
      bytes->append(line_);
    }
    next_.byte += length_ + terminator;
    ++next_.line;
    length_ = 0;
    line_.clear();
    return !blank;
  }

  ReadBuffer buffer_;
  ReaderLimits limits_;
  Position next_;
  std::string line_;     // what has been seen of the current line, unless it is too long
  uint64_t length_ = 0;  // of the current line so far
  bool done_ = false;
};

}  // namespace

std::string TooLong(ReaderLimits limits) {
  return Concat("the record is longer than --max-record (", limits.max_record, " bytes)");
}

std::unique_ptr<RecordReader> MakeTextReader(ByteSource* source, ReaderLimits limits) {
  return std::make_unique<TextReader>(source, limits);
}

std::unique_ptr<RecordReader> MakeLineReader(ByteSource* source, ReaderLimits limits, Position start) {
  return std::make_unique<LineReader>(source, limits, start);
}

}  // namespace phiveil::cli

#ifndef PHIVEIL_AUDIT_LINE_READER_H_
#define PHIVEIL_AUDIT_LINE_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace phiveil::audit_internal {

// No record is longer; Append refuses it. A damaged log without newlines is thus read in pieces.
inline constexpr size_t kMaxLineSize = 1u << 20;

// The lines of a file from `begin` to `end`, in memory of constant size.
class LineReader {
 public:
  struct Line {
    std::string_view text;  // without its newline; good until the next call
    uint64_t begin = 0;     // offset in the file
    bool complete = false;  // ended by a newline
  };

  LineReader(int fd, std::string path, uint64_t begin, uint64_t end)
      : fd_(fd), path_(std::move(path)), offset_(begin), end_(end) {}

  // Nothing at the end. A line longer than kMaxLineSize comes as incomplete pieces.
  absl::StatusOr<std::optional<Line>> Next();

 private:
  absl::Status Fill();

  int fd_;
  std::string path_;
  uint64_t offset_;  // of the first byte not yet in buffer_
  uint64_t end_;
  std::string buffer_;
  size_t used_ = 0;  // bytes of buffer_ already handed out
};

}  // namespace phiveil::audit_internal

#endif  // PHIVEIL_AUDIT_LINE_READER_H_

#include "audit/line_reader.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "crypto/file_ops.h"

namespace phiveil::audit_internal {

absl::Status LineReader::Fill() {
  constexpr uint64_t kChunk = 256u << 10;
  buffer_.erase(0, used_);
  used_ = 0;
  const size_t wanted = static_cast<size_t>(std::min(kChunk, end_ - offset_));
  PHIVEIL_ASSIGN_OR_RETURN(const std::string more, crypto::ReadAt(fd_, offset_, wanted, path_));
  if (more.size() < wanted) end_ = offset_ + more.size();
  offset_ += more.size();
  buffer_.append(more);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<LineReader::Line>> LineReader::Next() {
  size_t searched = 0;
  while (true) {
    const size_t newline = buffer_.find('\n', used_ + searched);
    const bool complete = newline != std::string::npos;
    searched = buffer_.size() - used_;
    if (!complete && offset_ < end_ && searched < kMaxLineSize) {
      PHIVEIL_RETURN_IF_ERROR(Fill());
      continue;
    }
    if (!complete && searched == 0) return std::optional<Line>();
    const size_t size = complete ? newline - used_ : searched;
    Line line;
    line.text = std::string_view(buffer_).substr(used_, size);
    line.begin = offset_ - searched;
    line.complete = complete;
    used_ += size + (complete ? 1 : 0);
    return std::optional<Line>(line);
  }
}

}  // namespace phiveil::audit_internal

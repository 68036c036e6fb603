#ifndef PHIVEIL_CLI_READ_BUFFER_H_
#define PHIVEIL_CLI_READ_BUFFER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "cli/byte_source.h"
#include "cli/file_error.h"

namespace phiveil::cli {

// A window on a source for readers that look at every byte.
class ReadBuffer {
 public:
  enum class Fill { kMore, kEnd, kWait, kStopped, kFailed };

  explicit ReadBuffer(ByteSource* source) : source_(source), data_(new char[kSize]) {}

  std::string_view unread() const { return {data_.get() + begin_, end_ - begin_}; }
  void Take(size_t count) { begin_ += count; }

  // To be called when nothing is unread.
  Fill Refill(bool may_wait) {
    if (!may_wait && !source_->Ready()) return Fill::kWait;
    absl::StatusOr<size_t> got = source_->Read(data_.get(), kSize);
    begin_ = end_ = 0;
    if (!got.ok()) {
      if (absl::IsCancelled(got.status())) return Fill::kStopped;
      problem_ = MessageOf(got.status());
      return Fill::kFailed;
    }
    end_ = *got;
    return end_ == 0 ? Fill::kEnd : Fill::kMore;
  }

  const std::string& problem() const { return problem_; }

 private:
  static constexpr size_t kSize = size_t{256} << 10;
  ByteSource* source_;
  std::unique_ptr<char[]> data_;
  size_t begin_ = 0, end_ = 0;
  std::string problem_;
};

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_READ_BUFFER_H_

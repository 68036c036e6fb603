#include "cli/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "cli/file_error.h"
#include "cli/stop.h"

namespace phiveil::cli {
namespace {

constexpr size_t kSkipChunk = size_t{64} << 10;

class DescriptorSource : public ByteSource {
 public:
  DescriptorSource(int fd, bool owned, std::string name) : fd_(fd), owned_(owned), name_(std::move(name)) {
    struct stat info = {};
    waits_ = fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode);
  }
  DescriptorSource(const DescriptorSource&) = delete;
  DescriptorSource& operator=(const DescriptorSource&) = delete;
  ~DescriptorSource() override {
    if (owned_) close(fd_);
  }

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    while (true) {
      if (waits_ && !WaitReadable()) return absl::CancelledError("stopped while waiting for input");
      const ssize_t got = read(fd_, to, size);
      if (got >= 0) {
        taken_ += static_cast<uint64_t>(got);
        return static_cast<size_t>(got);
      }
      if (errno == EINTR || errno == EAGAIN) continue;
      return FileError(name_, "read", errno);
    }
  }

  bool Ready() override {
    if (!waits_) return true;
    pollfd entry = {fd_, POLLIN, 0};
    return poll(&entry, 1, 0) != 0;
  }

  uint64_t taken() const override { return taken_; }

 private:
  bool WaitReadable() const {
    while (true) {
      if (StopRequested()) return false;
      std::array<pollfd, 2> entries = {{{fd_, POLLIN, 0}, {StopDescriptor(), POLLIN, 0}}};
      const int ready = poll(entries.data(), entries.size(), -1);
      if (ready < 0 && errno != EINTR) return true;  // let read() report it
      if (ready > 0 && entries[0].revents != 0) return true;
    }
  }

  int fd_;
  bool owned_;
  std::string name_;
  bool waits_ = false;
  uint64_t taken_ = 0;
};

// Gives back bytes that were read to look at them.
class PrefixedSource : public ByteSource {
 public:
  PrefixedSource(std::string prefix, std::unique_ptr<ByteSource> inner)
      : prefix_(std::move(prefix)), inner_(std::move(inner)) {}

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    if (at_ == prefix_.size()) return inner_->Read(to, size);
    const size_t count = std::min(size, prefix_.size() - at_);
    std::memcpy(to, prefix_.data() + at_, count);
    at_ += count;
    return count;
  }
  bool Ready() override { return at_ < prefix_.size() || inner_->Ready(); }
  uint64_t taken() const override { return inner_->taken(); }

 private:
  std::string prefix_;
  size_t at_ = 0;
  std::unique_ptr<ByteSource> inner_;
};

// Looks at the first bytes when it is first read, not before: opening must not wait for input.
class SniffingSource : public ByteSource {
 public:
  explicit SniffingSource(std::unique_ptr<ByteSource> inner) : inner_(std::move(inner)) {}

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    if (!sniffed_) PHIVEIL_RETURN_IF_ERROR(Sniff());
    return inner_->Read(to, size);
  }
  bool Ready() override { return inner_->Ready(); }
  uint64_t taken() const override { return inner_->taken(); }

 private:
  absl::Status Sniff() {
    std::string head;
    while (head.size() < 4) {
      std::array<char, 4> bytes;
      PHIVEIL_ASSIGN_OR_RETURN(const size_t got, inner_->Read(bytes.data(), bytes.size() - head.size()));
      head.append(bytes.data(), got);
      // Text may come a line at a time: wait for more only while it can still be a magic number.
      if (got == 0 || (head[0] != '\x1f' && head[0] != '\x28')) break;
      if (head.size() >= 2 && head[1] != '\x8b' && head[1] != '\xb5') break;
    }
    sniffed_ = true;
    Compression found = Compression::kNone;
    if (head.starts_with("\x1f\x8b")) found = Compression::kGzip;
    if (head == "\x28\xb5\x2f\xfd") found = Compression::kZstd;
    inner_ = std::make_unique<PrefixedSource>(std::move(head), std::move(inner_));
    if (found != Compression::kNone) inner_ = Decompress(std::move(inner_), found);
    return absl::OkStatus();
  }

  std::unique_ptr<ByteSource> inner_;
  bool sniffed_ = false;
};

}  // namespace

Compression CompressionFromName(std::string_view name) {
  if (name.ends_with(".gz")) return Compression::kGzip;
  if (name.ends_with(".zst")) return Compression::kZstd;
  return Compression::kNone;
}

std::string_view WithoutCompression(std::string_view name) {
  switch (CompressionFromName(name)) {
    case Compression::kGzip:
      return name.substr(0, name.size() - 3);
    case Compression::kZstd:
      return name.substr(0, name.size() - 4);
    case Compression::kNone:
      break;
  }
  return name;
}

absl::StatusOr<std::unique_ptr<ByteSource>> OpenSource(const std::string& path, Compression compression,
                                                       uint64_t skip) {
  int fd = -1;
  do {
    fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  } while (fd < 0 && errno == EINTR && !StopRequested());
  if (fd < 0) return FileError(path, "open", errno);
  std::unique_ptr<ByteSource> source = std::make_unique<DescriptorSource>(fd, true, path);
  if (compression != Compression::kNone) source = Decompress(std::move(source), compression);
  if (skip > 0 && compression == Compression::kNone && lseek(fd, static_cast<off_t>(skip), SEEK_SET) >= 0) {
    return source;
  }
  PHIVEIL_RETURN_IF_ERROR(SkipBytes(source.get(), skip));
  return source;
}

std::unique_ptr<ByteSource> StandardInput() {
  return std::make_unique<SniffingSource>(std::make_unique<DescriptorSource>(STDIN_FILENO, false, "stdin"));
}

absl::Status SkipBytes(ByteSource* source, uint64_t count) {
  std::vector<char> scratch(kSkipChunk);
  while (count > 0) {
    const size_t want = static_cast<size_t>(std::min<uint64_t>(count, scratch.size()));
    PHIVEIL_ASSIGN_OR_RETURN(const size_t got, source->Read(scratch.data(), want));
    if (got == 0) return absl::OutOfRangeError("the input is shorter than it was");
    count -= got;
  }
  return absl::OkStatus();
}

}  // namespace phiveil::cli

#ifndef PHIVEIL_TESTS_CRYPTO_FAULTY_FILE_OPS_H_
#define PHIVEIL_TESTS_CRYPTO_FAULTY_FILE_OPS_H_

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "crypto/file_ops.h"

namespace phiveil {

// Lets `succeed` changing calls through and fails those after it: one of them, or all.
class FaultyFileOps : public crypto::FileOps {
 public:
  enum class Mode { kOnce, kEver, kShortWriteThenOnce };

  FaultyFileOps(int succeed, int error, Mode mode) : left_(succeed), error_(error), mode_(mode) {}

  int Open(const char* path, int flags, mode_t mode) override {
    return Fails() ? Fail() : FileOps::Open(path, flags, mode);
  }
  ssize_t Write(int fd, const void* data, size_t size) override {
    // A device that fills up takes a part first.
    if (mode_ == Mode::kShortWriteThenOnce && left_ == 0 && size > 1 && !short_written_) {
      short_written_ = true;
      return FileOps::Write(fd, data, size / 2);
    }
    return Fails() ? Fail() : FileOps::Write(fd, data, size);
  }
  ssize_t PWrite(int fd, const void* data, size_t size, off_t offset) override {
    if (mode_ == Mode::kShortWriteThenOnce && left_ == 0 && size > 1 && !short_written_) {
      short_written_ = true;
      return FileOps::PWrite(fd, data, size / 2, offset);
    }
    return Fails() ? Fail() : FileOps::PWrite(fd, data, size, offset);
  }
  int Fsync(int fd) override { return Fails() ? Fail() : FileOps::Fsync(fd); }
  int Fdatasync(int fd) override { return Fails() ? Fail() : FileOps::Fdatasync(fd); }
  int Ftruncate(int fd, off_t size) override { return Fails() ? Fail() : FileOps::Ftruncate(fd, size); }
  int Unlink(const char* path) override { return Fails() ? Fail() : FileOps::Unlink(path); }

  bool failed() const { return failed_; }

 private:
  bool Fails() {
    if (left_ > 0) {
      --left_;
      return false;
    }
    return !failed_ || mode_ == Mode::kEver;
  }
  int Fail() {
    failed_ = true;
    errno = error_;
    return -1;
  }

  int left_;
  const int error_;
  const Mode mode_;
  bool failed_ = false;
  bool short_written_ = false;
};

}  // namespace phiveil

#endif  // PHIVEIL_TESTS_CRYPTO_FAULTY_FILE_OPS_H_

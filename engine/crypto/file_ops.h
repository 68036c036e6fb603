#ifndef PHIVEIL_CRYPTO_FILE_OPS_H_
#define PHIVEIL_CRYPTO_FILE_OPS_H_

// The system calls that keys, the vault's head and the audit log are written with. A seam: tests
// put a failing one in its place and see that nothing acknowledged is lost.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace phiveil::crypto {

// Results and errno as of the calls of the same name.
class FileOps {
 public:
  virtual ~FileOps() = default;
  virtual int Open(const char* path, int flags, mode_t mode);
  virtual ssize_t Write(int fd, const void* data, size_t size);
  virtual ssize_t PWrite(int fd, const void* data, size_t size, off_t offset);
  virtual int Fsync(int fd);
  virtual int Fdatasync(int fd);
  virtual int Ftruncate(int fd, off_t size);
  virtual int Unlink(const char* path);
  virtual int Rename(const char* from, const char* to);

  static FileOps& System();
};

// A file descriptor closed at the end.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// What errno says of `path`: RESOURCE_EXHAUSTED for a full device or quota, PERMISSION_DENIED,
// NOT_FOUND, ALREADY_EXISTS, UNAVAILABLE for anything else.
absl::Status ErrnoStatus(int error, std::string_view what, std::string_view path);

// All of it or an error; signals and short writes are dealt with.
absl::Status WriteAll(FileOps& ops, int fd, std::string_view bytes, std::string_view path);
absl::Status PWriteAll(FileOps& ops, int fd, std::string_view bytes, uint64_t offset, std::string_view path);

// Writes `bytes` over `before`, which is all of the file and no longer than them. When that fails `before` is put
// back, as a part may have arrived; the error says so when that fails too.
absl::Status PWriteOver(FileOps& ops, int fd, std::string_view before, std::string_view bytes, std::string_view path);

// Up to `size` bytes at `offset`; fewer only at the end of the file.
absl::StatusOr<std::string> ReadAt(int fd, uint64_t offset, size_t size, std::string_view path);

// Makes the name of a new file in this directory durable.
absl::Status SyncDirectoryOf(FileOps& ops, const std::string& path);

}  // namespace phiveil::crypto

#endif  // PHIVEIL_CRYPTO_FILE_OPS_H_

#include "crypto/file_ops.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace phiveil::crypto {
namespace {

absl::string_view Absl(std::string_view s) { return {s.data(), s.size()}; }

}  // namespace

int FileOps::Open(const char* path, int flags, mode_t mode) { return open(path, flags, mode); }
ssize_t FileOps::Write(int fd, const void* data, size_t size) { return write(fd, data, size); }
ssize_t FileOps::PWrite(int fd, const void* data, size_t size, off_t offset) { return pwrite(fd, data, size, offset); }
int FileOps::Fsync(int fd) { return fsync(fd); }
int FileOps::Fdatasync(int fd) { return fdatasync(fd); }
int FileOps::Ftruncate(int fd, off_t size) { return ftruncate(fd, size); }
int FileOps::Rename(const char* from, const char* to) { return rename(from, to); }
int FileOps::Unlink(const char* path) { return unlink(path); }

FileOps& FileOps::System() {
  static FileOps* const ops = new FileOps;
  return *ops;
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) close(fd_);
}

absl::Status ErrnoStatus(int error, std::string_view what, std::string_view path) {
  char buffer[128];
  const char* reason = strerror_r(error, buffer, sizeof(buffer));
  const std::string message = absl::StrCat(Absl(path), ": ", Absl(what), ": ", reason);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOENT:
      return absl::NotFoundError(message);
    case EEXIST:
      return absl::AlreadyExistsError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::Status WriteAll(FileOps& ops, int fd, std::string_view bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t n = ops.Write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return ErrnoStatus(n < 0 ? errno : ENOSPC, "cannot write", path);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

absl::Status PWriteAll(FileOps& ops, int fd, std::string_view bytes, uint64_t offset, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t n = ops.PWrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return ErrnoStatus(n < 0 ? errno : ENOSPC, "cannot write", path);
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return absl::OkStatus();
}

absl::Status PWriteOver(FileOps& ops, int fd, std::string_view before, std::string_view bytes, std::string_view path) {
  const absl::Status written = PWriteAll(ops, fd, bytes, 0, path);
  if (written.ok()) return written;
  absl::Status back = PWriteAll(ops, fd, before, 0, path);
  if (back.ok() && ops.Ftruncate(fd, static_cast<off_t>(before.size())) != 0) {
    back = ErrnoStatus(errno, "cannot cut", path);
  }
  if (back.ok()) return written;
  return absl::Status(written.code(),
                      absl::StrCat(written.message(), "; what stood there could not be put back: ", back.message()));
}

absl::StatusOr<std::string> ReadAt(int fd, uint64_t offset, size_t size, std::string_view path) {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t n = pread(fd, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "cannot read", path);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

absl::Status SyncDirectoryOf(FileOps& ops, const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const FileDescriptor fd(ops.Open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "cannot open", folder);
  if (ops.Fsync(fd.get()) != 0) return ErrnoStatus(errno, "cannot sync", folder);
  return absl::OkStatus();
}

}  // namespace phiveil::crypto

#include "cli/output_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/file_error.h"
#include "cli/input_tree.h"

namespace phiveil::cli {

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), std::min<size_t>(bytes.size(), size_t{1} << 30));
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd entry = {fd, POLLOUT, 0};
      poll(&entry, 1, -1);
    } else if (errno != EINTR) {
      return FileError(name, "write", errno);
    }
  }
  return absl::OkStatus();
}

absl::Status MakeParents(const std::string& path) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST && errno != EISDIR) {
      return FileError(folder, "make the folder", errno);
    }
  }
  return absl::OkStatus();
}

std::string PartPath(const std::string& path) { return Concat(path, kPartSuffix); }

absl::Status Publish(const std::string& path) {
  if (rename(PartPath(path).c_str(), path.c_str()) != 0)
    return FileError(path, "give the finished file its name", errno);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Open(const std::string& path, uint64_t keep, unsigned mode) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return FileError(path, "create", errno);
  std::unique_ptr<OutputFile> file(new OutputFile(fd, true, path));
  struct stat info = {};
  if (fstat(fd, &info) != 0) return FileError(path, "look at", errno);
  if (!S_ISREG(info.st_mode)) return absl::UnavailableError(Concat(path, ": not a file"));
  if (static_cast<uint64_t>(info.st_size) < keep) {
    return absl::DataLossError(Concat(path, ": shorter than the journal says; remove the journal to start anew"));
  }
  const bool longer = static_cast<uint64_t>(info.st_size) > keep;
  if (longer && ftruncate(fd, static_cast<off_t>(keep)) != 0) return FileError(path, "cut", errno);
  if (keep > 0 && lseek(fd, static_cast<off_t>(keep), SEEK_SET) < 0) return FileError(path, "position", errno);
  file->size_ = keep;
  return file;
}

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::OpenPart(const std::string& path, uint64_t keep) {
  return Open(PartPath(path), keep, 0666);
}

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::OpenPrivate(const std::string& path, uint64_t keep) {
  return Open(path, keep, 0600);
}

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::OpenStream(const std::string& path) {
  int fd = STDOUT_FILENO;
  if (!path.empty()) {
    fd = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return FileError(path, "open", errno);
  }
  std::unique_ptr<OutputFile> file(new OutputFile(fd, !path.empty(), path.empty() ? "stdout" : path));
  file->stream_ = true;
  return file;
}

OutputFile::~OutputFile() {
  if (owned_) close(fd_);
}

absl::Status OutputFile::Write(std::string_view bytes) {
  PHIVEIL_RETURN_IF_ERROR(WriteAll(fd_, bytes, name_));
  size_ += bytes.size();
  return absl::OkStatus();
}

absl::Status OutputFile::Sync() {
  if (!stream_ && fsync(fd_) != 0) return FileError(name_, "sync", errno);
  return absl::OkStatus();
}

}  // namespace phiveil::cli

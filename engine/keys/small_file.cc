#include "keys/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"
#include "crypto/file_ops.h"

namespace phiveil::keys_internal {
namespace {

constexpr off_t kLargest = 1 << 20;

}  // namespace

absl::StatusOr<SecretText> ReadSmallFile(const std::string& path, unsigned forbidden_mode) {
  const crypto::FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return crypto::ErrnoStatus(errno, "cannot open", path);
  struct stat st = {};
  if (fstat(fd.get(), &st) != 0) return crypto::ErrnoStatus(errno, "cannot stat", path);
  if (!S_ISREG(st.st_mode)) return absl::FailedPreconditionError(Concat(path, ": not a regular file"));
  if ((st.st_mode & forbidden_mode) != 0) {
    return absl::FailedPreconditionError(Concat(path, ": open to other users; close it (chmod 600)"));
  }
  SecretText text(static_cast<size_t>(kLargest));
  char block[4096];
  ssize_t n = 0;
  do {
    n = read(fd.get(), block, sizeof(block));
    if (n > 0 && !text.Append({block, static_cast<size_t>(n)})) {
      crypto::Wipe(block, sizeof(block));
      return absl::FailedPreconditionError(Concat(path, ": larger than 1 MiB"));
    }
  } while (n > 0 || (n < 0 && errno == EINTR));
  const int error = errno;
  crypto::Wipe(block, sizeof(block));
  if (n < 0) return crypto::ErrnoStatus(error, "cannot read", path);
  return text;
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  while (!text.empty() && kSpace.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && kSpace.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace phiveil::keys_internal

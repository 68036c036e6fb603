#ifndef PHIVEIL_CLI_FILE_ERROR_H_
#define PHIVEIL_CLI_FILE_ERROR_H_

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "absl/status/status.h"
#include "base/concat.h"

namespace phiveil::cli {

inline std::string ErrnoText(int error) { return std::generic_category().message(error); }

// "clean/a.txt: cannot write: No space left on device"
inline absl::Status FileError(std::string_view path, std::string_view what, int error) {
  const std::string message = Concat(path, ": cannot ", what, ": ", ErrnoText(error));
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) return absl::ResourceExhaustedError(message);
  if (error == ENOENT) return absl::NotFoundError(message);
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError(message);
  return absl::UnavailableError(message);
}

// What a Status says, for our own messages.
inline std::string_view MessageOf(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_FILE_ERROR_H_

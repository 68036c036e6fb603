#ifndef PHIVEIL_KEYS_WRAPPED_KEY_FILE_H_
#define PHIVEIL_KEYS_WRAPPED_KEY_FILE_H_

// The file that holds a root as a key service wrapped it. docs/formats/key.md.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/file_ops.h"

namespace phiveil::keys_internal {

struct WrappedKeyFile {
  std::string id;       // of the root
  std::string by;       // KeyWrapper::name(), for people
  std::string wrapped;  // of one line, as the service gave it

  // FAILED_PRECONDITION when there is none, when others may write it, or when it is something else;
  // DATA_LOSS when it is damaged.
  static absl::StatusOr<WrappedKeyFile> Read(const std::string& path);

  // Synced, mode 0600, whole or not at all. Without `replace` ALREADY_EXISTS when there is a file.
  absl::Status Write(const std::string& path, bool replace, crypto::FileOps& ops) const;
};

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_WRAPPED_KEY_FILE_H_

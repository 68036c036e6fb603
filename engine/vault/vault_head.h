#ifndef PHIVEIL_VAULT_VAULT_HEAD_H_
#define PHIVEIL_VAULT_VAULT_HEAD_H_

// The file `vault.head`: marks a directory as a vault, keeps a second process out, and remembers how
// many commits the vault had, so that a store cut short is noticed. It is written after a commit's
// sync and not synced itself: what it says is never more than what was on disk.

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "crypto/file_ops.h"

namespace phiveil::vault_internal {

class VaultHead {
 public:
  // Takes the lock: UNAVAILABLE when another holder has it. With `create` the file may be new.
  static absl::StatusOr<VaultHead> Lock(const std::string& vault_path, bool create, crypto::FileOps& ops);

  // What the head says at this moment, beside a process that holds it. NOT_FOUND when there is none.
  static absl::StatusOr<std::string> ReadUnlocked(const std::string& vault_path, crypto::FileOps& ops);

  // Empty in a vault whose making has not finished.
  absl::StatusOr<std::string> Read();
  // After an error it says what it said before.
  absl::Status Write(std::string_view record);
  absl::Status Sync();

 private:
  VaultHead(std::string path, crypto::FileDescriptor fd, crypto::FileOps& ops)
      : path_(std::move(path)), fd_(std::move(fd)), ops_(&ops) {}

  std::string path_;
  crypto::FileDescriptor fd_;
  crypto::FileOps* ops_;
  std::string bytes_;  // as they stand
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_VAULT_HEAD_H_

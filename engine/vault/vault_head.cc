#include "vault/vault_head.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "vault/record.h"

namespace phiveil::vault_internal {

absl::StatusOr<VaultHead> VaultHead::Lock(const std::string& vault_path, bool create, crypto::FileOps& ops) {
  std::string path = vault_path + "/vault.head";
  const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | (create ? O_CREAT : 0);
  crypto::FileDescriptor fd(ops.Open(path.c_str(), flags, 0600));
  if (!fd.valid()) return crypto::ErrnoStatus(errno, "cannot open", path);
  while (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return crypto::ErrnoStatus(errno, "cannot lock", path);
    return absl::UnavailableError(absl::StrCat(
        vault_path, ": the vault is in use by another process; wait until it ends, or give this one its own vault"));
  }
  return VaultHead(std::move(path), std::move(fd), ops);
}

absl::StatusOr<std::string> VaultHead::ReadUnlocked(const std::string& vault_path, crypto::FileOps& ops) {
  const std::string path = vault_path + "/vault.head";
  const crypto::FileDescriptor fd(ops.Open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0));
  if (!fd.valid()) return crypto::ErrnoStatus(errno, "cannot open", path);
  return crypto::ReadAt(fd.get(), 0, kHeadSize + 1, path);
}

absl::StatusOr<std::string> VaultHead::Read() {
  PHIVEIL_ASSIGN_OR_RETURN(bytes_, crypto::ReadAt(fd_.get(), 0, kHeadSize + 1, path_));
  return bytes_;
}

absl::Status VaultHead::Write(std::string_view record) {
  PHIVEIL_RETURN_IF_ERROR(crypto::PWriteOver(*ops_, fd_.get(), bytes_, record, path_));
  bytes_ = record;
  return absl::OkStatus();
}

absl::Status VaultHead::Sync() {
  if (ops_->Fsync(fd_.get()) != 0) return crypto::ErrnoStatus(errno, "cannot sync", path_);
  return crypto::SyncDirectoryOf(*ops_, path_);
}

}  // namespace phiveil::vault_internal

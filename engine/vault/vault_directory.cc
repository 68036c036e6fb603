#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/file_ops.h"
#include "vault/rocks_store.h"

namespace phiveil::vault_internal {
namespace {

absl::Status Refuse(const std::string& path, const char* why) {
  return absl::FailedPreconditionError(Concat("vault ", path, ": ", why));
}

absl::Status Damaged(const std::string& path, const char* what) {
  return absl::DataLossError(Concat("vault ", path, ": ", what));
}

bool Exists(const std::string& path) {
  struct stat st = {};
  return lstat(path.c_str(), &st) == 0;
}

absl::StatusOr<bool> IsEmpty(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
  if (!folder) return crypto::ErrnoStatus(errno, "cannot read the directory", path);
  while (const dirent* entry = readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return false;
  }
  return true;
}

}  // namespace

// Leaves it there, private, and ours: a vault or empty.
absl::Status PrepareDirectory(const std::string& path, bool create, crypto::FileOps& ops) {
  if (create && mkdir(path.c_str(), 0700) == 0) {
    PHIVEIL_RETURN_IF_ERROR(crypto::SyncDirectoryOf(ops, path));
  } else if (create && errno != EEXIST) {
    return crypto::ErrnoStatus(errno, "cannot make the vault", path);
  }
  struct stat st = {};
  if (stat(path.c_str(), &st) != 0) return crypto::ErrnoStatus(errno, "there is no vault", path);
  if (!S_ISDIR(st.st_mode)) return Refuse(path, "not a directory");
  if (st.st_uid != geteuid()) return Refuse(path, "the directory belongs to another user");
  if ((st.st_mode & 0077) != 0) return Refuse(path, "others may enter the directory (chmod 700)");
  if (Exists(path + "/vault.head")) return absl::OkStatus();
  if (Exists(path + "/store")) return Damaged(path, "the file vault.head is missing");
  PHIVEIL_ASSIGN_OR_RETURN(const bool empty, IsEmpty(path));
  if (!empty) return Refuse(path, "the directory holds something else; a vault needs one of its own");
  if (!create) return absl::NotFoundError(Concat("vault ", path, ": there is no vault in the directory"));
  return absl::OkStatus();
}

}  // namespace phiveil::vault_internal

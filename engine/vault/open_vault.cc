#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "crypto/key_access.h"
#include "phiveil/vault.h"
#include "vault/code_source.h"
#include "vault/embedded_vault.h"

namespace phiveil {
namespace vault_internal {
namespace {

absl::Status Refuse(const std::string& path, const char* why) {
  return absl::FailedPreconditionError(absl::StrCat("vault ", path, ": ", why));
}

absl::Status Damaged(const std::string& path, const char* what) {
  return absl::DataLossError(absl::StrCat("vault ", path, ": ", what));
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

// The directory is there, private, and ours: a vault or empty.
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
  if (!create) return absl::NotFoundError(absl::StrCat("vault ", path, ": there is no vault in the directory"));
  return absl::OkStatus();
}

// Writes the first records. Done again from the start when it was interrupted: the head, written
// last, is what makes it a vault.
absl::StatusOr<std::pair<Sealer, Counters>> WriteFirstRecords(const KeyEncryptionKey& key, Store* store) {
  std::string meta;
  PHIVEIL_ASSIGN_OR_RETURN(Sealer sealer, Sealer::MakeNew(key, &meta));
  Counters counters;
  counters.code_length = CodeLength(0, 0);
  PHIVEIL_ASSIGN_OR_RETURN(const std::string record, sealer.SealCounters(counters));
  rocksdb::WriteBatch batch;
  if (!batch.Put(MetaKey(), meta).ok() || !batch.Put(CountersKey(), record).ok()) {
    return absl::InternalError("a write batch refused a record");
  }
  PHIVEIL_RETURN_IF_ERROR(store->Write(&batch));
  return std::make_pair(std::move(sealer), counters);
}

absl::StatusOr<std::pair<Sealer, Counters>> ReadFirstRecords(const KeyEncryptionKey& key, Store* store,
                                                             const std::string& head) {
  std::string meta, record;
  PHIVEIL_ASSIGN_OR_RETURN(const bool has_meta, store->Get(MetaKey(), "meta record", &meta));
  if (!has_meta && head.empty()) return WriteFirstRecords(key, store);
  if (!has_meta) return absl::DataLossError("meta record is missing");
  PHIVEIL_ASSIGN_OR_RETURN(Sealer sealer, Sealer::FromMeta(key, meta));
  PHIVEIL_ASSIGN_OR_RETURN(const bool has_counters, store->Get(CountersKey(), "counters record", &record));
  if (!has_counters) return absl::DataLossError("counters record is missing");
  PHIVEIL_ASSIGN_OR_RETURN(const Counters counters, sealer.OpenCounters(record));
  if (head.empty()) {
    if (counters.commits != 0) return absl::DataLossError("the file vault.head is empty");
  } else {
    PHIVEIL_ASSIGN_OR_RETURN(const uint64_t commits, sealer.OpenHead(head));
    if (counters.commits < commits) {
      return absl::DataLossError(absl::StrCat("the store has lost commits: it ends at ", counters.commits, ", but ",
                                              commits, " were acknowledged"));
    }
  }
  return std::make_pair(std::move(sealer), counters);
}

absl::StatusOr<std::unique_ptr<Vault>> OpenPrepared(const VaultOptions& options, rocksdb::Env* env,
                                                    crypto::FileOps& ops) {
  PHIVEIL_ASSIGN_OR_RETURN(VaultHead head, VaultHead::Lock(options.path, options.create, ops));
  PHIVEIL_ASSIGN_OR_RETURN(const std::string head_bytes, head.Read());
  if (head_bytes.empty() && !options.create) return absl::NotFoundError("the vault was never finished being made");
  PHIVEIL_ASSIGN_OR_RETURN(auto store,
                           Store::Open(options.path + "/store", head_bytes.empty(), options.cache_bytes / 2, env));
  PHIVEIL_ASSIGN_OR_RETURN(auto first, ReadFirstRecords(*options.key, store.get(), head_bytes));
  auto& [sealer, counters] = first;
  PHIVEIL_ASSIGN_OR_RETURN(const std::string new_head, sealer.SealHead(counters.commits));
  if (new_head != head_bytes) PHIVEIL_RETURN_IF_ERROR(head.Write(new_head));
  if (head_bytes.empty()) PHIVEIL_RETURN_IF_ERROR(head.Sync());
  crypto::Key128 cache_key;
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(reinterpret_cast<char*>(&cache_key), sizeof(cache_key)));
  return std::make_unique<EmbeddedVault>(options.path, options.cache_bytes / 2, cache_key, std::move(sealer), counters,
                                         std::move(head), std::move(store), options.key->id());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Vault>> OpenEmbeddedVault(const VaultOptions& options, rocksdb::Env* env,
                                                         crypto::FileOps* ops) {
  if (options.key == nullptr || !KeyAccess::Usable(*options.key)) return Refuse(options.path, "no key was given");
  if (options.path.empty()) return absl::InvalidArgumentError("a vault needs a path");
  crypto::FileOps& files = ops != nullptr ? *ops : crypto::FileOps::System();
  PHIVEIL_RETURN_IF_ERROR(PrepareDirectory(options.path, options.create, files));
  auto vault = OpenPrepared(options, env, files);
  if (vault.ok() || absl::StrContains(vault.status().message(), options.path)) return vault;
  return absl::Status(vault.status().code(), absl::StrCat("vault ", options.path, ": ", vault.status().message()));
}

}  // namespace vault_internal

absl::StatusOr<std::vector<std::pair<Category, Original>>> Vault::ValuesOf(std::string_view, std::string_view) {
  return absl::UnimplementedError("this vault cannot list the values of a subject");
}

absl::StatusOr<std::unique_ptr<Vault>> OpenVault(const VaultOptions& options) {
  return vault_internal::OpenEmbeddedVault(options, nullptr, nullptr);
}

}  // namespace phiveil

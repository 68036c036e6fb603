#ifndef PHIVEIL_VAULT_OPEN_VAULT_H_
#define PHIVEIL_VAULT_OPEN_VAULT_H_

#include <rocksdb/env.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "crypto/file_ops.h"
#include "phiveil/vault.h"
#include "vault/sealed_vault.h"

namespace phiveil::vault_internal {

// What tests put in the place of the system's; null for the system's own.
struct Seams {
  rocksdb::Env* env = nullptr;
  crypto::FileOps* files = nullptr;
};

// How OpenStore opens: `OpenVault` does with kWrite.
enum class Access { kWrite, kRead };

// The store that `options.path` names, with its keys, started and of the newest format.
absl::StatusOr<OpenedStore> OpenStore(const VaultOptions& options, Access access, const Seams& seams);

// The store alone, not started.
absl::StatusOr<std::unique_ptr<Store>> OpenBareStore(const VaultOptions& options, Access access, const Seams& seams);

absl::StatusOr<std::unique_ptr<Vault>> OpenSealedVault(const VaultOptions& options, const Seams& seams);

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_OPEN_VAULT_H_

#ifndef PHIVEIL_VAULT_MIGRATE_H_
#define PHIVEIL_VAULT_MIGRATE_H_

// Brings a vault of an older format forward, in place, group by group. Stopped at any moment, it goes
// on when the vault is opened again; no older build opens the vault from its first group on. A record
// that does not open is left as it lies, for `verify` to name.

#include "absl/status/status.h"
#include "vault/sealer.h"
#include "vault/store.h"

namespace phiveil::vault_internal {

bool NeedsMigration(const Sealer& sealer);
absl::Status Migrate(const Sealer& sealer, Store& store);

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_MIGRATE_H_

#ifndef PHIVEIL_VAULT_TOOLS_H_
#define PHIVEIL_VAULT_TOOLS_H_

// What is done to a vault as a whole: check, copy, compact, and take shards in.
//
//   auto report = VerifyVault({.path = "/var/lib/phiveil/vault", .key = &key});
//   report->damaged.empty();
//   auto copied = BackupVault({.path = "/var/lib/phiveil/vault", .key = &key}, "/backup/vault-2026-03-01");
//   auto merged = MergeShards({.path = "/var/lib/phiveil/vault", .key = &key}, {"w1.shard", "w2.shard"}, {});
//
// Errors are as vault.h says; they name records by kind and token, never by value.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/category.h"
#include "phiveil/token.h"
#include "phiveil/vault.h"

namespace phiveil {

struct VaultReport {
  uint64_t subjects = 0;
  uint64_t mappings = 0;
  uint64_t aliases = 0;
  // Each with what is wrong, at most 1000 of them: "[NAME_7QK2F]: value record does not authenticate".
  std::vector<std::string> damaged;
  uint64_t damaged_count = 0;
};

// Opens every record and holds the counts against the vault's own account. Of one moment, beside a
// process that writes. Damage is in the report; a vault that cannot be opened at all is an error.
absl::StatusOr<VaultReport> VerifyVault(const VaultOptions& options);

// Copies the vault, as of one moment and beside processes that write, into another store, which must
// be empty: a directory or a URL. The copy is a vault in its own right under the same key, so that
// restoring is opening it, or copying it back. FAILED_PRECONDITION when `to` holds something;
// DATA_LOSS when the copy does not hold what the vault says it has.
absl::StatusOr<VaultInfo> BackupVault(const VaultOptions& options, const std::string& to);

// Gives space back that removed and replaced records still take. An embedded vault must not be open.
absl::Status CompactVault(const VaultOptions& options);

struct MergeOptions {
  // Where several codes stand for one value of one subject, make the smallest the only one: the
  // others stay as aliases of it and still restore. Without this, all of them are kept as they are.
  bool unify = false;
  // With `unify`: called, when all is merged, for each code of the shards that is an alias now.
  std::function<absl::Status(Category category, const TokenCode& old_code, const TokenCode& code)> on_alias{};
};

struct MergeReport {
  uint64_t shards = 0;
  uint64_t values = 0;  // in all shards
  uint64_t added = 0;   // mappings that the vault did not have
  uint64_t aliases = 0;
  // A code that stands for different values: "[NAME_7QK2F] in w2.shard: another value in w1.shard".
  // When there is one, nothing has been merged.
  std::vector<std::string> conflicts;
};

// Takes the shards into the vault. Any number, in any order, any number of times, together or one by
// one, interrupted and repeated: the same codes restore to the same values in the end, and the same
// code is given for a value from then on: of all that were drawn for it, the shortest, and of these
// the first in alphabetical order. FAILED_PRECONDITION for a shard that was not finished, or not
// written under this key; DATA_LOSS for one that was cut or changed. Either before anything is merged.
absl::StatusOr<MergeReport> MergeShards(const VaultOptions& into, std::span<const std::string> shards,
                                        const MergeOptions& options);

}  // namespace phiveil

#endif  // PHIVEIL_VAULT_TOOLS_H_

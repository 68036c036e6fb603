#include "vault/open_vault.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"
#include "crypto/key_access.h"
#include "vault/migrate.h"
#include "vault/postgres_store.h"
#include "vault/rocks_store.h"
#include "vault/shard_store.h"

namespace phiveil {
namespace vault_internal {
absl::StatusOr<std::unique_ptr<Store>> OpenBareStore(const VaultOptions& options, Access access, const Seams& seams) {
  const bool read_only = access == Access::kRead;
  if (IsPostgresUrl(options.path)) return PostgresStore::Open(options.path, options.create && !read_only);
  if (const auto shard = ShardPath(options.path)) {
    return ShardStore::Open({std::string(*shard), options.create, read_only, seams.files});
  }
  return RocksStore::Open({options.path, options.create, read_only, options.cache_bytes / 2, seams.env, seams.files});
}

namespace {

// The keys of the vault in the store, or of a new one. Of several that make one vault at the same
// time in a shared store, one is first and the others open what it made.
absl::StatusOr<std::unique_ptr<Sealer>> OpenSealer(const VaultOptions& options, Store& store) {
  PHIVEIL_ASSIGN_OR_RETURN(const auto meta, GetOne(store, MetaKey()));
  if (meta) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto bridge, GetOne(store, BridgeKey(KeyIdOf(*options.key))));
    PHIVEIL_ASSIGN_OR_RETURN(Sealer sealer, Sealer::FromMeta(*options.key, *meta, bridge.value_or("")));
    auto owned = std::make_unique<Sealer>(std::move(sealer));
    PHIVEIL_RETURN_IF_ERROR(store.Start(*owned));
    return owned;
  }
  if (!options.create) return absl::NotFoundError("there is no vault");
  std::string record;
  const uint8_t state = ShardPath(options.path) ? kIsShard : 0;
  PHIVEIL_ASSIGN_OR_RETURN(Sealer sealer, Sealer::MakeNew(*options.key, state, &record));
  auto owned = std::make_unique<Sealer>(std::move(sealer));
  PHIVEIL_RETURN_IF_ERROR(store.Start(*owned));
  const absl::Status made = store.Apply({{{MetaKey(), std::nullopt, record}}, 0, 0});
  if (absl::IsAborted(made)) return OpenSealer(options, store);
  PHIVEIL_RETURN_IF_ERROR(made);
  return owned;
}

absl::StatusOr<OpenedStore> OpenNamed(const VaultOptions& options, Access access, const Seams& seams) {
  OpenedStore opened;
  PHIVEIL_ASSIGN_OR_RETURN(opened.store, OpenBareStore(options, access, seams));
  VaultOptions asked = options;
  if (access == Access::kRead) asked.create = false;
  PHIVEIL_ASSIGN_OR_RETURN(opened.sealer, OpenSealer(asked, *opened.store));
  if (!NeedsMigration(*opened.sealer)) return opened;
  if (access == Access::kRead) {
    return absl::FailedPreconditionError("of an older format; open it once to write, and it is brought forward");
  }
  PHIVEIL_RETURN_IF_ERROR(Migrate(*opened.sealer, *opened.store));
  // The sealer knows the format it was made from.
  PHIVEIL_ASSIGN_OR_RETURN(const auto meta, GetOne(*opened.store, MetaKey()));
  if (!meta) return absl::DataLossError("meta record is missing");
  PHIVEIL_ASSIGN_OR_RETURN(*opened.sealer, Sealer::FromMeta(*options.key, *meta));
  return opened;
}

}  // namespace

absl::StatusOr<OpenedStore> OpenStore(const VaultOptions& options, Access access, const Seams& seams) {
  const std::string name = VaultName(options.path);
  if (options.key == nullptr || !KeyAccess::Usable(*options.key)) {
    return absl::FailedPreconditionError(Concat("vault ", name, ": no key was given"));
  }
  if (options.path.empty()) return absl::InvalidArgumentError("a vault needs a path");
  auto opened = OpenNamed(options, access, seams);
  if (opened.ok() || absl::StrContains(opened.status().message(), name)) return opened;
  const std::string_view message(opened.status().message().data(), opened.status().message().size());
  return absl::Status(opened.status().code(), Concat("vault ", name, ": ", message));
}

absl::StatusOr<std::unique_ptr<Vault>> OpenSealedVault(const VaultOptions& options, const Seams& seams) {
  PHIVEIL_ASSIGN_OR_RETURN(OpenedStore opened, OpenStore(options, Access::kWrite, seams));
  PHIVEIL_ASSIGN_OR_RETURN(const Counters totals, opened.store->Totals());
  crypto::Key128 cache_key;
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(reinterpret_cast<char*>(&cache_key), sizeof(cache_key)));
  // A shard's codes meet those of others that it knows nothing of: docs/formats/shard.md, "Codes".
  const uint8_t length = (opened.sealer->state() & kIsShard) != 0 ? TokenCode::kMaxRandom : totals.code_length;
  VaultTraits traits;
  traits.shared = IsPostgresUrl(options.path);
  traits.ttl_days = options.ttl_days;
  traits.derivation_id = options.key->derivation_id();
  if (traits.shared) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto erasures, GetOne(*opened.store, ErasuresKey()));
    if (erasures) {
      PHIVEIL_ASSIGN_OR_RETURN(traits.erasures, opened.sealer->OpenErasures(*erasures));
    }
  }
  auto core = std::make_shared<VaultCore>(std::move(opened), options.cache_bytes / 2, cache_key, totals.mappings,
                                          length, std::move(traits));
  return SealedVault::Make(std::move(core), options.tenant);
}

}  // namespace vault_internal

absl::StatusOr<std::unique_ptr<Vault>> Vault::ForTenant(std::string_view) {
  return absl::UnimplementedError("this vault has one tenant");
}

absl::StatusOr<KeepingReport> Vault::Rotate(const KeyEncryptionKey&) {
  return absl::UnimplementedError("this vault has no keys of its own");
}
absl::StatusOr<KeepingReport> Vault::Reencrypt(bool) {
  return absl::UnimplementedError("this vault has no keys of its own");
}
absl::StatusOr<KeepingReport> Vault::Forget(std::string_view) {
  return absl::UnimplementedError("this vault cannot forget");
}
absl::StatusOr<KeepingReport> Vault::Sweep() { return absl::UnimplementedError("this vault cannot forget"); }

std::string VaultName(const std::string& path) {
  return vault_internal::IsPostgresUrl(path) ? vault_internal::PostgresName(path) : path;
}

absl::StatusOr<KeepingReport> Vault::SweepSome(size_t, const std::function<absl::Status()>&) {
  return absl::UnimplementedError("this vault cannot sweep");
}

absl::StatusOr<uint64_t> Vault::StateOf(std::string_view) {
  return absl::UnimplementedError("this vault cannot tell whether a subject has changed");
}

absl::StatusOr<Vault::Ticket> Vault::AssignAfter(uint64_t removals, bool, std::string_view subject,
                                                 std::span<const Value> values, std::vector<TokenCode>* codes) {
  if (Removals() != removals) return absl::AbortedError("something was forgotten or swept meanwhile; ask again");
  return Assign(subject, values, codes);
}

absl::StatusOr<std::vector<std::pair<Category, Original>>> Vault::ValuesOf(std::string_view, std::string_view) {
  return absl::UnimplementedError("this vault cannot list the values of a subject");
}

absl::StatusOr<std::unique_ptr<Vault>> OpenVault(const VaultOptions& options) {
  return vault_internal::OpenSealedVault(options, {});
}

}  // namespace phiveil

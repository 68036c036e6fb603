#ifndef PHIVEIL_VAULT_H_
#define PHIVEIL_VAULT_H_

// The only keeper of originals.
//
//   auto key   = KeyEncryptionKey::FromFile("vault.key");       // or CreateFile
//   auto vault = OpenVault({.path = "/var/lib/phiveil/vault", .key = &*key});
//
//   std::vector<TokenCode> codes;
//   auto ticket = (*vault)->Assign("patient-17", {{Category::kName, "Ana Ruiz"}}, &codes);
//   (*vault)->Commit(*ticket);                                  // on disk, synced
//   auto hit = (*vault)->Lookup("patient-17", Category::kName, codes[0]);
//   hit->value.ExposeOriginal() == "Ana Ruiz";
//
// Promises
// - Same subject, category and bytes -> same code, for as long as the vault lives.
// - A code is unique in the vault, whatever the subject, so that a code of another subject is known
//   for what it is.
// - Values are sealed with AES-256-GCM under a data key of their subject; data keys are wrapped
//   under a key-encryption key that never enters the vault. Subjects and values are looked up by
//   keyed hashes, so that a stolen vault without its key shows sizes and counts, nothing else.
// - Every record binds where it belongs (format, subject, category, code) as associated data: a
//   record moved, swapped or altered is an error, not a wrong value.
// - `Commit` returns only when everything the ticket covers is on stable storage. Text must not be
//   given out before.
//
// Stores
//   a directory     embedded (RocksDB); one process at a time, a second one is told so
//   postgresql://…  one database for many processes and workers at once: whoever draws a code for a
//                   value first has drawn it for all
//   shard:FILE      for a worker that shares nothing; MergeShards (vault_tools.h) takes it into a vault
// The promises hold on each; "same code" of shards, once they are merged.
//
// Tenants
// A vault holds tenants that know nothing of each other: subjects of the same name, the same values,
// and codes are different ones. The tenant is part of the keyed index and of what every record of its
// subjects authenticates. A code of another tenant is foreign. The tenant without a name is the one
// that a caller has who names none.
//
// All methods may be called from many threads at once. Formats: docs/formats/vault.md.
// Errors name the vault and the kind of record, never a value. Codes: FAILED_PRECONDITION wrong or
// missing key, or a directory that is not a vault's or that others may enter; UNAVAILABLE in use by
// another process, or the device fails; DATA_LOSS damage; RESOURCE_EXHAUSTED no space left on the
// device, or no memory may be locked (`ulimit -l`).

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/category.h"
#include "phiveil/key.h"
#include "phiveil/original.h"
#include "phiveil/token.h"

namespace phiveil {

struct VaultInfo {
  std::string id;         // drawn when the vault was made
  uint32_t format = 0;    // of the records on disk
  std::string key_id;     // of the key-encryption key in use
  uint64_t subjects = 0;  // these two: on stable storage
  uint64_t mappings = 0;
};

// What Rotate, Reencrypt, Forget and Sweep have done.
struct KeepingReport {
  uint64_t subjects = 0;                          // rewrapped, with new keys, or forgotten
  uint64_t values = 0;                            // sealed anew, or removed
  std::array<uint32_t, kCategoryCount> counts{};  // of those removed, by category
};

class Vault {
 public:
  struct Value {
    Category category;
    std::string_view text;
    uint32_t ttl_days = 0;  // as VaultOptions::ttl_days, for this value; of both, the shorter
  };
  // A point in the vault's order of writes.
  using Ticket = uint64_t;

  enum class Answer { kFound, kUnknown, kForeign };
  struct Hit {
    Answer answer = Answer::kUnknown;
    Original value;       // when kFound
    std::string subject;  // empty; reserved for stores that may name the owner of a foreign code
  };

  virtual ~Vault() = default;

  // The codes for `values`, in order, drawing those not seen before. What is drawn is visible to
  // other callers at once and durable after Commit(ticket). INVALID_ARGUMENT for an empty subject,
  // Category::kSafe, or a value longer than 64 MiB. Should more than 8 MiB wait for a Commit, Assign
  // writes them itself.
  virtual absl::StatusOr<Ticket> Assign(std::string_view subject, std::span<const Value> values,
                                        std::vector<TokenCode>* codes) = 0;

  // As Assign, for values that hang on what ValuesOf gave for the subject: `removals` is what Removals said before it
  // was asked, `had_values` whether it gave any. ABORTED when something was removed since: ask ValuesOf again, and make
  // the values anew. What a subject was forgotten with is never given to the subject of that name that comes after it.
  virtual absl::StatusOr<Ticket> AssignAfter(uint64_t removals, bool had_values, std::string_view subject,
                                             std::span<const Value> values, std::vector<TokenCode>* codes);

  // Returns when everything up to `ticket` is on stable storage. Calls that wait together share one
  // sync. ABORTED when another process has meanwhile forgotten or swept something from a vault that
  // several share: what was assigned may be among it; assign again. After any other error every later
  // Assign and Commit fails too: reopen the vault.
  virtual absl::Status Commit(Ticket ticket) = 0;

  // kFound: the code is `subject`'s. kForeign: it is another subject's or
  // tenant's. kUnknown: nobody's. With an empty subject the whole tenant is searched.
  virtual absl::StatusOr<Hit> Lookup(std::string_view subject, Category category, const TokenCode& code) = 0;

  // The values of `subject` that begin with `prefix`, in no order, with those that wait for a Commit:
  // how the engine finds what it keeps for a subject (its secret, its surrogates). UNIMPLEMENTED in a
  // vault that cannot; policies with surrogates, codes or shifts then refuse to work.
  virtual absl::StatusOr<std::vector<std::pair<Category, Original>>> ValuesOf(std::string_view subject,
                                                                              std::string_view prefix);

  // A number that another one has taken the place of when something was added to the subject or removed from it, by
  // whom it may be: what ValuesOf gave is still all there is as long as the number, asked before, is the same. Cheaper
  // than ValuesOf: one round trip, and nothing is unsealed. UNIMPLEMENTED in a vault that cannot tell.
  virtual absl::StatusOr<uint64_t> StateOf(std::string_view subject);

  // Whether others may take in values of the same subjects that this vault knows nothing of (shard:FILE).
  virtual bool IsShard() const { return false; }
  // What was read by ValuesOf may be remembered as long as nobody else writes (IsShared; then StateOf tells) and
  // nothing was removed: `Removals` grows with each call that removes, and with each call that notices that another
  // process has. Companion is the place for it: one object for all who use this vault for this tenant in this process,
  // made by the first who asks.
  virtual bool IsShared() const { return true; }
  virtual uint64_t Removals() const { return 0; }
  virtual std::shared_ptr<void> Companion(const std::function<std::shared_ptr<void>()>& make) { return make(); }

  virtual absl::StatusOr<VaultInfo> Info() = 0;

  // The same vault for another tenant; lives as long as it is wanted. One process may serve many.
  virtual absl::StatusOr<std::unique_ptr<Vault>> ForTenant(std::string_view tenant);

  // The four below can be cut short at any moment, by kill -9 too, and called again: they go on where
  // they stood. They write nothing to the audit log: the caller does (audit.h).

  // Rewraps the data keys of all tenants under `to` while others read and write. Values stay as they
  // are. Ended early, the vault opens under either key; afterwards under `to` alone: destroy the old
  // one, and older copies of the vault are closed for good. `to` is a successor (key.h), so that the
  // audit log goes on under it; FAILED_PRECONDITION when it is not.
  virtual absl::StatusOr<KeepingReport> Rotate(const KeyEncryptionKey& to);

  // Gives every subject of all tenants new data keys and seals all values anew. `alone`: the caller
  // promises that no other process has this vault open; without that promise FAILED_PRECONDITION on a
  // store that several may open.
  virtual absl::StatusOr<KeepingReport> Reencrypt(bool alone);

  // Destroys the subject's data keys, then removes all its records and has the store give up their
  // space: none of its tokens can be restored any more, nor given out again, by any process that shares
  // the vault. Copies of the vault from before, with their
  // key, still can: docs/keys.md, "What forgetting means". Nothing is reported when nothing was there.
  virtual absl::StatusOr<KeepingReport> Forget(std::string_view subject);

  // Removes the values of all tenants whose time has run out (Value::ttl_days, VaultOptions::ttl_days).
  virtual absl::StatusOr<KeepingReport> Sweep();

  // The same for at most `most` of them, so that those who write wait for milliseconds only: for a program that sweeps
  // beside its work. `before` is called when there is something to remove, and nothing is removed unless it is OK: the
  // place to record it. The engine does this by itself (Deidentifier::Parts::sweep_minutes). UNIMPLEMENTED in a vault
  // that has no times to live.
  virtual absl::StatusOr<KeepingReport> SweepSome(size_t most, const std::function<absl::Status()>& before);
};

struct VaultOptions {
  // A directory of its own, made 0700 when absent; `postgresql://user@host/database?…`, whose tables
  // are made when absent; or `shard:FILE`, made 0600 when absent. Give a password in ~/.pgpass or
  // PGPASSWORD rather than in the URL; errors and logs never show it.
  std::string path{};
  const KeyEncryptionKey* key = nullptr;  // read during OpenVault only
  bool create = true;                     // make the vault when the directory does not hold one
  // For all threads together: half for what is known already (codes, wrapped keys; never a value in
  // clear), half for blocks of the store. Besides these up to 50 MB of buffers for writing.
  size_t cache_bytes = 64u << 20;
  std::string tenant{};  // whose subjects; see "Tenants"
  // A value assigned for the first time may be swept so many days later; 0: never. Until it is swept
  // it can be restored. What the vault has already keeps the day that it was given.
  uint32_t ttl_days = 0;
};

absl::StatusOr<std::unique_ptr<Vault>> OpenVault(const VaultOptions& options);

// `path` as it may be shown: of a URL only host, port and database.
std::string VaultName(const std::string& path);

}  // namespace phiveil

#endif  // PHIVEIL_VAULT_H_

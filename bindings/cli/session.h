#ifndef PHIVEIL_CLI_SESSION_H_
#define PHIVEIL_CLI_SESSION_H_

// The parts of an engine, opened as the command line asks.

#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/options.h"
#include "cli/processor.h"
#include "cli/state_dir.h"
#include "phiveil/audit.h"
#include "phiveil/deidentifier.h"
#include "phiveil/deployment.h"
#include "phiveil/keys.h"
#include "phiveil/vault.h"

namespace phiveil::cli {

// Where things are, with defaults put in. Nothing is made.
struct Places {
  StateDir state;
  std::string vault, key, audit;
  std::string key_file;  // the key file, or the wrapped key file of a key service
};

// INVALID_ARGUMENT for a kind of vault or key that this version does not know (a usage error).
absl::StatusOr<Places> FindPlaces(const Options& options);

// The engine with everything it needs. Members die in reverse order.
struct Session {
  Places places;
  std::unique_ptr<KeyEncryptionKey> key;
  std::unique_ptr<KeyEncryptionKey> signing_key;  // null: `key` signs
  std::unique_ptr<Vault> vault;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<AccessControl> access;  // null: everybody may
  std::unique_ptr<Deidentifier> engine;
  std::string tenant;
  std::string identity;  // of pack and policy, bytes and all
  std::string purpose;   // the task's
  bool uses_vault = false;
};

// For find, explain and eval, which keep nothing, the vault stays closed, and the audit log too unless --audit names
// one. What is made at first use is named on `err`. Errors say what to do.
absl::StatusOr<std::unique_ptr<Session>> OpenSession(const Options& options, Verb verb, std::ostream& err);

// The policy, task and deployment profile that a name or a file gives.
absl::StatusOr<Policy> OpenPolicy(const std::string& name);
absl::StatusOr<TaskProfile> OpenTask(const std::string& name);
absl::StatusOr<DeploymentProfile> OpenProfile(const std::string& file);
Jurisdiction JurisdictionOf(const Options& options);

// The key of `places`, made when neither it nor a vault is there and `create` says so.
absl::StatusOr<std::unique_ptr<KeyEncryptionKey>> OpenKey(const Places& places, bool create, std::ostream& err);

// The key that signs the audit log; null when the vault's key does.
absl::StatusOr<std::unique_ptr<KeyEncryptionKey>> OpenSigningKey(const Options& options);

// The access file of the command line or of the state folder; null when there is none. PERMISSION_DENIED
// when this login may not speak for the actor.
absl::StatusOr<std::unique_ptr<AccessControl>> OpenAccess(const Options& options, const Places& places);

// Whether there is a vault in that folder, or that shard; of a database it is not asked.
bool VaultExists(const std::string& path);

// "ana", or the user's number.
std::string LoginName();

// SHA-256, in hex.
std::string Sha256Hex(std::string_view bytes);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_SESSION_H_

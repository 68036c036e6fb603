#ifndef PHIVEIL_KEYS_H_
#define PHIVEIL_KEYS_H_

// Keys that a key service guards.
//
//   auto key = OpenKey("aws-kms://alias/phiveil?region=eu-central-1&wrapped=/etc/phiveil/key", {.create = true});
//   auto vault = OpenVault({.path = "/var/lib/phiveil/vault", .key = &*key});
//
//   file:PATH, or a path        a key file (key.h)
//   aws-kms://KEY               AWS KMS; KEY is an id, an ARN, or alias/NAME. Options: region, profile,
//                               endpoint (URL), ca (FILE), wrapped (FILE)
//   vault-transit://HOST:PORT/MOUNT/KEY
//                               HashiCorp Vault's transit engine; without HOST VAULT_ADDR names the
//                               server. Options: namespace, ca (FILE), token_file (FILE), wrapped (FILE),
//                               tls=off (this machine only)
//   Options are written ?name=value&…, with %XX for what would be mistaken for syntax.
//
// What the service wraps is one root, not each subject's data key: the KeyEncryptionKey of key.h is
// drawn here once, wrapped by the service, and kept in a *wrapped key file*. Opening the key is one
// call to the service; everything after is local. docs/keys.md says what that costs, what it saves
// and what each choice destroys. The wrapped key file is no secret (without the service it opens
// nothing) but is needed: back it up, and give every worker the same one.
//
// Every call binds what is wrapped to the key's id (encryption context in KMS, derivation context in
// transit), and what comes back must have that id: an answer that is not what was wrapped is DATA_LOSS.
//
// Credentials come from where the services' own tools look: for AWS the environment, a web
// identity (EKS), the shared files, a container's or an instance's role; for HashiCorp Vault `token_file`, VAULT_TOKEN, ~/.vault-token.
// They have no place in a URI, and are in no error. Nothing is cached.
//
// Throttling and passing troubles are retried with growing random pauses until `timeout`.
// Codes: FAILED_PRECONDITION no credentials, not allowed, key disabled, certificate not trusted, wrapped
// file missing or loose; UNAVAILABLE the service did not answer in time; INVALID_ARGUMENT the URI;
// DATA_LOSS the wrapped key file is damaged or another's; NOT_FOUND the service has no such key.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/key.h"
#include "phiveil/original.h"

namespace phiveil {

// A service that can wrap a secret and unwrap it again. The two below are ready made; write your own
// for another service or a hardware module.
class KeyWrapper {
 public:
  virtual ~KeyWrapper() = default;

  // What wraps, for the wrapped key file and for messages; never a secret. No line breaks.
  virtual std::string name() const = 0;

  // `context` is authenticated with the secret: Unwrap with another one must fail.
  virtual absl::StatusOr<std::string> Wrap(std::string_view secret, std::string_view context) = 0;
  virtual absl::StatusOr<Original> Unwrap(std::string_view wrapped, std::string_view context) = 0;

  // The same secret under the newest version of the service's key; by default by way of this
  // process's memory.
  virtual absl::StatusOr<std::string> Rewrap(std::string_view wrapped, std::string_view context);
};

struct KeyOptions {
  bool create = false;                       // draw a key and have it wrapped when there is none yet
  std::string wrapped{};                     // the wrapped key file, when the URI names none
  std::chrono::milliseconds timeout{15000};  // for each call to the service, retries and all
};

// Whether `uri` names a key service, and not a file.
bool IsKeyService(std::string_view uri);

// The file that a key lies in: the key file, or the wrapped key file. Empty when the URI names none.
absl::StatusOr<std::string> KeyFileOf(std::string_view uri, const KeyOptions& options);

absl::StatusOr<KeyEncryptionKey> OpenKey(std::string_view uri, const KeyOptions& options);

// Draws the key that comes after `old` (key.h) and keeps it as `uri` says. Never overwrites.
absl::StatusOr<KeyEncryptionKey> MakeSuccessorKey(std::string_view uri, const KeyEncryptionKey& old,
                                                  const KeyOptions& options);

// Has the root wrapped anew: by the newest version of the service's key, or, when `to` is not empty,
// by another service or key. The root stays what it is; vault and audit log notice nothing. The
// wrapped key file is replaced in one step.
absl::Status RewrapKey(std::string_view uri, std::string_view to, const KeyOptions& options);

// The wrapper that a URI names. INVALID_ARGUMENT for a key file.
absl::StatusOr<std::unique_ptr<KeyWrapper>> MakeKeyWrapper(std::string_view uri, const KeyOptions& options);

// The same as OpenKey, RewrapKey and MakeSuccessorKey for a wrapper of your own. `old` may be null.
absl::StatusOr<KeyEncryptionKey> OpenWrappedKey(KeyWrapper& wrapper, const std::string& path);
absl::StatusOr<KeyEncryptionKey> MakeWrappedKey(KeyWrapper& wrapper, const std::string& path,
                                                const KeyEncryptionKey* old);
absl::Status RewrapWrappedKey(KeyWrapper& from, KeyWrapper& to, const std::string& path);

}  // namespace phiveil

#endif  // PHIVEIL_KEYS_H_

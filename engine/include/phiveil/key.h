#ifndef PHIVEIL_KEY_H_
#define PHIVEIL_KEY_H_

// The key that the customer owns. Vault and audit log each derive theirs from it; it enters neither.
//
//   auto key = KeyEncryptionKey::FromFile("vault.key");       // or CreateFile
//   auto mac = key->Derive("my own purpose");                 // a key for something else
//
// A key is two secrets. The *wrapping secret* wraps what the vaults' data keys are wrapped with, and
// is what rotation replaces. The *derivation secret* is what Derive answers from; a successor keeps
// it, so that an audit log goes on under a rotated key. A key that was never rotated has one secret
// for both. Keys wrapped by AWS KMS or HashiCorp Vault are opened by phiveil/keys.h.
//
// Codes: FAILED_PRECONDITION no key file, one that others may read, or something else;
// RESOURCE_EXHAUSTED no memory may be locked (`ulimit -l`), or no space left on the device.

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "phiveil/original.h"

namespace phiveil {

// Lives in locked memory, wiped at the end.
class KeyEncryptionKey {
 public:
  // Reads a key file. Refused when others than the owner may read or write it (mode 0600 or 0400),
  // when it is a symbolic link, or when it is not a key file.
  static absl::StatusOr<KeyEncryptionKey> FromFile(const std::string& path);

  // Draws a new key and writes it with mode 0600, synced. Never overwrites.
  static absl::StatusOr<KeyEncryptionKey> CreateFile(const std::string& path);

  // The same for the key that comes after `old`: a new wrapping secret, the same derivation secret.
  static absl::StatusOr<KeyEncryptionKey> CreateSuccessorFile(const std::string& path, const KeyEncryptionKey& old);

  // An independent 256-bit key for another purpose (HKDF-SHA-256 with `label` as info), for example
  // the audit log's. Never equal for two labels. Empty when the key was moved from or the
  // cryptographic library fails: check size().
  Original Derive(std::string_view label) const;

  // A name for the key that reveals nothing of it; written into vault and audit records.
  const std::string& id() const { return id_; }

  // The same for the derivation secret: equal for a key and its successors.
  const std::string& derivation_id() const { return derivation_id_; }

  KeyEncryptionKey(KeyEncryptionKey&&) noexcept;
  KeyEncryptionKey& operator=(KeyEncryptionKey&&) noexcept;
  ~KeyEncryptionKey();

 private:
  friend class KeyAccess;  // crypto/, vault/ and audit/
  struct Impl;
  explicit KeyEncryptionKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  std::string id_;
  std::string derivation_id_;
};

}  // namespace phiveil

#endif  // PHIVEIL_KEY_H_

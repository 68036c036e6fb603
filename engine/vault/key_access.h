#ifndef PHIVEIL_VAULT_KEY_ACCESS_H_
#define PHIVEIL_VAULT_KEY_ACCESS_H_

// What only the vault may do with a key-encryption key.

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/vault.h"
#include "vault/crypto.h"
#include "vault/file_ops.h"

namespace phiveil {

class KeyAccess {
 public:
  // False for a key that was moved from.
  static bool Usable(const KeyEncryptionKey& key) { return key.impl_ != nullptr; }

  static absl::Status Derive(const KeyEncryptionKey& key, std::string_view label, vault_internal::Hash* out);

  static absl::StatusOr<KeyEncryptionKey> CreateFile(const std::string& path, vault_internal::FileOps& ops);

  // From the text of a key file. The error says what is wrong without quoting it.
  static absl::StatusOr<KeyEncryptionKey> Parse(std::string_view text);

 private:
  friend class KeyEncryptionKey;
  static absl::StatusOr<KeyEncryptionKey> Make(std::string_view bytes);
};

}  // namespace phiveil

#endif  // PHIVEIL_VAULT_KEY_ACCESS_H_

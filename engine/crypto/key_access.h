#ifndef PHIVEIL_CRYPTO_KEY_ACCESS_H_
#define PHIVEIL_CRYPTO_KEY_ACCESS_H_

// What only keys, vault and audit log may do with a key-encryption key.

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/crypto.h"
#include "crypto/file_ops.h"
#include "phiveil/key.h"

namespace phiveil {

class KeyAccess {
 public:
  // False for a key that was moved from.
  static bool Usable(const KeyEncryptionKey& key) { return key.impl_ != nullptr; }

  // From the wrapping secret: for what wraps data keys, and for nothing that must outlive a rotation.
  static absl::Status DeriveWrapping(const KeyEncryptionKey& key, std::string_view label, crypto::Hash* out);

  // `old`: the key that the new one succeeds, or null.
  static absl::StatusOr<KeyEncryptionKey> CreateFile(const std::string& path, const KeyEncryptionKey* old,
                                                     crypto::FileOps& ops);

  // A new key, or the successor of `old`, that is written nowhere yet.
  static absl::StatusOr<KeyEncryptionKey> Draw(const KeyEncryptionKey* old);

  // Both secrets, the wrapping one first.
  static constexpr size_t kSecretsSize = 2 * crypto::kKeySize;
  static std::string_view Secrets(const KeyEncryptionKey& key);
  static absl::StatusOr<KeyEncryptionKey> Make(std::string_view secrets);

  // From the text of a key file. The error says what is wrong without quoting it.
  static absl::StatusOr<KeyEncryptionKey> Parse(std::string_view text);

 private:
  friend class KeyEncryptionKey;
  static absl::Status Derive(const KeyEncryptionKey& key, std::string_view label, crypto::Hash* out);
};

}  // namespace phiveil

#endif  // PHIVEIL_CRYPTO_KEY_ACCESS_H_

#ifndef PHIVEIL_CRYPTO_KEY_ACCESS_H_
#define PHIVEIL_CRYPTO_KEY_ACCESS_H_

// What only vault and audit log may do with a key-encryption key.

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

  static absl::Status Derive(const KeyEncryptionKey& key, std::string_view label, crypto::Hash* out);

  static absl::StatusOr<KeyEncryptionKey> CreateFile(const std::string& path, crypto::FileOps& ops);

  // From the text of a key file. The error says what is wrong without quoting it.
  static absl::StatusOr<KeyEncryptionKey> Parse(std::string_view text);

 private:
  friend class KeyEncryptionKey;
  static absl::StatusOr<KeyEncryptionKey> Make(std::string_view bytes);
};

}  // namespace phiveil

#endif  // PHIVEIL_CRYPTO_KEY_ACCESS_H_

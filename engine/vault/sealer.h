#ifndef PHIVEIL_VAULT_SEALER_H_
#define PHIVEIL_VAULT_SEALER_H_

// The keys of an open vault and everything done with them. Knows nothing of where records lie.
//
//   key-encryption key --HKDF(vault id)--> wrapping key --> index key, subject keys (wrapped)
//   index key   --> subject tags, MACs of counters and head
//   subject keys = sealing key (values) and lookup key (index records), drawn for each subject
//
// Immutable after it is made; may be called from many threads.

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/crypto.h"
#include "crypto/locked_bytes.h"
#include "phiveil/vault.h"
#include "vault/record.h"

namespace phiveil::vault_internal {

// A subject's two keys in clear, for the time of one call; wiped at its end.
class SubjectKeys {
 public:
  SubjectKeys() = default;
  SubjectKeys(const SubjectKeys&) = delete;
  SubjectKeys& operator=(const SubjectKeys&) = delete;
  ~SubjectKeys() { crypto::Wipe(bytes_, sizeof(bytes_)); }

  std::string_view sealing() const { return {bytes_, crypto::kKeySize}; }
  std::string_view lookup() const { return {bytes_ + crypto::kKeySize, crypto::kKeySize}; }
  std::string_view view() const { return {bytes_, sizeof(bytes_)}; }
  char* data() { return bytes_; }

 private:
  char bytes_[kSubjectKeysSize] = {};
};

class Sealer {
 public:
  // Draws a vault's identity and index key. `meta` receives its meta record.
  static absl::StatusOr<Sealer> MakeNew(const KeyEncryptionKey& key, std::string* meta);

  // FAILED_PRECONDITION when the vault is of another format or under another key, DATA_LOSS when
  // the record is damaged.
  static absl::StatusOr<Sealer> FromMeta(const KeyEncryptionKey& key, std::string_view meta);

  const Tag& vault_id() const { return vault_id_; }
  const KeyId& key_id() const { return key_id_; }

  absl::StatusOr<Tag> SubjectTag(std::string_view subject) const;

  // Draws keys for a subject. `record` receives its subject record.
  absl::Status NewSubject(const Tag& subject, SubjectKeys* keys, std::string* record) const;
  absl::Status OpenSubject(const Tag& subject, std::string_view record, SubjectKeys* keys) const;

  absl::StatusOr<Tag> IndexMac(const SubjectKeys& keys, Category category, std::string_view text) const;

  // `record` receives the value record.
  absl::Status SealValue(const SubjectKeys& keys, const Tag& subject, Category category, std::string_view code,
                         std::string_view text, std::string* record) const;
  absl::StatusOr<Original> OpenValue(const SubjectKeys& keys, const ValueRecord& record, std::string_view code) const;

  absl::StatusOr<std::string> SealCounters(const Counters& counters) const;
  absl::StatusOr<Counters> OpenCounters(std::string_view record) const;
  absl::StatusOr<std::string> SealHead(uint64_t commits) const;
  // The number of commits that the head vouches for.
  absl::StatusOr<uint64_t> OpenHead(std::string_view record) const;

 private:
  Sealer(const Tag& vault_id, const KeyId& key_id, crypto::LockedBytes keys)
      : vault_id_(vault_id), key_id_(key_id), keys_(std::move(keys)) {}
  static absl::StatusOr<Sealer> WithWrappingKey(const KeyEncryptionKey& key, const Tag& vault_id);

  std::string_view wrapping_key() const { return keys_.view().substr(0, crypto::kKeySize); }
  std::string_view index_key() const { return keys_.view().substr(crypto::kKeySize, crypto::kKeySize); }
  std::string Associated(RecordType type, std::string_view rest) const;
  absl::StatusOr<Tag> IndexKeyMac(std::string_view first, std::string_view second) const;

  Tag vault_id_{};
  KeyId key_id_{};
  crypto::LockedBytes keys_;
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_SEALER_H_

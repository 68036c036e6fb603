#ifndef PHIVEIL_VAULT_SEALER_H_
#define PHIVEIL_VAULT_SEALER_H_

// The keys of an open vault and everything done with them. Knows nothing of where records lie.
//
//   key-encryption key --HKDF(vault id)--> wrapping key --> index key, subject keys (wrapped)
//   index key   --> subject tags, MACs of counters and head
//   subject keys = sealing key (values) and lookup key (index records), drawn for each subject
//
// But for wrapping keys that it learns during a rotation it is immutable; may be called from many threads.

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/crypto.h"
#include "crypto/locked_bytes.h"
#include "phiveil/token.h"
#include "phiveil/vault.h"
#include "vault/record.h"
#include "vault/wrapping_keys.h"

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

// A subject while a call works with it.
struct Subject {
  Tag tenant{};
  Tag tag{};
  SubjectKeys keys;
};

// Another name of a code: of the same category, subject and value.
struct Alias {
  Category category = Category::kSafe;
  TokenCode old_code;
  TokenCode code;
  Tag subject{};
};

// The key's name in records.
KeyId KeyIdOf(const KeyEncryptionKey& key);

class Sealer {
 public:
  // Draws a vault's identity and index key. `meta` receives its meta record.
  static absl::StatusOr<Sealer> MakeNew(const KeyEncryptionKey& key, uint8_t state, std::string* meta);

  // FAILED_PRECONDITION when the vault is of a later format or under another key, DATA_LOSS when
  // the record is damaged.
  // `bridge`: the bridge record from this key, or empty: with it a vault that is being rotated opens
  // under the key before and the key after.
  static absl::StatusOr<Sealer> FromMeta(const KeyEncryptionKey& key, std::string_view meta,
                                         std::string_view bridge = {});

  // Of the meta record it was made from: 1 for a vault that has yet to be brought forward.
  uint32_t format() const { return format_; }
  uint8_t state() const { return state_; }
  const Tag& vault_id() const { return vault_id_; }
  // Of the key that data keys are wrapped under from now on.
  KeyId key_id() const { return wrapping_->primary().id; }
  bool Knows(const KeyId& id) const { return wrapping_->Find(id).has_value(); }

  // The other key becomes known and, when asked, the one that wraps from now on.
  absl::Status Learn(const KeyEncryptionKey& key, bool primary) const;
  absl::Status LearnFrom(const KeyId& from, std::string_view bridge, bool primary) const;
  // A record that lets whoever has `from` have `to` as well. Both are known.
  absl::StatusOr<std::string> SealBridge(const KeyId& from, const KeyId& to) const;

  // A meta record for the same vault in the newest format.
  absl::StatusOr<std::string> SealMeta(uint8_t state) const { return SealMetaUnder(key_id(), state); }
  absl::StatusOr<std::string> SealMetaUnder(const KeyId& key_id, uint8_t state) const;

  // What marks a subject that is being forgotten, and how far giving new data keys has got.
  absl::StatusOr<Tag> ForgettingMac(const Tag& subject) const;
  absl::StatusOr<std::string> SealProgress(const Tag& last) const;
  absl::StatusOr<Tag> OpenProgress(std::string_view record) const;

  // How many writes have removed keys or values.
  absl::StatusOr<std::string> SealErasures(uint64_t count) const;
  absl::StatusOr<uint64_t> OpenErasures(std::string_view record) const;

  // All zero for the tenant without a name, whose subjects have the tags that format 1 gave them.
  absl::StatusOr<Tag> TenantTag(std::string_view tenant) const;
  absl::StatusOr<Tag> SubjectTag(const Tag& tenant, std::string_view subject) const;

  // Draws keys for the subject of `tenant` and `tag`. `record` receives its subject record.
  absl::Status NewSubject(Subject* subject, std::string* record) const;
  // The record of the same subject with the same keys.
  absl::Status WrapSubject(const Subject& subject, std::string* record) const;
  // Fills in tenant and keys of the subject with this tag.
  absl::Status OpenSubject(std::string_view record, Subject* subject, uint32_t format = kVaultFormat) const;

  // Who the subject is, for a shard: its tags mean nothing to another vault.
  absl::Status SealName(const Subject& subject, std::string_view tenant, std::string_view name,
                        std::string* record) const;
  absl::Status OpenName(const Subject& subject, std::string_view record, std::string* tenant, std::string* name) const;

  absl::StatusOr<Tag> IndexMac(const Subject& subject, Category category, std::string_view text) const;

  // `record` receives the value record.
  absl::Status SealValue(const Subject& subject, Category category, std::string_view code, std::string_view text,
                         std::string* record) const;
  absl::StatusOr<Original> OpenValue(const Subject& subject, const ValueRecord& record, std::string_view code,
                                     uint32_t format = kVaultFormat) const;

  absl::StatusOr<std::string> SealAlias(const Alias& alias) const;
  absl::StatusOr<Alias> OpenAlias(std::string_view random, std::string_view record) const;

  absl::StatusOr<std::string> SealCounters(uint32_t slot, const Counters& counters) const;
  absl::StatusOr<Counters> OpenCounters(uint32_t slot, std::string_view record) const;
  absl::StatusOr<Counters> OpenOldCounters(std::string_view record) const;
  absl::StatusOr<std::string> SealHead(uint64_t commits) const;
  // The number of commits that the head vouches for.
  absl::StatusOr<uint64_t> OpenHead(std::string_view record) const;
  // Links a frame of a shard to the one before it.
  absl::StatusOr<Tag> FrameMac(const Tag& before, std::string_view frame) const;

 private:
  Sealer(const Tag& vault_id, std::unique_ptr<WrappingKeys> wrapping, crypto::LockedBytes index_key)
      : vault_id_(vault_id), wrapping_(std::move(wrapping)), index_key_(std::move(index_key)) {}
  static absl::StatusOr<Sealer> WithWrappingKey(const KeyEncryptionKey& key, const Tag& vault_id);

  std::string_view index_key() const { return index_key_.view(); }
  std::string Associated(RecordType type, uint32_t format, std::initializer_list<std::string_view> rest) const;
  std::string MetaAssociated(uint32_t format, const KeyId& key_id, uint8_t state) const;
  std::string SubjectAssociated(const Subject& subject, const KeyId& key_id, uint32_t format) const;
  std::string BridgeAssociated(const KeyId& from, const KeyId& to) const;
  absl::StatusOr<Tag> IndexKeyMac(std::initializer_list<std::string_view> parts) const;

  uint32_t format_ = kVaultFormat;
  uint8_t state_ = 0;
  Tag vault_id_{};
  std::unique_ptr<WrappingKeys> wrapping_;
  crypto::LockedBytes index_key_;
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_SEALER_H_

#include "vault/sealer.h"

#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "crypto/key_access.h"

namespace phiveil::vault_internal {
namespace {

constexpr std::string_view kWrapLabel = "phiveil vault wrap ";

KeyId KeyIdOf(const KeyEncryptionKey& key) {
  const std::string bytes = absl::HexStringToBytes(key.id());
  KeyId id{};
  std::memcpy(id.data(), bytes.data(), id.size());
  return id;
}

Tag Truncate(const crypto::Hash& hash) {
  Tag tag;
  std::memcpy(tag.data(), hash.data(), tag.size());
  return tag;
}

std::string Hex(std::string_view bytes) { return absl::BytesToHexString({bytes.data(), bytes.size()}); }

}  // namespace

absl::StatusOr<Sealer> Sealer::WithWrappingKey(const KeyEncryptionKey& key, const Tag& vault_id) {
  PHIVEIL_ASSIGN_OR_RETURN(crypto::LockedBytes keys, crypto::LockedBytes::Make(2 * crypto::kKeySize));
  crypto::Hash wrapping;
  const absl::Status status = KeyAccess::Derive(key, std::string(kWrapLabel).append(View(vault_id)), &wrapping);
  std::memcpy(keys.data(), wrapping.data(), crypto::kKeySize);
  crypto::Wipe(wrapping.data(), wrapping.size());
  PHIVEIL_RETURN_IF_ERROR(status);
  return Sealer(vault_id, KeyIdOf(key), std::move(keys));
}

absl::StatusOr<Sealer> Sealer::MakeNew(const KeyEncryptionKey& key, std::string* meta) {
  Tag vault_id;
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(vault_id.data(), vault_id.size()));
  PHIVEIL_ASSIGN_OR_RETURN(Sealer sealer, WithWrappingKey(key, vault_id));
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(sealer.keys_.data() + crypto::kKeySize, crypto::kKeySize));
  std::string wrapped;
  PHIVEIL_RETURN_IF_ERROR(crypto::Seal(
      sealer.wrapping_key(), sealer.Associated(RecordType::kMeta, View(sealer.key_id_)), sealer.index_key(), &wrapped));
  *meta = EncodeMeta({kVaultFormat, vault_id, sealer.key_id_, wrapped});
  return sealer;
}

absl::StatusOr<Sealer> Sealer::FromMeta(const KeyEncryptionKey& key, std::string_view meta) {
  const auto record = DecodeMeta(meta);
  if (!record) return absl::DataLossError("meta record is damaged");
  if (record->format != kVaultFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("written in format ", record->format, "; this build reads format ", kVaultFormat));
  }
  if (record->key_id != KeyIdOf(key)) {
    return absl::FailedPreconditionError(
        absl::StrCat("sealed under key ", Hex(View(record->key_id)), ", but was opened with key ", key.id()));
  }
  PHIVEIL_ASSIGN_OR_RETURN(Sealer sealer, WithWrappingKey(key, record->vault_id));
  const absl::Status opened =
      crypto::Open(sealer.wrapping_key(), sealer.Associated(RecordType::kMeta, View(sealer.key_id_)),
                   record->wrapped_index_key, sealer.keys_.data() + crypto::kKeySize);
  if (!opened.ok()) return absl::DataLossError(absl::StrCat("meta record ", opened.message()));
  return sealer;
}

std::string Sealer::Associated(RecordType type, std::string_view rest) const {
  std::string out;
  out.reserve(64);
  out.push_back(static_cast<char>(type));
  PutFixed32(&out, kVaultFormat);
  return out.append(View(vault_id_)).append(rest);
}

absl::StatusOr<Tag> Sealer::IndexKeyMac(std::string_view first, std::string_view second) const {
  crypto::Hash hash;
  PHIVEIL_RETURN_IF_ERROR(crypto::HmacSha256(index_key(), {first, second}, &hash));
  return Truncate(hash);
}

absl::StatusOr<Tag> Sealer::SubjectTag(std::string_view subject) const {
  const char type = static_cast<char>(RecordType::kSubject);
  return IndexKeyMac({&type, 1}, subject);
}

absl::Status Sealer::NewSubject(const Tag& subject, SubjectKeys* keys, std::string* record) const {
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(keys->data(), kSubjectKeysSize));
  *record = View(key_id_);
  return crypto::Seal(wrapping_key(),
                      Associated(RecordType::kSubject, std::string(View(subject)).append(View(key_id_))), keys->view(),
                      record);
}

absl::Status Sealer::OpenSubject(const Tag& subject, std::string_view bytes, SubjectKeys* keys) const {
  const auto record = DecodeSubject(bytes);
  if (!record) return absl::DataLossError("subject record is damaged");
  if (record->key_id != key_id_) return absl::DataLossError("subject record is under a key other than the vault's");
  const absl::Status opened =
      crypto::Open(wrapping_key(), Associated(RecordType::kSubject, std::string(View(subject)).append(View(key_id_))),
                   record->wrapped_keys, keys->data());
  if (!opened.ok()) return absl::Status(opened.code(), absl::StrCat("subject record ", opened.message()));
  return absl::OkStatus();
}

absl::StatusOr<Tag> Sealer::IndexMac(const SubjectKeys& keys, Category category, std::string_view text) const {
  const char prefix = static_cast<char>(category);
  crypto::Hash hash;
  PHIVEIL_RETURN_IF_ERROR(crypto::HmacSha256(keys.lookup(), {{&prefix, 1}, text}, &hash));
  return Truncate(hash);
}

absl::Status Sealer::SealValue(const SubjectKeys& keys, const Tag& subject, Category category, std::string_view code,
                               std::string_view text, std::string* record) const {
  *record = EncodeValuePrefix(subject, category);
  const std::string associated = Associated(RecordType::kValue, std::string(*record).append(code));
  return crypto::Seal(keys.sealing(), associated, text, record);
}

absl::StatusOr<Original> Sealer::OpenValue(const SubjectKeys& keys, const ValueRecord& record,
                                           std::string_view code) const {
  const std::string associated =
      Associated(RecordType::kValue, EncodeValuePrefix(record.subject, record.category).append(code));
  const size_t size = record.sealed.size() - crypto::kSealOverhead;
  char small[256];
  const std::unique_ptr<char[]> large(size > sizeof(small) ? new char[size] : nullptr);
  char* const plain = large ? large.get() : small;
  const absl::Status opened = crypto::Open(keys.sealing(), associated, record.sealed, plain);
  if (!opened.ok()) return absl::Status(opened.code(), absl::StrCat("value record ", opened.message()));
  Original value(std::string_view(plain, size));
  crypto::Wipe(plain, size);
  return value;
}

absl::StatusOr<std::string> Sealer::SealCounters(const Counters& counters) const {
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, IndexKeyMac(CountersMacInput(vault_id_, counters), {}));
  return EncodeCounters({counters, mac});
}

absl::StatusOr<Counters> Sealer::OpenCounters(std::string_view bytes) const {
  const auto record = DecodeCounters(bytes);
  if (!record) return absl::DataLossError("counters record is damaged");
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, IndexKeyMac(CountersMacInput(vault_id_, record->counters), {}));
  if (!crypto::EqualInConstantTime(View(mac), View(record->mac))) {
    return absl::DataLossError("counters record does not authenticate");
  }
  return record->counters;
}

absl::StatusOr<std::string> Sealer::SealHead(uint64_t commits) const {
  HeadRecord head{vault_id_, commits, {}};
  PHIVEIL_ASSIGN_OR_RETURN(head.mac, IndexKeyMac(HeadMacInput(head), {}));
  return EncodeHead(head);
}

absl::StatusOr<uint64_t> Sealer::OpenHead(std::string_view bytes) const {
  const auto head = DecodeHead(bytes);
  if (!head) return absl::DataLossError("head is damaged");
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, IndexKeyMac(HeadMacInput(*head), {}));
  if (head->vault_id != vault_id_ || !crypto::EqualInConstantTime(View(mac), View(head->mac))) {
    return absl::DataLossError("head does not authenticate");
  }
  return head->commits;
}

}  // namespace phiveil::vault_internal

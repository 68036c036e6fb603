#include "vault/sealer.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "crypto/key_access.h"

namespace phiveil::vault_internal {
namespace {

constexpr std::string_view kWrapLabel = "phiveil vault wrap ";

Tag Truncate(const crypto::Hash& hash) {
  Tag tag;
  std::memcpy(tag.data(), hash.data(), tag.size());
  return tag;
}

absl::StatusOr<crypto::LockedBytes> DeriveWrappingKey(const KeyEncryptionKey& key, const Tag& vault_id) {
  PHIVEIL_ASSIGN_OR_RETURN(crypto::LockedBytes locked, crypto::LockedBytes::Make(crypto::kKeySize));
  crypto::Hash wrapping;
  const absl::Status status = KeyAccess::DeriveWrapping(key, std::string(kWrapLabel).append(View(vault_id)), &wrapping);
  std::memcpy(locked.data(), wrapping.data(), crypto::kKeySize);
  crypto::Wipe(wrapping.data(), wrapping.size());
  PHIVEIL_RETURN_IF_ERROR(status);
  return locked;
}

std::string Hex(std::string_view bytes) { return absl::BytesToHexString({bytes.data(), bytes.size()}); }

}  // namespace

KeyId KeyIdOf(const KeyEncryptionKey& key) {
  const std::string bytes = absl::HexStringToBytes(key.id());
  KeyId id{};
  std::memcpy(id.data(), bytes.data(), id.size());
  return id;
}

absl::StatusOr<Sealer> Sealer::WithWrappingKey(const KeyEncryptionKey& key, const Tag& vault_id) {
  PHIVEIL_ASSIGN_OR_RETURN(crypto::LockedBytes wrapping, DeriveWrappingKey(key, vault_id));
  PHIVEIL_ASSIGN_OR_RETURN(crypto::LockedBytes index_key, crypto::LockedBytes::Make(crypto::kKeySize));
  return Sealer(vault_id, std::make_unique<WrappingKeys>(KeyIdOf(key), std::move(wrapping)), std::move(index_key));
}

absl::Status Sealer::Learn(const KeyEncryptionKey& key, bool primary) const {
  PHIVEIL_ASSIGN_OR_RETURN(crypto::LockedBytes wrapping, DeriveWrappingKey(key, vault_id_));
  wrapping_->Add(KeyIdOf(key), std::move(wrapping), primary);
  return absl::OkStatus();
}

std::string Sealer::BridgeAssociated(const KeyId& from, const KeyId& to) const {
  return Associated(RecordType::kBridge, kVaultFormat, {View(from), View(to)});
}

absl::StatusOr<std::string> Sealer::SealBridge(const KeyId& from, const KeyId& to) const {
  const auto seals = wrapping_->Find(from), sealed = wrapping_->Find(to);
  if (!seals || !sealed) return absl::InternalError("a wrapping key is not known");
  std::string record(View(to));
  PHIVEIL_RETURN_IF_ERROR(crypto::Seal(seals->key, BridgeAssociated(from, to), sealed->key, &record));
  return record;
}

absl::Status Sealer::LearnFrom(const KeyId& from, std::string_view bridge, bool primary) const {
  KeyId to{};
  const auto opens = wrapping_->Find(from);
  if (!opens || bridge.size() != to.size() + crypto::kKeySize + crypto::kSealOverhead) {
    return absl::DataLossError("bridge record is damaged");
  }
  std::memcpy(to.data(), bridge.data(), to.size());
  PHIVEIL_ASSIGN_OR_RETURN(crypto::LockedBytes key, crypto::LockedBytes::Make(crypto::kKeySize));
  const absl::Status opened =
      crypto::Open(opens->key, BridgeAssociated(from, to), bridge.substr(to.size()), key.data());
  if (!opened.ok()) return absl::Status(opened.code(), absl::StrCat("bridge record ", opened.message()));
  wrapping_->Add(to, std::move(key), primary);
  return absl::OkStatus();
}

std::string Sealer::Associated(RecordType type, uint32_t format, std::initializer_list<std::string_view> rest) const {
  std::string out;
  out.reserve(96);
  out.push_back(static_cast<char>(type));
  PutFixed32(&out, format);
  out.append(View(vault_id_));
  for (std::string_view part : rest) out.append(part);
  return out;
}

std::string Sealer::MetaAssociated(uint32_t format, const KeyId& key_id, uint8_t state) const {
  const char byte = static_cast<char>(state);
  const std::string_view in_format_2 = format == 1 ? std::string_view() : std::string_view(&byte, 1);
  return Associated(RecordType::kMeta, format, {View(key_id), in_format_2});
}

std::string Sealer::SubjectAssociated(const Subject& subject, const KeyId& key_id, uint32_t format) const {
  const std::string_view tenant = format == 1 ? std::string_view() : View(subject.tenant);
  return Associated(RecordType::kSubject, format, {tenant, View(subject.tag), View(key_id)});
}

absl::StatusOr<std::string> Sealer::SealMetaUnder(const KeyId& key_id, uint8_t state) const {
  std::string wrapped;
  const auto wraps = wrapping_->Find(key_id);
  if (!wraps) return absl::InternalError("a wrapping key is not known");
  PHIVEIL_RETURN_IF_ERROR(crypto::Seal(wraps->key, MetaAssociated(kVaultFormat, key_id, state), index_key(), &wrapped));
  return EncodeMeta({kVaultFormat, vault_id_, key_id, state, wrapped});
}

absl::StatusOr<Tag> Sealer::ForgettingMac(const Tag& subject) const {
  return IndexKeyMac({Associated(RecordType::kForgetting, kVaultFormat, {View(subject)})});
}

absl::StatusOr<std::string> Sealer::SealProgress(const Tag& last) const {
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, IndexKeyMac({Associated(RecordType::kProgress, kVaultFormat, {View(last)})}));
  return std::string(View(last)).append(View(mac));
}

absl::StatusOr<Tag> Sealer::OpenProgress(std::string_view record) const {
  Tag last{};
  if (record.size() != 2 * last.size()) return absl::DataLossError("progress record is damaged");
  std::memcpy(last.data(), record.data(), last.size());
  PHIVEIL_ASSIGN_OR_RETURN(const std::string genuine, SealProgress(last));
  if (!crypto::EqualInConstantTime(genuine, record))
    return absl::DataLossError("progress record does not authenticate");
  return last;
}

absl::StatusOr<std::string> Sealer::SealErasures(uint64_t count) const {
  std::string record;
  PutFixed64(&record, count);
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, IndexKeyMac({Associated(RecordType::kErasures, kVaultFormat, {record})}));
  return record.append(View(mac));
}

absl::StatusOr<uint64_t> Sealer::OpenErasures(std::string_view record) const {
  if (record.size() != sizeof(uint64_t) + sizeof(Tag)) return absl::DataLossError("erasures record is damaged");
  const uint64_t count = GetFixed64(record);
  PHIVEIL_ASSIGN_OR_RETURN(const std::string genuine, SealErasures(count));
  if (!crypto::EqualInConstantTime(genuine, record)) {
    return absl::DataLossError("erasures record does not authenticate");
  }
  return count;
}

absl::StatusOr<Sealer> Sealer::MakeNew(const KeyEncryptionKey& key, uint8_t state, std::string* meta) {
  Tag vault_id;
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(vault_id.data(), vault_id.size()));
  PHIVEIL_ASSIGN_OR_RETURN(Sealer sealer, WithWrappingKey(key, vault_id));
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(sealer.index_key_.data(), crypto::kKeySize));
  sealer.state_ = state;
  PHIVEIL_ASSIGN_OR_RETURN(*meta, sealer.SealMeta(state));
  return sealer;
}

absl::StatusOr<Sealer> Sealer::FromMeta(const KeyEncryptionKey& key, std::string_view meta, std::string_view bridge) {
  const auto record = DecodeMeta(meta);
  if (!record) return absl::DataLossError("meta record is damaged");
  if (record->format < kOldestFormat || record->format > kVaultFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("written in format ", record->format, "; this build reads formats 1 to ", kVaultFormat));
  }
  if (record->key_id != KeyIdOf(key) && !bridge.starts_with(View(record->key_id))) {
    return absl::FailedPreconditionError(
        absl::StrCat("sealed under key ", Hex(View(record->key_id)), ", but was opened with key ", key.id()));
  }
  PHIVEIL_ASSIGN_OR_RETURN(Sealer sealer, WithWrappingKey(key, record->vault_id));
  sealer.format_ = record->format;
  sealer.state_ = record->state;
  if (!bridge.empty()) {
    PHIVEIL_RETURN_IF_ERROR(sealer.LearnFrom(KeyIdOf(key), bridge, record->key_id != KeyIdOf(key)));
  }
  const absl::Status opened = crypto::Open(sealer.wrapping_->primary().key,
                                           sealer.MetaAssociated(record->format, record->key_id, record->state),
                                           record->wrapped_index_key, sealer.index_key_.data());
  if (!opened.ok()) return absl::DataLossError(absl::StrCat("meta record ", opened.message()));
  return sealer;
}

absl::StatusOr<Tag> Sealer::IndexKeyMac(std::initializer_list<std::string_view> parts) const {
  crypto::Hash hash;
  PHIVEIL_RETURN_IF_ERROR(crypto::HmacSha256(index_key(), parts, &hash));
  return Truncate(hash);
}

absl::StatusOr<Tag> Sealer::TenantTag(std::string_view tenant) const {
  if (tenant.empty()) return Tag{};
  return IndexKeyMac({"t", tenant});
}

absl::StatusOr<Tag> Sealer::SubjectTag(const Tag& tenant, std::string_view subject) const {
  if (tenant == Tag{}) return IndexKeyMac({"s", subject});
  return IndexKeyMac({"u", View(tenant), subject});
}

absl::Status Sealer::NewSubject(Subject* subject, std::string* record) const {
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(subject->keys.data(), kSubjectKeysSize));
  return WrapSubject(*subject, record);
}

absl::Status Sealer::WrapSubject(const Subject& subject, std::string* record) const {
  const WrappingKeys::Entry wraps = wrapping_->primary();
  *record = std::string(View(wraps.id)).append(View(subject.tenant));
  return crypto::Seal(wraps.key, SubjectAssociated(subject, wraps.id, kVaultFormat), subject.keys.view(), record);
}

absl::Status Sealer::OpenSubject(std::string_view bytes, Subject* subject, uint32_t format) const {
  const auto record = DecodeSubject(bytes, format);
  if (!record) return absl::DataLossError("subject record is damaged");
  const auto wrapped_by = wrapping_->Find(record->key_id);
  if (!wrapped_by) return absl::DataLossError("subject record is under a key other than the vault's");
  subject->tenant = record->tenant;
  const absl::Status opened = crypto::Open(wrapped_by->key, SubjectAssociated(*subject, wrapped_by->id, format),
                                           record->wrapped_keys, subject->keys.data());
  if (!opened.ok()) return absl::Status(opened.code(), absl::StrCat("subject record ", opened.message()));
  return absl::OkStatus();
}

absl::Status Sealer::SealName(const Subject& subject, std::string_view tenant, std::string_view name,
                              std::string* record) const {
  std::string plain;
  PutFixed32(&plain, static_cast<uint32_t>(tenant.size()));
  plain.append(tenant).append(name);
  record->clear();
  const absl::Status sealed = crypto::Seal(
      subject.keys.sealing(), Associated(RecordType::kName, kVaultFormat, {View(subject.tenant), View(subject.tag)}),
      plain, record);
  crypto::Wipe(plain.data(), plain.size());
  return sealed;
}

absl::Status Sealer::OpenName(const Subject& subject, std::string_view record, std::string* tenant,
                              std::string* name) const {
  std::string plain(std::max(record.size(), crypto::kSealOverhead) - crypto::kSealOverhead, '\0');
  absl::Status opened = crypto::Open(
      subject.keys.sealing(), Associated(RecordType::kName, kVaultFormat, {View(subject.tenant), View(subject.tag)}),
      record, plain.data());
  if (opened.ok()) {
    const uint32_t size = plain.size() < 4 ? UINT32_MAX : GetFixed32(plain);
    if (size > plain.size() - 4 || plain.size() < 4) return absl::DataLossError("name record is damaged");
    *tenant = plain.substr(4, size);
    *name = plain.substr(4 + size);
  } else {
    opened = absl::Status(opened.code(), absl::StrCat("name record ", opened.message()));
  }
  crypto::Wipe(plain.data(), plain.size());
  return opened;
}

absl::StatusOr<Tag> Sealer::IndexMac(const Subject& subject, Category category, std::string_view text) const {
  const char prefix = static_cast<char>(category);
  crypto::Hash hash;
  PHIVEIL_RETURN_IF_ERROR(crypto::HmacSha256(subject.keys.lookup(), {{&prefix, 1}, text}, &hash));
  return Truncate(hash);
}

absl::Status Sealer::SealValue(const Subject& subject, Category category, std::string_view code, std::string_view text,
                               std::string* record) const {
  *record = EncodeValuePrefix(subject.tag, category);
  return crypto::Seal(subject.keys.sealing(),
                      Associated(RecordType::kValue, kVaultFormat, {View(subject.tenant), *record, code}), text,
                      record);
}

absl::StatusOr<Original> Sealer::OpenValue(const Subject& subject, const ValueRecord& record, std::string_view code,
                                           uint32_t format) const {
  const std::string_view tenant = format == 1 ? std::string_view() : View(subject.tenant);
  const std::string associated =
      Associated(RecordType::kValue, format, {tenant, EncodeValuePrefix(record.subject, record.category), code});
  const size_t size = record.sealed.size() - crypto::kSealOverhead;
  char small[256];
  const std::unique_ptr<char[]> large(size > sizeof(small) ? new char[size] : nullptr);
  char* const plain = large ? large.get() : small;
  const absl::Status opened = crypto::Open(subject.keys.sealing(), associated, record.sealed, plain);
  if (!opened.ok()) return absl::Status(opened.code(), absl::StrCat("value record ", opened.message()));
  Original value(std::string_view(plain, size));
  crypto::Wipe(plain, size);
  return value;
}

absl::StatusOr<std::string> Sealer::SealAlias(const Alias& alias) const {
  const std::string fields = EncodeValuePrefix(alias.subject, alias.category).append(alias.code.view());
  PHIVEIL_ASSIGN_OR_RETURN(
      const Tag mac, IndexKeyMac({Associated(RecordType::kAlias, kVaultFormat, {alias.old_code.view(), " ", fields})}));
  return std::string(View(mac)).append(fields);
}

absl::StatusOr<Alias> Sealer::OpenAlias(std::string_view random, std::string_view record) const {
  const auto fields = DecodeAlias(record);
  if (!fields) return absl::DataLossError("alias record is damaged");
  Alias alias{fields->category, TokenCode::Make(fields->category, random), fields->code, fields->subject};
  PHIVEIL_ASSIGN_OR_RETURN(const std::string genuine, SealAlias(alias));
  if (!crypto::EqualInConstantTime(genuine, record)) return absl::DataLossError("alias record does not authenticate");
  return alias;
}

absl::StatusOr<std::string> Sealer::SealCounters(uint32_t slot, const Counters& counters) const {
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, IndexKeyMac({CountersMacInput(vault_id_, slot, counters)}));
  return EncodeCounters({counters, mac});
}

absl::StatusOr<Counters> Sealer::OpenCounters(uint32_t slot, std::string_view bytes) const {
  const auto record = DecodeCounters(bytes);
  if (!record) return absl::DataLossError("counters record is damaged");
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, IndexKeyMac({CountersMacInput(vault_id_, slot, record->counters)}));
  if (!crypto::EqualInConstantTime(View(mac), View(record->mac))) {
    return absl::DataLossError("counters record does not authenticate");
  }
  return record->counters;
}

absl::StatusOr<Counters> Sealer::OpenOldCounters(std::string_view bytes) const {
  const auto record = DecodeCounters(bytes);
  if (!record) return absl::DataLossError("counters record is damaged");
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, IndexKeyMac({OldCountersMacInput(vault_id_, record->counters)}));
  if (!crypto::EqualInConstantTime(View(mac), View(record->mac))) {
    return absl::DataLossError("counters record does not authenticate");
  }
  return record->counters;
}

absl::StatusOr<std::string> Sealer::SealHead(uint64_t commits) const {
  HeadRecord head{kVaultFormat, vault_id_, commits, {}};
  PHIVEIL_ASSIGN_OR_RETURN(head.mac, IndexKeyMac({HeadMacInput(head)}));
  return EncodeHead(head);
}

absl::StatusOr<uint64_t> Sealer::OpenHead(std::string_view bytes) const {
  const auto head = DecodeHead(bytes);
  if (!head) return absl::DataLossError("head is damaged");
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, IndexKeyMac({HeadMacInput(*head)}));
  if (head->vault_id != vault_id_ || !crypto::EqualInConstantTime(View(mac), View(head->mac))) {
    return absl::DataLossError("head does not authenticate");
  }
  return head->commits;
}

absl::StatusOr<Tag> Sealer::FrameMac(const Tag& before, std::string_view frame) const {
  return IndexKeyMac({Associated(RecordType::kFrame, kVaultFormat, {View(before)}), frame});
}

}  // namespace phiveil::vault_internal

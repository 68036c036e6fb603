#ifndef PHIVEIL_VAULT_RECORD_H_
#define PHIVEIL_VAULT_RECORD_H_

// The bytes of the vault's records, as docs/formats/vault.md lays them down. Parsing takes any bytes
// and says nothing of whether they are genuine: that is Sealer's part.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/crypto.h"
#include "phiveil/category.h"

namespace phiveil::vault_internal {

inline constexpr uint32_t kVaultFormat = 1;
inline constexpr size_t kSubjectKeysSize = 2 * crypto::kKeySize;

// First byte of every key, and of all that is authenticated about a record.
enum class RecordType : char { kMeta = 'm', kCounters = 'c', kSubject = 's', kValue = 'v', kIndex = 'i', kHead = 'h' };

using Tag = std::array<char, 16>;
using KeyId = std::array<char, 8>;

inline std::string_view View(const Tag& tag) { return {tag.data(), tag.size()}; }
inline std::string_view View(const KeyId& id) { return {id.data(), id.size()}; }

struct MetaRecord {
  uint32_t format = kVaultFormat;
  Tag vault_id{};
  KeyId key_id{};
  std::string_view wrapped_index_key;
};

struct Counters {
  uint64_t commits = 0;
  uint64_t subjects = 0;
  uint64_t mappings = 0;
  uint8_t code_length = 0;  // of the random part of codes drawn from now on
};

struct CountersRecord {
  Counters counters;
  Tag mac{};
};

struct SubjectRecord {
  KeyId key_id{};
  std::string_view wrapped_keys;
};

struct ValueRecord {
  Tag subject{};
  Category category = Category::kSafe;
  std::string_view sealed;
};

struct HeadRecord {
  Tag vault_id{};
  uint64_t commits = 0;
  Tag mac{};
};
inline constexpr size_t kHeadSize = 64;

std::string MetaKey();
std::string CountersKey();
std::string SubjectKey(const Tag& subject);
std::string ValueKey(std::string_view random);
std::string IndexKey(const Tag& subject, const Tag& mac);
// What all index keys of a subject begin with.
std::string IndexPrefix(const Tag& subject);

std::string EncodeMeta(const MetaRecord& record);
std::string EncodeCounters(const CountersRecord& record);
std::string EncodeSubject(const SubjectRecord& record);
// The part of a value record before the sealed value.
std::string EncodeValuePrefix(const Tag& subject, Category category);
std::string EncodeHead(const HeadRecord& record);

// The bytes that the MAC of counters or head is taken over.
std::string CountersMacInput(const Tag& vault_id, const Counters& counters);
std::string HeadMacInput(const HeadRecord& record);

// Nothing when the bytes cannot be such a record. Views point into `bytes`.
std::optional<MetaRecord> DecodeMeta(std::string_view bytes);
std::optional<CountersRecord> DecodeCounters(std::string_view bytes);
std::optional<SubjectRecord> DecodeSubject(std::string_view bytes);
std::optional<ValueRecord> DecodeValue(std::string_view bytes);
std::optional<HeadRecord> DecodeHead(std::string_view bytes);

// Little-endian, appended.
void PutFixed32(std::string* out, uint32_t value);
void PutFixed64(std::string* out, uint64_t value);

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_RECORD_H_

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
#include "phiveil/token.h"

namespace phiveil::vault_internal {

inline constexpr uint32_t kVaultFormat = 2;
inline constexpr uint32_t kOldestFormat = 1;  // that is brought forward when it is opened
inline constexpr size_t kSubjectKeysSize = 2 * crypto::kKeySize;

// First byte of every key, and of all that is authenticated about a record.
enum class RecordType : char {
  kMeta = 'm',
  kCounters = 'c',
  kSubject = 's',
  kName = 'n',
  kValue = 'v',
  kIndex = 'i',
  kAlias = 'a',
  kFurther = 'd',
  kHead = 'h',
  kFrame = 'f',
  kBridge = 'k',
  kForgetting = 'x',
  kExpiry = 'e',
  kProgress = 'r',
  kErasures = 'g',
};

using Tag = std::array<char, 16>;
using KeyId = std::array<char, 8>;

inline std::string_view View(const Tag& tag) { return {tag.data(), tag.size()}; }
inline std::string_view View(const KeyId& id) { return {id.data(), id.size()}; }

struct MetaRecord {
  uint32_t format = kVaultFormat;
  Tag vault_id{};
  KeyId key_id{};
  uint8_t state = 0;  // not in format 1
  std::string_view wrapped_index_key;
};
// States of a vault, as bits.
inline constexpr uint8_t kMigrating = 1;  // records of an older format may be left
inline constexpr uint8_t kIsShard = 2;    // carries the names of its subjects

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
  Tag tenant{};  // not in format 1, which had none
  std::string_view wrapped_keys;
};

struct ValueRecord {
  Tag subject{};
  Category category = Category::kSafe;
  std::string_view sealed;
};

struct AliasRecord {
  Tag mac{};
  Tag subject{};
  Category category = Category::kSafe;
  TokenCode code;
};

struct HeadRecord {
  uint32_t format = kVaultFormat;
  Tag vault_id{};
  uint64_t commits = 0;
  Tag mac{};
};
inline constexpr size_t kHeadSize = 64;

std::string MetaKey();
// Leads from one wrapping key to another while a vault is rotated.
std::string BridgeKey(const KeyId& from);
// Stands while a subject is being forgotten.
std::string ForgettingKey(const Tag& subject);
std::string ProgressKey();
std::string ErasuresKey();
// In the order of their days, which count from 1970-01-01.
std::string ExpiryKey(uint32_t day, std::string_view random);
std::optional<uint32_t> DayOfExpiryKey(std::string_view key);
std::string CountersKey(uint32_t slot);
// Of format 1.
std::string OldCountersKey();
std::string SubjectKey(const Tag& subject);
std::string NameKey(const Tag& subject);
std::string ValueKey(std::string_view random);
std::string AliasKey(std::string_view random);
std::string IndexKey(const Tag& subject, const Tag& mac);
// Of a code of a value whose index record leads to another one.
std::string FurtherKey(const Tag& subject, std::string_view random);
std::string FurtherPrefix(const Tag& subject);
// What all index keys of a subject begin with.
std::string IndexPrefix(const Tag& subject);

std::string EncodeMeta(const MetaRecord& record);
std::string EncodeCounters(const CountersRecord& record);
std::string EncodeSubject(const SubjectRecord& record);
// The part of a value record before the sealed value.
std::string EncodeValuePrefix(const Tag& subject, Category category);
std::string EncodeHead(const HeadRecord& record);

// The bytes that the MAC of counters or head is taken over.
std::string CountersMacInput(const Tag& vault_id, uint32_t slot, const Counters& counters);
std::string OldCountersMacInput(const Tag& vault_id, const Counters& counters);
std::string HeadMacInput(const HeadRecord& record);

// Nothing when the bytes cannot be such a record. Views point into `bytes`.
std::optional<MetaRecord> DecodeMeta(std::string_view bytes);
std::optional<CountersRecord> DecodeCounters(std::string_view bytes);
std::optional<SubjectRecord> DecodeSubject(std::string_view bytes, uint32_t format = kVaultFormat);
std::optional<ValueRecord> DecodeValue(std::string_view bytes);
std::optional<AliasRecord> DecodeAlias(std::string_view bytes);
std::optional<HeadRecord> DecodeHead(std::string_view bytes);

// Little-endian, appended.
void PutFixed32(std::string* out, uint32_t value);
void PutFixed64(std::string* out, uint64_t value);
// Of the first 4 or 8 bytes, which must be there.
uint32_t GetFixed32(std::string_view bytes);
uint64_t GetFixed64(std::string_view bytes);

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_RECORD_H_

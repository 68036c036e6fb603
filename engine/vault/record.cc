#include "vault/record.h"

#include <cstring>

#include "phiveil/token.h"

namespace phiveil::vault_internal {
namespace {

constexpr std::string_view kHeadMagic = "phvvault";

// Takes fields off the front; once it runs out it stays failed.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  uint64_t Fixed(size_t size) {
    const std::string_view bytes = Take(size);
    uint64_t value = 0;
    for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }

  template <size_t N>
  std::array<char, N> Array() {
    std::array<char, N> out{};
    const std::string_view bytes = Take(N);
    if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), N);
    return out;
  }

  std::string_view Take(size_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest() const { return rest_; }
  bool failed() const { return failed_; }
  bool done() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

void PutFixed(std::string* out, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) out->push_back(static_cast<char>(value >> (8 * i) & 255));
}

std::string TypedKey(RecordType type) { return std::string(1, static_cast<char>(type)); }

void PutCounters(std::string* out, const Counters& counters) {
  PutFixed64(out, counters.commits);
  PutFixed64(out, counters.subjects);
  PutFixed64(out, counters.mappings);
  out->push_back(static_cast<char>(counters.code_length));
}

}  // namespace

void PutFixed32(std::string* out, uint32_t value) { PutFixed(out, value, 4); }
uint32_t GetFixed32(std::string_view bytes) { return static_cast<uint32_t>(Reader(bytes).Fixed(4)); }
uint64_t GetFixed64(std::string_view bytes) { return Reader(bytes).Fixed(8); }
void PutFixed64(std::string* out, uint64_t value) { PutFixed(out, value, 8); }

std::string MetaKey() { return TypedKey(RecordType::kMeta); }
std::string BridgeKey(const KeyId& from) { return TypedKey(RecordType::kBridge).append(View(from)); }
std::string ProgressKey() { return TypedKey(RecordType::kProgress); }
std::string ErasuresKey() { return TypedKey(RecordType::kErasures); }
std::string ForgettingKey(const Tag& subject) { return TypedKey(RecordType::kForgetting).append(View(subject)); }

std::string ExpiryKey(uint32_t day, std::string_view random) {
  std::string key = TypedKey(RecordType::kExpiry);
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<char>(day >> shift & 255));
  return key.append(random);
}

std::optional<uint32_t> DayOfExpiryKey(std::string_view key) {
  if (key.size() < 5 + TokenCode::kMinRandom || key.size() > 5 + TokenCode::kMaxRandom) return std::nullopt;
  uint32_t day = 0;
  for (size_t i = 1; i < 5; ++i) day = day << 8 | static_cast<unsigned char>(key[i]);
  return day;
}
std::string OldCountersKey() { return TypedKey(RecordType::kCounters); }

std::string CountersKey(uint32_t slot) {
  std::string key = TypedKey(RecordType::kCounters);
  PutFixed32(&key, slot);
  return key;
}

std::string SubjectKey(const Tag& subject) { return TypedKey(RecordType::kSubject).append(View(subject)); }
std::string NameKey(const Tag& subject) { return TypedKey(RecordType::kName).append(View(subject)); }
std::string AliasKey(std::string_view random) { return TypedKey(RecordType::kAlias).append(random); }
std::string ValueKey(std::string_view random) { return TypedKey(RecordType::kValue).append(random); }

std::string IndexKey(const Tag& subject, const Tag& mac) {
  return TypedKey(RecordType::kIndex).append(View(subject)).append(View(mac));
}

std::string FurtherPrefix(const Tag& subject) { return TypedKey(RecordType::kFurther).append(View(subject)); }
std::string FurtherKey(const Tag& subject, std::string_view random) { return FurtherPrefix(subject).append(random); }

std::string IndexPrefix(const Tag& subject) { return TypedKey(RecordType::kIndex).append(View(subject)); }

std::string EncodeMeta(const MetaRecord& record) {
  std::string out;
  PutFixed32(&out, record.format);
  out.append(View(record.vault_id)).append(View(record.key_id));
  if (record.format != 1) out.push_back(static_cast<char>(record.state));
  return out.append(record.wrapped_index_key);
}

std::optional<MetaRecord> DecodeMeta(std::string_view bytes) {
  Reader in(bytes);
  MetaRecord record;
  record.format = static_cast<uint32_t>(in.Fixed(4));
  record.vault_id = in.Array<16>();
  record.key_id = in.Array<8>();
  if (in.failed()) return std::nullopt;
  // Only the fields so far are promised to stay where they are in a later format.
  if (record.format < kOldestFormat || record.format > kVaultFormat) return record;
  if (record.format != 1) record.state = static_cast<uint8_t>(in.Fixed(1));
  record.wrapped_index_key = in.Take(crypto::kKeySize + crypto::kSealOverhead);
  if (!in.done()) return std::nullopt;
  return record;
}

std::string EncodeCounters(const CountersRecord& record) {
  std::string out;
  PutCounters(&out, record.counters);
  return out.append(View(record.mac));
}

std::optional<CountersRecord> DecodeCounters(std::string_view bytes) {
  Reader in(bytes);
  CountersRecord record;
  record.counters.commits = in.Fixed(8);
  record.counters.subjects = in.Fixed(8);
  record.counters.mappings = in.Fixed(8);
  record.counters.code_length = static_cast<uint8_t>(in.Fixed(1));
  record.mac = in.Array<16>();
  if (!in.done() || record.counters.code_length < TokenCode::kMinRandom ||
      record.counters.code_length > TokenCode::kMaxRandom) {
    return std::nullopt;
  }
  return record;
}

std::string EncodeSubject(const SubjectRecord& record) {
  return std::string(View(record.key_id)).append(View(record.tenant)).append(record.wrapped_keys);
}

std::optional<SubjectRecord> DecodeSubject(std::string_view bytes, uint32_t format) {
  Reader in(bytes);
  SubjectRecord record;
  record.key_id = in.Array<8>();
  if (format != 1) record.tenant = in.Array<16>();
  record.wrapped_keys = in.Take(kSubjectKeysSize + crypto::kSealOverhead);
  if (!in.done()) return std::nullopt;
  return record;
}

std::string EncodeValuePrefix(const Tag& subject, Category category) {
  std::string out(View(subject));
  out.push_back(static_cast<char>(category));
  return out;
}

std::optional<ValueRecord> DecodeValue(std::string_view bytes) {
  Reader in(bytes);
  ValueRecord record;
  record.subject = in.Array<16>();
  const uint64_t category = in.Fixed(1);
  record.sealed = in.rest();
  if (in.failed() || category == 0 || category >= kCategoryCount || record.sealed.size() < crypto::kSealOverhead) {
    return std::nullopt;
  }
  record.category = static_cast<Category>(category);
  return record;
}

std::optional<AliasRecord> DecodeAlias(std::string_view bytes) {
  Reader in(bytes);
  AliasRecord record;
  record.mac = in.Array<16>();
  record.subject = in.Array<16>();
  const uint64_t category = in.Fixed(1);
  const auto code = TokenCode::Parse(in.rest());
  if (in.failed() || category == 0 || category >= kCategoryCount || !code || code->view() != in.rest()) {
    return std::nullopt;
  }
  record.category = static_cast<Category>(category);
  record.code = *code;
  return record;
}

std::string EncodeHead(const HeadRecord& record) {
  std::string out(kHeadMagic);
  PutFixed32(&out, record.format);
  PutFixed32(&out, 0);
  out.append(View(record.vault_id));
  PutFixed64(&out, record.commits);
  out.append(View(record.mac));
  PutFixed64(&out, 0);
  return out;
}

std::optional<HeadRecord> DecodeHead(std::string_view bytes) {
  Reader in(bytes);
  HeadRecord record;
  const bool magic = in.Take(kHeadMagic.size()) == kHeadMagic;
  record.format = static_cast<uint32_t>(in.Fixed(4));
  const uint64_t reserved = in.Fixed(4);
  record.vault_id = in.Array<16>();
  record.commits = in.Fixed(8);
  record.mac = in.Array<16>();
  const uint64_t padding = in.Fixed(8);
  if (!in.done() || !magic || record.format < kOldestFormat || record.format > kVaultFormat || reserved != 0 ||
      padding != 0)
    return std::nullopt;
  return record;
}

std::string CountersMacInput(const Tag& vault_id, uint32_t slot, const Counters& counters) {
  std::string out = TypedKey(RecordType::kCounters);
  PutFixed32(&out, kVaultFormat);
  out.append(View(vault_id));
  PutFixed32(&out, slot);
  PutCounters(&out, counters);
  return out;
}

std::string OldCountersMacInput(const Tag& vault_id, const Counters& counters) {
  std::string out = TypedKey(RecordType::kCounters);
  PutFixed32(&out, 1);
  out.append(View(vault_id));
  PutCounters(&out, counters);
  return out;
}

std::string HeadMacInput(const HeadRecord& record) {
  std::string out = TypedKey(RecordType::kHead);
  PutFixed32(&out, record.format);
  out.append(View(record.vault_id));
  PutFixed64(&out, record.commits);
  return out;
}

}  // namespace phiveil::vault_internal

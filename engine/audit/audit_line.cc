#include "audit/audit_line.h"

#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "audit/json_text.h"
#include "base/status_macros.h"
#include "crypto/ed25519.h"

namespace phiveil::audit_internal {
namespace {

using crypto::HmacSha256;
using crypto::kHashSize;
using crypto::Sha256;
using crypto::View;

constexpr size_t kMacSize = 16;
constexpr std::array<std::string_view, 8> kVerbs = {"redact", "restore",   "forget", "sweep",
                                                    "rotate", "reencrypt", "find",   "explain"};
constexpr std::string_view kStart = "{\"v\":2,";
constexpr std::string_view kOldStart = "{\"v\":1,";
constexpr size_t kTimeField = std::string_view("\"time\":\"2026-11-23T00:00:00.000000Z\"").size();
constexpr std::string_view kCheckpoint = ",\"verb\":\"checkpoint\",\"segment\":";
constexpr std::string_view kSignatureField = ",\"sig\":\"";
constexpr std::string_view kSeqField = ",\"seq\":";
constexpr std::string_view kPrevField = ",\"prev\":\"";
constexpr std::string_view kHashField = ",\"hash\":\"";
constexpr std::string_view kMacField = ",\"mac\":\"";
constexpr size_t kPrevSize = kPrevField.size() + 2 * kHashSize + 1;
constexpr size_t kTailSize = kHashField.size() + 2 * kHashSize + 1 + kMacField.size() + 2 * kMacSize + 2;

void AppendHex(std::string_view bytes, std::string* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    out->push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    out->push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
}

void AppendField(std::string_view name, std::string_view value, std::string* out) {
  out->append(",\"").append(name).append("\":");
  AppendJsonString(value, out);
}

absl::Status AppendKeyedHash(std::string_view name, const Original& key, std::string_view value, std::string* out) {
  Hash hash;
  PHIVEIL_RETURN_IF_ERROR(HmacSha256(key.ExposeOriginal(), {value}, &hash));
  out->append(",\"").append(name).append("\":\"");
  AppendHex(View(hash), out);
  out->push_back('"');
  return absl::OkStatus();
}

void AppendTime(int64_t time_us, std::string* out) {
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(time_us), absl::UTCTimeZone());
  out->append("\"time\":\"").append(time).push_back('"');
}

void AppendCounts(const AuditRecord& record, std::string* out) {
  out->append(",\"counts\":{");
  bool first = true;
  for (size_t i = 0; i < kCategoryCount; ++i) {
    if (record.counts[i] == 0) continue;
    out->append(first ? "\"" : ",\"").append(CategoryName(static_cast<Category>(i))).append("\":");
    out->append(std::to_string(record.counts[i]));
    first = false;
  }
  out->push_back('}');
}

void AppendTokens(const AuditRecord& record, std::string* out) {
  out->append(",\"tokens\":[");
  for (size_t i = 0; i < record.tokens.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendJsonString(record.tokens[i], out);
  }
  out->push_back(']');
  for (const auto& [name, count] : {std::pair("unknown", record.unknown), std::pair("altered", record.altered),
                                    std::pair("foreign", record.foreign)}) {
    out->append(",\"").append(name).append("\":").append(std::to_string(count));
  }
}

// Where the record after `end` stands in the chain.
void AppendPlace(const ChainEnd& end, std::string* out) {
  out->append(kSeqField).append(std::to_string(end.seq + 1)).append(kPrevField);
  AppendHex(View(end.hash), out);
  out->push_back('"');
}

// The MAC speaks of the hash, and the hash of everything else.
absl::StatusOr<Hash> LineMac(const AuditKeys& keys, const Hash& hash) {
  Hash mac;
  PHIVEIL_RETURN_IF_ERROR(HmacSha256(keys.mac.ExposeOriginal(), {"line", View(hash)}, &mac));
  return mac;
}

// A checkpoint signs its own fields and the record before it.
std::string SignedText(std::string_view fields, const ChainEnd& end) {
  return std::string("phiveil audit checkpoint")
      .append(1, '\0')
      .append(fields)
      .append(std::to_string(end.seq))
      .append(View(end.hash));
}

std::string Tail(const Hash& hash, std::string_view mac) {
  std::string out(kHashField);
  AppendHex(View(hash), &out);
  out.append("\"").append(kMacField);
  AppendHex(mac, &out);
  return out.append("\"}");
}

}  // namespace

absl::StatusOr<AuditKeys> AuditKeys::From(const KeyEncryptionKey& key, const KeyEncryptionKey* signing_key) {
  AuditKeys keys{key.Derive("phiveil audit text"),
                 key.Derive("phiveil audit subject"),
                 key.Derive("phiveil audit mac"),
                 key.derivation_id(),
                 (signing_key != nullptr ? *signing_key : key).Derive("phiveil audit sign"),
                 {}};
  for (const Original* derived : {&keys.text, &keys.subject, &keys.mac, &keys.seed}) {
    if (derived->size() != crypto::kKeySize) return absl::FailedPreconditionError("the key cannot be used");
  }
  crypto::PublicKey public_key{};
  PHIVEIL_RETURN_IF_ERROR(crypto::Ed25519Public(keys.seed.ExposeOriginal(), &public_key));
  keys.public_key.assign(public_key.data(), public_key.size());
  return keys;
}

absl::StatusOr<std::string> LineBody(const AuditRecord& record, const AuditKeys& keys, int64_t time_us) {
  std::string out(kStart);
  out.reserve(1024);
  AppendTime(time_us, &out);
  out.append(",\"verb\":\"").append(kVerbs[static_cast<size_t>(record.verb)]).push_back('"');
  AppendField("actor", record.actor, &out);
  AppendField("purpose", record.purpose, &out);
  AppendField("record", record.record_id, &out);
  AppendField("tenant", record.tenant, &out);
  PHIVEIL_RETURN_IF_ERROR(AppendKeyedHash("subject", keys.subject, record.subject, &out));
  PHIVEIL_RETURN_IF_ERROR(AppendKeyedHash("input", keys.text, record.input, &out));
  PHIVEIL_RETURN_IF_ERROR(AppendKeyedHash("output", keys.text, record.output, &out));
  out.append(",\"decision\":").append(record.allowed ? "\"allowed\"" : "\"denied\"");
  AppendField("reason", record.reason, &out);
  AppendField("policy", record.policy, &out);
  AppendField("pack", record.pack, &out);
  AppendField("task", record.task, &out);
  AppendField("provider", record.provider, &out);
  AppendField("model", record.model, &out);
  AppendField("region", record.region, &out);
  AppendCounts(record, &out);
  if (record.verb == AuditRecord::Verb::kRestore) AppendTokens(record, &out);
  return out;
}

absl::StatusOr<std::string> CheckpointBody(const AuditKeys& keys, const ChainEnd& end, uint64_t segment,
                                           int64_t time_us) {
  std::string out(kStart);
  AppendTime(time_us, &out);
  out.append(kCheckpoint).append(std::to_string(segment)).append(",\"key\":\"");
  AppendHex(keys.public_key, &out);
  out.append("\"");
  crypto::Signature signature{};
  PHIVEIL_RETURN_IF_ERROR(crypto::Ed25519Sign(keys.seed.ExposeOriginal(), SignedText(out, end), &signature));
  out.append(kSignatureField);
  AppendHex({signature.data(), signature.size()}, &out);
  out.append("\"");
  return out;
}

bool IsCheckpoint(std::string_view line) {
  return line.starts_with(kStart) && line.size() > kStart.size() + kTimeField &&
         line.substr(kStart.size() + kTimeField).starts_with(kCheckpoint);
}

bool ChecksAsCheckpoint(std::string_view line, const ChainEnd& end, std::string_view public_key) {
  const size_t field = line.find(kSignatureField);
  if (field == std::string_view::npos) return false;
  const std::string_view hex = line.substr(field + kSignatureField.size(), 2 * crypto::Signature().size());
  const std::string signature = absl::HexStringToBytes(absl::string_view(hex.data(), hex.size()));
  return crypto::Ed25519Verify(public_key, SignedText(line.substr(0, field), end), signature);
}

absl::Status AppendLine(std::string_view body, const AuditKeys& keys, ChainEnd* end, std::string* out) {
  const size_t begin = out->size();
  out->append(body);
  AppendPlace(*end, out);
  Hash hash;
  PHIVEIL_RETURN_IF_ERROR(Sha256({std::string_view(*out).substr(begin)}, &hash));
  PHIVEIL_ASSIGN_OR_RETURN(const Hash mac, LineMac(keys, hash));
  out->append(Tail(hash, View(mac).substr(0, kMacSize))).push_back('\n');
  *end = {end->seq + 1, hash};
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> CheckLine(std::string_view line, const AuditKeys* keys, ChainEnd* end) {
  using Problem = std::optional<std::string>;
  if (line.size() < kTailSize + kPrevSize || (!line.starts_with(kStart) && !line.starts_with(kOldStart)))
    return Problem("not a record of the log");
  const std::string_view hashed = line.substr(0, line.size() - kTailSize);
  const std::string_view tail = line.substr(hashed.size());

  // What the line should end with is made anew and compared, so that no other spelling passes.
  Hash hash, mac{};
  PHIVEIL_RETURN_IF_ERROR(Sha256({hashed}, &hash));
  if (keys != nullptr) {
    PHIVEIL_ASSIGN_OR_RETURN(mac, LineMac(*keys, hash));
  }
  const std::string expected = Tail(hash, View(mac).substr(0, kMacSize));
  const size_t mac_begin = kTailSize - 2 * kMacSize - 2;
  if (tail.substr(0, mac_begin) != std::string_view(expected).substr(0, mac_begin)) {
    return Problem("the record was changed: its hash does not fit");
  }
  if (keys != nullptr ? tail != expected : !tail.ends_with("\"}")) {
    return Problem("the record was not written with this key: its MAC does not fit");
  }
  std::string place;
  AppendPlace(*end, &place);
  if (!hashed.ends_with(place)) {
    return Problem(
        absl::StrCat("not record ", end->seq + 1, " of this chain: one before it is missing, added or changed"));
  }
  *end = {end->seq + 1, hash};
  return Problem();
}

}  // namespace phiveil::audit_internal

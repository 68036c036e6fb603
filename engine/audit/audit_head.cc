#include "audit/audit_head.h"

#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "crypto/ed25519.h"

namespace phiveil::audit_internal {
namespace {

using crypto::kHashSize;
using crypto::View;

constexpr std::string_view kMagicAndFormat("phvaudit\x02\0\0\0\0\0\0\0", 16);
constexpr std::string_view kMagicAndFormat1("phvaudit\x01\0\0\0\0\0\0\0", 16);
constexpr size_t kKeyIdSize = 8;
constexpr size_t kPublicKeySize = 32;
constexpr size_t kSignatureSize = 64;
constexpr size_t kPlainSize1 = kMagicAndFormat1.size() + kKeyIdSize + 8 + 8 + kHashSize;
constexpr size_t kPlainSize = kPlainSize1 + 8 + 8 + kHashSize + 8 + 8 + kPublicKeySize;
static_assert(kPlainSize + kSignatureSize + kHashSize == kAuditHeadSize);

void PutFixed64(std::string* out, uint64_t value) {
  for (int i = 0; i < 8; ++i) out->push_back(static_cast<char>(value >> (8 * i) & 255));
}

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_(bytes) {}
  std::string_view Take(size_t size) {
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(out.size());
    return out;
  }
  uint64_t Fixed64() {
    const std::string_view bytes = Take(8);
    uint64_t value = 0;
    for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }
  void TakeHash(Hash* out) { std::memcpy(out->data(), Take(kHashSize).data(), kHashSize); }

 private:
  std::string_view rest_;
};

absl::Status Mac(std::string_view before, const AuditKeys& keys, Hash* mac) {
  return crypto::HmacSha256(keys.mac.ExposeOriginal(), {"head", before}, mac);
}

std::string SignedText(std::string_view plain) {
  return std::string("phiveil audit head").append(1, '\0').append(plain);
}

}  // namespace

std::string SegmentPath(const std::string& log_path, uint64_t segment) {
  std::string number = std::to_string(segment);
  if (number.size() < 6) number.insert(0, 6 - number.size(), '0');
  return absl::StrCat(log_path, ".", number);
}

absl::StatusOr<std::string> EncodeHead(const AuditHead& head, const AuditKeys& keys) {
  std::string out(kMagicAndFormat);
  out.append(absl::HexStringToBytes(keys.id));
  PutFixed64(&out, head.end.seq);
  PutFixed64(&out, head.size);
  out.append(View(head.end.hash));
  PutFixed64(&out, head.segment);
  PutFixed64(&out, head.base.seq);
  out.append(View(head.base.hash));
  PutFixed64(&out, head.checkpoint);
  PutFixed64(&out, static_cast<uint64_t>(head.begun_us));
  out.append(keys.public_key);
  crypto::Signature signature{};
  PHIVEIL_RETURN_IF_ERROR(crypto::Ed25519Sign(keys.seed.ExposeOriginal(), SignedText(out), &signature));
  out.append(signature.data(), signature.size());
  Hash mac;
  PHIVEIL_RETURN_IF_ERROR(Mac(out, keys, &mac));
  return out.append(View(mac));
}

absl::StatusOr<AuditHead> DecodeHead(std::string_view bytes, const AuditKeys* keys, std::string_view public_key) {
  const bool old = bytes.starts_with(kMagicAndFormat1);
  const size_t plain = old ? kPlainSize1 : kPlainSize;
  const size_t before_mac = old ? plain : plain + kSignatureSize;
  if ((!old && !bytes.starts_with(kMagicAndFormat)) || bytes.size() != before_mac + kHashSize) {
    return absl::DataLossError("the head file is damaged");
  }
  FieldReader fields(bytes.substr(kMagicAndFormat.size()));
  AuditHead head;
  const std::string_view id = fields.Take(kKeyIdSize);
  head.key_id = absl::BytesToHexString({id.data(), id.size()});
  head.end.seq = fields.Fixed64();
  head.size = fields.Fixed64();
  fields.TakeHash(&head.end.hash);
  if (!old) {
    head.segment = fields.Fixed64();
    head.base.seq = fields.Fixed64();
    fields.TakeHash(&head.base.hash);
    head.checkpoint = fields.Fixed64();
    head.begun_us = static_cast<int64_t>(fields.Fixed64());
    head.public_key = fields.Take(kPublicKeySize);
  }
  if (keys != nullptr) {
    if (head.key_id != keys->id) {
      return absl::FailedPreconditionError(
          absl::StrCat("written with key ", head.key_id, ", but opened with key ", keys->id));
    }
    Hash mac;
    PHIVEIL_RETURN_IF_ERROR(Mac(bytes.substr(0, before_mac), *keys, &mac));
    if (!crypto::EqualInConstantTime(bytes.substr(before_mac), View(mac))) {
      return absl::DataLossError("the head file does not authenticate");
    }
  }
  if (!public_key.empty() && !old &&
      !crypto::Ed25519Verify(public_key, SignedText(bytes.substr(0, plain)), bytes.substr(plain, kSignatureSize))) {
    return absl::DataLossError("the head file's signature is not of this public key");
  }
  return head;
}

}  // namespace phiveil::audit_internal

#include "audit/audit_head.h"

#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace phiveil::audit_internal {
namespace {

using crypto::kHashSize;
using crypto::View;

constexpr std::string_view kMagicAndFormat("phvaudit\x01\0\0\0\0\0\0\0", 16);
constexpr size_t kKeyIdSize = 8;
constexpr size_t kSignedSize = kMagicAndFormat.size() + kKeyIdSize + 8 + 8 + kHashSize;
static_assert(kSignedSize + kHashSize == kAuditHeadSize);

void PutFixed64(std::string* out, uint64_t value) {
  for (int i = 0; i < 8; ++i) out->push_back(static_cast<char>(value >> (8 * i) & 255));
}

uint64_t GetFixed64(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 8; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

absl::Status Mac(std::string_view signed_part, const AuditKeys& keys, Hash* mac) {
  return crypto::HmacSha256(keys.mac.ExposeOriginal(), {"head", signed_part}, mac);
}

}  // namespace

absl::StatusOr<std::string> EncodeHead(const AuditHead& head, const AuditKeys& keys) {
  std::string out(kMagicAndFormat);
  out.append(absl::HexStringToBytes(keys.id));
  PutFixed64(&out, head.end.seq);
  PutFixed64(&out, head.size);
  out.append(View(head.end.hash));
  Hash mac;
  PHIVEIL_RETURN_IF_ERROR(Mac(out, keys, &mac));
  return out.append(View(mac));
}

absl::StatusOr<AuditHead> DecodeHead(std::string_view bytes, const AuditKeys* keys) {
  if (bytes.size() != kAuditHeadSize || !bytes.starts_with(kMagicAndFormat)) {
    return absl::DataLossError("the head file is damaged");
  }
  std::string_view rest = bytes.substr(kMagicAndFormat.size());
  AuditHead head;
  head.key_id = absl::BytesToHexString({rest.data(), kKeyIdSize});
  rest.remove_prefix(kKeyIdSize);
  head.end.seq = GetFixed64(rest);
  head.size = GetFixed64(rest.substr(8));
  std::memcpy(head.end.hash.data(), rest.data() + 16, kHashSize);
  if (keys == nullptr) return head;
  if (head.key_id != keys->id) {
    return absl::FailedPreconditionError(
        absl::StrCat("written with key ", head.key_id, ", but opened with key ", keys->id));
  }
  Hash mac;
  PHIVEIL_RETURN_IF_ERROR(Mac(bytes.substr(0, kSignedSize), *keys, &mac));
  if (!crypto::EqualInConstantTime(bytes.substr(kSignedSize), View(mac))) {
    return absl::DataLossError("the head file does not authenticate");
  }
  return head;
}

}  // namespace phiveil::audit_internal

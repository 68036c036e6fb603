#include "keys/sigv4.h"

#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"

namespace phiveil::keys_internal {
namespace {

using crypto::Hash;
using crypto::HmacSha256;
using crypto::View;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string Hex(const Hash& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : hash) {
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

absl::StatusOr<std::string> HexSha256(std::initializer_list<std::string_view> parts) {
  Hash hash;
  PHIVEIL_RETURN_IF_ERROR(crypto::Sha256(parts, &hash));
  return Hex(hash);
}

struct WipedHash {
  Hash bytes{};
  ~WipedHash() { crypto::Wipe(bytes.data(), bytes.size()); }
};

absl::StatusOr<std::string> Signature(const SignedRequest& request, const AwsCredentials& credentials,
                                      std::string_view to_sign) {
  SecretText first(4 + credentials.secret_access_key.size());
  if (!first.Append("AWS4") || !first.Append(credentials.secret_access_key.view())) {
    return absl::InternalError("a buffer was too small");
  }
  WipedHash a, b;
  PHIVEIL_RETURN_IF_ERROR(HmacSha256(first.view(), {request.date.substr(0, 8)}, &a.bytes));
  PHIVEIL_RETURN_IF_ERROR(HmacSha256(View(a.bytes), {request.region}, &b.bytes));
  PHIVEIL_RETURN_IF_ERROR(HmacSha256(View(b.bytes), {request.service}, &a.bytes));
  PHIVEIL_RETURN_IF_ERROR(HmacSha256(View(a.bytes), {"aws4_request"}, &b.bytes));
  PHIVEIL_RETURN_IF_ERROR(HmacSha256(View(b.bytes), {to_sign}, &a.bytes));
  return Hex(a.bytes);
}

}  // namespace

absl::StatusOr<std::string> SignV4(const SignedRequest& request, const AwsCredentials& credentials) {
  std::string names;
  size_t size = 256 + request.path.size() + request.query.size();
  for (const auto& [name, value] : request.headers) {
    names += Concat(names.empty() ? "" : ";", name);
    size += 2 * name.size() + value.size() + 3;
  }
  PHIVEIL_ASSIGN_OR_RETURN(const std::string body_hash, HexSha256({request.body}));
  SecretText canonical(size);  // the session token is among the headers
  bool ok = canonical.Append(Concat(request.method, "\n", request.path, "\n", request.query, "\n"));
  for (const auto& [name, value] : request.headers) {
    ok = ok && canonical.Append(name) && canonical.Append(":") && canonical.Append(value) && canonical.Append("\n");
  }
  ok = ok && canonical.Append(Concat("\n", names, "\n", body_hash));
  if (!ok) return absl::InternalError("a buffer was too small");
  PHIVEIL_ASSIGN_OR_RETURN(const std::string canonical_hash, HexSha256({canonical.view()}));
  const std::string scope =
      Concat(request.date.substr(0, 8), "/", request.region, "/", request.service, "/aws4_request");
  PHIVEIL_ASSIGN_OR_RETURN(
      const std::string signature,
      Signature(request, credentials, Concat(kAlgorithm, "\n", request.date, "\n", scope, "\n", canonical_hash)));
  return Concat(kAlgorithm, " Credential=", credentials.access_key_id, "/", scope, ", SignedHeaders=", names,
                ", Signature=", signature);
}

}  // namespace phiveil::keys_internal

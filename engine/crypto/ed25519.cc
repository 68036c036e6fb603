#include "crypto/ed25519.h"

#include <openssl/evp.h>

#include <memory>

namespace phiveil::crypto {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

absl::Status Failed() { return absl::InternalError("the cryptographic library refused Ed25519"); }

Key Private(std::string_view seed) {
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(seed), seed.size()), EVP_PKEY_free};
}

}  // namespace

absl::Status Ed25519Public(std::string_view seed, PublicKey* out) {
  const Key key = Private(seed);
  size_t size = out->size();
  const bool ok =
      key && EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out->data()), &size) == 1;
  return ok && size == out->size() ? absl::OkStatus() : Failed();
}

absl::Status Ed25519Sign(std::string_view seed, std::string_view message, Signature* out) {
  const Key key = Private(seed);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  size_t size = out->size();
  const bool ok = key && context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out->data()), &size, Bytes(message),
                                 message.size()) == 1;
  return ok && size == out->size() ? absl::OkStatus() : Failed();
}

bool Ed25519Verify(std::string_view public_key, std::string_view message, std::string_view signature) {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(public_key), public_key.size()),
                EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message), message.size()) == 1;
}

}  // namespace phiveil::crypto

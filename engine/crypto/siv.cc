#include "crypto/siv.h"

#include <openssl/evp.h>

#include <climits>
#include <memory>

#include "crypto/crypto.h"

namespace phiveil::crypto {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using Cipher = std::unique_ptr<EVP_CIPHER, decltype(&EVP_CIPHER_free)>;

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

absl::Status Failed() { return absl::InternalError("the cryptographic library refused AES-SIV"); }

const char* NameFor(size_t key_size) {
  switch (key_size) {
    case 32:
      return "AES-128-SIV";
    case 48:
      return "AES-192-SIV";
    case 64:
      return "AES-256-SIV";
    default:
      return nullptr;
  }
}

bool Start(EVP_CIPHER_CTX* context, const EVP_CIPHER* cipher, std::string_view key, std::string_view associated,
           const char* tag, bool seal) {
  int ignored = 0;
  return EVP_CipherInit_ex2(context, cipher, Bytes(key), nullptr, seal ? 1 : 0, nullptr) == 1 &&
         (seal || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kSivTagSize, const_cast<char*>(tag)) == 1) &&
         EVP_CipherUpdate(context, nullptr, &ignored, Bytes(associated), static_cast<int>(associated.size())) == 1;
}

}  // namespace

absl::Status SivSeal(std::string_view key, std::string_view associated, std::string_view plain, std::string* out) {
  if (plain.empty()) return absl::InvalidArgumentError("nothing to seal");
  if (NameFor(key.size()) == nullptr || plain.size() > INT_MAX / 2) return Failed();
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, NameFor(key.size()), nullptr), EVP_CIPHER_free);
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  if (!cipher || !context || !Start(context.get(), cipher.get(), key, associated, nullptr, true)) return Failed();
  const size_t begin = out->size();
  out->resize(begin + kSivTagSize + plain.size());
  auto* const at = reinterpret_cast<unsigned char*>(out->data() + begin);
  int written = 0;
  if (EVP_CipherUpdate(context.get(), at + kSivTagSize, &written, Bytes(plain), static_cast<int>(plain.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kSivTagSize, at) != 1) {
    out->resize(begin);
    return Failed();
  }
  return absl::OkStatus();
}

absl::Status SivOpen(std::string_view key, std::string_view associated, std::string_view sealed, Original* plain) {
  if (NameFor(key.size()) == nullptr || sealed.size() > INT_MAX / 2) return Failed();
  // OpenSSL does not check the tag of an empty text, so that none is sealed either.
  if (sealed.size() <= kSivTagSize) return absl::DataLossError("a sealed value is too short");
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, NameFor(key.size()), nullptr), EVP_CIPHER_free);
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  if (!cipher || !context || !Start(context.get(), cipher.get(), key, associated, sealed.data(), false))
    return Failed();
  const std::string_view text = sealed.substr(kSivTagSize);
  std::string opened(text.size() + 1, '\0');
  int written = 0;
  const bool ok = EVP_CipherUpdate(context.get(), reinterpret_cast<unsigned char*>(opened.data()), &written,
                                   Bytes(text), static_cast<int>(text.size())) == 1;
  if (ok) *plain = Original(std::string_view(opened).substr(0, text.size()));
  Wipe(opened.data(), opened.size());
  return ok ? absl::OkStatus() : absl::DataLossError("a sealed value does not authenticate");
}

}  // namespace phiveil::crypto

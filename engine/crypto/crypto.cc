#include "crypto/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>

namespace phiveil::crypto {
namespace {

struct Free {
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(EVP_MAC_CTX* p) const { EVP_MAC_CTX_free(p); }
  void operator()(EVP_CIPHER_CTX* p) const { EVP_CIPHER_CTX_free(p); }
};

// Fetched once a process: an implicit fetch at each use costs more than the hash of a short text.
struct Algorithms {
  EVP_MD* sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_CIPHER* gcm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
};

const Algorithms& Fetched() {
  static const auto* const algorithms = new Algorithms;
  return *algorithms;
}

struct Contexts {
  std::unique_ptr<EVP_MD_CTX, Free> digest{EVP_MD_CTX_new()};
  std::unique_ptr<EVP_MAC_CTX, Free> mac{EVP_MAC_CTX_new(Fetched().hmac)};
  std::unique_ptr<EVP_CIPHER_CTX, Free> seal{EVP_CIPHER_CTX_new()};
  std::unique_ptr<EVP_CIPHER_CTX, Free> open{EVP_CIPHER_CTX_new()};
  bool ready = Init();

  bool Init() {
    if (!digest || !mac || !seal || !open) return false;
    char name[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_END};
    return EVP_MAC_CTX_set_params(mac.get(), params) == 1 &&
           EVP_DigestInit_ex2(digest.get(), Fetched().sha256, nullptr) == 1 &&
           EVP_EncryptInit_ex2(seal.get(), Fetched().gcm, nullptr, nullptr, nullptr) == 1 &&
           EVP_DecryptInit_ex2(open.get(), Fetched().gcm, nullptr, nullptr, nullptr) == 1;
  }
};

Contexts& ThreadContexts() {
  thread_local Contexts contexts;
  return contexts;
}

absl::Status Broken() { return absl::InternalError("the cryptographic library failed"); }

const unsigned char* In(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }
unsigned char* Out(char* p) { return reinterpret_cast<unsigned char*>(p); }

std::atomic<uint64_t> forks{0};

struct RandomBlock {
  char bytes[4096];
  size_t used = sizeof(bytes);
  uint64_t fork = 0;
  ~RandomBlock() { Wipe(bytes, sizeof(bytes)); }
};

}  // namespace

absl::Status RandomKey(char* out, size_t size) {
  return RAND_priv_bytes(Out(out), static_cast<int>(size)) == 1 ? absl::OkStatus() : Broken();
}

absl::Status RandomBytes(char* out, size_t size) {
  static const int at_fork = pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
  if (at_fork != 0) return Broken();
  thread_local RandomBlock block;
  while (size > 0) {
    const uint64_t fork = forks.load(std::memory_order_relaxed);
    if (block.used == sizeof(block.bytes) || block.fork != fork) {
      if (RAND_bytes(Out(block.bytes), sizeof(block.bytes)) != 1) return Broken();
      block.used = 0;
      block.fork = fork;
    }
    const size_t n = std::min(size, sizeof(block.bytes) - block.used);
    std::memcpy(out, block.bytes + block.used, n);
    std::memset(block.bytes + block.used, 0, n);
    block.used += n;
    out += n;
    size -= n;
  }
  return absl::OkStatus();
}

absl::Status Sha256(std::initializer_list<std::string_view> parts, Hash* out) {
  Contexts& c = ThreadContexts();
  bool ok = c.ready && EVP_DigestInit_ex2(c.digest.get(), nullptr, nullptr) == 1;
  for (std::string_view part : parts) ok = ok && EVP_DigestUpdate(c.digest.get(), part.data(), part.size()) == 1;
  ok = ok && EVP_DigestFinal_ex(c.digest.get(), Out(out->data()), nullptr) == 1;
  return ok ? absl::OkStatus() : Broken();
}

absl::Status HmacSha256(std::string_view key, std::initializer_list<std::string_view> parts, Hash* out) {
  Contexts& c = ThreadContexts();
  size_t size = 0;
  bool ok = c.ready && EVP_MAC_init(c.mac.get(), In(key), key.size(), nullptr) == 1;
  for (std::string_view part : parts) ok = ok && EVP_MAC_update(c.mac.get(), In(part), part.size()) == 1;
  ok = ok && EVP_MAC_final(c.mac.get(), Out(out->data()), &size, out->size()) == 1;
  return ok ? absl::OkStatus() : Broken();
}

absl::Status Hkdf(std::string_view key, std::string_view info, Hash* out) {
  const char zeros[kHashSize] = {};
  Hash extracted;
  absl::Status status = HmacSha256({zeros, sizeof(zeros)}, {key}, &extracted);
  if (status.ok()) status = HmacSha256(View(extracted), {info, std::string_view("\x01", 1)}, out);
  Wipe(extracted.data(), extracted.size());
  return status;
}

absl::Status Seal(std::string_view key, std::string_view associated, std::string_view plain, std::string* out) {
  const size_t begin = out->size();
  out->resize(begin + kSealOverhead + plain.size());
  char* const nonce = out->data() + begin;
  if (absl::Status status = RandomBytes(nonce, kNonceSize); !status.ok()) return status;
  EVP_CIPHER_CTX* const ctx = ThreadContexts().seal.get();
  int n = 0;
  const bool ok = ThreadContexts().ready && key.size() == kKeySize &&
                  EVP_EncryptInit_ex2(ctx, nullptr, In(key), Out(nonce), nullptr) == 1 &&
                  EVP_EncryptUpdate(ctx, nullptr, &n, In(associated), static_cast<int>(associated.size())) == 1 &&
                  EVP_EncryptUpdate(ctx, Out(nonce + kNonceSize), &n, In(plain), static_cast<int>(plain.size())) == 1 &&
                  EVP_EncryptFinal_ex(ctx, Out(nonce + kNonceSize + plain.size()), &n) == 1 &&
                  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, kSealTagSize, nonce + kNonceSize + plain.size()) == 1;
  if (ok) return absl::OkStatus();
  out->resize(begin);
  return Broken();
}

absl::Status Open(std::string_view key, std::string_view associated, std::string_view sealed, char* out) {
  if (sealed.size() < kSealOverhead) return absl::DataLossError("too short");
  const size_t size = sealed.size() - kSealOverhead;
  EVP_CIPHER_CTX* const ctx = ThreadContexts().open.get();
  char tag[kSealTagSize];
  std::memcpy(tag, sealed.data() + kNonceSize + size, sizeof(tag));
  int n = 0;
  const bool ready = ThreadContexts().ready && key.size() == kKeySize &&
                     EVP_DecryptInit_ex2(ctx, nullptr, In(key), In(sealed), nullptr) == 1 &&
                     EVP_DecryptUpdate(ctx, nullptr, &n, In(associated), static_cast<int>(associated.size())) == 1 &&
                     EVP_DecryptUpdate(ctx, Out(out), &n, In(sealed.substr(kNonceSize)), static_cast<int>(size)) == 1 &&
                     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, kSealTagSize, tag) == 1;
  unsigned char rest[16];
  if (ready && EVP_DecryptFinal_ex(ctx, rest, &n) == 1) return absl::OkStatus();
  Wipe(out, size);
  return ready ? absl::DataLossError("does not authenticate") : Broken();
}

void Wipe(void* data, size_t size) { OPENSSL_cleanse(data, size); }

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace phiveil::crypto

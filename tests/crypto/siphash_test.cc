#include "crypto/siphash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <cstring>
#include <string>

#include "gtest/gtest.h"

namespace phiveil::crypto {
namespace {

// OpenSSL's SipHash, 128 bits, over the same bytes.
std::string Reference(const Key128& key, const std::string& bytes) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* ctx = EVP_MAC_CTX_new(mac);
  size_t size = 16;
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};
  std::string out(16, '\0');
  EXPECT_EQ(EVP_MAC_init(ctx, reinterpret_cast<const unsigned char*>(&key), 16, params), 1);
  EXPECT_EQ(EVP_MAC_update(ctx, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()), 1);
  EXPECT_EQ(EVP_MAC_final(ctx, reinterpret_cast<unsigned char*>(out.data()), &size, 16), 1);
  EVP_MAC_CTX_free(ctx);
  EVP_MAC_free(mac);
  return out;
}

TEST(SipHash128, EqualsOpenSslsAtEveryLength) {
  const Key128 key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::string bytes;
  for (int length = 0; length < 300; ++length) {
    const uint64_t prefix = static_cast<uint64_t>(length) * 0x9e3779b97f4a7c15;
    const Key128 hash = SipHash128(key, prefix, bytes);
    std::string whole(8, '\0');
    std::memcpy(whole.data(), &prefix, 8);
    ASSERT_EQ(std::string(reinterpret_cast<const char*>(&hash), 16), Reference(key, whole + bytes)) << length;
    bytes.push_back(static_cast<char>(length * 7));
  }
}

}  // namespace
}  // namespace phiveil::crypto

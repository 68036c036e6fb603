#include "crypto/ed25519.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace phiveil::crypto {
namespace {

std::string_view View(const auto& bytes) { return {bytes.data(), bytes.size()}; }

// RFC 8032, section 7.1, test 2.
TEST(Ed25519Test, ExampleOfTheRfc) {
  const std::string seed = absl::HexStringToBytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  PublicKey key;
  ASSERT_TRUE(Ed25519Public(seed, &key).ok());
  EXPECT_EQ(View(key), absl::HexStringToBytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  Signature signature;
  ASSERT_TRUE(Ed25519Sign(seed, "\x72", &signature).ok());
  EXPECT_EQ(View(signature),
            absl::HexStringToBytes("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                   "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
  EXPECT_TRUE(Ed25519Verify(View(key), "\x72", View(signature)));
  for (size_t i = 0; i < signature.size(); ++i) {
    Signature changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(Ed25519Verify(View(key), "\x72", View(changed))) << i;
  }
  EXPECT_FALSE(Ed25519Verify(View(key), "\x73", View(signature)));
  EXPECT_FALSE(Ed25519Verify("short", "\x72", View(signature)));
  EXPECT_FALSE(Ed25519Sign("short", "x", &signature).ok());
}

}  // namespace
}  // namespace phiveil::crypto

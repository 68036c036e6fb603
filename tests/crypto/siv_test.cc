#include "crypto/siv.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace phiveil::crypto {
namespace {

std::string Bytes(const char* hex) { return absl::HexStringToBytes(hex); }

// RFC 5297, appendix A.1.
TEST(SivTest, DeterministicExampleOfTheRfc) {
  const std::string key = Bytes("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const std::string associated = Bytes("101112131415161718191a1b1c1d1e1f2021222324252627");
  const std::string plain = Bytes("112233445566778899aabbccddee");
  std::string sealed;
  ASSERT_TRUE(SivSeal(key, associated, plain, &sealed).ok());
  EXPECT_EQ(sealed, Bytes("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"));
  Original opened;
  ASSERT_TRUE(SivOpen(key, associated, sealed, &opened).ok());
  EXPECT_EQ(opened.ExposeOriginal(), plain);
}

TEST(SivTest, EveryFlippedBitIsNoticed) {
  const std::string key(kSivKeySize, 'k');
  std::string sealed;
  ASSERT_TRUE(SivSeal(key, "NAME", "Ana Ruiz", &sealed).ok());
  for (size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    Original opened;
    EXPECT_EQ(SivOpen(key, "NAME", changed, &opened).code(), absl::StatusCode::kDataLoss) << bit;
    EXPECT_EQ(opened.size(), 0u);
  }
  Original opened;
  EXPECT_FALSE(SivOpen(key, "MRN", sealed, &opened).ok());
  EXPECT_FALSE(SivOpen(std::string(kSivKeySize, 'j'), "NAME", sealed, &opened).ok());
  EXPECT_FALSE(SivOpen("short", "NAME", sealed, &opened).ok());
}

// A text cut down to its tag.
TEST(Siv, NothingIsNeverWhatWasSealed) {
  const std::string key(kSivKeySize, 'k');
  std::string sealed;
  ASSERT_TRUE(SivSeal(key, "a", "text", &sealed).ok());
  Original plain;
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_EQ(SivOpen(key, "a", sealed.substr(0, size), &plain).code(), absl::StatusCode::kDataLoss) << size;
  }
  EXPECT_EQ(SivSeal(key, "a", "", &sealed).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace phiveil::crypto

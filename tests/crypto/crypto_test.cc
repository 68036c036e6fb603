#include "crypto/crypto.h"

#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace phiveil::crypto {
namespace {

std::string Hex(const Hash& hash) { return absl::BytesToHexString({hash.data(), hash.size()}); }

// FIPS 180-2, appendix B.
TEST(Crypto, Sha256) {
  Hash hash;
  ASSERT_TRUE(Sha256({"abc"}, &hash).ok());
  EXPECT_EQ(Hex(hash), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  ASSERT_TRUE(Sha256({"a", "", "bc"}, &hash).ok());
  EXPECT_EQ(Hex(hash), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  ASSERT_TRUE(Sha256({}, &hash).ok());
  EXPECT_EQ(Hex(hash), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 4231, cases 1, 2 and 6.
TEST(Crypto, HmacSha256) {
  Hash mac;
  ASSERT_TRUE(HmacSha256(std::string(20, '\x0b'), {"Hi ", "There"}, &mac).ok());
  EXPECT_EQ(Hex(mac), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  ASSERT_TRUE(HmacSha256("Jefe", {"what do ya want for nothing?"}, &mac).ok());
  EXPECT_EQ(Hex(mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  ASSERT_TRUE(
      HmacSha256(std::string(131, '\xaa'), {"Test Using Larger Than Block-Size Key - Hash Key First"}, &mac).ok());
  EXPECT_EQ(Hex(mac), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// RFC 5869, case 3 (no salt, no info), its first 32 bytes.
TEST(Crypto, Hkdf) {
  Hash out;
  ASSERT_TRUE(Hkdf(std::string(22, '\x0b'), "", &out).ok());
  EXPECT_EQ(Hex(out), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(Crypto, OpenUndoesSeal) {
  const std::string key(32, 'k');
  for (const size_t size : {0, 1, 15, 16, 17, 1000, 100'000}) {
    const std::string plain(size, 'p');
    std::string sealed = "before";
    ASSERT_TRUE(Seal(key, "aad", plain, &sealed).ok());
    ASSERT_EQ(sealed.substr(0, 6), "before");
    sealed.erase(0, 6);
    ASSERT_EQ(sealed.size(), size + kSealOverhead);
    std::string opened(size, '?');
    ASSERT_TRUE(Open(key, "aad", sealed, opened.data()).ok());
    EXPECT_EQ(opened, plain);
  }
}

// A vector from the GCM specification (McGrew and Viega, test case 16): ours must open it.
TEST(Crypto, OpensAPublishedVector) {
  const auto bytes = [](const char* hex) { return absl::HexStringToBytes(hex); };
  const std::string key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const std::string plain = bytes(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  const std::string sealed = bytes(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  std::string opened(plain.size(), '?');
  ASSERT_TRUE(Open(key, aad, sealed, opened.data()).ok());
  EXPECT_EQ(opened, plain);
}

TEST(Crypto, OpenRefusesEveryChange) {
  const std::string key(32, 'k'), plain = "Ana Ruiz";
  std::string sealed;
  ASSERT_TRUE(Seal(key, "aad", plain, &sealed).ok());
  std::string opened(plain.size(), '?');
  for (size_t i = 0; i < sealed.size() * 8; ++i) {
    std::string changed = sealed;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    ASSERT_EQ(Open(key, "aad", changed, opened.data()).code(), absl::StatusCode::kDataLoss) << i;
    ASSERT_EQ(opened, std::string(plain.size(), '\0')) << "what did not authenticate must not be given out";
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    ASSERT_EQ(Open(key, "aad", sealed.substr(0, size), opened.data()).code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_FALSE(Open(std::string(32, 'K'), "aad", sealed, opened.data()).ok());
  EXPECT_FALSE(Open(key, "aae", sealed, opened.data()).ok());
  EXPECT_FALSE(Open(key, "", sealed, opened.data()).ok());
  EXPECT_TRUE(Open(key, "aad", sealed, opened.data()).ok());
}

TEST(Crypto, RefusesKeysOfAnotherLength) {
  std::string out(64, 0);
  EXPECT_FALSE(Seal("short", "", "x", &out).ok());
  EXPECT_FALSE(Open("short", "", out, out.data()).ok());
}

TEST(Crypto, NoncesDoNotRepeat) {
  std::set<std::string> nonces;
  for (int i = 0; i < 20'000; ++i) {
    std::string sealed;
    ASSERT_TRUE(Seal(std::string(32, 'k'), "", "", &sealed).ok());
    ASSERT_TRUE(nonces.insert(sealed.substr(0, kNonceSize)).second);
  }
}

TEST(Crypto, RandomBytesDifferBetweenThreads) {
  char here[32], there[32];
  ASSERT_TRUE(RandomBytes(here, sizeof(here)).ok());
  std::thread([&] { EXPECT_TRUE(RandomBytes(there, sizeof(there)).ok()); }).join();
  EXPECT_NE(std::string(here, 32), std::string(there, 32));
}

// A block drawn before fork() must not serve both sides: equal nonces would follow.
TEST(Crypto, RandomBytesDifferAfterAFork) {
  char ours[32], theirs[32];
  ASSERT_TRUE(RandomBytes(ours, 1).ok());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const bool ok = RandomBytes(theirs, sizeof(theirs)).ok() && write(ends[1], theirs, sizeof(theirs)) == 32;
    _exit(ok ? 0 : 1);
  }
  ASSERT_TRUE(RandomBytes(ours, sizeof(ours)).ok());
  ASSERT_EQ(read(ends[0], theirs, sizeof(theirs)), 32);
  int status = 0;
  waitpid(child, &status, 0);
  close(ends[0]);
  close(ends[1]);
  EXPECT_NE(std::string(ours, 32), std::string(theirs, 32));
}

TEST(Crypto, EqualInConstantTime) {
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("abc", "ab"));
}

}  // namespace
}  // namespace phiveil::crypto

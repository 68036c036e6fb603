#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "crypto/key_access.h"
#include "crypto/locked_bytes.h"
#include "faulty_file_ops.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temp_dir.h"

namespace phiveil {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class KeyTest : public testing::Test {
 protected:
  std::string Text() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void SetText(const std::string& text) const {
    std::filesystem::remove(path_);
    std::ofstream(path_, std::ios::binary) << text;
    chmod(path_.c_str(), 0600);
  }
  StatusCode FromFile() const { return KeyEncryptionKey::FromFile(path_).status().code(); }

  TempDir dir_;
  std::string path_ = dir_ / "vault.key";
};

TEST_F(KeyTest, WhatIsWrittenIsRead) {
  const auto made = KeyEncryptionKey::CreateFile(path_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THAT(Text(), MatchesRegex("phiveil-key-1 [A-Za-z0-9_-]{48}\n"));
  struct stat st = {};
  ASSERT_EQ(stat(path_.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0600u);
  const auto read = KeyEncryptionKey::FromFile(path_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->id(), made->id());
  EXPECT_THAT(read->id(), MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(read->Derive("x").ExposeOriginal(), made->Derive("x").ExposeOriginal());
}

TEST_F(KeyTest, DerivedKeysDifferByLabelAndKey) {
  const auto a = *KeyEncryptionKey::CreateFile(path_);
  const auto b = *KeyEncryptionKey::CreateFile(dir_ / "other");
  EXPECT_NE(a.id(), b.id());
  EXPECT_EQ(a.Derive("x").size(), 32u);
  EXPECT_NE(a.Derive("x").ExposeOriginal(), a.Derive("y").ExposeOriginal());
  EXPECT_NE(a.Derive("x").ExposeOriginal(), b.Derive("x").ExposeOriginal());
}

TEST_F(KeyTest, ASuccessorDerivesTheSameAndWrapsAnew) {
  const auto old = *KeyEncryptionKey::CreateFile(dir_ / "old");
  const auto made = KeyEncryptionKey::CreateSuccessorFile(path_, old);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THAT(Text(), MatchesRegex("phiveil-key-2 [A-Za-z0-9_-]{92}\n"));
  const auto key = KeyEncryptionKey::FromFile(path_);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->id(), made->id());
  EXPECT_NE(key->id(), old.id());
  EXPECT_EQ(old.derivation_id(), old.id());
  EXPECT_EQ(key->derivation_id(), old.id());
  EXPECT_EQ(key->Derive("x").ExposeOriginal(), old.Derive("x").ExposeOriginal());
  crypto::Hash a, b;
  ASSERT_TRUE(KeyAccess::DeriveWrapping(*key, "x", &a).ok() && KeyAccess::DeriveWrapping(old, "x", &b).ok());
  EXPECT_NE(a, b);
  const auto third = KeyEncryptionKey::CreateSuccessorFile(dir_ / "third", *key);
  ASSERT_TRUE(third.ok()) << third.status();
  EXPECT_EQ(third->derivation_id(), old.id());
  std::string changed = Text();
  for (size_t i = 0; i + 1 < changed.size(); ++i) {
    changed[i] ^= 1;
    EXPECT_EQ(KeyAccess::Parse(changed).status().code(), StatusCode::kFailedPrecondition) << i;
    changed[i] ^= 1;
  }
}

TEST_F(KeyTest, NeverOverwrites) {
  SetText("something dear");
  EXPECT_EQ(KeyEncryptionKey::CreateFile(path_).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(Text(), "something dear");
  ASSERT_EQ(symlink("nowhere", (dir_ / "link").c_str()), 0);
  EXPECT_FALSE(KeyEncryptionKey::CreateFile(dir_ / "link").ok());
  EXPECT_FALSE(std::filesystem::exists(dir_ / "nowhere"));
  EXPECT_EQ(KeyEncryptionKey::CreateFile(dir_ / "no/such/folder").status().code(), StatusCode::kNotFound);
}

TEST_F(KeyTest, EveryModeButTwoIsRefused) {
  ASSERT_TRUE(KeyEncryptionKey::CreateFile(path_).ok());
  for (mode_t mode = 0; mode < 01000; ++mode) {
    if (geteuid() != 0 && (mode & 0400) == 0) continue;
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    const auto key = KeyEncryptionKey::FromFile(path_);
    if (mode == 0600 || mode == 0400) {
      EXPECT_TRUE(key.ok()) << key.status();
    } else {
      EXPECT_EQ(key.status().code(), StatusCode::kFailedPrecondition) << std::oct << mode;
    }
  }
}

TEST_F(KeyTest, RefusesLinksFoldersPipesAndNothing) {
  EXPECT_EQ(FromFile(), StatusCode::kFailedPrecondition);
  ASSERT_TRUE(KeyEncryptionKey::CreateFile(dir_ / "real").ok());
  ASSERT_EQ(symlink("real", path_.c_str()), 0);
  EXPECT_EQ(FromFile(), StatusCode::kFailedPrecondition);
  unlink(path_.c_str());
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(FromFile(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(KeyEncryptionKey::FromFile(dir_.path()).status().code(), StatusCode::kFailedPrecondition);
}

// Each character of the file changed in turn is noticed, and no message shows any of them.
TEST_F(KeyTest, EveryChangeOfTheTextIsNoticed) {
  ASSERT_TRUE(KeyEncryptionKey::CreateFile(path_).ok());
  const std::string text = Text();
  const std::string secret = text.substr(14, 48);
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    for (const char c : {'A', 'z', '_', '?', ' ', '\n', '\0', '\xff'}) {
      if (text[i] == c) continue;
      std::string changed = text;
      changed[i] = c;
      const auto key = KeyAccess::Parse(changed);
      ASSERT_EQ(key.status().code(), StatusCode::kFailedPrecondition) << i;
      ASSERT_THAT(std::string(key.status().message()), Not(HasSubstr(secret.substr(i > 30 ? 0 : 30, 12))));
    }
  }
  for (const std::string& bad : {std::string(), text.substr(0, 40), text + text, std::string(1 << 20, 'A')}) {
    SetText(bad);
    EXPECT_EQ(FromFile(), StatusCode::kFailedPrecondition);
  }
  SetText(text.substr(0, text.size() - 1));  // an editor may lose or change the line end
  EXPECT_EQ(FromFile(), StatusCode::kOk);
  SetText(text.substr(0, text.size() - 1) + "\r\n");
  EXPECT_EQ(FromFile(), StatusCode::kOk);
}

TEST_F(KeyTest, AFailureLeavesNoFile) {
  for (const int error : {EIO, ENOSPC}) {
    bool done = false;
    for (int succeed = 0; !done; ++succeed) {
      FaultyFileOps ops(succeed, error, FaultyFileOps::Mode::kOnce);
      const auto key = KeyAccess::CreateFile(path_, nullptr, ops);
      done = !ops.failed();
      ASSERT_EQ(key.ok(), done) << succeed;
      ASSERT_EQ(std::filesystem::exists(path_), done) << succeed;
      if (!done && error == ENOSPC) {
        EXPECT_EQ(key.status().code(), StatusCode::kResourceExhausted);
      }
      ASSERT_LT(succeed, 20);
    }
    std::filesystem::remove(path_);
  }
}

TEST_F(KeyTest, AMovedFromKeyIsRefused) {
  auto key = *KeyEncryptionKey::CreateFile(path_);
  const KeyEncryptionKey other = std::move(key);
  EXPECT_EQ(other.Derive("x").size(), 32u);
  EXPECT_EQ(key.Derive("x").size(), 0u);  // NOLINT: what a moved-from key does is the question
}

// The sanitizers turn mlock into nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

TEST(LockedBytes, AreZeroLockedAndOutOfCoreDumps) {
  auto bytes = crypto::LockedBytes::Make(32);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(bytes->view(), std::string(32, '\0'));
  // /proc tells what the kernel thinks of the mapping: lo = locked, dd = not dumped.
  std::ifstream maps("/proc/self/smaps");
  const auto address = reinterpret_cast<uintptr_t>(bytes->data());
  bool inside = false, found = false;
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin = 0, end = 0;
    if (sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) inside = begin <= address && address < end;
    if (inside && line.starts_with("VmFlags:")) {
      found = true;
      if (!kSanitized) {
        EXPECT_THAT(line, HasSubstr(" lo"));
      }
      EXPECT_THAT(line, HasSubstr(" dd"));
    }
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace phiveil

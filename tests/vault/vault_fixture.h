#ifndef PHIVEIL_TESTS_VAULT_VAULT_FIXTURE_H_
#define PHIVEIL_TESTS_VAULT_VAULT_FIXTURE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../crypto/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "phiveil/vault.h"

namespace phiveil {

class VaultTest : public testing::Test {
 protected:
  VaultTest() : key_(*KeyEncryptionKey::CreateFile(dir_ / "key")) {}

  VaultOptions Options() const { return {.path = dir_ / "vault", .key = &key_}; }

  std::unique_ptr<Vault> MustOpen() {
    auto vault = OpenVault(Options());
    EXPECT_TRUE(vault.ok()) << vault.status();
    return vault.ok() ? *std::move(vault) : nullptr;
  }

  TempDir dir_;
  KeyEncryptionKey key_;
};

// One value of one subject; the code, or an empty one after a failure.
inline TokenCode AssignOne(Vault& vault, std::string_view subject, Category category, std::string_view text,
                           Vault::Ticket* ticket = nullptr) {
  const Vault::Value value{category, text};
  std::vector<TokenCode> codes;
  const auto given = vault.Assign(subject, {&value, 1}, &codes);
  EXPECT_TRUE(given.ok()) << given.status();
  if (!given.ok()) return {};
  if (ticket != nullptr) *ticket = *given;
  return codes.at(0);
}

// Assigned and on disk.
inline TokenCode KeepOne(Vault& vault, std::string_view subject, Category category, std::string_view text) {
  Vault::Ticket ticket = 0;
  const TokenCode code = AssignOne(vault, subject, category, text, &ticket);
  const absl::Status committed = vault.Commit(ticket);
  EXPECT_TRUE(committed.ok()) << committed;
  return code;
}

// "=value", "unknown", "foreign" or the error.
inline std::string Answer(Vault& vault, std::string_view subject, Category category, const TokenCode& code) {
  const auto hit = vault.Lookup(subject, category, code);
  if (!hit.ok()) return std::string(absl::StatusCodeToString(hit.status().code()));
  switch (hit->answer) {
    case Vault::Answer::kUnknown:
      return "unknown";
    case Vault::Answer::kForeign:
      return "foreign";
    case Vault::Answer::kFound:
      return "=" + std::string(hit->value.ExposeOriginal());
  }
  return "";
}

}  // namespace phiveil

#endif  // PHIVEIL_TESTS_VAULT_VAULT_FIXTURE_H_

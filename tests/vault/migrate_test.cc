// A vault that was written in format 1, kept as files: brought forward it answers as it did.

#include "vault/migrate.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "faulty_file_system.h"
#include "vault/open_vault.h"
#include "vault_fixture.h"

namespace phiveil {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;

class MigrateTest : public testing::Test {
 protected:
  struct Mapping {
    std::string subject, text;
    Category category;
    TokenCode code;
  };

  MigrateTest() {
    std::ifstream in(std::string(kData) + "/mappings.tsv");
    for (std::string line; std::getline(in, line);) {
      std::istringstream fields(line);
      std::string subject, category, code, text;
      std::getline(std::getline(std::getline(fields, subject, '\t'), category, '\t'), code, '\t');
      std::getline(fields, text);
      mappings_.push_back({subject, text, *ParseCategory(category), *TokenCode::Parse(code)});
    }
    PutBack();
    key_ = std::make_unique<KeyEncryptionKey>(*KeyEncryptionKey::FromFile(dir_ / "vault.key"));
  }

  void PutBack() {
    fs::remove_all(dir_ / "vault");
    fs::copy(kData, dir_.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    chmod((dir_ / "vault").c_str(), 0700);
    chmod((dir_ / "vault.key").c_str(), 0600);
  }
  VaultOptions Options() const { return {.path = dir_ / "vault", .key = key_.get(), .create = false}; }

  void ExpectAll(Vault& vault) const {
    for (const Mapping& m : mappings_) {
      EXPECT_EQ(Answer(vault, m.subject, m.category, m.code), "=" + m.text);
      EXPECT_EQ(Answer(vault, "another", m.category, m.code), "foreign");
      EXPECT_EQ(AssignOne(vault, m.subject, m.category, m.text), m.code);
    }
    EXPECT_EQ(vault.Info()->mappings, mappings_.size());
    EXPECT_EQ(vault.Info()->subjects, 2u);
    EXPECT_EQ(vault.Info()->format, 2u);
  }

  static constexpr char kData[] = PHIVEIL_SOURCE_DIR "/tests/vault/data/format1";
  TempDir dir_;
  std::unique_ptr<KeyEncryptionKey> key_;
  std::vector<Mapping> mappings_;
};

TEST_F(MigrateTest, AnswersAsItDid) {
  ASSERT_EQ(mappings_.size(), 7u);
  EXPECT_EQ(vault_internal::OpenStore(Options(), vault_internal::Access::kRead, {}).status().code(),
            StatusCode::kFailedPrecondition)
      << "looking must not change it";
  for (int opened = 0; opened < 2; ++opened) {
    auto vault = OpenVault(Options());
    ASSERT_TRUE(vault.ok()) << vault.status();
    ExpectAll(**vault);
    const auto tenant = (*vault)->ForTenant("clinic");
    EXPECT_EQ(Answer(**tenant, "", mappings_[0].category, mappings_[0].code), "foreign");
  }
}

// Every record authenticates the new format: none was passed over.
TEST_F(MigrateTest, LeavesNoRecordOfTheOldFormat) {
  ASSERT_TRUE(OpenVault(Options()).ok());
  auto opened = vault_internal::OpenStore(Options(), vault_internal::Access::kRead, {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_FALSE(vault_internal::NeedsMigration(*opened->sealer));
  int values = 0;
  const auto snapshot = *opened->store->Snapshot();
  const absl::Status visited = snapshot->ForEach("v", [&](std::string_view key, std::string_view value) {
    const auto record = vault_internal::DecodeValue(value);
    vault_internal::Subject subject;
    subject.tag = record->subject;
    const auto owner = *snapshot->Get(vault_internal::SubjectKey(record->subject));
    EXPECT_TRUE(opened->sealer->OpenSubject(*owner, &subject).ok());
    const TokenCode code = TokenCode::Make(record->category, key.substr(1));
    EXPECT_TRUE(opened->sealer->OpenValue(subject, *record, code.view()).ok());
    EXPECT_FALSE(opened->sealer->OpenValue(subject, *record, code.view(), 1).ok());
    ++values;
    return absl::OkStatus();
  });
  EXPECT_TRUE(visited.ok());
  EXPECT_EQ(values, 7);
  EXPECT_FALSE(*snapshot->Get(vault_internal::OldCountersKey()));
}

TEST_F(MigrateTest, GoesOnAfterAnyFailure) {
  bool reached_the_end = false;
  for (int succeed = 0; succeed < 200 && !reached_the_end; ++succeed) {
    PutBack();
    auto system = std::make_shared<FaultyFileSystem>(succeed, FaultyFileSystem::Mode::kEver, false);
    {
      const auto env = rocksdb::NewCompositeEnv(system);
      const auto vault = vault_internal::OpenSealedVault(Options(), {.env = env.get()});
      EXPECT_TRUE(vault.ok() || system->failed()) << vault.status();
    }
    reached_the_end = !system->failed();
    system->LosePower();
    auto vault = OpenVault(Options());
    ASSERT_TRUE(vault.ok()) << succeed << " " << vault.status();
    ExpectAll(**vault);
    if (HasFailure()) return;
  }
  EXPECT_TRUE(reached_the_end);
}

}  // namespace
}  // namespace phiveil

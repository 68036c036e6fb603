// Wrong keys, wrong directories, damaged and forged files: an answer is right or an error.

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "phiveil/vault_tools.h"
#include "vault/open_vault.h"
#include "vault/record.h"
#include "vault_fixture.h"

namespace phiveil {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;
using testing::HasSubstr;
using testing::Not;

class VaultDamageTest : public VaultTest {
 protected:
  struct Mapping {
    std::string subject;
    Category category;
    std::string text;
    TokenCode code;
  };

  void SetUp() override {
    auto vault = MustOpen();
    mappings_ = {{"s", Category::kName, "Ana Ruiz", {}},
                 {"s", Category::kMrn, "00482913", {}},
                 {"t", Category::kName, "Ana Ruiz", {}},
                 {"t", Category::kDate, "3/4/1961", {}}};
    for (Mapping& m : mappings_) m.code = KeepOne(*vault, m.subject, m.category, m.text);
  }

  StatusCode OpenCode() const { return OpenVault(Options()).status().code(); }

  // Opens the vault and asks for everything. Each answer must be right or an error that does not
  // quote; returns the number of errors, counting one for a vault that does not open.
  int CountErrors(const std::string& what, bool keys_removed = false) const {
    auto vault = OpenVault(Options());
    if (!vault.ok()) {
      EXPECT_THAT(std::string(vault.status().message()), HasSubstr(Options().path)) << what;
      return 1;
    }
    int errors = 0;
    for (const Mapping& m : mappings_) {
      const auto hit = (*vault)->Lookup(m.subject, m.category, m.code);
      if (hit.ok()) {
        EXPECT_EQ(hit->answer, Vault::Answer::kFound) << what;
        EXPECT_EQ(hit->value.ExposeOriginal(), m.text) << what;
      } else {
        ++errors;
        EXPECT_EQ(hit.status().code(), StatusCode::kDataLoss) << what << hit.status();
        EXPECT_THAT(std::string(hit.status().message()), Not(HasSubstr(m.text)));
        EXPECT_THAT(std::string(hit.status().message()), HasSubstr(Options().path));
      }
      std::vector<TokenCode> codes;
      const Vault::Value value{m.category, m.text};
      const auto ticket = (*vault)->Assign(m.subject, {&value, 1}, &codes);
      if (ticket.ok() && codes[0] != m.code) {
        // Only a removed index record may lead to a second code, and the first still works; or a
        // removed subject record, without which the first is beyond help.
        EXPECT_TRUE(hit.ok() || keys_removed) << what;
        ++errors;
      }
      if (!ticket.ok()) {
        ++errors;
        EXPECT_THAT(std::string(ticket.status().message()), Not(HasSubstr(m.text)));
      }
    }
    return errors;
  }

  // Opens the store as an attacker would who can compute every checksum but knows no key.
  void Tamper(const std::function<void(rocksdb::DB*)>& change) const {
    rocksdb::Options options;
    options.write_buffer_size = 1 << 16;  // or megabytes are allocated for each byte changed
    options.manifest_preallocation_size = 1 << 16;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, Options().path + "/store", &db).ok());
    change(db);
    ASSERT_TRUE(db->Close().ok());
    delete db;
  }

  std::map<std::string, std::string> Records() const {
    std::map<std::string, std::string> records;
    Tamper([&](rocksdb::DB* db) {
      const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
      for (it->SeekToFirst(); it->Valid(); it->Next()) records[it->key().ToString()] = it->value().ToString();
    });
    return records;
  }

  // Keeps a copy of the vault as it is, and puts it back.
  void Save() const { fs::copy(Options().path, dir_ / "saved", fs::copy_options::recursive); }
  void PutBack() const {
    fs::remove_all(Options().path);
    fs::copy(dir_ / "saved", Options().path, fs::copy_options::recursive);
    chmod(Options().path.c_str(), 0700);
  }

  std::vector<Mapping> mappings_;
};

TEST_F(VaultDamageTest, RefusesToOpenWithoutTheRightKey) {
  const auto other = *KeyEncryptionKey::CreateFile(dir_ / "key2");
  const auto with_other = OpenVault({.path = Options().path, .key = &other});
  EXPECT_EQ(with_other.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(with_other.status().message()), HasSubstr(key_.id()));
  EXPECT_EQ(OpenVault({.path = Options().path}).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(CountErrors("untouched"), 0);
}

TEST_F(VaultDamageTest, OneProcessAtATime) {
  auto vault = MustOpen();
  EXPECT_EQ(OpenCode(), StatusCode::kUnavailable) << "a second time in one process";
  const pid_t child = fork();
  if (child == 0) {
    const auto second = OpenVault(Options());
    _exit(second.status().code() == StatusCode::kUnavailable ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  vault.reset();
  EXPECT_EQ(OpenCode(), StatusCode::kOk);
}

TEST_F(VaultDamageTest, RefusesDirectoriesThatAreNotItsOwn) {
  const auto open = [&](const std::string& path, bool create = true) {
    return OpenVault({.path = path, .key = &key_, .create = create}).status().code();
  };
  EXPECT_EQ(open(""), StatusCode::kInvalidArgument);
  EXPECT_EQ(open(dir_ / "none", false), StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(dir_ / "none"));
  EXPECT_EQ(open(dir_ / "no/such/parent"), StatusCode::kNotFound);
  EXPECT_EQ(open(dir_ / "key"), StatusCode::kFailedPrecondition) << "a file";
  fs::create_directory(dir_ / "foreign");
  chmod((dir_ / "foreign").c_str(), 0700);
  std::ofstream(dir_ / "foreign/notes.txt") << "mine";
  EXPECT_EQ(open(dir_ / "foreign"), StatusCode::kFailedPrecondition);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_ / "foreign"), {}), 1) << "nothing may be added to it";
  fs::create_directory(dir_ / "empty");
  for (const mode_t mode : {0750, 0705, 0701, 0777}) {
    chmod((dir_ / "empty").c_str(), mode);
    EXPECT_EQ(open(dir_ / "empty"), StatusCode::kFailedPrecondition) << std::oct << mode;
  }
  chmod((dir_ / "empty").c_str(), 0700);
  EXPECT_EQ(open(dir_ / "empty", false), StatusCode::kNotFound);
  EXPECT_EQ(open(dir_ / "empty"), StatusCode::kOk);
  struct stat st = {};
  ASSERT_EQ(stat(Options().path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0700u);
}

TEST_F(VaultDamageTest, NothingReadableIsOnDisk) {
  MustOpen();  // once from the log, now also in a table
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(Options().path)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
    EXPECT_NE(entry.path().filename(), "LOG");
  }
  EXPECT_GT(all.size(), 1000u);
  for (const char* secret : {"Ana", "Ruiz", "00482913", "1961"}) EXPECT_THAT(all, Not(HasSubstr(secret)));
}

// Each byte of each record changed, with every checksum of the store made right again.
TEST_F(VaultDamageTest, EveryByteOfEveryRecordForged) {
  const auto records = Records();
  ASSERT_EQ(records.size(), 2u + 2 + 4 + 4);
  for (const auto& [key, value] : records) {
    for (size_t i = 0; i < value.size(); ++i) {
      std::string changed = value;
      changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
      Tamper([&, key = key](rocksdb::DB* db) { ASSERT_TRUE(db->Put({}, key, changed).ok()); });
      EXPECT_GT(CountErrors("record " + key.substr(0, 1) + " byte " + std::to_string(i)), 0);
    }
    for (const std::string& changed : {std::string(), value.substr(0, value.size() - 1), value + "x"}) {
      Tamper([&, key = key](rocksdb::DB* db) { ASSERT_TRUE(db->Put({}, key, changed).ok()); });
      EXPECT_GT(CountErrors("record " + key.substr(0, 1) + " resized"), 0);
    }
    Tamper([&, key = key, value = value](rocksdb::DB* db) { ASSERT_TRUE(db->Put({}, key, value).ok()); });
  }
  EXPECT_EQ(CountErrors("all put back"), 0);
}

TEST_F(VaultDamageTest, RecordsExchangedOrRemoved) {
  const auto records = Records();
  for (const auto& [a, value_a] : records) {
    for (const auto& [b, value_b] : records) {
      if (a[0] != b[0] || a >= b) continue;
      Tamper([&, &a = a, &b = b, &value_a = value_a, &value_b = value_b](rocksdb::DB* db) {
        ASSERT_TRUE(db->Put({}, a, value_b).ok() && db->Put({}, b, value_a).ok());
      });
      EXPECT_GT(CountErrors("exchanged " + a.substr(0, 1)), 0);
      Tamper([&, &a = a, &b = b, &value_a = value_a, &value_b = value_b](rocksdb::DB* db) {
        ASSERT_TRUE(db->Put({}, a, value_a).ok() && db->Put({}, b, value_b).ok());
      });
    }
  }
  EXPECT_EQ(CountErrors("all put back"), 0);
  for (const char type : {'m', 'c', 'i', 's'}) {
    const auto it = std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.first[0] == type; });
    Tamper([&](rocksdb::DB* db) { ASSERT_TRUE(db->Delete({}, it->first).ok()); });
    EXPECT_GT(CountErrors(std::string("removed ") + type, type == 's'), 0);
    Tamper([&](rocksdb::DB* db) { ASSERT_TRUE(db->Put({}, it->first, it->second).ok()); });
  }
}

TEST_F(VaultDamageTest, AnOlderStoreUnderANewerHeadIsNoticed) {
  Save();
  KeepOne(*MustOpen(), "s", Category::kName, "one more");
  const std::string head = Options().path + "/vault.head";
  fs::copy_file(head, dir_ / "head");
  PutBack();
  EXPECT_EQ(CountErrors("an older copy of everything"), 0);
  fs::copy_file(dir_ / "head", head, fs::copy_options::overwrite_existing);
  EXPECT_EQ(OpenCode(), StatusCode::kDataLoss);
}

TEST_F(VaultDamageTest, MissingFilesAreNoticed) {
  Save();
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(Options().path)) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), Options().path));
  }
  for (const std::string& file : files) {
    PutBack();
    fs::remove(Options().path + "/" + file);
    const bool needless = file == "store/LOCK" || file == "store/IDENTITY" || file.starts_with("store/OPTIONS");
    EXPECT_EQ(OpenCode(), needless ? StatusCode::kOk : StatusCode::kDataLoss) << file;
    PutBack();
    fs::resize_file(Options().path + "/" + file, 0);
    EXPECT_TRUE(CountErrors(file + " emptied") > 0 || needless) << file;
  }
  PutBack();
  fs::remove_all(Options().path + "/store");
  EXPECT_EQ(OpenCode(), StatusCode::kDataLoss) << "the whole store";
}

// Every byte of every file, and every length, before and after the records have moved from the log
// into a table.
class VaultFileDamageTest : public VaultDamageTest, public testing::WithParamInterface<bool> {};

TEST_P(VaultFileDamageTest, EveryByteOfEveryFile) {
  if (GetParam()) MustOpen();
  Save();
  std::map<std::string, int> noticed;
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(Options().path)) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), Options().path));
  }
  for (const std::string& file : files) {
    const std::string path = Options().path + "/" + file;
    PutBack();
    const size_t size = fs::file_size(path);
    // What holds no record needs no exhaustive trial.
    const bool holds_records = file.ends_with(".log") || file.ends_with(".sst") || file == "vault.head";
    for (size_t i = 0; i < size; i += holds_records ? 1 : 1 + size / 32) {
      for (const bool cut : {false, true}) {
        if (cut && i % 8 != 0) continue;
        PutBack();
        if (cut) {
          fs::resize_file(path, i);
        } else {
          std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
          char c = 0;
          stream.seekg(static_cast<std::streamoff>(i)).get(c);
          stream.seekp(static_cast<std::streamoff>(i)).put(static_cast<char>(c ^ (1 << (i % 8))));
        }
        const std::string what = file + (cut ? " cut at " : " changed at ") + std::to_string(i);
        const int errors = CountErrors(what);
        noticed[file] += errors > 0;
        if (cut && holds_records) {
          EXPECT_GT(errors, 0) << what;
        }
        if (HasFailure()) return;
      }
    }
    if (size > 0 && holds_records) {
      EXPECT_GT(noticed[file], 0) << file;
    }
  }
}

// The same flips and `vault verify`: every one is told, but for the few bytes of a table's footer that
// say nothing.
TEST_P(VaultFileDamageTest, VerifyDetectsEveryFlippedByteOfEveryRecord) {
  if (GetParam()) MustOpen();
  Save();
  int flips = 0, unnoticed = 0;
  for (const auto& entry : fs::recursive_directory_iterator(dir_ / "saved")) {
    const std::string file = fs::relative(entry.path(), dir_ / "saved");
    if (!file.ends_with(".log") && !file.ends_with(".sst") && file != "vault.head") continue;
    const std::string path = Options().path + "/" + file;
    for (size_t i = 0; i < fs::file_size(entry.path()); ++i) {
      PutBack();
      char c = 0;
      std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
      stream.seekg(static_cast<std::streamoff>(i)).get(c);
      stream.seekp(static_cast<std::streamoff>(i)).put(static_cast<char>(c ^ (1 << (i % 8))));
      stream.close();
      const auto report = VerifyVault(Options());
      ++flips;
      if (!report.ok() || report->damaged_count > 0) continue;
      ++unnoticed;
      EXPECT_TRUE(file.ends_with(".sst") && i + 53 >= fs::file_size(entry.path())) << file << " byte " << i;
      EXPECT_EQ(CountErrors(file), 0) << file << " byte " << i << ": verify passes over what others stumble over";
    }
  }
  RecordProperty("flips", flips);
  RecordProperty("unnoticed", unnoticed);
  std::cout << flips << " flips, " << unnoticed << " without effect\n";
  EXPECT_GT(flips, 1000);
}

INSTANTIATE_TEST_SUITE_P(InLogAndTable, VaultFileDamageTest, testing::Bool());

}  // namespace
}  // namespace phiveil

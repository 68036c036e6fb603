// Closing files, signing, and an auditor without the key.

#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>

#include "../crypto/faulty_file_ops.h"
#include "audit/audit_head.h"
#include "audit/audit_log.h"
#include "audit_fixture.h"

namespace phiveil {
namespace {

using testing::HasSubstr;

class AuditRotationTest : public AuditTest {
 protected:
  // Closes a file after every other record or so, and signs each third.
  AuditOptions Small() const {
    return {.path = path_, .key = &key_, .max_bytes = 1200, .max_seconds = 0, .checkpoint_every = 3};
  }

  void Fill(int records) {
    auto log = OpenAuditLog(Small());
    ASSERT_TRUE(log.ok()) << log.status();
    for (int i = 1; i <= records; ++i) ASSERT_TRUE(AppendOne(**log, "r" + std::to_string(i)).ok());
  }

  // A log that an earlier version wrote, with its key.
  KeyEncryptionKey PutOldLog(const std::string& name) {
    const std::string data = std::string(PHIVEIL_SOURCE_DIR) + "/tests/audit/data/" + name;
    WriteFile(dir_ / "old.key", ReadFile(data + ".key"));
    chmod((dir_ / "old.key").c_str(), 0600);
    for (const char* end : {"", ".head"}) {
      WriteFile(path_ + end, ReadFile(data + ".jsonl" + end));
      chmod((path_ + end).c_str(), 0600);
    }
    return *KeyEncryptionKey::FromFile(dir_ / "old.key");
  }

  std::string Public() const { return *AuditPublicKey(key_); }

  AuditReport Audit() const {
    auto report = VerifyAuditLog(path_, {.public_key = Public()});
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : AuditReport();
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (uint64_t i = 1; std::filesystem::exists(audit_internal::SegmentPath(path_, i)); ++i) {
      files.push_back(audit_internal::SegmentPath(path_, i));
    }
    files.push_back(path_);
    return files;
  }

  size_t Acknowledged(const std::vector<std::string>& lines, const std::vector<std::string>& ids) const {
    size_t at = 0, found = 0;
    for (const std::string& id : ids) {
      while (at < lines.size() && lines[at].find("\"record\":\"" + id + "\"") == std::string::npos) ++at;
      if (at == lines.size()) break;
      ++found;
    }
    return found;
  }
};

TEST_F(AuditRotationTest, TheChainGoesOnInTheNextFile) {
  Fill(20);
  const auto files = Files();
  EXPECT_GT(files.size(), 5u);
  const AuditReport report = Verify();
  EXPECT_TRUE(report.intact) << report.file << " " << report.problem;
  EXPECT_EQ(report.files, files.size());
  EXPECT_GT(report.checkpoints, files.size() - 2);
  EXPECT_EQ(report.records, 20 + report.checkpoints);
  std::vector<std::string> ids;
  for (int i = 1; i <= 20; ++i) ids.push_back("r" + std::to_string(i));
  EXPECT_EQ(Acknowledged(Lines(), ids), 20u);
  for (const std::string& file : files)
    EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
}

TEST_F(AuditRotationTest, ByAge) {
  AuditOptions options = Small();
  options.max_bytes = 0;
  options.max_seconds = 1;
  auto log = OpenAuditLog(options);
  ASSERT_TRUE(log.ok() && AppendOne(**log, "1").ok());
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  ASSERT_TRUE(AppendOne(**log, "2").ok());
  EXPECT_EQ(Files().size(), 2u);
  EXPECT_TRUE(Verify().intact);
}

TEST_F(AuditRotationTest, AnAuditorNeedsThePublicKeyAlone) {
  Fill(10);
  const AuditReport report = Audit();
  EXPECT_TRUE(report.intact) << report.problem;
  EXPECT_THAT(report.problem, HasSubstr("head file and checkpoints were"));
  const auto other = *KeyEncryptionKey::CreateFile(dir_ / "key2");
  EXPECT_FALSE(VerifyAuditLog(path_, {.public_key = *AuditPublicKey(other)})->intact);
  EXPECT_EQ(VerifyAuditLog(path_, {.public_key = "abc"}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AuditRotationTest, ASignerOfItsOwn) {
  const auto signer = *KeyEncryptionKey::CreateFile(dir_ / "signer");
  AuditOptions options = Small();
  options.signing_key = &signer;
  auto log = OpenAuditLog(options);
  ASSERT_TRUE(log.ok());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(AppendOne(**log, "x").ok());
  EXPECT_TRUE(VerifyAuditLog(path_, {.public_key = *AuditPublicKey(signer)})->intact);
  EXPECT_FALSE(VerifyAuditLog(path_, {.public_key = Public()})->intact);
  EXPECT_TRUE(Verify().intact) << Verify().problem;
}

// What the auditor sees of each byte of all files changed: everything but the MACs, which need the key.
TEST_F(AuditRotationTest, EveryChangedByteIsFoundWithThePublicKey) {
  Fill(5);
  for (const std::string& file : Files()) {
    const std::string bytes = ReadFile(file);
    for (size_t i = 0; i < bytes.size(); ++i) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      WriteFile(file, changed);
      ASSERT_FALSE(Verify().intact) << file << " " << i;
      const size_t to_end = bytes.find('\n', i) - i;
      if (to_end == 0 || to_end > 43) {
        const AuditReport report = Audit();
        ASSERT_FALSE(report.intact) << file << " " << i;
        ASSERT_EQ(report.file, file);
        ASSERT_EQ(report.first_bad_line,
                  1 + static_cast<uint64_t>(std::count(bytes.begin(), bytes.begin() + static_cast<long>(i), '\n')));
      }
    }
    WriteFile(file, bytes);
  }
  EXPECT_TRUE(Audit().intact);
}

TEST_F(AuditRotationTest, EveryCutOfEveryFileIsFoundWithThePublicKey) {
  Fill(5);
  for (const std::string& file : Files()) {
    const std::string bytes = ReadFile(file);
    for (size_t size = 0; size < bytes.size(); size += 3) {
      WriteFile(file, bytes.substr(0, size));
      ASSERT_FALSE(Audit().intact) << file << " " << size;
    }
    std::filesystem::remove(file);
    const auto gone = VerifyAuditLog(path_, {.public_key = Public()});
    ASSERT_FALSE(gone.ok() && gone->intact) << file;
    WriteFile(file, bytes);
  }
  EXPECT_TRUE(Audit().intact);
}

// Log and head put back to an older day: only what is kept elsewhere tells.
TEST_F(AuditRotationTest, AnOlderCopyIsFoundByACheckpointKeptElsewhere) {
  Fill(3);
  std::vector<std::pair<std::string, std::string>> old;
  for (const std::string& file : Files()) old.emplace_back(file, ReadFile(file));
  old.emplace_back(head_path(), ReadFile(head_path()));
  Fill(10);
  const AuditReport newest = Verify();
  ASSERT_TRUE(newest.intact);
  const AuditCheck kept{.key = &key_, .expected_seq = newest.records, .expected_hash = newest.newest_hash};
  EXPECT_TRUE(VerifyAuditLog(path_, kept)->intact);
  for (const std::string& file : Files()) std::filesystem::remove(file);
  for (const auto& [file, bytes] : old) WriteFile(file, bytes);
  EXPECT_TRUE(Verify().intact);
  const auto report = VerifyAuditLog(path_, kept);
  EXPECT_FALSE(report->intact);
  EXPECT_THAT(report->problem, HasSubstr("put back"));
}

TEST_F(AuditRotationTest, ACheckpointOnDemand) {
  auto log = MustOpen();
  ASSERT_TRUE(AppendOne(*log, "1").ok());
  ASSERT_TRUE(log->Checkpoint().ok());
  const AuditReport report = Audit();
  EXPECT_TRUE(report.intact) << report.problem;
  EXPECT_EQ(report.checkpoints, 1u);
  EXPECT_THAT(Lines().back(), HasSubstr(R"("verb":"checkpoint","segment":1,"key":")" + Public()));
}

// A record whose text looks like a checkpoint is none.
TEST_F(AuditRotationTest, AnActorCannotWriteACheckpoint) {
  auto log = MustOpen();
  AuditRecord record = Record("x");
  record.actor = R"(","verb":"checkpoint","segment":1,"key":"00","sig":"00)";
  ASSERT_TRUE(log->Append({&record, 1}).ok());
  EXPECT_EQ(Audit().checkpoints, 0u);
  EXPECT_TRUE(Audit().intact);
}

TEST_F(AuditRotationTest, AFaultAtEveryCallLosesNothing) {
  for (const auto& [mode, error] :
       {std::pair{FaultyFileOps::Mode::kOnce, EIO}, std::pair{FaultyFileOps::Mode::kEver, ENOSPC},
        std::pair{FaultyFileOps::Mode::kShortWriteThenOnce, ENOSPC}}) {
    bool reached_the_end = false;
    for (int succeed = 0; succeed < 400 && !reached_the_end; ++succeed) {
      path_ = dir_ / ("log" + std::to_string(error) + "-" + std::to_string(static_cast<int>(mode)) + "-" +
                      std::to_string(succeed));
      FaultyFileOps ops(succeed, error, mode);
      std::vector<std::string> acknowledged;
      {
        auto log = audit_internal::OpenFileAuditLog(Small(), ops);
        for (int i = 0; i < 8 && log.ok(); ++i) {
          const std::string id = "r" + std::to_string(i);
          if (AppendOne(**log, id).ok()) acknowledged.push_back(id);
        }
      }
      reached_the_end = !ops.failed();
      auto again = OpenAuditLog(Small());
      ASSERT_TRUE(again.ok()) << succeed << " " << again.status();
      ASSERT_TRUE(AppendOne(**again, "after").ok()) << succeed;
      const AuditReport report = Verify();
      ASSERT_TRUE(report.intact) << succeed << " " << report.file << " " << report.problem;
      ASSERT_TRUE(Audit().intact) << Audit().problem;
      ASSERT_EQ(Acknowledged(Lines(), acknowledged), acknowledged.size()) << succeed;
    }
    EXPECT_TRUE(reached_the_end);
  }
}

// Dies, as by kill -9, before its n-th changing call.
class DyingFileOps : public crypto::FileOps {
 public:
  explicit DyingFileOps(int calls) : left_(calls) {}
  int Open(const char* path, int flags, mode_t mode) override { return Count(), FileOps::Open(path, flags, mode); }
  ssize_t Write(int fd, const void* data, size_t size) override {
    // Once in the middle of a write.
    if (left_ == 1) FileOps::Write(fd, data, size / 2);
    return Count(), FileOps::Write(fd, data, size);
  }
  ssize_t PWrite(int fd, const void* data, size_t size, off_t offset) override {
    return Count(), FileOps::PWrite(fd, data, size, offset);
  }
  int Fsync(int fd) override { return Count(), FileOps::Fsync(fd); }
  int Fdatasync(int fd) override { return Count(), FileOps::Fdatasync(fd); }
  int Ftruncate(int fd, off_t size) override { return Count(), FileOps::Ftruncate(fd, size); }
  int Rename(const char* from, const char* to) override { return Count(), FileOps::Rename(from, to); }

 private:
  void Count() {
    if (--left_ == 0) kill(getpid(), SIGKILL);
  }
  int left_;
};

TEST_F(AuditRotationTest, KilledBeforeEveryCallNothingAcknowledgedIsLost) {
  int deaths = 0;
  for (int calls = 1; calls < 200; ++calls) {
    path_ = dir_ / ("log" + std::to_string(calls));
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      DyingFileOps ops(calls);
      auto log = audit_internal::OpenFileAuditLog(Small(), ops);
      for (int i = 0; i < 6 && log.ok(); ++i) {
        if (AppendOne(**log, "r" + std::to_string(i)).ok() && write(pipe_ends[1], "1", 1) != 1) break;
      }
      _exit(0);
    }
    close(pipe_ends[1]);
    int status = 0;
    waitpid(child, &status, 0);
    char buffer[64];
    const ssize_t acknowledged = read(pipe_ends[0], buffer, sizeof buffer);
    close(pipe_ends[0]);
    if (!WIFSIGNALED(status)) {
      EXPECT_EQ(acknowledged, 6);
      break;
    }
    ++deaths;
    auto again = OpenAuditLog(Small());
    ASSERT_TRUE(again.ok()) << calls << " " << again.status();
    ASSERT_TRUE(AppendOne(**again, "after").ok()) << calls;
    ASSERT_TRUE(Verify().intact) << calls << " " << Verify().file << " " << Verify().problem;
    std::vector<std::string> ids;
    for (ssize_t i = 0; i < acknowledged; ++i) ids.push_back("r" + std::to_string(i));
    ASSERT_EQ(Acknowledged(Lines(), ids), ids.size()) << calls;
  }
  EXPECT_GT(deaths, 25);
}

TEST_F(AuditRotationTest, ProcessesCloseFilesUnderEachOther) {
  std::vector<pid_t> children;
  for (int c = 0; c < 4; ++c) {
    const pid_t child = fork();
    if (child == 0) {
      auto log = OpenAuditLog(Small());
      bool good = log.ok();
      for (int i = 0; i < 25 && good; ++i)
        good = AppendOne(**log, "c" + std::to_string(c) + "-" + std::to_string(i)).ok();
      _exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const AuditReport report = Verify();
  EXPECT_TRUE(report.intact) << report.file << " " << report.problem;
  EXPECT_EQ(report.records - report.checkpoints, 100u);
}

TEST_F(AuditRotationTest, AFileSizeLimitStopsTheWork) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    AuditOptions options = Options();
    auto log = OpenAuditLog(options);
    const rlimit limit = {4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    int written = 0;
    while (log.ok() && AppendOne(**log, "x").ok()) ++written;
    const bool full = AppendOne(**log, "x").code() == absl::StatusCode::kResourceExhausted;
    _exit(full ? written : 100);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_LT(WEXITSTATUS(status), 20);
  EXPECT_GT(WEXITSTATUS(status), 1);
  const AuditReport report = Verify();
  EXPECT_TRUE(report.intact) << report.problem;
  EXPECT_EQ(report.records, static_cast<uint64_t>(WEXITSTATUS(status)));
}

// A log of format 1, made before files were closed and signed.
TEST_F(AuditRotationTest, AnOldLogIsVerifiedAndContinued) {
  const auto old_key = PutOldLog("v1");
  auto report = VerifyAuditLog(path_, &old_key);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->intact) << report->problem;
  EXPECT_EQ(report->records, 3u);
  EXPECT_THAT(VerifyAuditLog(path_, {.public_key = *AuditPublicKey(old_key)})->problem, HasSubstr("format 1"));
  const std::string before = ReadFile(path_);
  for (size_t i = 0; i < before.size(); i += 5) {
    std::string changed = before;
    changed[i] = static_cast<char>(changed[i] ^ 2);
    WriteFile(path_, changed);
    chmod(path_.c_str(), 0600);
    ASSERT_FALSE(VerifyAuditLog(path_, &old_key)->intact) << i;
  }
  WriteFile(path_, before);
  chmod(path_.c_str(), 0600);
  auto log = OpenAuditLog({.path = path_, .key = &old_key, .max_bytes = 2000});
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_TRUE(AppendOne(**log, "4").ok());
  ASSERT_TRUE(AppendOne(**log, "5").ok());
  report = VerifyAuditLog(path_, &old_key);
  EXPECT_TRUE(report->intact) << report->problem;
  EXPECT_EQ(report->records - report->checkpoints, 5u);
  EXPECT_EQ(Files().size(), 2u);
  EXPECT_TRUE(VerifyAuditLog(path_, {.public_key = *AuditPublicKey(old_key)})->intact);
}

// A log of format 2 from before records named their tenant.
TEST_F(AuditRotationTest, ALogWithoutTenantsIsVerifiedAndContinued) {
  const auto old_key = PutOldLog("v2");
  const auto before = VerifyAuditLog(path_, &old_key);
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_TRUE(before->intact) << before->problem;
  EXPECT_EQ(before->records, 3u);
  EXPECT_THAT(ReadFile(path_), ::testing::Not(HasSubstr("\"tenant\"")));
  auto log = OpenAuditLog({.path = path_, .key = &old_key});
  ASSERT_TRUE(log.ok()) << log.status();
  AuditRecord record = Record("4");
  record.tenant = "ward \"3\"";
  ASSERT_TRUE((*log)->Append({&record, 1}).ok());
  EXPECT_THAT(ReadFile(path_), HasSubstr(R"("record":"4","tenant":"ward \"3\"","subject":)"));
  for (const AuditCheck& check : {AuditCheck{.key = &old_key}, AuditCheck{.public_key = *AuditPublicKey(old_key)}}) {
    const auto report = VerifyAuditLog(path_, check);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->intact) << report->problem;
    EXPECT_EQ(report->records, 4u);
  }
  // The tenant is under the hash as all else is.
  std::string changed = ReadFile(path_);
  changed.replace(changed.find("ward"), 4, "bard");
  WriteFile(path_, changed);
  chmod(path_.c_str(), 0600);
  EXPECT_FALSE(VerifyAuditLog(path_, &old_key)->intact);
}

}  // namespace
}  // namespace phiveil

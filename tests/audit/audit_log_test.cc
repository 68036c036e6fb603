#include "audit/audit_log.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <thread>

#include "audit_fixture.h"

namespace phiveil {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

TEST_F(AuditTest, WritesTheFields) {
  auto log = MustOpen();
  ASSERT_TRUE(AppendOne(*log, "note-1").ok());
  AuditRecord denied;
  denied.verb = AuditRecord::Verb::kRestore;
  denied.allowed = false;
  denied.reason = "purpose \"fun\"\n";
  denied.tokens = {"NAME_7QK2F", "DATE_3MX8D"};
  denied.foreign = 3;
  ASSERT_TRUE(log->Append({&denied, 1}).ok());
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  const std::string hash = "\"[0-9a-f]{64}\"";
  EXPECT_THAT(
      lines[0],
      MatchesRegex(
          R"(\{"v":2,"time":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z","verb":"redact",)"
          R"("actor":"etl@ward","purpose":"summary","record":"note-1","tenant":"","subject":)" +
          hash + ",\"input\":" + hash + ",\"output\":" + hash +
          R"(,"decision":"allowed","reason":"","policy":"safe_harbor@1","pack":"us@1","task":"","provider":"","model":"","region":"",)"
          R"("counts":\{"NAME":1,"OTHER_ID":12\},"seq":1,"prev":"0{64}","hash":)" +
          hash + R"(,"mac":"[0-9a-f]{32}"\})"));
  EXPECT_THAT(lines[1], HasSubstr(R"("verb":"restore")"));
  EXPECT_THAT(lines[1], HasSubstr(R"("decision":"denied","reason":"purpose \"fun\"\n")"));
  EXPECT_THAT(
      lines[1],
      HasSubstr(R"("counts":{},"tokens":["NAME_7QK2F","DATE_3MX8D"],"unknown":0,"altered":0,"foreign":3,"seq":2)"));
  const size_t at = lines[0].find("\"hash\":\"") + 8;
  EXPECT_THAT(lines[1], HasSubstr("\"prev\":\"" + lines[0].substr(at, 64) + "\""));
}

TEST_F(AuditTest, KeepsNoContentAndHashesUnderTheKey) {
  const auto field = [](const std::string& line, const std::string& name) {
    const size_t at = line.find("\"" + name + "\":\"") + name.size() + 4;
    return line.substr(at, 64);
  };
  ASSERT_TRUE(AppendOne(*MustOpen(), "a").ok());
  ASSERT_TRUE(AppendOne(*MustOpen(), "b").ok());
  const std::string all = ReadFile(path_) + ReadFile(head_path());
  for (const char* secret : {"Ana Ruiz", "patient-17", "7QK2F"}) EXPECT_THAT(all, Not(HasSubstr(secret)));
  const auto lines = Lines();
  for (const char* name : {"input", "output", "subject"}) EXPECT_EQ(field(lines[0], name), field(lines[1], name));
  EXPECT_NE(field(lines[0], "input"), field(lines[0], "output"));

  const auto other_key = *KeyEncryptionKey::CreateFile(dir_ / "key2");
  const std::string other_path = dir_ / "other.jsonl";
  auto other = OpenAuditLog({.path = other_path, .key = &other_key});
  ASSERT_TRUE(other.ok() && AppendOne(**other, "a").ok());
  path_ = other_path;
  for (const char* name : {"input", "output", "subject"}) EXPECT_NE(field(lines[0], name), field(Lines()[0], name));
}

TEST_F(AuditTest, ContinuesAfterReopening) {
  EXPECT_EQ(VerifyAuditLog(path_, &key_).status().code(), StatusCode::kNotFound);
  MustOpen();
  EXPECT_TRUE(Verify().intact);
  EXPECT_EQ(Verify().records, 0u);
  for (int i = 1; i <= 5; ++i) {
    auto log = MustOpen();
    ASSERT_TRUE(AppendOne(*log, std::to_string(i)).ok());
    ASSERT_TRUE(log->Append({}).ok());
    const AuditReport report = Verify();
    EXPECT_TRUE(report.intact) << report.problem;
    EXPECT_EQ(report.records, static_cast<uint64_t>(i));
    EXPECT_EQ(report.first_bad_line, 0u);
    EXPECT_EQ(report.problem, "");
  }
}

TEST_F(AuditTest, AGroupIsOneStretchInOrder) {
  auto log = MustOpen();
  std::vector<AuditRecord> records;
  for (int i = 0; i < 3000; ++i) records.push_back(Record(std::to_string(i)));
  ASSERT_TRUE(log->Append(records).ok());
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 3000u);
  for (int i = 0; i < 3000; ++i) ASSERT_THAT(lines[i], HasSubstr("\"record\":\"" + std::to_string(i) + "\""));
  EXPECT_TRUE(Verify().intact);
}

TEST_F(AuditTest, FilesArePrivate) {
  MustOpen();
  for (const std::string& file : {path_, head_path()}) {
    struct stat st = {};
    ASSERT_EQ(stat(file.c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 07777, 0600u);
  }
}

TEST_F(AuditTest, RefusesToOpen) {
  MustOpen();
  const auto code = [&] { return OpenAuditLog(Options()).status().code(); };
  const auto other = *KeyEncryptionKey::CreateFile(dir_ / "key2");
  EXPECT_EQ(OpenAuditLog({.path = path_, .key = &other}).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(VerifyAuditLog(path_, &other).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(OpenAuditLog({.path = path_, .key = nullptr}).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(OpenAuditLog({.path = "", .key = &key_}).status().code(), StatusCode::kInvalidArgument);
  chmod(path_.c_str(), 0620);
  EXPECT_EQ(code(), StatusCode::kFailedPrecondition);
  chmod(path_.c_str(), 0640);  // an auditor's group may read
  EXPECT_EQ(code(), StatusCode::kOk);
  path_ = dir_ / "link";
  ASSERT_EQ(symlink("audit.jsonl", path_.c_str()), 0);
  EXPECT_EQ(code(), StatusCode::kFailedPrecondition);
  path_ = dir_.path();
  EXPECT_NE(code(), StatusCode::kOk);
  path_ = dir_ / "no/such/folder";
  EXPECT_EQ(code(), StatusCode::kNotFound);
}

TEST_F(AuditTest, RefusesAnEndlessActor) {
  auto log = MustOpen();
  AuditRecord record = Record("x");
  record.actor = std::string(1 << 20, 'a');
  EXPECT_EQ(log->Append({&record, 1}).code(), StatusCode::kInvalidArgument);
  record.actor = std::string(100'000, '\x01');  // becomes six times as long
  EXPECT_EQ(log->Append({&record, 1}).code(), StatusCode::kInvalidArgument);
  record.actor = std::string(80'000, '\x01');
  EXPECT_TRUE(log->Append({&record, 1}).ok());
  EXPECT_EQ(Verify().records, 1u);
  EXPECT_TRUE(Verify().intact);
}

TEST_F(AuditTest, NoticesALogMovedAway) {
  auto log = MustOpen();
  ASSERT_TRUE(AppendOne(*log, "1").ok());
  ASSERT_EQ(rename(path_.c_str(), (path_ + ".old").c_str()), 0);
  EXPECT_EQ(AppendOne(*log, "2").code(), StatusCode::kFailedPrecondition);
  WriteFile(path_, "");
  EXPECT_EQ(AppendOne(*log, "2").code(), StatusCode::kFailedPrecondition);
}

TEST_F(AuditTest, ThreadsShareTheLog) {
  auto log = MustOpen();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(AppendOne(*log, std::to_string(t) + "-" + std::to_string(i)).ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const AuditReport report = Verify();
  EXPECT_TRUE(report.intact) << report.problem;
  EXPECT_EQ(report.records, 400u);
}

// Two opened logs in one process lock each other out exactly as two processes do.
TEST_F(AuditTest, WritersTakeTurns) {
  auto a = MustOpen(), b = MustOpen();
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(AppendOne(*a, "a").ok());
    ASSERT_TRUE(AppendOne(i % 3 ? *b : *a, "b").ok());
  }
  EXPECT_TRUE(Verify().intact);
  EXPECT_EQ(Verify().records, 40u);
}

TEST_F(AuditTest, ProcessesShareTheLog) {
  std::vector<pid_t> children;
  for (int p = 0; p < 4; ++p) {
    children.push_back(fork());
    if (children.back() != 0) continue;
    bool ok = true;
    for (int i = 0; i < 25; ++i) {
      auto log = OpenAuditLog(Options());
      ok = ok && log.ok() && AppendOne(**log, "x").ok() && AppendOne(**log, "y").ok();
    }
    _exit(ok ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const AuditReport report = Verify();
  EXPECT_TRUE(report.intact) << report.problem;
  EXPECT_EQ(report.records, 200u);
}

TEST_F(AuditTest, ReadingStopsWhenToldTo) {
  auto log = MustOpen();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(AppendOne(*log, "x").ok());
  int seen = 0;
  EXPECT_TRUE(ReadAuditLog(path_, [&](std::string_view) { return ++seen < 2; }).ok());
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(ReadAuditLog(dir_ / "none", [](std::string_view) { return true; }).code(), StatusCode::kNotFound);
}

// Records of calls that give no text out.
class ReadingTest : public AuditTest {
 protected:
  std::unique_ptr<AuditLog> Open(uint32_t calls, uint32_t ms) {
    AuditOptions options = Options();
    options.reading_calls = calls;
    options.reading_ms = ms;
    auto log = OpenAuditLog(options);
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }
  static absl::Status Read(AuditLog& log, std::string id) {
    AuditRecord record = Record(std::move(id));
    record.verb = AuditRecord::Verb::kFind;
    record.output = "";
    return log.AppendReading(record);
  }
};

TEST_F(ReadingTest, ARecordForEachCallWrittenInGroups) {
  auto log = Open(4, 0);
  for (int i = 1; i <= 11; ++i) {
    ASSERT_TRUE(Read(*log, std::to_string(i)).ok());
    EXPECT_EQ(Lines().size(), static_cast<size_t>(i / 4 * 4));
  }
  ASSERT_TRUE(log->Flush().ok());
  EXPECT_EQ(Lines().size(), 11u);
  ASSERT_TRUE(Read(*log, "12").ok());
  ASSERT_TRUE(AppendOne(*log, "13").ok());
  ASSERT_TRUE(Read(*log, "14").ok());
  log.reset();
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 14u);
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_THAT(lines[i], HasSubstr("\"record\":\"" + std::to_string(i + 1) + "\"")) << "in the order of the calls";
    EXPECT_THAT(lines[i], HasSubstr(i == 12 ? "\"verb\":\"redact\"" : "\"verb\":\"find\""));
  }
  EXPECT_TRUE(Verify().intact) << Verify().problem;
}

TEST_F(ReadingTest, StrictWaitsForEach) {
  for (const uint32_t calls : {0u, 1u}) {
    auto log = Open(calls, 1000);
    const size_t before = Lines().size();
    ASSERT_TRUE(Read(*log, "a").ok());
    EXPECT_EQ(Lines().size(), before + 1);
  }
}

TEST_F(ReadingTest, WrittenInTimeThoughNobodyCallsAgain) {
  auto log = Open(1000, 1);
  ASSERT_TRUE(Read(*log, "1").ok());
  while (Lines().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(Lines().size(), 1u);
}

TEST_F(ReadingTest, ThreadsLoseNone) {
  {
    auto log = Open(7, 1);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 100; ++i) {
          const std::string id = std::to_string(t) + "/" + std::to_string(i);
          EXPECT_TRUE(i % 10 == 0 ? AppendOne(*log, id).ok() : Read(*log, id).ok());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(Lines().size(), 800u);
  EXPECT_TRUE(Verify().intact) << Verify().problem;
}

// A limit on the file's size is a disk that is full at that byte.
TEST_F(ReadingTest, AFullDiskStopsReadingUntilTheGroupIsWritten) {
  auto log = Open(4, 0);
  struct rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto ignored = signal(SIGXFSZ, SIG_IGN);
  struct rlimit full = before;
  full.rlim_cur = 16;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  for (int i = 1; i <= 3; ++i) EXPECT_TRUE(Read(*log, std::to_string(i)).ok()) << "waits";
  EXPECT_FALSE(Read(*log, "4").ok());
  EXPECT_FALSE(Read(*log, "not read").ok()) << "refused, and not remembered";
  EXPECT_FALSE(AppendOne(*log, "not redacted").ok());
  EXPECT_FALSE(log->Flush().ok());
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, ignored);
  ASSERT_TRUE(Read(*log, "5").ok());
  ASSERT_TRUE(log->Flush().ok());
  EXPECT_EQ(Lines().size(), 5u);
  EXPECT_TRUE(Verify().intact) << Verify().problem;
}

TEST_F(ReadingTest, AForkedProcessLeavesTheRecordsToItsParent) {
  auto log = Open(100, 60'000);
  ASSERT_TRUE(Read(*log, "parent").ok());
  const pid_t child = fork();
  if (child == 0) {
    const bool ok = Read(*log, "child").ok() && log->Flush().ok();
    _exit(ok ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  log.reset();
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], HasSubstr("\"child\""));
  EXPECT_THAT(lines[1], HasSubstr("\"parent\""));
  EXPECT_TRUE(Verify().intact) << Verify().problem;
}

}  // namespace
}  // namespace phiveil

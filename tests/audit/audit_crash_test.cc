// What a crash, a full disk or a failing device may leave, and that nothing acknowledged is lost.

#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "../crypto/faulty_file_ops.h"
#include "audit/audit_head.h"
#include "audit/audit_log.h"
#include "audit_fixture.h"

namespace phiveil {
namespace {

using absl::StatusCode;

TEST_F(AuditTest, ALogAheadOfItsHeadIsTakenIn) {
  std::string old_head;
  {
    auto log = MustOpen();
    ASSERT_TRUE(AppendOne(*log, "1").ok());
    old_head = ReadFile(head_path());
    ASSERT_TRUE(AppendOne(*log, "2").ok());
    ASSERT_TRUE(AppendOne(*log, "3").ok());
  }
  WriteFile(head_path(), old_head);
  EXPECT_TRUE(Verify().intact);
  ASSERT_TRUE(AppendOne(*MustOpen(), "4").ok());
  const AuditReport report = Verify();
  EXPECT_TRUE(report.intact) << report.problem;
  EXPECT_EQ(report.records, 4u);
}

// A write stopped anywhere in its last group: what is whole stays, the rest goes, and the log is
// good again.
TEST_F(AuditTest, EveryTornWriteIsDropped) {
  {
    auto log = MustOpen();
    ASSERT_TRUE(AppendOne(*log, "1").ok());
  }
  const std::string acknowledged = ReadFile(path_), head = ReadFile(head_path());
  {
    auto log = MustOpen();
    const AuditRecord group[] = {Record("2"), Record("3")};
    ASSERT_TRUE(log->Append(group).ok());
  }
  const std::string all = ReadFile(path_);
  const size_t second = all.find('\n', acknowledged.size()) + 1;
  for (size_t size = acknowledged.size(); size < all.size(); size += 7) {
    for (const size_t zeros : {0, 5}) {
      WriteFile(path_, all.substr(0, size) + std::string(zeros, '\0') + (zeros ? all.substr(size + zeros) : ""));
      WriteFile(head_path(), head);
      auto log = OpenAuditLog(Options());
      ASSERT_TRUE(log.ok()) << size << log.status();
      ASSERT_EQ(ReadFile(path_), all.substr(0, size < second ? acknowledged.size() : second)) << size;
      ASSERT_TRUE(AppendOne(**log, "4").ok());
      ASSERT_TRUE(Verify().intact) << Verify().problem;
    }
  }
}

// Fails each call in turn, in several ways. What was acknowledged is in the log, in order; what was
// not acknowledged may be there only as a whole record; and a reopened log works.
class AuditFaultTest : public AuditTest, public testing::WithParamInterface<std::pair<FaultyFileOps::Mode, int>> {};

TEST_P(AuditFaultTest, NothingAcknowledgedIsLost) {
  const auto [mode, error] = GetParam();
  bool reached_the_end = false;
  for (int succeed = 0; succeed < 200 && !reached_the_end; ++succeed) {
    path_ = dir_ / ("log" + std::to_string(succeed));
    FaultyFileOps ops(succeed, error, mode);
    std::vector<std::string> acknowledged;
    auto log = audit_internal::OpenFileAuditLog(Options(), ops);
    for (int i = 0; i < 12 && log.ok(); ++i) {
      const std::string id = "r" + std::to_string(i);
      const absl::Status status = AppendOne(**log, id);
      if (status.ok()) acknowledged.push_back(id);
      if (!status.ok() && error == ENOSPC) {
        EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
      }
    }
    if (!log.ok()) {
      EXPECT_TRUE(ops.failed());
    }
    log = absl::CancelledError();
    reached_the_end = !ops.failed();
    if (reached_the_end) {
      EXPECT_EQ(acknowledged.size(), 12u);
    }
    if (ops.failed()) {
      EXPECT_LT(acknowledged.size(), 12u) << "a failure at call " << succeed << " went unreported";
    }

    ASSERT_TRUE(AppendOne(*MustOpen(), "after").ok()) << succeed;
    const AuditReport report = Verify();
    ASSERT_TRUE(report.intact) << succeed << " " << report.problem;
    const auto lines = Lines();
    size_t at = 0;
    for (const std::string& id : acknowledged) {
      while (at < lines.size() && lines[at].find("\"record\":\"" + id + "\"") == std::string::npos) ++at;
      ASSERT_LT(at, lines.size()) << id << " was acknowledged and is gone; call " << succeed;
    }
  }
  EXPECT_TRUE(reached_the_end);
}

INSTANTIATE_TEST_SUITE_P(Faults, AuditFaultTest,
                         testing::Values(std::pair{FaultyFileOps::Mode::kOnce, EIO},
                                         std::pair{FaultyFileOps::Mode::kEver, EIO},
                                         std::pair{FaultyFileOps::Mode::kOnce, ENOSPC},
                                         std::pair{FaultyFileOps::Mode::kEver, ENOSPC},
                                         std::pair{FaultyFileOps::Mode::kShortWriteThenOnce, ENOSPC}));

TEST_F(AuditTest, AFullDiskIsNotTheEnd) {
  FaultyFileOps ops(1000, ENOSPC, FaultyFileOps::Mode::kOnce);
  {
    auto log = audit_internal::OpenFileAuditLog(Options(), ops);
    ASSERT_TRUE(log.ok() && AppendOne(**log, "1").ok());
  }
  const std::string before = ReadFile(path_);
  // Open takes two calls here; the first write is cut in half and then refused.
  FaultyFileOps full(2, ENOSPC, FaultyFileOps::Mode::kShortWriteThenOnce);
  auto log = audit_internal::OpenFileAuditLog(Options(), full);
  ASSERT_TRUE(log.ok());
  EXPECT_EQ(AppendOne(**log, "2").code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(full.failed());
  EXPECT_EQ(ReadFile(path_), before) << "the half-written group must be taken back";
  EXPECT_TRUE(AppendOne(**log, "3").ok()) << "space was made";
  EXPECT_TRUE(Verify().intact);
  EXPECT_EQ(Verify().records, 2u);
}

TEST_F(AuditTest, KilledAtAnyMomentNothingAcknowledgedIsLost) {
  int acknowledged = 0;
  for (int round = 0; round < 15; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto log = OpenAuditLog(Options());
      const AuditRecord group[] = {Record("x"), Record("y")};
      while (log.ok() && (*log)->Append(group).ok() && write(pipe_ends[1], "12", 2) == 2) {
      }
      _exit(1);
    }
    close(pipe_ends[1]);
    std::this_thread::sleep_for(std::chrono::microseconds(500 + 1700 * round));
    char buffer[4096];
    if (round >= 8) {  // on a busy machine, too, some have got to work
      const ssize_t n = read(pipe_ends[0], buffer, sizeof(buffer));
      ASSERT_GT(n, 0);
      acknowledged += static_cast<int>(n);
    }
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    for (ssize_t n; (n = read(pipe_ends[0], buffer, sizeof(buffer))) > 0;) acknowledged += static_cast<int>(n);
    close(pipe_ends[0]);
    MustOpen();
    const AuditReport report = Verify();
    ASSERT_TRUE(report.intact) << report.problem;
    ASSERT_GE(report.records, static_cast<uint64_t>(acknowledged));
  }
  EXPECT_GT(acknowledged, 0);
}

}  // namespace
}  // namespace phiveil

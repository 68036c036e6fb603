#ifndef PHIVEIL_AUDIT_AUDIT_LOG_H_
#define PHIVEIL_AUDIT_AUDIT_LOG_H_

// The log in a file, and the files closed before it. Threads that append at the same time share one write
// and one sync; processes take turns by a lock on the head, which keeps its place when the log is closed.

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/audit_head.h"
#include "audit/audit_line.h"
#include "crypto/file_ops.h"
#include "phiveil/audit.h"

namespace phiveil::audit_internal {

// OpenAuditLog with the file calls given from outside.
absl::StatusOr<std::unique_ptr<AuditLog>> OpenFileAuditLog(const AuditOptions& options, crypto::FileOps& ops);

// A log file, private and regular, opened to append; made when it is not there.
absl::StatusOr<crypto::FileDescriptor> OpenLogFile(const std::string& path, crypto::FileOps& ops);

struct AuditLimits {
  uint64_t max_bytes;
  int64_t max_seconds;
  uint64_t checkpoint_every;
  uint32_t reading_calls;
  uint32_t reading_ms;
};

class FileAuditLog final : public AuditLog {
 public:
  FileAuditLog(std::string path, AuditKeys keys, AuditLimits limits, crypto::FileDescriptor log,
               crypto::FileDescriptor head, crypto::FileOps& ops)
      : path_(std::move(path)),
        keys_(std::move(keys)),
        limits_(limits),
        log_(std::move(log)),
        head_(std::move(head)),
        ops_(&ops) {}

  ~FileAuditLog() override;

  // Reads the head, takes in what a crash left behind it, drops what a crash left unfinished.
  absl::Status Recover();

  absl::Status Append(std::span<const AuditRecord> records) override;
  absl::Status AppendReading(const AuditRecord& record) override;
  absl::Status Flush() override;
  absl::Status Checkpoint() override;

 private:
  struct Waiter {
    std::vector<std::string> bodies;
    bool checkpoint = false;
    bool done = false;
    absl::Status status;
  };

  absl::Status FlushReadings();
  void FlushInTime();
  absl::Status AdmitReading();
  void LeaveToParent();
  absl::Status Submit(Waiter* waiter);
  absl::Status WriteGroup(const std::vector<Waiter*>& group);
  absl::Status WriteLocked(const std::vector<Waiter*>& group);
  absl::Status WriteBytes(std::string_view bytes, const AuditHead& next);
  absl::Status AddCheckpoint(AuditHead* next, std::string* bytes) const;
  bool IsDue() const;
  absl::Status Rotate();
  absl::Status FollowRotation();
  absl::Status StartNewFile();
  absl::Status RecoverLocked();
  absl::Status MakeHead(uint64_t log_size);
  absl::Status PassClosedFiles(AuditHead* head, bool* passed) const;
  absl::Status TakeInTail(uint64_t log_size, AuditHead* head);
  absl::Status WriteHead(const AuditHead& head);
  absl::Status TakeBack();
  absl::StatusOr<uint64_t> CheckedSize();

  const std::string path_;
  const AuditKeys keys_;
  const AuditLimits limits_;
  crypto::FileDescriptor log_;
  const crypto::FileDescriptor head_;
  crypto::FileOps* const ops_;

  std::mutex mutex_;
  std::condition_variable written_;
  bool writing_ = false;
  std::vector<Waiter*> queue_;

  // Records of reading calls that wait for their group. `flush_mutex_` is taken before `readings_mutex_`.
  std::mutex flush_mutex_;
  std::mutex readings_mutex_;
  std::condition_variable readings_come_;
  std::vector<std::string> readings_;  // under readings_mutex_, as are the next four
  std::chrono::steady_clock::time_point oldest_reading_;
  bool readings_written_ = true;  // whether the last group was
  bool closing_ = false;
  std::thread in_time_;  // started by the first reading call
  int process_ = getpid();

  // Of the one thread that has `writing_`, as is log_.
  AuditHead newest_;
  std::string head_bytes_;  // of the head on disk, to put back should writing it stop halfway
  absl::Status broken_;
};

}  // namespace phiveil::audit_internal

#endif  // PHIVEIL_AUDIT_AUDIT_LOG_H_

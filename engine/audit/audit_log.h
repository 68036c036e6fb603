#ifndef PHIVEIL_AUDIT_AUDIT_LOG_H_
#define PHIVEIL_AUDIT_AUDIT_LOG_H_

// The log in a file. Threads that append at the same time share one write and one sync; processes
// take turns by a lock on the file.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
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

class FileAuditLog final : public AuditLog {
 public:
  FileAuditLog(std::string path, AuditKeys keys, crypto::FileDescriptor log, crypto::FileDescriptor head,
               crypto::FileOps& ops)
      : path_(std::move(path)), keys_(std::move(keys)), log_(std::move(log)), head_(std::move(head)), ops_(&ops) {}

  // Reads the head, takes in what a crash left behind it, drops what a crash left unfinished.
  absl::Status Recover();

  absl::Status Append(std::span<const AuditRecord> records) override;

 private:
  struct Waiter {
    std::vector<std::string> bodies;
    bool done = false;
    absl::Status status;
  };

  absl::Status WriteGroup(const std::vector<Waiter*>& group);
  absl::Status WriteLocked(const std::vector<Waiter*>& group);
  absl::Status RecoverLocked();
  absl::Status MakeHead(uint64_t log_size);
  absl::Status TakeInTail(uint64_t log_size, AuditHead* head);
  absl::Status WriteHead(const AuditHead& head);
  absl::Status TakeBack();
  absl::StatusOr<uint64_t> CheckedSize() const;

  const std::string path_;
  const AuditKeys keys_;
  const crypto::FileDescriptor log_;
  const crypto::FileDescriptor head_;
  crypto::FileOps* const ops_;

  std::mutex mutex_;
  std::condition_variable written_;
  bool writing_ = false;
  std::vector<Waiter*> queue_;

  // Of the one thread that has `writing_`.
  AuditHead newest_;
  absl::Status broken_;
};

}  // namespace phiveil::audit_internal

#endif  // PHIVEIL_AUDIT_AUDIT_LOG_H_

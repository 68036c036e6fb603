#include "audit/audit_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/line_reader.h"
#include "base/status_macros.h"
#include "crypto/key_access.h"

namespace phiveil {
namespace audit_internal {
namespace {

using crypto::ErrnoStatus;
using crypto::FileDescriptor;
using crypto::FileOps;

class FileLock {
 public:
  explicit FileLock(int fd) : fd_(fd) {
    do {
      held_ = flock(fd_, LOCK_EX) == 0;
    } while (!held_ && errno == EINTR);
  }
  ~FileLock() {
    if (held_) flock(fd_, LOCK_UN);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  bool held() const { return held_; }

 private:
  int fd_;
  bool held_ = false;
};

int64_t NowMicros() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

absl::StatusOr<FileDescriptor> OpenPrivate(const std::string& path, int flags, FileOps& ops) {
  FileDescriptor fd(ops.Open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, 0600));
  if (!fd.valid() && errno == ELOOP) return absl::FailedPreconditionError(absl::StrCat(path, ": is a symbolic link"));
  if (!fd.valid()) return ErrnoStatus(errno, "cannot open", path);
  struct stat st = {};
  if (fstat(fd.get(), &st) != 0) return ErrnoStatus(errno, "cannot stat", path);
  if (!S_ISREG(st.st_mode)) return absl::FailedPreconditionError(absl::StrCat(path, ": not a regular file"));
  if ((st.st_mode & 0022) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": others may write to the audit log (chmod 600)"));
  }
  return fd;
}

}  // namespace

absl::Status FileAuditLog::Append(std::span<const AuditRecord> records) {
  if (records.empty()) return absl::OkStatus();
  Waiter waiter;
  const int64_t now = NowMicros();
  for (const AuditRecord& record : records) {
    PHIVEIL_ASSIGN_OR_RETURN(waiter.bodies.emplace_back(), LineBody(record, keys_, now));
    if (waiter.bodies.back().size() > kMaxLineSize / 2) {
      return absl::InvalidArgumentError("actor, purpose, record id and reason together are longer than 512 KiB");
    }
  }
  std::unique_lock lock(mutex_);
  queue_.push_back(&waiter);
  while (!waiter.done && writing_) written_.wait(lock);
  if (waiter.done) return waiter.status;
  writing_ = true;
  const std::vector<Waiter*> group = std::exchange(queue_, {});
  lock.unlock();
  absl::Status status = WriteGroup(group);
  lock.lock();
  writing_ = false;
  for (Waiter* member : group) {
    member->done = true;
    member->status = status;
  }
  written_.notify_all();
  return status;
}

absl::Status FileAuditLog::WriteGroup(const std::vector<Waiter*>& group) {
  PHIVEIL_RETURN_IF_ERROR(broken_);
  const FileLock lock(log_.get());
  if (!lock.held()) return ErrnoStatus(errno, "cannot lock", path_);
  PHIVEIL_ASSIGN_OR_RETURN(const uint64_t size, CheckedSize());
  if (size != newest_.size) PHIVEIL_RETURN_IF_ERROR(RecoverLocked());  // another process has written
  return WriteLocked(group);
}

absl::Status FileAuditLog::WriteLocked(const std::vector<Waiter*>& group) {
  AuditHead next = newest_;
  std::string bytes;
  for (const Waiter* waiter : group) {
    for (const std::string& body : waiter->bodies) {
      PHIVEIL_RETURN_IF_ERROR(AppendLine(body, keys_, &next.end, &bytes));
    }
  }
  next.size += bytes.size();
  if (absl::Status status = crypto::WriteAll(*ops_, log_.get(), bytes, path_); !status.ok()) {
    if (absl::Status undone = TakeBack(); !undone.ok()) broken_ = undone;
    return status;
  }
  if (ops_->Fdatasync(log_.get()) != 0) {
    // What the device has after a failed sync is unknown; only reading it again can tell.
    broken_ = ErrnoStatus(errno, "cannot sync the audit log; open it again", path_);
    TakeBack().IgnoreError();
    return broken_;
  }
  if (absl::Status status = WriteHead(next); !status.ok()) return broken_ = status;
  newest_ = next;
  return absl::OkStatus();
}

absl::Status FileAuditLog::TakeBack() {
  if (ops_->Ftruncate(log_.get(), static_cast<off_t>(newest_.size)) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, "cannot take back an unfinished write; open the audit log again", path_);
}

absl::StatusOr<uint64_t> FileAuditLog::CheckedSize() const {
  struct stat opened = {}, named = {};
  if (fstat(log_.get(), &opened) != 0) return ErrnoStatus(errno, "cannot stat", path_);
  if (stat(path_.c_str(), &named) != 0 || named.st_ino != opened.st_ino || named.st_dev != opened.st_dev) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ": the audit log was moved away or replaced while it was open; open it again"));
  }
  return static_cast<uint64_t>(opened.st_size);
}

absl::Status FileAuditLog::Recover() {
  const FileLock lock(log_.get());
  if (!lock.held()) return ErrnoStatus(errno, "cannot lock", path_);
  return RecoverLocked();
}

absl::Status FileAuditLog::RecoverLocked() {
  PHIVEIL_ASSIGN_OR_RETURN(const uint64_t size, CheckedSize());
  PHIVEIL_ASSIGN_OR_RETURN(const std::string bytes,
                           crypto::ReadAt(head_.get(), 0, kAuditHeadSize + 1, HeadPath(path_)));
  if (bytes.empty()) return MakeHead(size);
  auto head = DecodeHead(bytes, &keys_);
  if (!head.ok()) return absl::Status(head.status().code(), absl::StrCat(path_, ": ", head.status().message()));
  if (size < head->size) {
    return absl::DataLossError(absl::StrCat(path_, ": the audit log was cut: it has ", size, " bytes, but record ",
                                            head->end.seq, " ended at ", head->size));
  }
  if (size > head->size) PHIVEIL_RETURN_IF_ERROR(TakeInTail(size, &*head));
  newest_ = *std::move(head);
  return absl::OkStatus();
}

// The head is on disk before the first record is, so a log with records and no head has lost it.
absl::Status FileAuditLog::MakeHead(uint64_t log_size) {
  if (log_size != 0) {
    return absl::DataLossError(
        absl::StrCat(path_, ": the audit log has records, but ", HeadPath(path_), " is missing or empty"));
  }
  newest_ = AuditHead();
  PHIVEIL_RETURN_IF_ERROR(WriteHead(newest_));
  if (ops_->Fsync(head_.get()) != 0) return ErrnoStatus(errno, "cannot sync", HeadPath(path_));
  return crypto::SyncDirectoryOf(*ops_, path_);
}

absl::Status FileAuditLog::TakeInTail(uint64_t log_size, AuditHead* head) {
  LineReader reader(log_.get(), path_, head->size, log_size);
  const uint64_t begin = head->size;
  while (true) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto line, reader.Next());
    // A power failure may leave zeros where a write did not arrive. Records never contain them.
    if (!line || !line->complete || line->text.find('\0') != std::string_view::npos) break;
    PHIVEIL_ASSIGN_OR_RETURN(const auto problem, CheckLine(line->text, &keys_, &head->end));
    if (problem) return absl::DataLossError(absl::StrCat(path_, ": after record ", head->end.seq, ": ", *problem));
    head->size += line->text.size() + 1;
  }
  if (head->size < log_size && ops_->Ftruncate(log_.get(), static_cast<off_t>(head->size)) != 0) {
    return ErrnoStatus(errno, "cannot drop an unfinished write", path_);
  }
  if (ops_->Fdatasync(log_.get()) != 0) return ErrnoStatus(errno, "cannot sync", path_);
  return head->size == begin ? absl::OkStatus() : WriteHead(*head);
}

absl::Status FileAuditLog::WriteHead(const AuditHead& head) {
  PHIVEIL_ASSIGN_OR_RETURN(const std::string bytes, EncodeHead(head, keys_));
  return crypto::PWriteAll(*ops_, head_.get(), bytes, 0, HeadPath(path_));
}

absl::StatusOr<std::unique_ptr<AuditLog>> OpenFileAuditLog(const AuditOptions& options, FileOps& ops) {
  if (options.path.empty()) return absl::InvalidArgumentError("an audit log needs a path");
  if (options.key == nullptr || !KeyAccess::Usable(*options.key)) {
    return absl::FailedPreconditionError(absl::StrCat(options.path, ": no key was given for the audit log"));
  }
  PHIVEIL_ASSIGN_OR_RETURN(AuditKeys keys, AuditKeys::From(*options.key));
  PHIVEIL_ASSIGN_OR_RETURN(FileDescriptor log, OpenPrivate(options.path, O_APPEND, ops));
  PHIVEIL_ASSIGN_OR_RETURN(FileDescriptor head, OpenPrivate(HeadPath(options.path), 0, ops));
  auto opened = std::make_unique<FileAuditLog>(options.path, std::move(keys), std::move(log), std::move(head), ops);
  PHIVEIL_RETURN_IF_ERROR(opened->Recover());
  return opened;
}

}  // namespace audit_internal

absl::StatusOr<std::unique_ptr<AuditLog>> OpenAuditLog(const AuditOptions& options) {
  return audit_internal::OpenFileAuditLog(options, crypto::FileOps::System());
}

}  // namespace phiveil

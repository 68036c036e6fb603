#include "audit/audit_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <utility>

#include "absl/strings/escaping.h"
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

constexpr int64_t kMicros = 1'000'000;
constexpr uint32_t kMostReadings = 65'536;

absl::StatusOr<std::string> CheckedBody(const AuditRecord& record, const AuditKeys& keys, int64_t time_us) {
  PHIVEIL_ASSIGN_OR_RETURN(std::string body, LineBody(record, keys, time_us));
  if (body.size() <= kMaxLineSize / 2) return body;
  return absl::InvalidArgumentError("actor, purpose, record id and reason together are longer than 512 KiB");
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

absl::StatusOr<FileDescriptor> OpenLogFile(const std::string& path, FileOps& ops) {
  return OpenPrivate(path, O_APPEND, ops);
}

absl::Status FileAuditLog::Append(std::span<const AuditRecord> records) {
  if (records.empty()) return absl::OkStatus();
  Waiter waiter;
  const int64_t now = NowMicros();
  for (const AuditRecord& record : records) {
    PHIVEIL_ASSIGN_OR_RETURN(waiter.bodies.emplace_back(), CheckedBody(record, keys_, now));
  }
  PHIVEIL_RETURN_IF_ERROR(FlushReadings());
  return Submit(&waiter);
}

absl::Status FileAuditLog::AppendReading(const AuditRecord& record) {
  if (limits_.reading_calls <= 1) return Append({&record, 1});
  PHIVEIL_ASSIGN_OR_RETURN(std::string body, CheckedBody(record, keys_, NowMicros()));
  PHIVEIL_RETURN_IF_ERROR(AdmitReading());
  bool due = false;
  {
    const std::lock_guard lock(readings_mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (readings_.empty()) {
      oldest_reading_ = now;
      readings_come_.notify_one();
    }
    readings_.push_back(std::move(body));
    const std::chrono::milliseconds most(limits_.reading_ms);
    due = readings_.size() >= limits_.reading_calls || (limits_.reading_ms > 0 && now - oldest_reading_ >= most);
  }
  return due ? FlushReadings() : absl::OkStatus();
}

// Nothing more is read while what was read before cannot be written.
absl::Status FileAuditLog::AdmitReading() {
  {
    const std::lock_guard lock(readings_mutex_);
    LeaveToParent();
    if (limits_.reading_ms > 0 && !in_time_.joinable()) in_time_ = std::thread([this] { FlushInTime(); });
    if (readings_written_) return absl::OkStatus();
  }
  return FlushReadings();
}

absl::Status FileAuditLog::Flush() { return FlushReadings(); }

// Of two at once the second finds nothing left, after the first has ended.
absl::Status FileAuditLog::FlushReadings() {
  const std::lock_guard flushing(flush_mutex_);
  Waiter waiter;
  {
    const std::lock_guard lock(readings_mutex_);
    LeaveToParent();
    if (readings_.empty()) return absl::OkStatus();
    waiter.bodies.swap(readings_);
  }
  const absl::Status status = Submit(&waiter);
  const std::lock_guard lock(readings_mutex_);
  readings_written_ = status.ok();
  if (!status.ok()) {
    waiter.bodies.insert(waiter.bodies.end(), std::make_move_iterator(readings_.begin()),
                         std::make_move_iterator(readings_.end()));
    readings_ = std::move(waiter.bodies);
  }
  return status;
}

// The last records are written although nobody reads anything more. A failure is told to the next reading call.
void FileAuditLog::FlushInTime() {
  const std::chrono::milliseconds most(limits_.reading_ms);
  std::unique_lock lock(readings_mutex_);
  while (!closing_) {
    if (readings_.empty()) {
      readings_come_.wait(lock);
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    const auto due = readings_written_ ? oldest_reading_ + most : now + most;
    if (now < due) {
      readings_come_.wait_until(lock, due);
      if (readings_written_) continue;
      if (closing_) return;
    }
    lock.unlock();
    FlushReadings().IgnoreError();
    lock.lock();
  }
}

// A process that was forked has neither the thread, nor are the records that wait its own.
void FileAuditLog::LeaveToParent() {
  if (process_ == getpid()) return;
  process_ = getpid();
  readings_.clear();
  if (in_time_.joinable()) in_time_.detach();
}

FileAuditLog::~FileAuditLog() {
  {
    const std::lock_guard lock(readings_mutex_);
    LeaveToParent();
    closing_ = true;
  }
  readings_come_.notify_all();
  if (in_time_.joinable()) in_time_.join();
  FlushReadings().IgnoreError();
}

absl::Status FileAuditLog::Checkpoint() {
  PHIVEIL_RETURN_IF_ERROR(FlushReadings());
  Waiter waiter;
  waiter.checkpoint = true;
  return Submit(&waiter);
}

absl::Status FileAuditLog::Submit(Waiter* waiter) {
  std::unique_lock lock(mutex_);
  queue_.push_back(waiter);
  while (!waiter->done && writing_) written_.wait(lock);
  if (waiter->done) return waiter->status;
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
  const FileLock lock(head_.get());
  if (!lock.held()) return ErrnoStatus(errno, "cannot lock", path_);
  PHIVEIL_ASSIGN_OR_RETURN(const uint64_t size, CheckedSize());
  if (size != newest_.size) PHIVEIL_RETURN_IF_ERROR(RecoverLocked());  // another process has written
  if (IsDue()) PHIVEIL_RETURN_IF_ERROR(Rotate());
  return WriteLocked(group);
}

absl::Status FileAuditLog::WriteLocked(const std::vector<Waiter*>& group) {
  AuditHead next = newest_;
  std::string bytes;
  bool asked = false;
  for (const Waiter* waiter : group) {
    asked = asked || waiter->checkpoint;
    for (const std::string& body : waiter->bodies) {
      PHIVEIL_RETURN_IF_ERROR(AppendLine(body, keys_, &next.end, &bytes));
    }
  }
  const bool due = limits_.checkpoint_every > 0 && next.end.seq - next.checkpoint >= limits_.checkpoint_every;
  if (asked || due) PHIVEIL_RETURN_IF_ERROR(AddCheckpoint(&next, &bytes));
  next.size += bytes.size();
  if (next.begun_us == 0) next.begun_us = NowMicros();
  return WriteBytes(bytes, next);
}

absl::Status FileAuditLog::AddCheckpoint(AuditHead* next, std::string* bytes) const {
  PHIVEIL_ASSIGN_OR_RETURN(const std::string body, CheckpointBody(keys_, next->end, next->segment, NowMicros()));
  PHIVEIL_RETURN_IF_ERROR(AppendLine(body, keys_, &next->end, bytes));
  next->checkpoint = next->end.seq;
  return absl::OkStatus();
}

absl::Status FileAuditLog::WriteBytes(std::string_view bytes, const AuditHead& next) {
  if (absl::Status status = crypto::WriteAll(*ops_, log_.get(), bytes, path_); !status.ok()) {
    if (absl::Status undone = TakeBack(); !undone.ok()) broken_ = undone;
    return status;
  }
  if (ops_->Fdatasync(log_.get()) != 0) {
    // What the device has after a failed sync is unknown; only reading it again can tell.
    broken_ = ErrnoStatus(errno, "cannot sync the audit log; open it again", path_);
    if (const absl::Status undone = TakeBack(); !undone.ok()) {
      broken_ = absl::Status(broken_.code(), absl::StrCat(broken_.message(), "; ", undone.message()));
    }
    return broken_;
  }
  if (absl::Status status = WriteHead(next); !status.ok()) return broken_ = status;
  newest_ = next;
  return absl::OkStatus();
}

bool FileAuditLog::IsDue() const {
  if (newest_.size == 0) return false;
  if (limits_.max_bytes > 0 && newest_.size >= limits_.max_bytes) return true;
  return limits_.max_seconds > 0 && newest_.begun_us > 0 &&
         NowMicros() - newest_.begun_us >= limits_.max_seconds * kMicros;
}

// Closes the file with a checkpoint, gives it its number, and goes on in a new one. A crash between any two
// steps leaves what RecoverLocked knows: the closed file under the number that the head still has for the open one.
absl::Status FileAuditLog::Rotate() {
  AuditHead next = newest_;
  std::string bytes;
  PHIVEIL_RETURN_IF_ERROR(AddCheckpoint(&next, &bytes));
  next.size += bytes.size();
  PHIVEIL_RETURN_IF_ERROR(WriteBytes(bytes, next));
  const std::string closed = SegmentPath(path_, newest_.segment);
  if (access(closed.c_str(), F_OK) == 0) {
    return absl::DataLossError(absl::StrCat(closed, ": is there already; the open file cannot take its name"));
  }
  if (ops_->Rename(path_.c_str(), closed.c_str()) != 0) return ErrnoStatus(errno, "cannot close", path_);
  if (absl::Status status = StartNewFile(); !status.ok()) return broken_ = status;
  return absl::OkStatus();
}

absl::Status FileAuditLog::StartNewFile() {
  PHIVEIL_ASSIGN_OR_RETURN(FileDescriptor fresh, OpenLogFile(path_, *ops_));
  PHIVEIL_RETURN_IF_ERROR(crypto::SyncDirectoryOf(*ops_, path_));
  AuditHead next = newest_;
  next.base = next.end;
  next.size = 0;
  next.begun_us = 0;
  ++next.segment;
  PHIVEIL_RETURN_IF_ERROR(WriteHead(next));
  if (ops_->Fsync(head_.get()) != 0) return ErrnoStatus(errno, "cannot sync", HeadPath(path_));
  log_ = std::move(fresh);
  newest_ = next;
  return absl::OkStatus();
}

// Another process has closed the file that this one has open.
absl::Status FileAuditLog::FollowRotation() {
  PHIVEIL_ASSIGN_OR_RETURN(log_, OpenLogFile(path_, *ops_));
  return RecoverLocked();
}

absl::Status FileAuditLog::TakeBack() {
  if (ops_->Ftruncate(log_.get(), static_cast<off_t>(newest_.size)) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, "cannot take back an unfinished write; open the audit log again", path_);
}

absl::StatusOr<uint64_t> FileAuditLog::CheckedSize() {
  struct stat opened = {}, named = {}, closed = {};
  if (fstat(log_.get(), &opened) != 0) return ErrnoStatus(errno, "cannot stat", path_);
  const auto is_ours = [&](const struct stat& other) {
    return other.st_ino == opened.st_ino && other.st_dev == opened.st_dev;
  };
  if (stat(path_.c_str(), &named) == 0 && is_ours(named)) return static_cast<uint64_t>(opened.st_size);
  if (stat(SegmentPath(path_, newest_.segment).c_str(), &closed) == 0 && is_ours(closed)) {
    PHIVEIL_RETURN_IF_ERROR(FollowRotation());
    return newest_.size;
  }
  return absl::FailedPreconditionError(
      absl::StrCat(path_, ": the audit log was moved away or replaced while it was open; open it again"));
}

absl::Status FileAuditLog::Recover() {
  const FileLock lock(head_.get());
  if (!lock.held()) return ErrnoStatus(errno, "cannot lock", path_);
  // Another process may have closed the file since it was opened.
  struct stat opened = {}, named = {};
  if (fstat(log_.get(), &opened) != 0) return ErrnoStatus(errno, "cannot stat", path_);
  if (stat(path_.c_str(), &named) != 0 || named.st_ino != opened.st_ino) return FollowRotation();
  return RecoverLocked();
}

absl::Status FileAuditLog::RecoverLocked() {
  struct stat st = {};
  if (fstat(log_.get(), &st) != 0) return ErrnoStatus(errno, "cannot stat", path_);
  const auto size = static_cast<uint64_t>(st.st_size);
  PHIVEIL_ASSIGN_OR_RETURN(const std::string bytes,
                           crypto::ReadAt(head_.get(), 0, kAuditHeadSize + 1, HeadPath(path_)));
  if (bytes.empty()) return MakeHead(size);
  head_bytes_ = bytes;
  auto head = DecodeHead(bytes, &keys_);
  // Cut short when it was made: there is nothing yet that it could vouch for.
  const bool unfinished = !head.ok() && bytes.size() < kAuditHeadSize && size == 0;
  if (unfinished && access(SegmentPath(path_, 1).c_str(), F_OK) != 0) return MakeHead(size);
  if (!head.ok()) return absl::Status(head.status().code(), absl::StrCat(path_, ": ", head.status().message()));
  bool passed = false;
  PHIVEIL_RETURN_IF_ERROR(PassClosedFiles(&*head, &passed));
  if (size < head->size) {
    return absl::DataLossError(absl::StrCat(path_, ": the audit log was cut: it has ", size, " bytes, but record ",
                                            head->end.seq, " ended at ", head->size));
  }
  if (size > head->size) {
    PHIVEIL_RETURN_IF_ERROR(TakeInTail(size, &*head));
  } else if (passed) {
    PHIVEIL_RETURN_IF_ERROR(WriteHead(*head));
  }
  newest_ = *std::move(head);
  return absl::OkStatus();
}

// A file that was closed after the head was last written: its records count, and the chain goes on after them.
absl::Status FileAuditLog::PassClosedFiles(AuditHead* head, bool* passed) const {
  while (true) {
    const std::string closed = SegmentPath(path_, head->segment);
    const FileDescriptor file(open(closed.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.valid() && errno == ENOENT) return absl::OkStatus();
    struct stat st = {};
    if (!file.valid() || fstat(file.get(), &st) != 0) return ErrnoStatus(errno, "cannot open", closed);
    const auto size = static_cast<uint64_t>(st.st_size);
    if (size < head->size) {
      return absl::DataLossError(
          absl::StrCat(closed, ": the closed file was cut: it has ", size, " bytes of ", head->size));
    }
    LineReader reader(file.get(), closed, head->size, size);
    while (true) {
      PHIVEIL_ASSIGN_OR_RETURN(const auto line, reader.Next());
      if (!line) break;
      PHIVEIL_ASSIGN_OR_RETURN(const auto problem, CheckLine(line->text, &keys_, &head->end));
      if (problem || !line->complete)
        return absl::DataLossError(
            absl::StrCat(closed, ": after record ", head->end.seq, ": ", problem.value_or("the line is incomplete")));
      if (IsCheckpoint(line->text)) head->checkpoint = head->end.seq;
    }
    ++head->segment;
    head->base = head->end;
    head->size = 0;
    head->begun_us = 0;
    *passed = true;
  }
}

// The head is on disk before the first record is, so a log with records and no head has lost it.
absl::Status FileAuditLog::MakeHead(uint64_t log_size) {
  if (log_size != 0 || access(SegmentPath(path_, 1).c_str(), F_OK) == 0) {
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
    if (IsCheckpoint(line->text)) head->checkpoint = head->end.seq;
    head->size += line->text.size() + 1;
  }
  if (head->begun_us == 0 && head->size > 0) head->begun_us = NowMicros();
  if (head->size < log_size && ops_->Ftruncate(log_.get(), static_cast<off_t>(head->size)) != 0) {
    return ErrnoStatus(errno, "cannot drop an unfinished write", path_);
  }
  if (ops_->Fdatasync(log_.get()) != 0) return ErrnoStatus(errno, "cannot sync", path_);
  return head->size == begin && head->segment == newest_.segment ? absl::OkStatus() : WriteHead(*head);
}

absl::Status FileAuditLog::WriteHead(const AuditHead& head) {
  PHIVEIL_ASSIGN_OR_RETURN(const std::string bytes, EncodeHead(head, keys_));
  PHIVEIL_RETURN_IF_ERROR(crypto::PWriteOver(*ops_, head_.get(), head_bytes_, bytes, HeadPath(path_)));
  head_bytes_ = bytes;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<AuditLog>> OpenFileAuditLog(const AuditOptions& options, FileOps& ops) {
  if (options.path.empty()) return absl::InvalidArgumentError("an audit log needs a path");
  if (options.key == nullptr || !KeyAccess::Usable(*options.key)) {
    return absl::FailedPreconditionError(absl::StrCat(options.path, ": no key was given for the audit log"));
  }
  if (options.signing_key != nullptr && !KeyAccess::Usable(*options.signing_key)) {
    return absl::FailedPreconditionError(absl::StrCat(options.path, ": the signing key cannot be used"));
  }
  PHIVEIL_ASSIGN_OR_RETURN(AuditKeys keys, AuditKeys::From(*options.key, options.signing_key));
  PHIVEIL_ASSIGN_OR_RETURN(FileDescriptor log, OpenLogFile(options.path, ops));
  PHIVEIL_ASSIGN_OR_RETURN(FileDescriptor head, OpenPrivate(HeadPath(options.path), 0, ops));
  const AuditLimits limits{options.max_bytes, options.max_seconds, options.checkpoint_every,
                           std::min(options.reading_calls, kMostReadings), options.reading_ms};
  auto opened =
      std::make_unique<FileAuditLog>(options.path, std::move(keys), limits, std::move(log), std::move(head), ops);
  PHIVEIL_RETURN_IF_ERROR(opened->Recover());
  return opened;
}

}  // namespace audit_internal

absl::StatusOr<std::string> AuditPublicKey(const KeyEncryptionKey& key) {
  PHIVEIL_ASSIGN_OR_RETURN(const auto keys, audit_internal::AuditKeys::From(key));
  return absl::BytesToHexString(keys.public_key);
}

absl::StatusOr<std::string> AuditSubjectHash(const KeyEncryptionKey& key, std::string_view subject) {
  PHIVEIL_ASSIGN_OR_RETURN(const auto keys, audit_internal::AuditKeys::From(key));
  crypto::Hash hash{};
  PHIVEIL_RETURN_IF_ERROR(crypto::HmacSha256(keys.subject.ExposeOriginal(), {subject}, &hash));
  return absl::BytesToHexString({hash.data(), hash.size()});
}

absl::StatusOr<std::unique_ptr<AuditLog>> OpenAuditLog(const AuditOptions& options) {
  return audit_internal::OpenFileAuditLog(options, crypto::FileOps::System());
}

}  // namespace phiveil

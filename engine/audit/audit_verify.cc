#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/audit_head.h"
#include "audit/audit_line.h"
#include "audit/line_reader.h"
#include "base/status_macros.h"
#include "crypto/file_ops.h"
#include "crypto/key_access.h"
#include "phiveil/audit.h"

namespace phiveil {
namespace audit_internal {
namespace {

using crypto::ErrnoStatus;
using crypto::FileDescriptor;

// Log and head as they stood at one moment between two writes.
struct Snapshot {
  FileDescriptor log;
  uint64_t size = 0;
  std::string head;  // empty when missing
};

absl::StatusOr<Snapshot> TakeSnapshot(const std::string& path) {
  Snapshot snapshot{FileDescriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)), 0, {}};
  const int fd = snapshot.log.get();
  if (!snapshot.log.valid()) return ErrnoStatus(errno, "cannot open the audit log", path);
  while (flock(fd, LOCK_SH) != 0) {
    if (errno != EINTR) return ErrnoStatus(errno, "cannot lock", path);
  }
  struct stat st = {};
  if (fstat(fd, &st) != 0) return ErrnoStatus(errno, "cannot stat", path);
  if (!S_ISREG(st.st_mode)) return absl::FailedPreconditionError(absl::StrCat(path, ": not a regular file"));
  snapshot.size = static_cast<uint64_t>(st.st_size);
  const std::string head_path = HeadPath(path);
  const FileDescriptor head(open(head_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!head.valid() && errno != ENOENT) return ErrnoStatus(errno, "cannot open", head_path);
  if (head.valid()) {
    PHIVEIL_ASSIGN_OR_RETURN(snapshot.head, crypto::ReadAt(head.get(), 0, kAuditHeadSize + 1, head_path));
  }
  flock(fd, LOCK_UN);
  return snapshot;
}

AuditReport Bad(uint64_t records, std::string problem) { return {records, false, records + 1, std::move(problem)}; }

// Every line in turn, and that the head's record is among them as the head has it.
absl::StatusOr<AuditReport> VerifySnapshot(const Snapshot& snapshot, const std::string& path, const AuditKeys* keys) {
  auto head = DecodeHead(snapshot.head, keys);
  if (!head.ok() && head.status().code() != absl::StatusCode::kDataLoss) {
    return absl::Status(head.status().code(), absl::StrCat(path, ": ", head.status().message()));
  }
  LineReader reader(snapshot.log.get(), path, 0, snapshot.size);
  ChainEnd end;
  bool head_seen = head.ok() && head->end.seq == 0 && head->size == 0;
  while (true) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto line, reader.Next());
    if (!line) break;
    if (!line->complete) return Bad(end.seq, "the line is incomplete: a write was interrupted, or the log was cut");
    PHIVEIL_ASSIGN_OR_RETURN(const auto problem, CheckLine(line->text, keys, &end));
    if (problem) return Bad(end.seq, *problem);
    if (head.ok() && end.seq == head->end.seq) {
      head_seen = end.hash == head->end.hash && line->begin + line->text.size() + 1 == head->size;
      if (!head_seen) return Bad(end.seq - 1, "the record is not the one that the head file names");
    }
  }
  if (!head.ok()) {
    return Bad(end.seq, snapshot.head.empty() ? "the head file is missing, so the end of the log may be too"
                                              : std::string(head.status().message()));
  }
  if (!head_seen) {
    return Bad(end.seq, absl::StrCat("the log was cut: the head file names record ", head->end.seq));
  }
  AuditReport report{end.seq, true, 0, {}};
  if (keys == nullptr) report.problem = "without the key the head file and the records' MACs were not authenticated";
  return report;
}

}  // namespace
}  // namespace audit_internal

absl::StatusOr<AuditReport> VerifyAuditLog(const std::string& path, const KeyEncryptionKey* key) {
  std::optional<audit_internal::AuditKeys> keys;
  if (key != nullptr) {
    if (!KeyAccess::Usable(*key)) return absl::FailedPreconditionError("the key was moved from");
    PHIVEIL_ASSIGN_OR_RETURN(keys, audit_internal::AuditKeys::From(*key));
  }
  PHIVEIL_ASSIGN_OR_RETURN(const audit_internal::Snapshot snapshot, audit_internal::TakeSnapshot(path));
  return audit_internal::VerifySnapshot(snapshot, path, keys ? &*keys : nullptr);
}

absl::Status ReadAuditLog(const std::string& path, const std::function<bool(std::string_view line)>& visit) {
  PHIVEIL_ASSIGN_OR_RETURN(const audit_internal::Snapshot snapshot, audit_internal::TakeSnapshot(path));
  audit_internal::LineReader reader(snapshot.log.get(), path, 0, snapshot.size);
  while (true) {
    PHIVEIL_ASSIGN_OR_RETURN(const auto line, reader.Next());
    if (!line || !line->complete || !visit(line->text)) return absl::OkStatus();
  }
}

}  // namespace phiveil

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
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

struct OpenFile {
  std::string path;
  FileDescriptor file;
  uint64_t size = 0;
};

// All files and the head as they stood at one moment between two writes.
struct Snapshot {
  std::vector<OpenFile> files;  // the closed ones, and the open one at the end
  uint64_t missing = 0;         // the number of the first closed file that is not there
  std::string head;             // empty when missing
};

absl::StatusOr<OpenFile> OpenForReading(const std::string& path) {
  OpenFile out{path, FileDescriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)), 0};
  struct stat st = {};
  if (!out.file.valid()) return ErrnoStatus(errno, "cannot open the audit log", path);
  if (fstat(out.file.get(), &st) != 0) return ErrnoStatus(errno, "cannot stat", path);
  if (!S_ISREG(st.st_mode)) return absl::FailedPreconditionError(absl::StrCat(path, ": not a regular file"));
  out.size = static_cast<uint64_t>(st.st_size);
  return out;
}

absl::StatusOr<Snapshot> TakeSnapshot(const std::string& path) {
  Snapshot snapshot;
  const std::string head_path = HeadPath(path);
  const FileDescriptor head(open(head_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!head.valid() && errno != ENOENT) return ErrnoStatus(errno, "cannot open", head_path);
  if (head.valid()) {
    while (flock(head.get(), LOCK_SH) != 0) {
      if (errno != EINTR) return ErrnoStatus(errno, "cannot lock", head_path);
    }
    PHIVEIL_ASSIGN_OR_RETURN(snapshot.head, crypto::ReadAt(head.get(), 0, kAuditHeadSize + 1, head_path));
  }
  // As many as there are: what an unauthenticated head says of their number is not believed here.
  for (uint64_t i = 1; snapshot.missing == 0; ++i) {
    auto closed = OpenForReading(SegmentPath(path, i));
    if (absl::IsNotFound(closed.status())) {
      snapshot.missing = i;
      continue;
    }
    PHIVEIL_RETURN_IF_ERROR(closed.status());
    snapshot.files.push_back(*std::move(closed));
  }
  auto newest = OpenForReading(path);
  // Between two steps of closing a file there is no open one.
  if (newest.ok())
    snapshot.files.push_back(*std::move(newest));
  else if (!absl::IsNotFound(newest.status()) || snapshot.files.empty())
    return newest.status();
  return snapshot;
}

class Verifier {
 public:
  Verifier(const std::string& path, const AuditKeys* keys, const AuditCheck& check, std::string public_key)
      : path_(path), keys_(keys), check_(check), public_key_(std::move(public_key)) {}

  absl::StatusOr<AuditReport> Verify(const Snapshot& snapshot) {
    auto head = DecodeHead(snapshot.head, keys_, public_key_);
    if (!head.ok() && head.status().code() != absl::StatusCode::kDataLoss) {
      return absl::Status(head.status().code(), absl::StrCat(path_, ": ", head.status().message()));
    }
    if (head.ok() && snapshot.missing < head->segment) {
      return Bad(SegmentPath(path_, snapshot.missing), 0, "this file is missing, and the chain with it");
    }
    if (head.ok()) head_ = &*head;
    // Only a key vouches for what the head says of the signer.
    signer_ = !public_key_.empty() ? public_key_ : head.ok() ? head->public_key : std::string();
    head_seen_ = head.ok() && head->end.seq == 0 && head->size == 0;
    expected_seen_ = check_.expected_seq == 0;
    for (const OpenFile& file : snapshot.files) {
      PHIVEIL_ASSIGN_OR_RETURN(const bool good, VerifyFile(file));
      if (!good) return report_;
    }
    return Conclude(snapshot, head.status());
  }

 private:
  AuditReport Bad(const std::string& file, uint64_t line, std::string problem) {
    report_.intact = false;
    report_.records = end_.seq;
    report_.file = file;
    report_.first_bad_line = line;
    report_.problem = std::move(problem);
    return report_;
  }

  absl::StatusOr<bool> VerifyFile(const OpenFile& file) {
    ++report_.files;
    line_ = 0;
    LineReader reader(file.file.get(), file.path, 0, file.size);
    while (true) {
      PHIVEIL_ASSIGN_OR_RETURN(const auto line, reader.Next());
      if (!line) break;
      ++line_;
      if (!line->complete) {
        Bad(file.path, line_, "the line is incomplete: a write was interrupted, or the log was cut");
        return false;
      }
      PHIVEIL_ASSIGN_OR_RETURN(const std::optional<std::string> problem, VerifyLine(*line));
      if (problem) {
        Bad(file.path, line_, *problem);
        return false;
      }
    }
    newest_file_ = file.path;
    return true;
  }

  absl::StatusOr<std::optional<std::string>> VerifyLine(const LineReader::Line& line) {
    using Problem = std::optional<std::string>;
    const ChainEnd before = end_;
    PHIVEIL_ASSIGN_OR_RETURN(const auto problem, CheckLine(line.text, keys_, &end_));
    if (problem) return Problem(*problem);
    if (IsCheckpoint(line.text)) {
      ++report_.checkpoints;
      if (!signer_.empty() && !ChecksAsCheckpoint(line.text, before, signer_)) {
        end_ = before;
        return Problem("the checkpoint's signature is not of this public key");
      }
    }
    if (end_.seq == check_.expected_seq) {
      expected_seen_ = absl::BytesToHexString({end_.hash.data(), end_.hash.size()}) == check_.expected_hash;
      if (!expected_seen_) return Problem("the record is not the one of the checkpoint kept elsewhere");
    }
    if (head_ != nullptr && end_.seq == head_->end.seq) {
      head_seen_ =
          end_.hash == head_->end.hash && (head_->size == 0 || line.begin + line.text.size() + 1 == head_->size);
      if (!head_seen_) {
        end_ = before;
        return Problem("the record is not the one that the head file names");
      }
    }
    return Problem();
  }

  AuditReport Conclude(const Snapshot& snapshot, const absl::Status& head_status) {
    if (!head_status.ok()) {
      return Bad(newest_file_, line_ + 1,
                 snapshot.head.empty() ? "the head file is missing, so the end of the log may be too"
                                       : std::string(head_status.message()));
    }
    if (!head_seen_) {
      return Bad(newest_file_, line_ + 1, absl::StrCat("the log was cut: the head file names record ", head_->end.seq));
    }
    if (!expected_seen_) {
      return Bad(newest_file_, line_ + 1,
                 absl::StrCat("the log was put back: record ", check_.expected_seq,
                              " of the checkpoint kept elsewhere is gone"));
    }
    // Anybody can write such a head, and cut the log to what it names.
    if (keys_ == nullptr && !public_key_.empty() && head_->public_key.empty()) {
      return Bad(newest_file_, line_ + 1,
                 "the head file is of format 1, which bears no signature: check this log with the key");
    }
    report_.intact = true;
    report_.records = end_.seq;
    report_.newest_hash = absl::BytesToHexString({end_.hash.data(), end_.hash.size()});
    if (keys_ == nullptr) {
      report_.problem =
          public_key_.empty()
              ? "without the key the head file and the records' MACs were not authenticated"
              : "without the key the records' MACs were not authenticated; head file and checkpoints were";
    }
    return report_;
  }

  const std::string path_;
  const AuditKeys* const keys_;
  const AuditCheck& check_;
  const std::string public_key_;
  std::string signer_;
  const AuditHead* head_ = nullptr;
  bool head_seen_ = false, expected_seen_ = false;
  ChainEnd end_;
  uint64_t line_ = 0;
  std::string newest_file_;
  AuditReport report_;
};

absl::StatusOr<std::string> PublicKeyBytes(const std::string& hex) {
  const bool digits = hex.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!hex.empty() && (hex.size() != 64 || !digits)) {
    return absl::InvalidArgumentError("a public key is 64 hex digits");
  }
  return absl::HexStringToBytes(hex);
}

}  // namespace
}  // namespace audit_internal

absl::StatusOr<AuditReport> VerifyAuditLog(const std::string& path, const AuditCheck& check) {
  std::optional<audit_internal::AuditKeys> keys;
  if (check.key != nullptr) {
    if (!KeyAccess::Usable(*check.key)) return absl::FailedPreconditionError("the key was moved from");
    PHIVEIL_ASSIGN_OR_RETURN(keys, audit_internal::AuditKeys::From(*check.key));
  }
  PHIVEIL_ASSIGN_OR_RETURN(std::string public_key, audit_internal::PublicKeyBytes(check.public_key));
  PHIVEIL_ASSIGN_OR_RETURN(const audit_internal::Snapshot snapshot, audit_internal::TakeSnapshot(path));
  return audit_internal::Verifier(path, keys ? &*keys : nullptr, check, std::move(public_key)).Verify(snapshot);
}

absl::StatusOr<AuditReport> VerifyAuditLog(const std::string& path, const KeyEncryptionKey* key) {
  return VerifyAuditLog(path, AuditCheck{.key = key});
}

absl::Status ReadAuditLog(const std::string& path, const std::function<bool(std::string_view line)>& visit) {
  PHIVEIL_ASSIGN_OR_RETURN(const audit_internal::Snapshot snapshot, audit_internal::TakeSnapshot(path));
  for (const audit_internal::OpenFile& file : snapshot.files) {
    audit_internal::LineReader reader(file.file.get(), file.path, 0, file.size);
    while (true) {
      PHIVEIL_ASSIGN_OR_RETURN(const auto line, reader.Next());
      if (!line || !line->complete) break;
      if (!visit(line->text)) return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

}  // namespace phiveil

#ifndef PHIVEIL_AUDIT_AUDIT_HEAD_H_
#define PHIVEIL_AUDIT_AUDIT_HEAD_H_

// The file beside the log that names its newest record, authenticated, so that a log cut short at
// its end is noticed. It is written after the log's sync and not synced itself: what it says is
// never more than what was on disk.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "audit/audit_line.h"

namespace phiveil::audit_internal {

inline constexpr size_t kAuditHeadSize = 104;

struct AuditHead {
  ChainEnd end;
  uint64_t size = 0;   // of the log in bytes, up to and with the newest record
  std::string key_id;  // filled by DecodeHead
};

inline std::string HeadPath(const std::string& log_path) { return log_path + ".head"; }

absl::StatusOr<std::string> EncodeHead(const AuditHead& head, const AuditKeys& keys);

// DATA_LOSS when the bytes are no head or, with keys, do not authenticate; FAILED_PRECONDITION when
// they were written with another key. Without keys nothing is authenticated.
absl::StatusOr<AuditHead> DecodeHead(std::string_view bytes, const AuditKeys* keys);

}  // namespace phiveil::audit_internal

#endif  // PHIVEIL_AUDIT_AUDIT_HEAD_H_

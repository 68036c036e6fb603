#ifndef PHIVEIL_AUDIT_AUDIT_HEAD_H_
#define PHIVEIL_AUDIT_AUDIT_HEAD_H_

// The file beside the log that names its newest record, authenticated and signed, so that a log cut short
// at its end is noticed. It is written after the log's sync and not synced itself, except when a file is
// closed: what it says is never more than what was on disk.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "audit/audit_line.h"

namespace phiveil::audit_internal {

inline constexpr size_t kAuditHeadSize = 264;

struct AuditHead {
  ChainEnd end;
  uint64_t size = 0;        // of the newest file in bytes, up to and with the newest record
  uint64_t segment = 1;     // the number that the newest file will have when it is closed
  ChainEnd base;            // what the newest file goes on from
  uint64_t checkpoint = 0;  // seq of the newest checkpoint
  int64_t begun_us = 0;     // when the newest file got its first record; 0: it has none
  std::string key_id;       // filled by DecodeHead
  std::string public_key;   // likewise; empty in format 1
};

inline std::string HeadPath(const std::string& log_path) { return log_path + ".head"; }

// The name of a closed file: audit.jsonl.000001.
std::string SegmentPath(const std::string& log_path, uint64_t segment);

absl::StatusOr<std::string> EncodeHead(const AuditHead& head, const AuditKeys& keys);

// DATA_LOSS when the bytes are no head or, with keys or a public key (32 bytes; empty: none), do not
// authenticate; FAILED_PRECONDITION when they were written with another key. Without either nothing is
// authenticated. Reads format 1 too, which has no signature.
absl::StatusOr<AuditHead> DecodeHead(std::string_view bytes, const AuditKeys* keys, std::string_view public_key = {});

}  // namespace phiveil::audit_internal

#endif  // PHIVEIL_AUDIT_AUDIT_HEAD_H_

#ifndef PHIVEIL_AUDIT_AUDIT_LINE_H_
#define PHIVEIL_AUDIT_AUDIT_LINE_H_

// One line of the log: writing it, and checking one that was read.
//
//   {"v":1, … ,"seq":17,"prev":"<64 hex>","hash":"<64 hex>","mac":"<32 hex>"}
//
// `hash` is over everything before `,"hash"`; `mac` authenticates the hash. The part before `,"seq"`
// does not depend on the place in the log, so it is made outside the log's lock.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/crypto.h"
#include "phiveil/audit.h"

namespace phiveil::audit_internal {

using crypto::Hash;

// Keys derived from the vault's, each for one use.
struct AuditKeys {
  Original text;     // hashes of input and output
  Original subject;  // hashes of subjects
  Original mac;      // lines and head
  std::string id;

  static absl::StatusOr<AuditKeys> From(const KeyEncryptionKey& key);
};

// Where the chain stands: the newest record. Before the first: seq 0, a hash of zeros.
struct ChainEnd {
  uint64_t seq = 0;
  Hash hash{};
};

// `{"v":1, … ` up to what depends on the place. `time_us`: microseconds since 1970, UTC.
absl::StatusOr<std::string> LineBody(const AuditRecord& record, const AuditKeys& keys, int64_t time_us);

// Appends the finished line with its newline and moves `end` on.
absl::Status AppendLine(std::string_view body, const AuditKeys& keys, ChainEnd* end, std::string* out);

// What is wrong with `line` (without its newline) as the one after `end`, or nothing; then `end` has
// moved on. Without keys the MAC is not looked at.
absl::StatusOr<std::optional<std::string>> CheckLine(std::string_view line, const AuditKeys* keys, ChainEnd* end);

}  // namespace phiveil::audit_internal

#endif  // PHIVEIL_AUDIT_AUDIT_LINE_H_

#ifndef PHIVEIL_AUDIT_H_
#define PHIVEIL_AUDIT_H_

// An append-only, hash-chained record of what was done; never of what was said.
//
//   auto log = OpenAuditLog({.path = "audit.jsonl", .key = &key});
//   (*log)->Append(records);                       // one write, one sync, then return
//   auto report = VerifyAuditLog("audit.jsonl", &key);
//
// Each record is one line of JSON. It names its place (`seq`), the hash of the record before it
// (`prev`) and its own (`hash`, SHA-256 over the line up to that field), and authenticates the hash
// with the key (`mac`), so that a chain rewritten from the start is noticed too. A head file beside
// the log, authenticated and signed, names the newest record, so that a log cut short at its end is
// noticed as well as one changed or with a gap. Every thousand records, and before a file is closed, the
// log signs where it stands (Ed25519, RFC 8032): who has the public key alone can check the whole of it,
// and who keeps one of these checkpoints elsewhere notices a log put back to an older day. Hashes of input and output
// are keyed (HMAC-SHA-256 under a key derived from the vault's), so that a short text cannot be guessed from them.
//
// A log that has grown too large or too old is closed and renamed to `audit.jsonl.000001`, and so on; the
// chain and the numbers go on in the new file. Keep all of them: verifying begins with the first.
//
// Append returns only when the records are on stable storage; text must not be given out before.
// Several processes may append to one log: each takes the file lock for its write. Threads that
// append at the same time share one write and one sync.
// Codes: DATA_LOSS cut, changed or without its head; FAILED_PRECONDITION wrong or missing key, a file
// that others may write, or one moved away while open; RESOURCE_EXHAUSTED no space left.
// Format: docs/formats/audit.md.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/category.h"
#include "phiveil/key.h"

namespace phiveil {

struct AuditRecord {
  enum class Verb : uint8_t { kRedact, kRestore, kForget, kSweep, kRotate, kReencrypt, kFind, kExplain };
  Verb verb = Verb::kRedact;
  std::string actor;
  std::string purpose;
  std::string record_id;    // the caller's name for the record; may be empty
  std::string tenant{};     // whose vault was used; "*": all tenants of it; empty: the one without a name
  std::string subject;      // written as a keyed hash only
  std::string_view input;   // hashed, not kept
  std::string_view output;  // hashed, not kept
  bool allowed = true;
  std::string reason;                              // why allowed or denied; never document text
  std::string policy;                              // name@version
  std::string pack;                                // name@version
  std::string task{};                              // name@version; empty: none
  std::string provider{}, model{}, region{};       // where the output goes; empty: not stated
  std::array<uint32_t, kCategoryCount> counts{};   // replaced (redact), restored, erased (forget, sweep), or found
  std::vector<std::string> tokens{};               // restore: those given back, "NAME_7QK2F"; never a value
  uint32_t unknown = 0, altered = 0, foreign = 0;  // restore: asked for in vain
};

class AuditLog {
 public:
  virtual ~AuditLog() = default;

  // Appends all records as one group with one sync, in order. On an error none of the texts they
  // speak of may be given out; a partly written group is taken back.
  virtual absl::Status Append(std::span<const AuditRecord> records) = 0;

  // For a call that reads a text and gives none out (find, explain): the record, one for each call as well, is put
  // together with those of other such calls. They reach stable storage as one group, with one sync, as soon as
  // `reading_calls` of them wait or the first has waited `reading_ms`, and with the next Append, Checkpoint or Flush.
  // Until then a crash loses them, and only them. Once such a group could not be written (a full disk), this and
  // every later AppendReading is refused, until one finds that the group can be written: nothing is read unrecorded
  // for longer than that. With `reading_calls` 0 or 1 each waits for its own sync, as Append does.
  virtual absl::Status AppendReading(const AuditRecord& record) { return Append({&record, 1}); }

  // Returns when the records of all reading calls are on stable storage. Before the log is closed: a destructor, which
  // tries as well, has no one to tell.
  virtual absl::Status Flush() { return absl::OkStatus(); }

  // Signs where the log stands, now.
  virtual absl::Status Checkpoint() { return absl::UnimplementedError("this audit log has no checkpoints"); }
};

struct AuditOptions {
  std::string path{};                     // made 0600 when absent
  const KeyEncryptionKey* key = nullptr;  // read during OpenAuditLog only
  // Whose derived key signs; null: `key`. One of its own lets the signer be held apart from the vault.
  const KeyEncryptionKey* signing_key = nullptr;
  uint64_t max_bytes = 64u << 20;        // a file that has reached this is closed; 0: never
  int64_t max_seconds = 30 * 24 * 3600;  // and one begun so long ago; 0: never
  uint64_t checkpoint_every = 1000;      // records; 0: only when a file is closed
  uint32_t reading_calls = 256;          // see AppendReading; at most 65,536. 0 or 1: strict
  uint32_t reading_ms = 1000;            // 0: no limit
};

absl::StatusOr<std::unique_ptr<AuditLog>> OpenAuditLog(const AuditOptions& options);

// The public key, 64 hex digits, of a log that `key` signs: for an auditor.
absl::StatusOr<std::string> AuditPublicKey(const KeyEncryptionKey& key);

// How `subject` stands in the records, 64 hex digits.
absl::StatusOr<std::string> AuditSubjectHash(const KeyEncryptionKey& key, std::string_view subject);

struct AuditCheck {
  const KeyEncryptionKey* key = nullptr;  // checks MACs and head
  std::string public_key{};               // 64 hex digits: checks checkpoints and head without the key
  // A checkpoint kept elsewhere, of which the log must still know; seq 0: none.
  uint64_t expected_seq = 0;
  std::string expected_hash{};  // 64 hex digits
};

struct AuditReport {
  uint64_t records = 0;
  bool intact = false;
  uint64_t first_bad_line = 0;  // 1-based, in `file`; 0 when intact
  std::string problem;          // what is wrong there, in words; when intact, what was not checked
  std::string file{};           // that is bad
  uint64_t files = 0;           // read
  uint64_t checkpoints = 0;
  std::string newest_hash{};  // of the record `records`, 64 hex digits: keep it elsewhere
};

// Reads the log from the first record of the first file to the last and checks every hash, the order,
// the checkpoints and the head. Without a key the MACs cannot be authenticated, without key and public
// key neither can checkpoints and head, and the report says so in `problem` while `intact` speaks of the
// chain alone. FAILED_PRECONDITION when the log is another key's.
absl::StatusOr<AuditReport> VerifyAuditLog(const std::string& path, const AuditCheck& check);
absl::StatusOr<AuditReport> VerifyAuditLog(const std::string& path, const KeyEncryptionKey* key);

// Calls `visit` with each line of all files, oldest first, until it returns false.
absl::Status ReadAuditLog(const std::string& path, const std::function<bool(std::string_view line)>& visit);

}  // namespace phiveil

#endif  // PHIVEIL_AUDIT_H_

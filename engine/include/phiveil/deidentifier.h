#ifndef PHIVEIL_DEIDENTIFIER_H_
#define PHIVEIL_DEIDENTIFIER_H_

// The engine.
//
//   auto engine = Deidentifier::Create({.pack = pack, .policy = policy, .vault = vault, .audit = audit});
//   auto out    = (*engine)->Redact(note, {.subject = "patient-17", .actor = "etl@ward", .purpose = "summary"});
//   Send(out->text);                                   // safe to send
//   auto back   = (*engine)->Restore(answer, {.subject = "patient-17", .actor = "dr.k", .purpose = "chart"});
//
// Promises
// - Immutable and shared by threads; scratch memory is pooled and hidden.
// - On an error there is no text, not even in part. Nothing is printed or logged; no Status quotes
//   the document.
// - Text is given out only after vault and audit log have it on stable storage. A single call waits
//   for its own sync; RedactBatch shares one sync among its records, and that is where throughput
//   comes from.
// - The same text with the same pack and policy gives the same findings on any number of threads.
// - Offsets are bytes of the input. OffsetConverter turns them into code points or UTF-16 units.
//
// Errors: INVALID_ARGUMENT not valid UTF-8 (with the byte offset), or longer than 1 GiB;
// FAILED_PRECONDITION no vault for a policy that needs one; whatever vault and audit report.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/access.h"
#include "phiveil/audit.h"
#include "phiveil/category.h"
#include "phiveil/deployment.h"
#include "phiveil/finding.h"
#include "phiveil/policy.h"
#include "phiveil/rule_pack.h"
#include "phiveil/task.h"
#include "phiveil/vault.h"

namespace phiveil {

// What the caller knows of the person already. Every usual way of writing these is found: another
// order, initials, case, with and without separators, other date formats, and in values of seven
// characters or more one slip of the keyboard.
struct KnownIdentifiers {
  std::vector<std::string> names{};  // "Ana Maria Ruiz" or "RUIZ, ANA"
  std::vector<std::string> relatives{};
  std::string birth_date{};  // YYYY-MM-DD
  std::vector<std::string> mrn{};
  std::vector<std::string> phones{};
  std::vector<std::string> emails{};
  std::vector<std::string> addresses{};  // "12 Oak St, Salem, OR 97301"
  std::vector<std::string> ids{};        // any other number or code
};

// A span from an outside recogniser, weighed as evidence beside the pack's own.
struct OutsideSpan {
  uint32_t begin = 0;  // bytes
  uint32_t end = 0;
  Category category = Category::kOtherId;
  float score = 0;
  std::string source;
};

struct Request {
  std::string subject{};  // scopes tokens; for an empty one the record id, then "default", stands in
  std::string record_id{};
  KnownIdentifiers known{};
  std::vector<OutsideSpan> spans{};
  std::string actor{};
  std::string purpose{};
  bool reasons = false;     // fill Finding::reasons
  bool rules_only = false;  // leave the name model out: what the rules alone find
};

struct Record {
  std::string_view text{};
  Request request{};
};

// One stretch of the input and what stands for it in the output.
struct Replacement {
  uint32_t begin = 0, end = 0;          // in the input
  uint32_t out_begin = 0, out_end = 0;  // in the output
};

// Maps offsets both ways. Inside a replacement an offset maps to the replacement's begin.
class Alignment {
 public:
  Alignment() = default;
  explicit Alignment(std::vector<Replacement> replacements) : replacements_(std::move(replacements)) {}
  size_t ToOutput(size_t input_offset) const;
  size_t ToInput(size_t output_offset) const;
  const std::vector<Replacement>& replacements() const { return replacements_; }

 private:
  std::vector<Replacement> replacements_;  // in order, not overlapping
};

struct Redacted {
  std::string text;
  std::vector<Finding> findings;          // all, also those the policy keeps; in order
  std::vector<std::string> replacements;  // one for each finding; what stands there now
  Alignment alignment;
};

struct Restored {
  std::string text;
  uint32_t restored = 0;  // replaced by the original
  uint32_t unknown = 0;   // well formed, but no vault record
  uint32_t altered = 0;   // the check character does not fit: changed on the way
  uint32_t foreign = 0;   // another subject's: left as it stands
};

// Why a stretch of text was taken or left.
struct Explanation {
  struct Candidate {
    uint32_t begin = 0, end = 0;
    Category category = Category::kSafe;
    std::string rule;
    float score = 0;
    float threshold = 0;
    std::vector<Reason> reasons;
    std::string outcome;  // "taken", "below threshold", "lost to <rule>", "veto", "not allowed here: <validator>"
  };
  struct Word {
    uint32_t begin = 0, end = 0;
    std::vector<std::string> lists;  // classes of the pack whose lists it is in
  };
  std::vector<Candidate> candidates;  // all that touch the stretch, best first
  std::vector<Word> words;            // words and numbers of the stretch, in order
  std::vector<std::string> notes;     // facts about the stretch: token edges, lists its words are in
};

class Deidentifier {
 public:
  struct Parts {
    std::shared_ptr<const RulePack> pack{};
    Policy policy{};
    Vault* vault = nullptr;  // not owned; needed when Policy::NeedsVault, and by Restore
    // Not owned; without it nothing is recorded. Redact and Restore wait until their record is on stable storage; the
    // records of Find and Explain, which give no text out, get there in groups (AuditLog::AppendReading).
    AuditLog* audit = nullptr;
    // Not owned; who may restore, and how much (access.h). Without it everybody may.
    AccessControl* access = nullptr;
    std::string tenant{};  // whose vault `vault` is, for `access`, seals of format 1 and the audit log
    // Read during Create only. For Restore to open seals of format 1 (docs/formats/seal.md), which need no
    // vault and which no forgetting closes. Without it they are unknown.
    const KeyEncryptionKey* key = nullptr;
    // Copied. What the task does not need is left out, and the policy is tightened to it (task.h).
    const TaskProfile* task = nullptr;
    // Copied. Where the redacted text goes: provider, model and region are written into the audit log, and
    // when the gate (deployment.h) denies it, Redact gives no text but PERMISSION_DENIED with every reason, and the
    // log has a denied record. Asked anew each day.
    const DeploymentProfile* deployment = nullptr;
    Jurisdiction jurisdiction = Jurisdiction::kUnstated;
    // Redact sweeps beside its work what has outlived its time (Policy, "expire_after"): looks at most every so many
    // minutes, removes at most 256 values at a time, a second apart while there are more, and records it in the audit
    // log as the actor "phiveil". One call in that time takes some milliseconds longer. A failed sweep fails no call:
    // it is recorded, and tried again. 0: only who calls Vault::Sweep sweeps.
    uint32_t sweep_minutes = 10;
    int reference_year = 0;  // "now" for birth years that imply an age over 89; 0: the clock's
  };

  static absl::StatusOr<std::unique_ptr<Deidentifier>> Create(Parts parts);
  ~Deidentifier();

  // All findings, in order; Finding::stays marks those that Redact leaves as they are.
  absl::StatusOr<std::vector<Finding>> Find(std::string_view text, const Request& request) const;
  absl::StatusOr<Redacted> Redact(std::string_view text, const Request& request) const;

  // One entry a record. The outer status is an error of vault or audit log: then nothing of the
  // batch may be used. A record that fails on its own has its own status.
  absl::StatusOr<std::vector<absl::StatusOr<Redacted>>> RedactBatch(std::span<const Record> records) const;

  // Tokens of `request.subject` become originals; with an empty subject the whole vault is searched.
  // Surrogates, codes and shifted dates come back only for a subject, named as it was to Redact, under
  // the policy that made them (policy.h, "What comes back").
  // PERMISSION_DENIED or RESOURCE_EXHAUSTED when `access` does not admit it; that is recorded too.
  absl::StatusOr<Restored> Restore(std::string_view text, const Request& request) const;
  absl::StatusOr<std::vector<absl::StatusOr<Restored>>> RestoreBatch(std::span<const Record> records) const;

  absl::StatusOr<Explanation> Explain(std::string_view text, const Request& request, size_t begin, size_t end) const;

  const Policy& policy() const;
  const RulePack& pack() const;

 private:
  struct Impl;
  explicit Deidentifier(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Byte offsets of one text as code points or UTF-16 code units, and back. Offsets must be given in
// ascending order for linear cost; ASCII text costs nothing.
class OffsetConverter {
 public:
  enum class Unit { kByte, kCodePoint, kUtf16 };
  OffsetConverter(std::string_view text, Unit unit);
  size_t FromBytes(size_t byte_offset);
  size_t ToBytes(size_t offset);

 private:
  std::string_view text_;
  Unit unit_;
  bool ascii_ = false;
  size_t byte_ = 0, units_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_DEIDENTIFIER_H_

#ifndef PHIVEIL_ACCESS_H_
#define PHIVEIL_ACCESS_H_

// Who may do what with a vault, and how much of it in a minute.
//
//   auto access = AccessControl::Load("/etc/phiveil/access.json", {.meter = "/var/lib/phiveil/restore.meter"});
//   auto engine = Deidentifier::Create({…, .access = access->get()});
//   auto back   = (*engine)->Restore(answer, {.actor = "dr.k", .tenant = "ward-3", .purpose = "chart"});
//   // PERMISSION_DENIED without a role that may; RESOURCE_EXHAUSTED above the role's limit
//
// The file, JSON:
//   {"format": 1,
//    "purpose": "required",
//    "roles":  {"clinician": {"may": ["restore"], "restores_per_minute": 30, "tokens_per_minute": 600},
//               "officer":   {"may": ["forget", "sweep", "rotate", "reencrypt"]}},
//    "grants": [{"actor": "dr.k", "tenant": "ward-3", "roles": ["clinician"]},
//               {"actor": "officer.m", "tenant": "*", "roles": ["officer"]}],
//    "speak_for_others": ["gateway"]}
//
// - What is not granted is denied. There is no grant to everybody. "*" as tenant means all of them;
//   without "tenant" a grant is for the vault's tenant without a name.
// - Somebody with several roles has what any of them may, and the highest of their limits. No limit
//   named, or 0: none.
// - "purpose": "required" (the default) denies whoever says no purpose; "optional" does not ask.
// - Limits count restores (texts) and tokens asked for, those asked in vain too, with seals and what
//   stands there of surrogates, codes and shifted dates, over any sixty seconds, for each actor and
//   tenant. What is denied does not count.
// - Unknown keys, acts, roles, and a name given twice are errors: a slip must not grant anything.
//
// Promises
// - Every restore and every denial is in the audit log: actor, purpose, decision and its reason, the
//   tokens given back, and how many were asked for in vain. Values are not.
// - With a meter file all processes that name it share the counts.
//
// What it does not do: it believes who the caller says is asking. A server authenticates people
// before it fills in `actor`; the command takes the login name, and another one only from logins in
// "speak_for_others". And whoever can read the key and the vault's files does not need to ask: keep
// both with a service of their own (docs/threat_model.md).
//
// Errors: INVALID_ARGUMENT with the place in the file; FAILED_PRECONDITION the file, or the meter, may
// be written by others; UNAVAILABLE the meter cannot be read or written, and then nothing is admitted.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace phiveil {

enum class Act : uint8_t { kRestore, kForget, kSweep, kRotate, kReencrypt };

// "restore", "forget", …
std::string_view ActName(Act act);

struct Asker {
  std::string_view actor;
  std::string_view tenant{};
  std::string_view purpose{};
};

struct AccessOptions {
  std::string meter{};               // a file, made 0600 when absent; empty: counts of this process alone
  std::function<int64_t()> clock{};  // milliseconds since 1970; empty: the system's
};

class AccessControl {
 public:
  virtual ~AccessControl() = default;

  static absl::StatusOr<std::unique_ptr<AccessControl>> Load(const std::string& path, const AccessOptions& options);
  // `name` stands for the file in errors.
  static absl::StatusOr<std::unique_ptr<AccessControl>> Parse(std::string_view json, std::string_view name,
                                                              const AccessOptions& options);

  // OK when `asker` may, and then the limits have counted it; for acts other than restoring `tokens`
  // is 0. May be called from many threads.
  virtual absl::Status Admit(Act act, const Asker& asker, uint64_t tokens) = 0;

  // Whether a process that runs as `login` may name `actor` as the one who asks.
  virtual bool MaySpeakFor(std::string_view login, std::string_view actor) const = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_ACCESS_H_

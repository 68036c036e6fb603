// The verbs that change a vault as a whole. Each asks who may, does it, and leaves its proof in the
// audit log: a record before it begins and one when it has ended.

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/commands.h"
#include "cli/file_error.h"
#include "cli/session.h"
#include "phiveil/keys.h"

namespace phiveil::cli {
namespace {

constexpr std::string_view kAllTenants = "*";

struct Kept {
  Places places;
  std::unique_ptr<KeyEncryptionKey> key;
  std::unique_ptr<KeyEncryptionKey> signing_key;
  std::unique_ptr<Vault> vault;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<AccessControl> access;
  std::string actor;
};

struct Deed {
  Act act;
  AuditRecord::Verb verb;
  std::string what;  // for the log
};

absl::StatusOr<Kept> Open(const Options& options) {
  Kept kept;
  PHIVEIL_ASSIGN_OR_RETURN(kept.places, FindPlaces(options));
  PHIVEIL_ASSIGN_OR_RETURN(kept.access, OpenAccess(options, kept.places));
  kept.actor = options.actor.empty() ? LoginName() : options.actor;
  PHIVEIL_ASSIGN_OR_RETURN(kept.key, OpenKey(kept.places, false, std::cerr));
  PHIVEIL_ASSIGN_OR_RETURN(
      kept.vault,
      OpenVault({.path = kept.places.vault, .key = kept.key.get(), .create = false, .tenant = options.tenant}));
  PHIVEIL_ASSIGN_OR_RETURN(kept.signing_key, OpenSigningKey(options));
  PHIVEIL_ASSIGN_OR_RETURN(
      kept.audit,
      OpenAuditLog({.path = kept.places.audit, .key = kept.key.get(), .signing_key = kept.signing_key.get()}));
  return kept;
}

absl::Status Record(const Kept& kept, const Options& options, const Deed& deed, bool allowed, std::string_view reason,
                    const KeepingReport& report) {
  AuditRecord record;
  record.verb = deed.verb;
  record.actor = kept.actor;
  record.purpose = options.purpose;
  record.subject = options.subject;
  // Forgetting is the tenant's own; all else is done to the vault as a whole.
  record.tenant = deed.act == Act::kForget ? options.tenant : std::string(kAllTenants);
  record.allowed = allowed;
  record.reason = Concat(deed.what, ": ", reason);
  record.counts = report.counts;
  return kept.audit->Append({&record, 1});
}

template <typename Do>
absl::Status DoRecorded(const Kept& kept, const Options& options, const Deed& deed, Do do_it) {
  if (kept.access != nullptr) {
    const absl::Status admitted = kept.access->Admit(deed.act, {kept.actor, options.tenant, options.purpose}, 0);
    if (!admitted.ok()) {
      PHIVEIL_RETURN_IF_ERROR(Record(kept, options, deed, false, MessageOf(admitted), {}));
      return admitted;
    }
  }
  PHIVEIL_RETURN_IF_ERROR(Record(kept, options, deed, true, "begun", {}));
  const absl::StatusOr<KeepingReport> report = do_it();
  if (!report.ok()) {
    PHIVEIL_RETURN_IF_ERROR(Record(kept, options, deed, true, Concat("failed: ", MessageOf(report.status())), {}));
    return report.status();
  }
  const std::string done = Concat("done, ", report->subjects, " subjects, ", report->values, " values");
  PHIVEIL_RETURN_IF_ERROR(Record(kept, options, deed, true, done, *report));
  std::cout << deed.what << ": " << done << "\n";
  return absl::OkStatus();
}

absl::Status Rotate(const Kept& kept, const Options& options) {
  if (options.to.empty()) {
    return absl::InvalidArgumentError(
        "name the key to rotate to: --to FILE|URI; a new one is made there when there is none");
  }
  const KeyOptions where{.wrapped = Concat(kept.places.state.wrapped_key(), ".next")};
  PHIVEIL_ASSIGN_OR_RETURN(const std::string file, KeyFileOf(options.to, where));
  auto to = access(file.c_str(), F_OK) == 0 ? phiveil::OpenKey(options.to, where)
                                            : MakeSuccessorKey(options.to, *kept.key, where);
  if (!to.ok()) return to.status();
  std::cerr << "phiveil: the key to rotate to, " << to->id() << ", is in " << file << "\n";
  const Deed deed{Act::kRotate, AuditRecord::Verb::kRotate,
                  Concat("rotation from key ", kept.key->id(), " to ", to->id())};
  PHIVEIL_RETURN_IF_ERROR(DoRecorded(kept, options, deed, [&] { return kept.vault->Rotate(*to); }));
  const bool named = !IsKeyService(options.to) || options.to.find("wrapped=") != std::string::npos;
  const std::string more = named ? "" : Concat(options.to.find('?') == std::string::npos ? "?" : "&", "wrapped=", file);
  std::cerr << "phiveil: give --key '" << options.to << more << "' from now on; destroy the former key "
            << kept.places.key_file << " and copies of it once no copy of the vault from before is wanted\n";
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  PHIVEIL_ASSIGN_OR_RETURN(const Kept kept, Open(options));
  if (options.command == "vault rotate") return Rotate(kept, options);
  if (options.command == "vault reencrypt") {
    return DoRecorded(kept, options, {Act::kReencrypt, AuditRecord::Verb::kReencrypt, "new data keys"},
                      [&] { return kept.vault->Reencrypt(options.alone); });
  }
  if (options.command == "vault sweep") {
    return DoRecorded(kept, options, {Act::kSweep, AuditRecord::Verb::kSweep, "sweep"},
                      [&] { return kept.vault->Sweep(); });
  }
  if (options.subject.empty()) return absl::InvalidArgumentError("name who is to be forgotten: --subject S");
  return DoRecorded(kept, options, {Act::kForget, AuditRecord::Verb::kForget, "erasure"},
                    [&] { return kept.vault->Forget(options.subject); });
}

}  // namespace

ExitCode RunKeeping(const Options& options) {
  const absl::Status status = Run(options);
  if (status.ok()) return kAllDone;
  std::cerr << "phiveil: " << MessageOf(status) << "\n";
  if (absl::IsInvalidArgument(status)) return kUsage;
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ? kStopped : kCannotStart;
}

}  // namespace phiveil::cli

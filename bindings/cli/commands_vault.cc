#include "cli/commands_vault.h"

#include <sys/stat.h>

#include <iostream>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/commands.h"
#include "cli/file_error.h"
#include "cli/session.h"

namespace phiveil::cli {
namespace {

ExitCode Fail(const absl::Status& status, ExitCode code) {
  std::cerr << "phiveil: " << MessageOf(status) << "\n";
  return code;
}

void PrintInfo(const Places& places, const VaultInfo& info) {
  std::cout << "vault     " << VaultName(places.vault) << "\nid        " << info.id << "\nformat    " << info.format
            << "\nkey       " << places.key << " (" << info.key_id << ")\nsubjects  " << info.subjects << "\nvalues    "
            << info.mappings << "\n";
}

absl::Status InitVault(const Places& places) {
  if (VaultExists(places.vault)) {
    return absl::AlreadyExistsError(Concat("there is something in ", places.vault, " already; nothing was changed"));
  }
  bool made = false;
  PHIVEIL_RETURN_IF_ERROR(places.state.Make(&made));
  PHIVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<KeyEncryptionKey> key, OpenKey(places, true, std::cerr));
  PHIVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<Vault> vault, OpenVault({.path = places.vault, .key = key.get()}));
  PHIVEIL_ASSIGN_OR_RETURN(const VaultInfo info, vault->Info());
  PrintInfo(places, info);
  return absl::OkStatus();
}

absl::Status ShowVault(const Places& places) {
  PHIVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<KeyEncryptionKey> key, OpenKey(places, false, std::cerr));
  PHIVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<Vault> vault,
                           OpenVault({.path = places.vault, .key = key.get(), .create = false}));
  PHIVEIL_ASSIGN_OR_RETURN(const VaultInfo info, vault->Info());
  PrintInfo(places, info);
  return absl::OkStatus();
}

ExitCode VerifyAudit(const Places& places, bool key_named) {
  struct stat info = {};
  std::unique_ptr<KeyEncryptionKey> key;
  if (key_named || lstat(places.key_file.c_str(), &info) == 0) {
    auto opened = phiveil::OpenKey(places.key, {.wrapped = places.state.wrapped_key()});
    if (!opened.ok()) return Fail(opened.status(), kCannotStart);
    key = std::make_unique<KeyEncryptionKey>(*std::move(opened));
  }
  const auto report = VerifyAuditLog(places.audit, key.get());
  if (!report.ok()) return Fail(report.status(), kCannotStart);
  std::cout << places.audit << ": " << report->records << " records, ";
  if (report->intact) {
    std::cout << "intact";
    if (!report->problem.empty()) std::cout << "; " << report->problem;
    std::cout << "\n";
    return kAllDone;
  }
  std::cout << "NOT intact\n";
  if (report->first_bad_line > 0) std::cout << places.audit << ":" << report->first_bad_line << ": ";
  std::cout << report->problem << "\n";
  return kSomeQuarantined;
}

ExitCode ShowAudit(const Places& places) {
  const absl::Status status = ReadAuditLog(places.audit, [](std::string_view line) {
    std::cout << line << (line.ends_with('\n') ? "" : "\n");
    return std::cout.good();
  });
  std::cout.flush();
  return status.ok() ? kAllDone : Fail(status, kCannotStart);
}

}  // namespace

ExitCode RunVault(const Options& options) {
  const absl::StatusOr<Places> places = FindPlaces(options);
  if (!places.ok()) return Fail(places.status(), absl::IsInvalidArgument(places.status()) ? kUsage : kCannotStart);
  if (options.command == "audit verify") return VerifyAudit(*places, !options.key.empty());
  if (options.command == "audit show") return ShowAudit(*places);
  if (options.command != "vault init" && options.command != "vault info") return RunVaultTools(options, *places);
  const absl::Status status = options.command == "vault init" ? InitVault(*places) : ShowVault(*places);
  return status.ok() ? kAllDone : Fail(status, kCannotStart);
}

}  // namespace phiveil::cli

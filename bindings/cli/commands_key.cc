#include <iostream>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/commands.h"
#include "cli/file_error.h"
#include "cli/session.h"
#include "phiveil/keys.h"

namespace phiveil::cli {
namespace {

absl::Status Rewrap(const Places& places, const std::string& to) {
  if (!IsKeyService(places.key)) {
    return absl::InvalidArgumentError(
        "rewrapping is for keys of a key service; `phiveil vault rotate --to URI` moves a vault from a key file to "
        "one");
  }
  PHIVEIL_RETURN_IF_ERROR(RewrapKey(places.key, to, {.wrapped = places.state.wrapped_key()}));
  std::cerr << "phiveil: " << places.key_file << " is wrapped anew; vault and audit log stay as they are\n";
  return absl::OkStatus();
}

}  // namespace

ExitCode RunKey(const Options& options) {
  const absl::StatusOr<Places> places = FindPlaces(options);
  const absl::Status status = places.ok() ? Rewrap(*places, options.to) : places.status();
  if (status.ok()) return kAllDone;
  std::cerr << "phiveil: " << MessageOf(status) << "\n";
  return absl::IsInvalidArgument(status) ? kUsage : kCannotStart;
}

}  // namespace phiveil::cli

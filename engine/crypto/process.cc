#include "phiveil/process.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace phiveil {

absl::Status ProtectProcess(const ProcessProtection& protection) {
  absl::Status status;
  if (protection.forbid_core_files) {
    const rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) status = absl::PermissionDeniedError("core files could not be forbidden");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
      status = absl::PermissionDeniedError("other processes could not be kept from looking into this one");
    }
  }
  if (protection.lock_memory && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) {
    status = absl::ResourceExhaustedError("memory could not be locked: raise the limit (ulimit -l)");
  }
  return status;
}

}  // namespace phiveil

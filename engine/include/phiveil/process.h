#ifndef PHIVEIL_PROCESS_H_
#define PHIVEIL_PROCESS_H_

// What a process that handles originals should say to the system first.
//
//   int main() {
//     if (auto status = phiveil::ProtectProcess({.lock_memory = true}); !status.ok()) …
//
// The library never does this by itself: it is the process's to decide. The command does it, without
// `lock_memory`.

#include "absl/status/status.h"

namespace phiveil {

struct ProcessProtection {
  // No core file, also of children; and no other process of the same user may look into this one
  // (ptrace, /proc/PID/mem), which makes /proc/PID belong to root. Debuggers cannot attach either.
  bool forbid_core_files = true;
  // Keep all memory of the process, as it is touched, from being swapped; text that passes through
  // included. Needs a limit (`ulimit -l`) above what the process will use.
  bool lock_memory = false;
};

// PERMISSION_DENIED or RESOURCE_EXHAUSTED says which of it the system refused; the rest holds.
absl::Status ProtectProcess(const ProcessProtection& protection);

}  // namespace phiveil

#endif  // PHIVEIL_PROCESS_H_

#include "cli/stop.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace phiveil::cli {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);

// Made before any handler can run, never closed.
const std::array<int, 2>& StopPipe() {
  static const std::array<int, 2> ends = [] {
    std::array<int, 2> made = {-1, -1};
    if (pipe2(made.data(), O_CLOEXEC | O_NONBLOCK) != 0) made = {-1, -1};
    return made;
  }();
  return ends;
}

int stop_write_end = -1;

void HandleStop(int) {
  const int saved = errno;
  stop_requested.store(true);
  if (stop_write_end >= 0) {
    [[maybe_unused]] const ssize_t written = write(stop_write_end, "x", 1);
  }
  errno = saved;
}

}  // namespace

void InstallStopHandlers() {
  stop_write_end = StopPipe()[1];
  struct sigaction action = {};
  sigemptyset(&action.sa_mask);
  action.sa_handler = HandleStop;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  action.sa_flags = 0;
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);
}

bool StopRequested() { return stop_requested.load(std::memory_order_relaxed); }

void RequestStop() {
  stop_write_end = StopPipe()[1];
  HandleStop(0);
}

void ClearStop() {
  char byte = 0;
  while (read(StopPipe()[0], &byte, 1) > 0) {
  }
  stop_requested.store(false);
}

int StopDescriptor() { return StopPipe()[0]; }

}  // namespace phiveil::cli

#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "base/concat.h"
#include "cli/ledger.h"

namespace phiveil::cli {
namespace {

constexpr size_t kDefaultColumns = 80;

void Write(const std::string& text) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

std::string Clock(uint64_t seconds) {
  const auto two = [](uint64_t n) { return n < 10 ? Concat("0", n) : Concat(n); };
  if (seconds >= 3600) return Concat(seconds / 3600, ":", two(seconds / 60 % 60), ":", two(seconds % 60));
  return Concat(seconds / 60, ":", two(seconds % 60));
}

}  // namespace

std::string ProgressLine(uint64_t done, uint64_t total, double seconds, size_t columns) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string line;
  if (total > 0) {
    done = std::min(done, total);
    const uint64_t percent = static_cast<uint64_t>(100.0 * static_cast<double>(done) / static_cast<double>(total));
    line = Concat(percent, "%  ", Bytes(done), " of ", Bytes(total));
  } else {
    line = Bytes(done);
  }
  line += Concat("  ", Bytes(static_cast<uint64_t>(rate)), "/s");
  if (total > 0 && rate > 0) {
    line += Concat("  ", Clock(static_cast<uint64_t>(std::llround(static_cast<double>(total - done) / rate))), " left");
  }
  if (line.size() >= columns) line.resize(columns > 0 ? columns - 1 : 0);
  return line;
}

Progress::Progress(bool wanted) : visible_(wanted && isatty(STDERR_FILENO) == 1) {}

void Progress::Show(uint64_t done) {
  if (!visible_) return;
  winsize size = {};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  Write("\r\x1b[K" + ProgressLine(done, total_, seconds, known ? size.ws_col : kDefaultColumns));
  drawn_ = true;
}

void Progress::Clear() {
  if (drawn_) Write("\r\x1b[K");
  drawn_ = false;
}

}  // namespace phiveil::cli

#ifndef PHIVEIL_CLI_PROGRESS_H_
#define PHIVEIL_CLI_PROGRESS_H_

// One line on a terminal that is written over again and again:
//
//   42%  118.2 MB of 280.0 MB  39.7 MB/s  0:04 left

#include <chrono>
#include <cstdint>
#include <string>

namespace phiveil::cli {

// The line, at most `columns` wide. `total` 0: not known.
std::string ProgressLine(uint64_t done, uint64_t total, double seconds, size_t columns);

class Progress {
 public:
  // Silent unless `wanted` and stderr is a terminal.
  explicit Progress(bool wanted);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  bool visible() const { return visible_; }
  void set_total(uint64_t total) { total_ = total; }
  void Show(uint64_t done);
  void Clear();

 private:
  bool visible_;
  bool drawn_ = false;
  uint64_t total_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_PROGRESS_H_

#ifndef PHIVEIL_ACCESS_METER_H_
#define PHIVEIL_ACCESS_METER_H_

// How much each asker has had in the last sixty seconds: entries in memory, or in a file that several
// processes take turns with.
//
// The file: entries of 32 bytes, oldest first: time[8] in milliseconds since 1970, tokens[8], asker[16],
// the numbers little-endian. Asker is the start of SHA-256(actor's length[8] ‖ actor ‖ tenant). An entry
// cut short by a crash is dropped. It is not synced: a power failure lasts longer than what it counts.

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "access/access_rules.h"
#include "crypto/file_ops.h"

namespace phiveil::access_internal {

class Meter {
 public:
  // Empty path: in memory.
  static absl::StatusOr<std::unique_ptr<Meter>> Open(const std::string& path, crypto::FileOps& ops);

  // Counts `tokens` and one restore, or says RESOURCE_EXHAUSTED and counts nothing.
  absl::Status Take(const Asker& asker, const Limits& limits, uint64_t tokens, int64_t now_ms);

 private:
  struct Entry {
    int64_t time = 0;
    uint64_t tokens = 0;
    std::array<char, 16> asker{};
  };

  Meter(std::string path, crypto::FileDescriptor fd, crypto::FileOps& ops)
      : path_(std::move(path)), fd_(std::move(fd)), ops_(&ops) {}

  absl::Status TakeFrom(std::vector<Entry>* entries, const Asker& asker, const Limits& limits, uint64_t tokens,
                        int64_t now_ms) const;
  absl::Status ReadEntries(std::vector<Entry>* entries) const;
  absl::Status WriteEntries(const std::vector<Entry>& entries);

  const std::string path_;
  const crypto::FileDescriptor fd_;
  crypto::FileOps* const ops_;
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace phiveil::access_internal

#endif  // PHIVEIL_ACCESS_METER_H_

#ifndef PHIVEIL_CLI_OUTPUT_FILE_H_
#define PHIVEIL_CLI_OUTPUT_FILE_H_

// Writing files so that no reader ever sees half of one under its final name.
//
// A file grows under its name and ".phiveil-part" and gets its name by Publish, when all of it is on
// stable storage. What is not a file (stdout, a pipe, /dev/null) is written straight away.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace phiveil::cli {

// Writes all of `bytes`, however often the system interrupts.
absl::Status WriteAll(int fd, std::string_view bytes, const std::string& name);

// Makes the folders above `path` that are missing.
absl::Status MakeParents(const std::string& path);

std::string PartPath(const std::string& path);

// Gives the part its name. The part must have been synced.
absl::Status Publish(const std::string& path);

class OutputFile {
 public:
  // Begins an empty part, or goes on behind its first `keep` bytes, which must be there.
  static absl::StatusOr<std::unique_ptr<OutputFile>> OpenPart(const std::string& path, uint64_t keep);
  // Something that is no file: `path` empty is standard output.
  static absl::StatusOr<std::unique_ptr<OutputFile>> OpenStream(const std::string& path);
  // A file that is appended to under its own name, mode 0600; `keep` as above.
  static absl::StatusOr<std::unique_ptr<OutputFile>> OpenPrivate(const std::string& path, uint64_t keep);

  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  absl::Status Write(std::string_view bytes);
  absl::Status Sync();
  uint64_t size() const { return size_; }

 private:
  OutputFile(int fd, bool owned, std::string name) : fd_(fd), owned_(owned), name_(std::move(name)) {}
  static absl::StatusOr<std::unique_ptr<OutputFile>> Open(const std::string& path, uint64_t keep, unsigned mode);

  int fd_;
  bool owned_;
  std::string name_;
  uint64_t size_ = 0;
  bool stream_ = false;
};

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_OUTPUT_FILE_H_

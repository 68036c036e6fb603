#ifndef PHIVEIL_TESTS_CLI_CLI_FIXTURE_H_
#define PHIVEIL_TESTS_CLI_CLI_FIXTURE_H_

// What the tests of the command share: inputs in pieces of any size, folders that go away, and an
// engine that is none.

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/byte_source.h"
#include "cli/processor.h"

namespace phiveil::cli {

// Gives out a string in pieces; can end with an error, and can make the reader wait at some places.
class StringSource : public ByteSource {
 public:
  explicit StringSource(std::string bytes, size_t piece = 1 << 20) : bytes_(std::move(bytes)), piece_(piece) {}

  absl::StatusOr<size_t> Read(char* to, size_t size) override {
    const size_t count = std::min({size, piece_, bytes_.size() - at_});
    if (count == 0 && !end_.ok()) return end_;
    bytes_.copy(to, count, at_);
    at_ += count;
    return count;
  }
  bool Ready() override { return at_ < bytes_.size() || !waits_at_end_; }
  uint64_t taken() const override { return at_; }

  void FailAtEnd(absl::Status status) { end_ = std::move(status); }
  void WaitAtEnd() { waits_at_end_ = true; }

 private:
  std::string bytes_;
  size_t piece_;
  size_t at_ = 0;
  absl::Status end_;
  bool waits_at_end_ = false;
};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "phiveil-cli-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline void WriteFile(const std::string& path, std::string_view bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

inline std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t size = std::min(text.size(), text.find('\n'));
    lines.emplace_back(text.substr(0, size));
    text.remove_prefix(std::min(text.size(), size + 1));
  }
  return lines;
}

// Finds runs of digits and puts [OTHER_ID] in their place; fails on a text with "FAIL" in it.
class FakeProcessor : public Processor {
 public:
  explicit FakeProcessor(Verb verb) : verb_(verb) {}

  absl::StatusOr<std::vector<absl::StatusOr<Outcome>>> Run(std::span<const Record> records) const override {
    if (limited_ && groups_left_.fetch_sub(1) <= 0) return absl::UnavailableError("the vault is gone");
    std::vector<absl::StatusOr<Outcome>> outcomes;
    for (const Record& record : records) {
      seen_ += 1;
      if (record.text.find("FAIL") != std::string_view::npos) {
        outcomes.push_back(absl::InvalidArgumentError("the text asks to fail"));
      } else {
        outcomes.push_back(One(record.text));
      }
    }
    return outcomes;
  }

  // From the call after this many on, every group fails.
  void FailAfter(int groups) {
    limited_ = true;
    groups_left_ = groups;
  }
  int seen() const { return seen_; }

 private:
  Outcome One(std::string_view text) const {
    Outcome outcome;
    for (size_t at = 0; at < text.size();) {
      size_t end = at;
      while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
      if (end == at) {
        outcome.text.push_back(text[at++]);
        continue;
      }
      outcome.text.append("[OTHER_ID]");
      Finding finding;
      finding.begin = static_cast<uint32_t>(at);
      finding.end = static_cast<uint32_t>(end);
      finding.score = 0.75f;
      finding.rule = "fake.digits";
      outcome.findings.push_back(std::move(finding));
      outcome.replacements.emplace_back("[OTHER_ID]");
      at = end;
    }
    if (verb_ == Verb::kRestore) outcome.restored = static_cast<uint32_t>(outcome.findings.size());
    return outcome;
  }

  Verb verb_;
  bool limited_ = false;
  mutable std::atomic<int> groups_left_{0};
  mutable std::atomic<int> seen_{0};
};

}  // namespace phiveil::cli

#endif  // PHIVEIL_TESTS_CLI_CLI_FIXTURE_H_

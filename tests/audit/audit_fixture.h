#ifndef PHIVEIL_TESTS_AUDIT_AUDIT_FIXTURE_H_
#define PHIVEIL_TESTS_AUDIT_AUDIT_FIXTURE_H_

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../vault/vault_fixture.h"
#include "phiveil/audit.h"

namespace phiveil {

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A new file each time: some file systems wait for the disk when one is emptied and filled again.
inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class AuditTest : public testing::Test {
 protected:
  AuditTest() : key_(*KeyEncryptionKey::CreateFile(dir_ / "key")), path_(dir_ / "audit.jsonl") {}

  AuditOptions Options() const { return {.path = path_, .key = &key_, .checkpoint_every = 0}; }
  std::string head_path() const { return path_ + ".head"; }

  std::unique_ptr<AuditLog> MustOpen() {
    auto log = OpenAuditLog(Options());
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }

  static AuditRecord Record(std::string id) {
    AuditRecord record;
    record.actor = "etl@ward";
    record.purpose = "summary";
    record.record_id = std::move(id);
    record.subject = "patient-17";
    record.input = "Seen: Ana Ruiz";
    record.output = "Seen: [NAME_7QK2F]";
    record.policy = "safe_harbor@1";
    record.pack = "us@1";
    record.counts[static_cast<size_t>(Category::kName)] = 1;
    record.counts[static_cast<size_t>(Category::kOtherId)] = 12;
    return record;
  }

  static absl::Status AppendOne(AuditLog& log, std::string id) {
    const AuditRecord record = Record(std::move(id));
    return log.Append({&record, 1});
  }

  AuditReport Verify() const {
    auto report = VerifyAuditLog(path_, &key_);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : AuditReport();
  }

  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    EXPECT_TRUE(ReadAuditLog(path_, [&](std::string_view line) {
                  lines.emplace_back(line);
                  return true;
                }).ok());
    return lines;
  }

  TempDir dir_;
  KeyEncryptionKey key_;
  std::string path_;
};

}  // namespace phiveil

#endif  // PHIVEIL_TESTS_AUDIT_AUDIT_FIXTURE_H_

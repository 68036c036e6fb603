// Whatever is done to a log, verifying it says so and says where.

#include <algorithm>

#include "audit/audit_line.h"
#include "audit_fixture.h"

namespace phiveil {
namespace {

using testing::HasSubstr;

class AuditDamageTest : public AuditTest {
 protected:
  void SetUp() override {
    auto log = MustOpen();
    for (int i = 1; i <= 4; ++i) ASSERT_TRUE(AppendOne(*log, std::to_string(i)).ok());
    bytes_ = ReadFile(path_);
    head_ = ReadFile(head_path());
  }

  uint64_t LineOf(size_t offset) const {
    return 1 + static_cast<uint64_t>(std::count(bytes_.begin(), bytes_.begin() + static_cast<long>(offset), '\n'));
  }

  std::string bytes_, head_;
};

TEST_F(AuditDamageTest, EveryChangedByteIsFoundOnItsLine) {
  for (size_t i = 0; i < bytes_.size(); ++i) {
    for (const int bit : {0x01, 0x20, 0x80}) {
      std::string changed = bytes_;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      WriteFile(path_, changed);
      const AuditReport report = Verify();
      ASSERT_FALSE(report.intact) << i;
      ASSERT_EQ(report.first_bad_line, LineOf(i)) << i << " " << report.problem;
    }
  }
}

TEST_F(AuditDamageTest, EveryChangedByteIsFoundWithoutTheKeyExceptInMacs) {
  for (size_t i = 0; i < bytes_.size(); ++i) {
    std::string changed = bytes_;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    WriteFile(path_, changed);
    const auto report = VerifyAuditLog(path_, nullptr);
    ASSERT_TRUE(report.ok());
    const size_t to_end = bytes_.find('\n', i) - i;  // the MAC field is the last 43 bytes of a line
    if (to_end == 0 || to_end > 43) {
      ASSERT_FALSE(report->intact) << i;
    }
  }
}

TEST_F(AuditDamageTest, EveryCutIsFound) {
  for (size_t size = 0; size < bytes_.size(); ++size) {
    WriteFile(path_, bytes_.substr(0, size));
    const AuditReport report = Verify();
    ASSERT_FALSE(report.intact) << size;
    ASSERT_EQ(report.first_bad_line, LineOf(size)) << size;
    ASSERT_EQ(OpenAuditLog(Options()).status().code(), absl::StatusCode::kDataLoss) << size;
    ASSERT_EQ(ReadFile(path_).size(), size) << "opening must not touch a damaged log";
  }
}

TEST_F(AuditDamageTest, EveryChangedByteOfTheHeadIsFound) {
  for (size_t i = 0; i < head_.size(); ++i) {
    std::string changed = head_;
    changed[i] = static_cast<char>(changed[i] ^ 4);
    WriteFile(head_path(), changed);
    const auto report = VerifyAuditLog(path_, &key_);
    // In the key's id it looks like another key, which is an error of its own.
    if (report.ok()) {
      ASSERT_FALSE(report->intact) << i;
    }
    ASSERT_FALSE(OpenAuditLog(Options()).ok()) << i;
  }
}

TEST_F(AuditDamageTest, LinesRemovedRepeatedOrExchanged) {
  std::vector<std::string> lines;
  for (const std::string& line : Lines()) lines.push_back(line + "\n");
  const auto write = [&](const std::vector<int>& order) {
    std::string out;
    for (int i : order) out += lines[static_cast<size_t>(i)];
    WriteFile(path_, out);
  };
  const std::vector<std::pair<std::vector<int>, uint64_t>> cases = {
      {{1, 2, 3}, 1},       {{0, 2, 3}, 2},    {{0, 1, 3}, 3},       {{0, 1, 2}, 4},
      {{0, 0, 1, 2, 3}, 2}, {{0, 2, 1, 3}, 2}, {{0, 1, 2, 3, 3}, 5}, {{}, 1}};
  for (const auto& [order, bad] : cases) {
    write(order);
    const AuditReport report = Verify();
    EXPECT_FALSE(report.intact);
    EXPECT_EQ(report.first_bad_line, bad) << report.problem;
  }
  write({0, 1, 2, 3});
  EXPECT_TRUE(Verify().intact);
}

// Someone without the key rewrites a record and the whole chain behind it.
TEST_F(AuditDamageTest, AChainRewrittenWithoutTheKeyIsFound) {
  const auto other_key = *KeyEncryptionKey::CreateFile(dir_ / "key2");
  const std::string forged = dir_ / "forged.jsonl";
  auto log = OpenAuditLog({.path = forged, .key = &other_key});
  ASSERT_TRUE(log.ok());
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(AppendOne(**log, std::to_string(i)).ok());
  WriteFile(path_, ReadFile(forged));
  const AuditReport report = Verify();
  EXPECT_FALSE(report.intact);
  EXPECT_EQ(report.first_bad_line, 1u);
  EXPECT_THAT(report.problem, HasSubstr("MAC"));
}

TEST_F(AuditDamageTest, ForgedRecordsBehindTheHeadAreNotTakenIn) {
  const auto other_key = *KeyEncryptionKey::CreateFile(dir_ / "key2");
  const auto forger = *audit_internal::AuditKeys::From(other_key);
  const auto ours = *audit_internal::AuditKeys::From(key_);
  audit_internal::ChainEnd end;
  for (const std::string& line : Lines()) ASSERT_FALSE(audit_internal::CheckLine(line, &ours, &end)->has_value());
  std::string forged = bytes_;
  ASSERT_TRUE(
      audit_internal::AppendLine(*audit_internal::LineBody(Record("5"), forger, 0), forger, &end, &forged).ok());
  WriteFile(path_, forged);
  EXPECT_TRUE(VerifyAuditLog(path_, nullptr)->intact) << "the chain alone fits";
  EXPECT_FALSE(Verify().intact);
  EXPECT_EQ(Verify().first_bad_line, 5u);
  EXPECT_EQ(OpenAuditLog(Options()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(AuditDamageTest, MissingOrForeignHead) {
  std::filesystem::remove(head_path());
  EXPECT_THAT(Verify().problem, HasSubstr("head file is missing"));
  EXPECT_FALSE(Verify().intact);
  EXPECT_EQ(OpenAuditLog(Options()).status().code(), absl::StatusCode::kDataLoss);
  // The head of another log of the same key and length.
  const std::string other = dir_ / "other.jsonl";
  {
    auto log = OpenAuditLog({.path = other, .key = &key_});
    for (int i = 1; i <= 4; ++i) ASSERT_TRUE(AppendOne(**log, std::to_string(i)).ok());
  }
  WriteFile(head_path(), ReadFile(other + ".head"));
  EXPECT_FALSE(Verify().intact);
  EXPECT_EQ(Verify().first_bad_line, 4u);
}

TEST_F(AuditDamageTest, WithoutAKeyTheReportSaysWhatWasNotChecked) {
  const auto report = VerifyAuditLog(path_, nullptr);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->intact);
  EXPECT_EQ(report->records, 4u);
  EXPECT_THAT(report->problem, HasSubstr("not authenticated"));
}

TEST_F(AuditDamageTest, LongGarbageIsReadInPieces) {
  WriteFile(path_, bytes_ + std::string(5'000'000, 'x'));
  EXPECT_FALSE(Verify().intact);
  EXPECT_EQ(Verify().first_bad_line, 5u);
  EXPECT_EQ(Lines().size(), 4u);
}

}  // namespace
}  // namespace phiveil

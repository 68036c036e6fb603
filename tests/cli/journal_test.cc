#include "cli/journal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cli_fixture.h"

namespace phiveil::cli {
namespace {

FileProgress Progress(std::string label, bool done, uint64_t number) {
  FileProgress file;
  file.label = std::move(label);
  file.size = number + 1;
  file.mtime_ns = -static_cast<int64_t>(number) - 2;
  file.done = done;
  file.made = number % 2 == 0;
  file.next = {number + 3, number + 4};
  file.out = number + 5;
  file.counts.records_in = number + 6;
  file.counts.records_out = number + 7;
  file.counts.quarantined = number + 8;
  file.counts.bytes_in = number + 9;
  file.counts.replaced = number + 10;
  file.counts.findings[3] = number + 11;
  file.counts.tokens[2] = number + 12;
  return file;
}

void ExpectSame(const FileProgress& a, const FileProgress& b) {
  EXPECT_EQ(a.label, b.label);
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.mtime_ns, b.mtime_ns);
  EXPECT_EQ(a.done, b.done);
  EXPECT_EQ(a.made, b.made);
  EXPECT_EQ(a.next, b.next);
  EXPECT_EQ(a.out, b.out);
  EXPECT_EQ(a.counts, b.counts);
}

TEST(Journal, CheckpointsComeBack) {
  TemporaryFolder folder;
  {
    auto journal = Journal::Create(folder / "j", "run");
    ASSERT_TRUE(journal.ok()) << journal.status();
    ASSERT_TRUE((*journal)->Append({{Progress("a", true, 10), Progress("b\n\"", false, 20)}, 5, false}).ok());
    ASSERT_TRUE((*journal)->Append({{Progress("b\n\"", true, 31)}, 7, true}).ok());
  }
  struct stat info = {};
  ASSERT_EQ(stat((folder / "j").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  JournalState state;
  auto journal = Journal::Resume(folder / "j", "run", &state);
  ASSERT_TRUE(journal.ok()) << journal.status();
  ASSERT_EQ(state.files.size(), 2u);
  ExpectSame(state.files["a"], Progress("a", true, 10));
  ExpectSame(state.files["b\n\""], Progress("b\n\"", true, 31));
  EXPECT_EQ(state.errors, 7u);
  EXPECT_TRUE(state.complete);
  ASSERT_TRUE((*journal)->Remove().ok());
  EXPECT_FALSE(std::filesystem::exists(folder / "j"));
}

// A kill may come after any byte: what was whole before it stands, and the journal goes on.
TEST(Journal, CutAnywhereItKeepsItsWholeLines) {
  TemporaryFolder folder;
  std::vector<size_t> ends;
  {
    auto journal = Journal::Create(folder / "j", "run");
    for (uint64_t i = 0; i < 3; ++i) {
      ends.push_back(ReadFile(folder / "j").size());
      ASSERT_TRUE((*journal)->Append({{Progress("f" + std::to_string(i), true, i)}, i, false}).ok());
    }
    ends.push_back(ReadFile(folder / "j").size());
  }
  const std::string whole = ReadFile(folder / "j");
  for (size_t size = 0; size <= whole.size(); ++size) {
    WriteFile(folder / "cut", whole.substr(0, size));
    size_t lines = 0;
    while (lines < ends.size() && ends[lines] <= size) ++lines;
    JournalState state;
    {
      auto journal = Journal::Resume(folder / "cut", "run", &state);
      ASSERT_TRUE(journal.ok()) << size << journal.status();
      EXPECT_EQ(state.files.size(), lines == 0 ? 0 : lines - 1);
      ASSERT_TRUE((*journal)->Append({{Progress("later", true, 9)}, 9, false}).ok());
    }
    JournalState after;
    ASSERT_TRUE(Journal::Resume(folder / "cut", "run", &after).ok()) << size;
    EXPECT_EQ(after.files.size(), state.files.size() + 1);
  }
}

TEST(Journal, IsNotTakenOver) {
  TemporaryFolder folder;
  JournalState state;
  EXPECT_TRUE(absl::IsNotFound(Journal::Resume(folder / "j", "run", &state).status()));
  auto journal = Journal::Create(folder / "j", "run");
  ASSERT_TRUE(journal.ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Journal::Create(folder / "j", "run").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(Journal::Resume(folder / "j", "run", &state).status()));  // still open
  *journal = nullptr;
  EXPECT_TRUE(absl::IsFailedPrecondition(Journal::Resume(folder / "j", "other", &state).status()));
  EXPECT_TRUE(Journal::Resume(folder / "j", "run", &state).ok());
}

TEST(Journal, SomethingElseIsNotAJournal) {
  TemporaryFolder folder;
  for (const std::string_view bytes :
       {"hello\n", "{}\n", "{\"phiveil_journal\":2,\"run\":\"run\"}\n", "{\"phiveil_journal\":1,\"run\":\"run\"}\n{}\n",
        "{\"phiveil_journal\":1,\"run\":\"run\"}\n{\"files\":[{\"file\":1}],\"errors\":0,\"complete\":false}\n"}) {
    WriteFile(folder / "j", bytes);
    JournalState state;
    EXPECT_TRUE(absl::IsDataLoss(Journal::Resume(folder / "j", "run", &state).status())) << bytes;
    EXPECT_EQ(ReadFile(folder / "j"), bytes);
  }
}

}  // namespace
}  // namespace phiveil::cli

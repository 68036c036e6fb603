#include "cli/records.h"

#include <gtest/gtest.h>

#include "cli_fixture.h"

namespace phiveil::cli {
namespace {

struct Got {
  std::string bytes;
  uint64_t line, byte;
  std::string problem;
  friend bool operator==(const Got&, const Got&) = default;
};

std::ostream& operator<<(std::ostream& out, const Got& got) {
  return out << "{" << got.bytes << ", line " << got.line << ", byte " << got.byte << ", " << got.problem << "}";
}

std::vector<Got> ReadAll(RecordReader* reader) {
  std::vector<Got> all;
  std::string bytes;
  RawRecord record;
  while (reader->Next(true, &bytes, &record) == RecordReader::Step::kRecord) {
    all.push_back({bytes.substr(record.begin, record.size), record.line, record.byte, record.problem});
  }
  return all;
}

class RecordPieces : public testing::TestWithParam<size_t> {};
INSTANTIATE_TEST_SUITE_P(Sizes, RecordPieces, testing::Values(1, 2, 3, 7, 64, 1 << 20));

TEST_P(RecordPieces, LinesAreCutAtNewlines) {
  StringSource source("one\ntwo\r\n\n  \t\nfive", GetParam());
  const auto reader = MakeLineReader(&source, {}, {});
  EXPECT_EQ(ReadAll(reader.get()), (std::vector<Got>{{"one", 1, 0, ""}, {"two\r", 2, 4, ""}, {"five", 5, 14, ""}}));
  EXPECT_EQ(reader->position().byte, 18u);
}

TEST_P(RecordPieces, ALineBeyondTheLimitIsPassedOver) {
  StringSource source("12345\n123456\nabc\n" + std::string(100000, 'x') + "\nend\n", GetParam());
  const auto reader = MakeLineReader(&source, {.max_record = 5}, {});
  const std::string problem = TooLong({.max_record = 5});
  EXPECT_EQ(
      ReadAll(reader.get()),
      (std::vector<Got>{
          {"12345", 1, 0, ""}, {"", 2, 6, problem}, {"abc", 3, 13, ""}, {"", 4, 17, problem}, {"end", 5, 100018, ""}}));
}

TEST_P(RecordPieces, AFaultOfTheInputIsTheLastRecord) {
  StringSource source("one\ntw", GetParam());
  source.FailAtEnd(absl::DataLossError("cut short"));
  const auto reader = MakeLineReader(&source, {}, {});
  const std::vector<Got> all = ReadAll(reader.get());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].bytes, "one");
  EXPECT_EQ(all[1].bytes, "");
  EXPECT_EQ(all[1].line, 2u);
  EXPECT_EQ(all[1].byte, 4u);
  EXPECT_NE(all[1].problem.find("cut short"), std::string::npos);
}

TEST_P(RecordPieces, AWholeTextIsOneRecord) {
  const std::string text("a\0b\n\nlast", 9);
  StringSource source(text, GetParam());
  EXPECT_EQ(ReadAll(MakeTextReader(&source, {}).get()), (std::vector<Got>{{text, 0, 0, ""}}));
}

TEST_P(RecordPieces, ATextBeyondTheLimitIsNotLoaded) {
  StringSource source(std::string(5000, 'x'), GetParam());
  std::string bytes = "before";
  RawRecord record;
  const auto reader = MakeTextReader(&source, {.max_record = 4999});
  ASSERT_EQ(reader->Next(true, &bytes, &record), RecordReader::Step::kRecord);
  EXPECT_EQ(record.problem, TooLong({.max_record = 4999}));
  EXPECT_EQ(bytes, "before");
  EXPECT_EQ(reader->Next(true, &bytes, &record), RecordReader::Step::kEnd);
}

TEST(TextReader, AnEmptyTextIsARecord) {
  StringSource source("");
  EXPECT_EQ(ReadAll(MakeTextReader(&source, {}).get()), (std::vector<Got>{{"", 0, 0, ""}}));
}

TEST(LineReader, NothingHoldsNoRecords) {
  StringSource source("");
  EXPECT_TRUE(ReadAll(MakeLineReader(&source, {}, {}).get()).empty());
}

TEST(LineReader, GivesWhatItHasBeforeItWaits) {
  StringSource source("one\ntw");
  source.WaitAtEnd();
  const auto reader = MakeLineReader(&source, {}, {});
  std::string bytes;
  RawRecord record;
  EXPECT_EQ(reader->Next(false, &bytes, &record), RecordReader::Step::kRecord);
  EXPECT_EQ(reader->Next(false, &bytes, &record), RecordReader::Step::kWait);
  EXPECT_EQ(reader->position(), (Position{4, 2}));
  EXPECT_EQ(reader->Next(true, &bytes, &record), RecordReader::Step::kRecord);  // the end has come
  EXPECT_EQ(bytes, "onetw");
}

// Going on from the position after any record gives what is left, with the same places.
TEST(LineReader, GoesOnFromAnyPosition) {
  const std::string text = "a\n\nbb\n  \nccc\nd";
  StringSource whole(text);
  const std::vector<Got> all = ReadAll(MakeLineReader(&whole, {}, {}).get());
  for (size_t taken = 0; taken <= all.size(); ++taken) {
    StringSource first(text);
    const auto before = MakeLineReader(&first, {}, {});
    std::string bytes;
    RawRecord record;
    for (size_t i = 0; i < taken; ++i) ASSERT_EQ(before->Next(true, &bytes, &record), RecordReader::Step::kRecord);
    StringSource second(text.substr(before->position().byte));
    EXPECT_EQ(ReadAll(MakeLineReader(&second, {}, before->position()).get()),
              std::vector<Got>(all.begin() + static_cast<ptrdiff_t>(taken), all.end()));
  }
}

}  // namespace
}  // namespace phiveil::cli

#include "cli/csv.h"

#include <gtest/gtest.h>

#include <random>

#include "cli_fixture.h"

namespace phiveil::cli {
namespace {

struct Row {
  std::string bytes;
  uint64_t line = 0;
  bool problem = false;
  friend bool operator==(const Row&, const Row&) = default;
};

std::vector<Row> ReadRows(std::string bytes, size_t piece, uint64_t max_record = 1 << 20) {
  StringSource source(std::move(bytes), piece);
  const auto reader = MakeCsvReader(&source, {.max_record = max_record}, {});
  std::vector<Row> rows;
  std::string buffer;
  RawRecord record;
  while (reader->Next(true, &buffer, &record) == RecordReader::Step::kRecord) {
    rows.push_back({buffer.substr(record.begin, record.size), record.line, !record.problem.empty()});
  }
  return rows;
}

std::vector<std::string> Values(std::string_view row) {
  std::vector<std::string> values;
  for (const CsvField& field : SplitCsvRow(row)) {
    std::string scratch;
    values.emplace_back(CsvValue(row, field, &scratch));
  }
  return values;
}

TEST(CsvRow, Fields) {
  const struct {
    std::string row;
    std::vector<std::string> values;
  } kCases[] = {
      {"a,b,c\n", {"a", "b", "c"}},
      {"a,b,c\r\n", {"a", "b", "c"}},
      {"a,b,c", {"a", "b", "c"}},
      {"", {""}},
      {"\n", {""}},
      {",\n", {"", ""}},
      {",,\r\n", {"", "", ""}},
      {"\"a\",\"b,b\",c\n", {"a", "b,b", "c"}},
      {"\"line\r\nline\",x\n", {"line\r\nline", "x"}},
      {"\"say \"\"hi\"\"\",x\n", {"say \"hi\"", "x"}},
      {"\"\"\"\",\"\",\"\"\"\"\"\"\n", {"\"", "", "\"\""}},
      {" a , b\n", {" a ", " b"}},
      {"a\rb,c\n", {"a\rb", "c"}},
  };
  for (const auto& test : kCases) EXPECT_EQ(Values(test.row), test.values) << test.row;
}

TEST(CsvRow, FieldsCoverTheBytes) {
  const std::string row = "\"a,\"\"\",b,\"c\"\r\n";
  const std::vector<CsvField> fields = SplitCsvRow(row);
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(row.substr(fields[0].begin, fields[0].end - fields[0].begin), "\"a,\"\"\"");
  EXPECT_TRUE(fields[0].quoted);
  EXPECT_FALSE(fields[1].quoted);
  EXPECT_EQ(row.substr(fields[2].end), "\r\n");
}

TEST(CsvValue, IsQuotedOnlyWhenItMustOrDid) {
  const struct {
    std::string_view value;
    bool quoted;
    std::string_view field;
  } kCases[] = {{"plain", false, "plain"},
                {"plain", true, "\"plain\""},
                {"a,b", false, "\"a,b\""},
                {"a\nb", false, "\"a\nb\""},
                {"a\rb", false, "\"a\rb\""},
                {"\"", false, "\"\"\"\""},
                {"x\"y\"", true, "\"x\"\"y\"\"\""},
                {"", false, ""},
                {"", true, "\"\""}};
  for (const auto& test : kCases) {
    std::string field;
    AppendCsvValue(test.value, test.quoted, &field);
    EXPECT_EQ(field, test.field);
  }
}

class CsvPieces : public testing::TestWithParam<size_t> {};
INSTANTIATE_TEST_SUITE_P(Sizes, CsvPieces, testing::Values(1, 2, 3, 5, 1 << 20));

TEST_P(CsvPieces, RowsWithLineEndsInsideQuotes) {
  EXPECT_EQ(ReadRows("h,t\r\n1,\"a\nb\r\nc\"\n2,x", GetParam()),
            (std::vector<Row>{{"h,t\r\n", 1, false}, {"1,\"a\nb\r\nc\"\n", 2, false}, {"2,x", 5, false}}));
}

TEST_P(CsvPieces, AByteOrderMarkMayStandBeforeAQuote) {
  EXPECT_EQ(ReadRows("\xEF\xBB\xBF\"h\",t\n1,2\n", GetParam()),
            (std::vector<Row>{{"\xEF\xBB\xBF\"h\",t\n", 1, false}, {"1,2\n", 2, false}}));
}

TEST_P(CsvPieces, HalfAByteOrderMarkIsAFieldLikeAnyOther) {
  EXPECT_EQ(ReadRows("\xEF\xBB,x\n", GetParam()), (std::vector<Row>{{"\xEF\xBB,x\n", 1, false}}));
  EXPECT_EQ(ReadRows("\xEF\xBB\"\"\n", GetParam()), (std::vector<Row>{{"", 1, true}}));
}

TEST_P(CsvPieces, ABrokenQuoteEndsTheFile) {
  for (const std::string_view bad :
       {"1,a\"b\n", "1,\"a\"b\n", "1,\"a\" ,b\n", "1,\"never closed\n", "1,\"a\"\rb\n", "1,\"a\"\r", "1,a\"\n"}) {
    const std::vector<Row> rows = ReadRows("h,t\nok,ok\n" + std::string(bad) + "2,Ann Smith\n3,more", GetParam());
    const bool runs_on = bad == "1,\"a\"\r";  // swallows the next row's first byte, still broken
    ASSERT_EQ(rows.size(), 3u) << bad << runs_on;
    EXPECT_EQ(rows[1], (Row{"ok,ok\n", 2, false})) << bad;
    EXPECT_EQ(rows[2], (Row{"", 3, true})) << bad;
  }
}

TEST_P(CsvPieces, ARowBeyondTheLimitIsPassedOverAndTheNextIsFound) {
  EXPECT_EQ(ReadRows("h,t\n1,\"" + std::string(5000, '\n') + "\"\n2,x\n", GetParam(), 100),
            (std::vector<Row>{{"h,t\n", 1, false}, {"", 2, true}, {"2,x\n", 5003, false}}));
}

// Any table, written by any quoting RFC 4180 allows, comes back row by row and value by value, and the
// rows put together are the file.
TEST(CsvReader, ReadsWhatAWriterWrites) {
  std::mt19937 random(20261);
  const std::string_view alphabet = "ab,\"\r\n \xC3\xA9";
  for (int round = 0; round < 300; ++round) {
    const size_t width = 1 + random() % 4;
    std::string file;
    std::vector<std::vector<std::string>> table;
    for (size_t rows = 0; rows < 1 + random() % 5; ++rows) {
      std::vector<std::string>& row = table.emplace_back();
      for (size_t column = 0; column < width; ++column) {
        std::string value;
        for (size_t n = random() % 6; n > 0; --n) value.push_back(alphabet[random() % alphabet.size()]);
        if (column > 0) file.push_back(',');
        AppendCsvValue(value, random() % 2 == 0, &file);
        row.push_back(std::move(value));
      }
      file.append(random() % 2 == 0 ? "\n" : "\r\n");
    }
    std::string joined;
    std::vector<std::vector<std::string>> read;
    for (const Row& row : ReadRows(file, 1 + random() % 9)) {
      ASSERT_FALSE(row.problem) << file;
      joined += row.bytes;
      read.push_back(Values(row.bytes));
    }
    EXPECT_EQ(joined, file);
    EXPECT_EQ(read, table) << file;
  }
}

}  // namespace
}  // namespace phiveil::cli

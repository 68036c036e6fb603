#include "cli/format.h"

#include <gtest/gtest.h>

#include <random>

#include "cli_fixture.h"

namespace phiveil::cli {
namespace {

// One record there and back through a format and the fake engine.
absl::StatusOr<std::string> Through(const Format& format, Verb verb, std::string_view raw, uint64_t line = 1) {
  JsonRecordParser parser;
  Prepared prepared;
  if (absl::Status status = format.Prepare(raw, line, &parser, &prepared); !status.ok()) return status;
  auto results = FakeProcessor(verb).Run(prepared.records);
  std::vector<Outcome> outcomes;
  for (auto& result : *results) {
    if (!result.ok()) return result.status();
    outcomes.push_back(*std::move(result));
  }
  std::string out;
  format.Render(raw, prepared, outcomes, &out);
  return out;
}

std::string JsonLine(const FormatSettings& settings, std::string_view line, uint64_t number = 1) {
  const auto out = Through(*MakeJsonLinesFormat(settings), settings.verb, line, number);
  return out.ok() ? *out : out.status().ToString();
}

TEST(JsonLines, TheContractOfRedact) {
  EXPECT_EQ(JsonLine({.verb = Verb::kRedact}, R"({"id":"a\u0031","text":"MRN 482\n\"ok\"","other":"Ann Smith"})"),
            R"({"id":"a\u0031","text":"MRN [OTHER_ID]\n\"ok\"","findings":[{"begin":4,"end":7,"category":"OTHER_ID",)"
            R"("score":0.75,"rule":"fake.digits","replacement":"[OTHER_ID]"}]})"
            "\n");
}

TEST(JsonLines, TheContractOfFind) {
  EXPECT_EQ(JsonLine({.verb = Verb::kFind}, R"({"text":"none"})", 12), "{\"id\":12,\"findings\":[]}\n");
  EXPECT_EQ(JsonLine({.verb = Verb::kFind}, R"({"text":"7","id":9})", 12),
            "{\"id\":9,\"findings\":[{\"begin\":0,\"end\":1,\"category\":\"OTHER_ID\",\"score\":0.75,"
            "\"rule\":\"fake.digits\"}]}\n");
}

TEST(JsonLines, TheContractOfRestore) {
  EXPECT_EQ(JsonLine({.verb = Verb::kRestore}, R"({"id":1,"text":"a 7"})"),
            "{\"id\":1,\"text\":\"a [OTHER_ID]\",\"tokens\":{\"restored\":1,\"unknown\":0,\"altered\":0,"
            "\"foreign\":0}}\n");
}

TEST(JsonLines, OffsetsInEachUnit) {
  const std::string line = "{\"id\":1,\"text\":\"\xC3\xA9\xF0\x9F\x98\x80 12 \xE4\xB8\xAD 3\"}";
  const struct {
    OffsetConverter::Unit unit;
    std::string_view first, second;
  } kCases[] = {{OffsetConverter::Unit::kCodePoint, "\"begin\":3,\"end\":5", "\"begin\":8,\"end\":9"},
                {OffsetConverter::Unit::kUtf16, "\"begin\":4,\"end\":6", "\"begin\":9,\"end\":10"},
                {OffsetConverter::Unit::kByte, "\"begin\":7,\"end\":9", "\"begin\":14,\"end\":15"}};
  for (const auto& test : kCases) {
    const std::string out = JsonLine({.verb = Verb::kFind, .offsets = test.unit}, line);
    EXPECT_NE(out.find(test.first), std::string::npos) << out;
    EXPECT_NE(out.find(test.second), std::string::npos) << out;
  }
}

TEST(Requests, CarryWhatTheCallerSaid) {
  FormatSettings settings = {.subject = "all", .actor = "a", .purpose = "p"};
  JsonRecordParser parser;
  Prepared own, common;
  const auto format = MakeJsonLinesFormat(settings);
  ASSERT_TRUE(format->Prepare(R"({"id":5,"text":"t","subject":"one","known":{"mrn":["12"]}})", 3, &parser, &own).ok());
  ASSERT_TRUE(format->Prepare(R"({"text":"t"})", 4, &parser, &common).ok());
  const Request& first = own.records[0].request;
  EXPECT_EQ(first.subject, "one");
  EXPECT_EQ(first.record_id, "5");
  EXPECT_EQ(first.actor, "a");
  EXPECT_EQ(first.purpose, "p");
  EXPECT_EQ(first.known.mrn, std::vector<std::string>{"12"});
  EXPECT_EQ(common.records[0].request.subject, "all");
  EXPECT_EQ(common.records[0].request.record_id, "4");
}

TEST(Text, IsGivenOutAsItIs) {
  EXPECT_EQ(*Through(*MakeTextFormat({}, "a/b.txt"), Verb::kRedact, "x 1\n"), "x [OTHER_ID]\n");
  EXPECT_EQ(*Through(*MakeTextFormat({.verb = Verb::kFind}, "a/\"b\".txt"), Verb::kFind, ""),
            "{\"id\":\"a/\\\"b\\\".txt\",\"findings\":[]}\n");
}

std::unique_ptr<Format> Csv(FormatSettings settings, std::string_view header) {
  auto format = MakeCsvFormat(settings, header);
  EXPECT_TRUE(format.ok()) << format.status();
  return format.ok() ? *std::move(format) : nullptr;
}

TEST(CsvFormat, OnlyTextColumnsChange) {
  const auto format = Csv({.text_columns = {"note", "plan"}, .id_column = "id"}, "\xEF\xBB\xBFid,note,\"x\",plan\r\n");
  const struct {
    std::string_view row, out;
  } kCases[] = {
      {"1,a 2 b,3,c\r\n", "1,a [OTHER_ID] b,3,c\r\n"},
      {"1,\"a, 2\",\"3\"\"\",\"4\"\n", "1,\"a, [OTHER_ID]\",\"3\"\"\",\"[OTHER_ID]\"\n"},
      {"1,none,\"3\", 5 ", "1,none,\"3\", [OTHER_ID] "},
      {"1,\"say \"\"7\"\"\nnext\",3,\n", "1,\"say \"\"[OTHER_ID]\"\"\nnext\",3,\n"},
      {"1,\"say \"\"hi\"\"\",3,\"\"\n", "1,\"say \"\"hi\"\"\",3,\"\"\n"},
      {"\r\n", "\r\n"},
  };
  for (const auto& test : kCases) EXPECT_EQ(*Through(*format, Verb::kRedact, test.row), test.out);
}

TEST(CsvFormat, ARowOfAnotherWidthIsRefused) {
  const auto format = Csv({.text_columns = {"note"}}, "id,note\n");
  for (const std::string_view row : {"1\n", "1,2,3\n", "1,Ann, Smith\n"}) {
    const auto out = Through(*format, Verb::kRedact, row);
    EXPECT_FALSE(out.ok()) << row;
    EXPECT_EQ(out.status().ToString().find("Ann"), std::string::npos);
  }
}

TEST(CsvFormat, FindNamesTheColumn) {
  const auto format = Csv({.verb = Verb::kFind, .text_columns = {"b", "a"}, .id_column = "i"}, "a,b,i\n");
  EXPECT_EQ(
      *Through(*format, Verb::kFind, "x,y,\"k\"\"1\"\n"),
      "{\"id\":\"k\\\"1\",\"column\":\"a\",\"findings\":[]}\n{\"id\":\"k\\\"1\",\"column\":\"b\",\"findings\":[]}\n");
}

TEST(CsvFormat, IdsAndSubjectsComeFromTheirColumns) {
  const auto format =
      Csv({.subject = "default", .text_columns = {"t"}, .id_column = "i", .subject_column = "s"}, "i,s,t\n");
  JsonRecordParser parser;
  Prepared named, unnamed;
  ASSERT_TRUE(format->Prepare("r1,\"p,1\",text\n", 2, &parser, &named).ok());
  EXPECT_EQ(named.records[0].request.record_id, "r1");
  EXPECT_EQ(named.records[0].request.subject, "p,1");
  ASSERT_TRUE(format->Prepare("r2,,text\n", 3, &parser, &unnamed).ok());
  EXPECT_EQ(unnamed.records[0].request.subject, "default");
}

TEST(CsvFormat, ColumnsThatAreNotThereAreRefused) {
  EXPECT_FALSE(MakeCsvFormat({.text_columns = {"note"}}, "id,Note\n").ok());
  EXPECT_FALSE(MakeCsvFormat({.text_columns = {"note"}}, "note,note\n").ok());
  EXPECT_FALSE(MakeCsvFormat({.text_columns = {"note"}, .id_column = "id"}, "note\n").ok());
  EXPECT_FALSE(MakeCsvFormat({.text_columns = {"note"}, .subject_column = "s"}, "note\n").ok());
  EXPECT_FALSE(MakeCsvFormat({}, "note\n").ok());
  EXPECT_TRUE(MakeCsvFormat({.text_columns = {"no\"te"}}, "\"no\"\"te\"\n").ok());
}

// Whatever a row holds, the bytes of the fields that are not text leave as they came.
TEST(CsvFormat, OtherFieldsKeepTheirBytes) {
  std::mt19937 random(77);
  const std::string_view alphabet = "a1,\"\r\n ";
  const auto format = Csv({.text_columns = {"t"}}, "x,t,y\n");
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> fields(3);
    for (std::string& field : fields) {
      std::string value;
      for (size_t n = random() % 7; n > 0; --n) value.push_back(alphabet[random() % alphabet.size()]);
      AppendCsvValue(value, random() % 2 == 0, &field);
    }
    const std::string end = random() % 2 == 0 ? "\n" : "\r\n";
    const std::string out = *Through(*format, Verb::kRedact, fields[0] + "," + fields[1] + "," + fields[2] + end);
    EXPECT_TRUE(out.starts_with(fields[0] + ",")) << out;
    EXPECT_TRUE(out.ends_with("," + fields[2] + end)) << out;
    EXPECT_EQ(SplitCsvRow(out).size(), 3u) << out;
    if (fields[1].find('1') == std::string::npos) {
      EXPECT_EQ(out, fields[0] + "," + fields[1] + "," + fields[2] + end);
    }
  }
}

TEST(FormatNames, AreGuessedFromTheEnding) {
  EXPECT_EQ(FormatFromName("a.jsonl"), FormatKind::kJsonLines);
  EXPECT_EQ(FormatFromName("a.ndjson.gz"), FormatKind::kJsonLines);
  EXPECT_EQ(FormatFromName("a.csv.zst"), FormatKind::kCsv);
  EXPECT_EQ(FormatFromName("csv"), FormatKind::kText);
  EXPECT_EQ(FormatFromName("a.json"), FormatKind::kText);
  for (const FormatKind kind : {FormatKind::kText, FormatKind::kJsonLines, FormatKind::kCsv}) {
    EXPECT_EQ(ParseFormat(FormatName(kind)), kind);
  }
  EXPECT_EQ(ParseFormat("xml"), std::nullopt);
}

}  // namespace
}  // namespace phiveil::cli

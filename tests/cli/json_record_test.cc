#include "cli/json_record.h"

#include <gtest/gtest.h>

namespace phiveil::cli {
namespace {

absl::Status Parse(std::string_view line, JsonRecord* record) {
  JsonRecordParser parser;
  return parser.Parse(line, record);
}

TEST(JsonRecord, IdsAreEchoedAsTheyStood) {
  const struct {
    std::string_view json, id_json, id;
  } kCases[] = {
      {R"({"id":"a-1","text":""})", R"("a-1")", "a-1"},
      {R"({"id" :  "a\u0041\n" ,"text":""})", R"("a\u0041\n")", "aA\n"},
      {R"({"id":17,"text":""})", "17", "17"},
      {R"({"id":1.50e3 ,"text":""})", "1.50e3", "1.50e3"},
      {R"({"id":-0,"text":""})", "-0", "-0"},
      {R"({"text":"","id":123456789012345678901234567890})", "123456789012345678901234567890",
       "123456789012345678901234567890"},
      {R"({"id":null,"text":""})", "", ""},
      {R"({"text":""})", "", ""},
      {"\xEF\xBB\xBF{\"id\":\"first\",\"text\":\"\"}", "\"first\"", "first"},
  };
  for (const auto& test : kCases) {
    JsonRecord record;
    ASSERT_TRUE(Parse(test.json, &record).ok()) << test.json << Parse(test.json, &record);
    EXPECT_EQ(record.id_json, test.id_json);
    EXPECT_EQ(record.id, test.id);
  }
}

TEST(JsonRecord, EverythingTheContractNames) {
  JsonRecord record;
  const absl::Status status = Parse(
      R"({"id":"7","subject":"p","extra":{"deep":[1,{"id":"x"}]},"text":"\u00e9Ana 5 \ud83d\ude00!",)"
      R"("known":{"names":["Ana Ruiz","B"],"relatives":["C"],"birth_date":"1953-11-02","mrn":["1"],"phones":["2"],)"
      R"("emails":["3"],"addresses":["4"],"ids":["5"]},)"
      R"("spans":[{"begin":5,"end":6,"category":"MRN","score":0.5,"source":"model","more":1},)"
      R"({"category":"NAME","end":4,"begin":1},{"begin":7,"end":8,"category":"OTHER_ID","score":1}]})",
      &record);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(record.text,
            "\xC3\xA9"
            "Ana 5 \xF0\x9F\x98\x80!");
  EXPECT_EQ(record.subject, "p");
  EXPECT_EQ(record.known.names, (std::vector<std::string>{"Ana Ruiz", "B"}));
  EXPECT_EQ(record.known.relatives, std::vector<std::string>{"C"});
  EXPECT_EQ(record.known.birth_date, "1953-11-02");
  EXPECT_EQ(record.known.mrn, std::vector<std::string>{"1"});
  EXPECT_EQ(record.known.phones, std::vector<std::string>{"2"});
  EXPECT_EQ(record.known.emails, std::vector<std::string>{"3"});
  EXPECT_EQ(record.known.addresses, std::vector<std::string>{"4"});
  EXPECT_EQ(record.known.ids, std::vector<std::string>{"5"});
  ASSERT_EQ(record.spans.size(), 3u);
  const auto stretch = [&](const OutsideSpan& span) { return record.text.substr(span.begin, span.end - span.begin); };
  EXPECT_EQ(stretch(record.spans[0]), "5");
  EXPECT_EQ(record.spans[0].category, Category::kMrn);
  EXPECT_FLOAT_EQ(record.spans[0].score, 0.5f);
  EXPECT_EQ(record.spans[0].source, "model");
  EXPECT_EQ(stretch(record.spans[1]), "Ana");
  EXPECT_EQ(stretch(record.spans[2]), "\xF0\x9F\x98\x80");
}

TEST(JsonRecord, NullStandsForAbsent) {
  JsonRecord record;
  EXPECT_TRUE(Parse(R"({"text":"t","subject":null,"known":null,"spans":null})", &record).ok());
  EXPECT_TRUE(Parse(R"({"text":"t","known":{"names":null,"birth_date":null}})", &record).ok());
}

// Each is refused, says what is wrong and quotes nothing of the line.
TEST(JsonRecord, WhatDoesNotKeepToTheContractIsRefused) {
  const struct {
    std::string_view line, reason;
  } kCases[] = {
      {"SECRET", "JSON"},
      {"[1,2]", "not a JSON object"},
      {"\"SECRET\"", "not a JSON object"},
      {"17", "not a JSON object"},
      {"null", "not a JSON object"},
      {"{", "JSON"},
      {R"({"text":"SECRET")", "JSON"},
      {R"({"text":"SECRET)", "JSON"},
      {R"({"text":"SECRET"}})", ""},
      {R"({"text":"SECRET"} {"text":"b"})", "goes on"},
      {R"({"text":"SECRET"} x)", ""},
      {R"({})", "\"text\" is missing"},
      {R"({"id":"1"})", "\"text\" is missing"},
      {R"({"Text":"SECRET"})", "\"text\" is missing"},
      {R"({"text":17})", "\"text\" must be a string"},
      {R"({"text":null})", "\"text\" must be a string"},
      {R"({"text":["SECRET"]})", "\"text\" must be a string"},
      {R"({"text":"SECRET \q"})", "escape"},
      {R"({"text":"SECRET \ud800"})", "escape"},
      {R"({"id":true,"text":"SECRET"})", "\"id\" must be"},
      {R"({"id":{"a":1},"text":"SECRET"})", "\"id\" must be"},
      {R"({"id":01,"text":"SECRET"})", ""},
      {R"({"id":1x,"text":"SECRET"})", ""},
      {R"({"id":nul,"text":"SECRET"})", ""},
      {R"({"text":"SECRET","text":"b"})", "twice"},
      {R"({"id":1,"text":"SECRET","id":2})", "twice"},
      {R"({"text":"SECRET","subject":5})", "\"subject\" must be"},
      {R"({"text":"SECRET","known":[]})", "\"known\" must be"},
      {R"({"text":"SECRET","known":{"names":"Ana"}})", "\"known.names\" must be an array"},
      {R"({"text":"SECRET","known":{"names":[5]}})", "\"known.names\" must be"},
      {R"({"text":"SECRET","known":{"nmaes":["Ana"]}})", "does not name"},
      {R"({"text":"SECRET","known":{"birth_date":["1"]}})", "birth_date"},
      {R"({"text":"SECRET","spans":{}})", "\"spans\" must be"},
      {R"({"text":"SECRET","spans":[1]})", "\"spans\" must be"},
      {R"({"text":"SECRET","spans":[{"begin":0,"end":2}]})", "needs"},
      {R"({"text":"SECRET","spans":[{"begin":2,"end":2,"category":"NAME"}]})", "begin before"},
      {R"({"text":"SECRET","spans":[{"begin":0,"end":7,"category":"NAME"}]})", "behind the text"},
      {R"({"text":"SECRET","spans":[{"begin":-1,"end":2,"category":"NAME"}]})", "whole numbers"},
      {R"({"text":"SECRET","spans":[{"begin":0.5,"end":2,"category":"NAME"}]})", "whole numbers"},
      {R"({"text":"SECRET","spans":[{"begin":0,"end":2,"category":"SAFE"}]})", "category"},
      {R"({"text":"SECRET","spans":[{"begin":0,"end":2,"category":"Secret"}]})", "category"},
      {R"({"text":"SECRET","spans":[{"begin":0,"end":2,"category":"NAME","score":2}]})", "score"},
      {"{\"text\":\"SECRET \xFF\"}", "UTF-8"},
      {"{\"text\":\"SECRET \xC3\"}", "UTF-8"},
      {"{\"text\":\"SECRET \xED\xA0\x80\"}", "UTF-8"},
      {"{\"text\":\"SECRET \x01\"}", ""},
  };
  for (const auto& test : kCases) {
    JsonRecord record;
    const absl::Status status = Parse(test.line, &record);
    ASSERT_FALSE(status.ok()) << test.line;
    EXPECT_NE(status.ToString().find(test.reason), std::string::npos) << test.line << "\n" << status;
    EXPECT_EQ(status.ToString().find("SECRET"), std::string::npos) << status;
  }
}

TEST(JsonRecord, TheIdIsKnownWhenSomethingElseIsWrong) {
  JsonRecord record;
  EXPECT_FALSE(Parse(R"({"id":"a","text":5})", &record).ok());
  EXPECT_EQ(record.id_json, "\"a\"");
}

TEST(JsonRecord, NulIsACharacter) {
  JsonRecord record;
  ASSERT_TRUE(Parse(R"({"text":"a\u0000b"})", &record).ok());
  EXPECT_EQ(record.text, std::string("a\0b", 3));
}

TEST(JsonRecord, OneParserReadsLineAfterLine) {
  JsonRecordParser parser;
  const std::string large = "{\"text\":\"" + std::string(3 << 20, 'x') + "\"}";
  for (int round = 0; round < 3; ++round) {
    JsonRecord record;
    ASSERT_TRUE(parser.Parse(large, &record).ok());
    EXPECT_EQ(record.text.size(), size_t{3} << 20);
    EXPECT_FALSE(parser.Parse("{\"text\":", &record).ok());
    ASSERT_TRUE(parser.Parse(R"({"id":1,"text":"small"})", &record).ok());
    EXPECT_EQ(record.text, "small");
  }
}

}  // namespace
}  // namespace phiveil::cli

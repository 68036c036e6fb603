#include "cli/eval_gold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/cli_fixture.h"

namespace phiveil::cli::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Expected {
  std::string text, label;
  bool operator==(const Expected&) const = default;
};

std::vector<Expected> Spans(const GoldDocument& document) {
  std::vector<Expected> spans;
  for (const GoldSpan& span : document.spans) {
    spans.push_back({document.text.substr(span.begin, span.end - span.begin), span.label});
  }
  return spans;
}

TEST(EvalGold, MarksAreTakenOut) {
  const struct {
    std::string marked, text;
    std::vector<Expected> spans;
  } kCases[] = {
      {"", "", {}},
      {"no mark", "no mark", {}},
      {"[[NAME:Ana]] seen", "Ana seen", {{"Ana", "NAME"}}},
      {"[[NAME:Ana]][[DATE:3/4]]", "Ana3/4", {{"Ana", "NAME"}, {"3/4", "DATE"}}},
      {"age [[AGE90:94]]", "age 94", {{"94", "AGE90"}}},
      {"[[OTHER_ID:a:b]]", "a:b", {{"a:b", "OTHER_ID"}}},
      {"[[NAME:Ana\nRuiz]]\r\n", "Ana\nRuiz\r\n", {{"Ana\nRuiz", "NAME"}}},
      {"[[NAME:\u00c9l\u00e9onore \U0001F600]]",
       "\u00c9l\u00e9onore \U0001F600",
       {{"\u00c9l\u00e9onore \U0001F600", "NAME"}}},
      {"[[NAME:]]x", "x", {{"", "NAME"}}},
      {"[[[NAME:Ana]]]", "[Ana]", {{"Ana", "NAME"}}},
      {"[[NAME:[Ana]]]", "[Ana]", {{"[Ana", "NAME"}}},
      {"[[NAME:Ana]", "[[NAME:Ana]", {}},
      {"[[NAME:Ana] ]", "[[NAME:Ana] ]", {}},
      {"[NAME:Ana]", "[NAME:Ana]", {}},
      {"[[name:Ana]]", "[[name:Ana]]", {}},
      {"[[:Ana]]", "[[:Ana]]", {}},
      {"[[NAME Ana]]", "[[NAME Ana]]", {}},
      {"[[NAME :Ana]]", "[[NAME :Ana]]", {}},
      {"[[NAME", "[[NAME", {}},
      {"[[", "[[", {}},
      {"a [[b [[CITY:Salem]]", "a [[b Salem", {{"Salem", "CITY"}}},
      {"[[NAME:Ana [[CITY:Salem]]]]", "Ana [[CITY:Salem]]", {{"Ana [[CITY:Salem", "NAME"}}},
      {"[[NAME:Ana]] [[CITY:Salem", "Ana [[CITY:Salem", {{"Ana", "NAME"}}},
  };
  for (const auto& test : kCases) {
    GoldDocument document;
    ParseMarked(test.marked, &document);
    EXPECT_EQ(document.text, test.text) << test.marked;
    EXPECT_EQ(Spans(document), test.spans) << test.marked;
  }
}

TEST(EvalGold, WhatMayStay) {
  for (const char* label : {"STATE", "COUNTRY", "YEAR", "AGE", "WEEKDAY", "TIME", "PROFESSION", "OTHER", "MISC", "NRP",
                            "TITLE", "GENDER", "MONEY"}) {
    EXPECT_TRUE(MayStay(label)) << label;
  }
  for (const char* label : {"NAME", "AGE90", "DATE", "OTHER_ID", "", "state", "YEARS"})
    EXPECT_FALSE(MayStay(label)) << label;
  GoldDocument document;
  ParseMarked("[[STATE:OR]] [[CITY:Salem]]", &document);
  EXPECT_TRUE(document.spans[0].may_stay);
  EXPECT_FALSE(document.spans[1].may_stay);
}

TEST(EvalGold, ALineOfJson) {
  GoldDocument document;
  const absl::Status status = ParseGoldLine(
      R"({"id":17,"text":"\u00e9\ud83d\ude00 Ana, Salem 2019","spans":[{"start":3,"end":6,"label":"NAME","orig":"x"},)"
      R"({"label":"CITY","end":13,"start":8,"ignore":true},{"start":14,"end":18,"label":"YEAR","ignore":null},)"
      R"({"start":4,"end":4,"label":"DATE","ignore":false}],"known":{"names":["Ana Ruiz"],"birth_date":"1950-01-02"},)"
      R"("split":"dev"})",
      &document);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(document.id, "17");
  EXPECT_THAT(Spans(document), ElementsAre(Expected{"Ana", "NAME"}, Expected{"Salem", "CITY"}, Expected{"2019", "YEAR"},
                                           Expected{"", "DATE"}));
  std::vector<bool> may_stay;
  for (const GoldSpan& span : document.spans) may_stay.push_back(span.may_stay);
  EXPECT_THAT(may_stay, ElementsAre(false, true, true, false));
  EXPECT_TRUE(document.has_known);
  EXPECT_THAT(document.known.names, ElementsAre("Ana Ruiz"));
  EXPECT_EQ(document.known.birth_date, "1950-01-02");
}

TEST(EvalGold, ErrorsSayWhatIsWrongAndNeverTheText) {
  const struct {
    std::string line, message;
  } kCases[] = {
      {R"(["SECRET"])", "not a JSON object"},
      {R"({"text":"SECRET","spans":[]}{"SECRET":1})", "goes on after"},
      {R"({"text":"SECRET")", "not valid JSON"},
      {"{\"text\":\"SECRET \xff\",\"spans\":[]}", "UTF-8"},
      {R"({"spans":[]})", "\"text\" is missing"},
      {R"({"text":"SECRET"})", "\"spans\" is missing"},
      {R"({"text":7,"spans":[]})", "\"text\" must be a string"},
      {R"({"text":"SECRET","spans":{}})", "must be an array of objects"},
      {R"({"text":"SECRET","spans":["SECRET"]})", "must be an array of objects"},
      {R"({"text":"SECRET","spans":[{"start":0,"end":1}]})", "a span needs"},
      {R"({"text":"SECRET","spans":[{"start":0,"label":"NAME"}]})", "a span needs"},
      {R"({"text":"SECRET","spans":[{"begin":0,"end":1,"label":"NAME"}]})", "a span needs"},
      {R"({"text":"SECRET","spans":[{"start":-1,"end":1,"label":"NAME"}]})", "whole numbers"},
      {R"({"text":"SECRET","spans":[{"start":2,"end":1,"label":"NAME"}]})", "ends before it starts"},
      {R"({"text":"SECRET","spans":[{"start":2,"end":7,"label":"NAME"}]})", "ends behind the text"},
      {R"({"text":"SECRET","spans":[{"start":2,"end":3,"label":7}]})", "\"label\" of a span must be a string"},
      {R"({"text":"SECRET","spans":[{"start":2,"end":3,"label":"A","ignore":"SECRET"}]})", "true or false"},
      {R"({"text":"SECRET","text":"SECRET","spans":[]})", "given twice"},
      {R"({"text":"SECRET","spans":[{"start":1,"start":2,"end":3,"label":"A"}]})", "given twice"},
      {R"({"text":"SECRET","spans":[],"known":{"SECRET":["x"]}})", "does not name"},
  };
  for (const auto& test : kCases) {
    GoldDocument document;
    const absl::Status status = ParseGoldLine(test.line, &document);
    ASSERT_FALSE(status.ok()) << test.line;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.message)) << test.line;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("SECRET"))) << test.line;
  }
}

TEST(EvalGold, AFolderAndTheSameAsJsonLines) {
  TemporaryFolder folder;
  WriteFile(folder / "notes/b.txt", "seen [[DATE:3/4]] \u00e9 [[NAME:Ana]]\r\n");
  WriteFile(folder / "notes/a.txt", "\xEF\xBB\xBF[[STATE:OR]]");
  WriteFile(folder / "notes/README.md", "[[NAME:Ben]]");
  WriteFile(folder / "gold.jsonl",
            "{\"id\":\"a\",\"text\":\"\xEF\xBB\xBFOR\",\"spans\":[{\"start\":1,\"end\":3,\"label\":\"STATE\"}]}\n\n"
            R"({"id":"b","text":"seen 3/4 \u00e9 Ana\r\n","spans":[{"start":5,"end":8,"label":"DATE"},)"
            R"({"start":11,"end":14,"label":"NAME"}]})");
  std::vector<std::string> remarks;
  const auto notes = ReadGold(folder / "notes", &remarks), lines = ReadGold(folder / "gold.jsonl", &remarks);
  ASSERT_TRUE(notes.ok() && lines.ok()) << notes.status() << lines.status();
  EXPECT_THAT(remarks, IsEmpty());
  ASSERT_EQ(notes->size(), 2u);
  ASSERT_EQ(lines->size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ((*notes)[i].id, (*lines)[i].id);
    EXPECT_EQ((*notes)[i].text, (*lines)[i].text);
    EXPECT_EQ((*notes)[i].spans, (*lines)[i].spans);
  }
  EXPECT_EQ((*lines)[1].source, (folder / "gold.jsonl") + " line 3");
}

TEST(EvalGold, WhatIsProbablyNotMeantIsRemarked) {
  TemporaryFolder folder;
  WriteFile(folder / "a.txt", "[[NAME:SECRET");
  WriteFile(folder / "b.txt", "[[NAME:fine]]");
  WriteFile(folder / "sub/c.txt", "[[NAME:SECRET]]");
  std::vector<std::string> remarks;
  const auto gold = ReadGold(folder.path(), &remarks);
  ASSERT_TRUE(gold.ok()) << gold.status();
  EXPECT_EQ(gold->size(), 2u);
  ASSERT_EQ(remarks.size(), 2u);
  EXPECT_THAT(remarks[0], HasSubstr("sub"));
  EXPECT_THAT(remarks[1], HasSubstr("a.txt"));
  for (const std::string& remark : remarks) EXPECT_THAT(remark, Not(HasSubstr("SECRET")));
}

TEST(EvalGold, WhatCannotBeRead) {
  TemporaryFolder folder;
  std::filesystem::create_directories(folder / "empty");
  WriteFile(folder / "latin1/a.txt", "caf\xe9 SECRET");
  WriteFile(folder / "none.jsonl", "\n \n");
  WriteFile(folder / "twice.jsonl",
            "{\"id\":1,\"text\":\"\",\"spans\":[]}\n\n{\"id\":\"1\",\"text\":\"\",\"spans\":[]}\n");
  WriteFile(folder / "cut.jsonl", "{\"id\":1,\"text\":\"\",\"spans\":[]}\n{\"id\":\"SECRET\n");
  const struct {
    std::string name;
    absl::StatusCode code;
    std::string message;
  } kCases[] = {
      {"absent", absl::StatusCode::kNotFound, "cannot open"},
      {"empty", absl::StatusCode::kInvalidArgument, "no marked note"},
      {"latin1", absl::StatusCode::kInvalidArgument, "a.txt: not valid UTF-8"},
      {"none.jsonl", absl::StatusCode::kInvalidArgument, "no record"},
      {"twice.jsonl", absl::StatusCode::kInvalidArgument, "line 3: has the same \"id\" as line 1"},
      {"cut.jsonl", absl::StatusCode::kInvalidArgument, "cut.jsonl line 2: the line is not valid JSON"},
  };
  for (const auto& test : kCases) {
    std::vector<std::string> remarks;
    const absl::Status status = ReadGold(folder / test.name, &remarks).status();
    EXPECT_EQ(status.code(), test.code) << test.name << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.message));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("SECRET")));
  }
}

TEST(EvalGold, KnownIdentifiersFindTheirDocument) {
  TemporaryFolder folder;
  WriteFile(folder / "notes/a.txt", "x");
  WriteFile(folder / "notes/b.txt", "y");
  WriteFile(folder / "known.jsonl", R"({"id":"b","known":{"names":["Ana"]},"text":"not looked at"})");
  std::vector<std::string> remarks;
  auto gold = ReadGold(folder / "notes", &remarks);
  ASSERT_TRUE(gold.ok());
  ASSERT_TRUE(AddKnown(folder / "known.jsonl", &*gold).ok());
  EXPECT_THAT((*gold)[0].known.names, IsEmpty());
  EXPECT_THAT((*gold)[1].known.names, ElementsAre("Ana"));

  const struct {
    std::string line, message;
  } kCases[] = {
      {R"({"id":"b","known":{}})", "given before"},
      {R"({"id":"SECRET","known":{}})", "no document"},
      {R"({"known":{}})", "needs"},
      {R"({"id":"a"})", "needs"},
      {R"({"id":"a","known":{"name":"SECRET"}})", "does not name"},
      {R"({"id":"a","known":null})", "must be an object"},
  };
  for (const auto& test : kCases) {
    WriteFile(folder / "bad.jsonl", "\n" + test.line + "\n");
    const absl::Status status = AddKnown(folder / "bad.jsonl", &*gold);
    EXPECT_THAT(std::string(status.message()), HasSubstr("bad.jsonl line 2: ")) << test.line;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.message)) << test.line;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("SECRET")));
  }
}

}  // namespace
}  // namespace phiveil::cli::eval

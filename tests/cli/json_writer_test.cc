#include "cli/json_writer.h"

#include <gtest/gtest.h>
#include <simdjson.h>

namespace phiveil::cli {
namespace {

TEST(JsonString, EveryCodePointComesBack) {
  simdjson::dom::parser parser;
  for (uint32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string text = "x";
    if (code < 0x80) {
      text.push_back(static_cast<char>(code));
    } else {
      if (code < 0x800) {
        text.push_back(static_cast<char>(0xC0 | (code >> 6)));
      } else if (code < 0x10000) {
        text.push_back(static_cast<char>(0xE0 | (code >> 12)));
        text.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
      } else {
        text.push_back(static_cast<char>(0xF0 | (code >> 18)));
        text.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
        text.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
      }
      text.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    }
    std::string json;
    AppendJsonString(text, &json);
    std::string_view read;
    ASSERT_EQ(parser.parse(simdjson::padded_string(json)).get(read), simdjson::SUCCESS) << code;
    ASSERT_EQ(read, text) << code;
  }
}

TEST(JsonWriter, CommasStandBetweenOnly) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  json.Key("a");
  json.BeginArray();
  json.EndArray();
  json.Key("b\"");
  json.BeginArray();
  json.Number(1);
  json.BeginObject();
  json.EndObject();
  json.Bool(true);
  json.Raw("null");
  json.EndArray();
  json.Key("c");
  json.String("");
  json.EndObject();
  EXPECT_EQ(out, R"({"a":[],"b\"":[1,{},true,null],"c":""})");
}

TEST(JsonWriter, ScoresHaveFourDecimalsAtMost) {
  const struct {
    float score;
    std::string_view text;
  } kCases[] = {{0.98f, "0.98"}, {1, "1"}, {0, "0"}, {0.33333f, "0.3333"}, {-0.5f, "-0.5"}, {0.00001f, "0"}};
  for (const auto& test : kCases) {
    std::string out;
    JsonWriter(&out).Score(test.score);
    EXPECT_EQ(out, test.text);
  }
}

}  // namespace
}  // namespace phiveil::cli

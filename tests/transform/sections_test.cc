#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "phiveil/task.h"
#include "transform/policies.h"

namespace phiveil {
namespace {

TaskProfile Task() {
  TaskProfile task;
  task.sections = {"assessment", "plan", "assessment and plan", "vitals"};
  task.left_out = {"social history"};
  task.fields = {"text", "DG1", "OBX-5"};
  return task;
}

std::string Rest(std::string_view text, const TaskProfile& task) {
  std::string out;
  size_t copied = 0;
  for (const TextStretch& gap : LeftOut(text, task)) {
    EXPECT_LE(copied, gap.begin);
    EXPECT_LT(gap.begin, gap.end);
    EXPECT_LE(gap.end, text.size());
    out.append(text.substr(copied, gap.begin - copied)).append("~");
    copied = gap.end;
  }
  return out.append(text.substr(copied));
}

TEST(SectionsTest, OnlyNamedOnesPass) {
  const struct {
    const char* text;
    const char* rest;
  } kCases[] = {
      {"Assessment: stable\n", "Assessment: stable\n"},
      {"Seen today.\nPlan:\nRest.\n", "~Plan:\nRest.\n"},
      {"Plan:\nRest.\nSocial History: smokes\nmore\nVitals:\nBP: 120/80\n", "Plan:\nRest.\n~Vitals:\nBP: 120/80\n"},
      {"PLAN\nRest.\nWORK\nroofer\n", "PLAN\nRest.\n~"},
      {"## Plan\nRest.\n## Anything Else\nx\n", "## Plan\nRest.\n~"},
      {"**Assessment and Plan:** rest\n", "**Assessment and Plan:** rest\n"},
      {"Assessment/Plan:\nx\n", "~"},  // not one of the names
      {"Plan:\nSOCIAL HX: lives alone\n", "Plan:\n~"},
      {"Plan:\nDiet: low salt\nHR: 80\n", "Plan:\nDiet: low salt\nHR: 80\n"},
      {"Plan:\nUnheard Of:\nx\n", "Plan:\n~"},
      {"no heading at all", "~"},
      {"", ""},
      {"\n \n", "\n \n"},
      {"Plan:\r\nRest.\r\n", "Plan:\r\nRest.\r\n"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Rest(c.text, Task()), c.rest) << c.text;
}

TEST(SectionsTest, UnknownOnesPassOnlyWhenTheTaskSaysSo) {
  TaskProfile task = Task();
  task.pass_unknown = true;
  EXPECT_EQ(Rest("Seen.\nUnheard Of:\nx\nSocial History:\ny\n", task), "Seen.\nUnheard Of:\nx\n~");
}

TEST(SectionsTest, FieldsOfRecords) {
  const struct {
    const char* text;
    const char* rest;
  } kCases[] = {
      {R"({"text": "a", "phone": "b", "n": 3, "deep": {"text": [1, "}"]}})",
       R"({"text": "a", "phone": ~, "n": ~, "deep": ~})"},
      {R"({"text": {"x": "\"}"}, "y": true})", R"({"text": {"x": "\"}"}, "y": ~})"},
      {R"({"text": "a" broken "phone": "b"})", R"({"text": "a" ~)"},
      {R"({"text": "a"} and more)", R"({"text": "a"} ~)"},
      {R"({"phone": "never ends)", R"({"phone": ~)"},
      {"{}", "{}"},
      {"MSH|^~\\&|A\rPID|1||17^^^X|Ruiz\rDG1|1|I10\rOBX|1|TX|note|1|free text\r",
       "MSH|^~\\&|A\rPID|~||~|~\rDG1|1|I10\rOBX|~|~|~|~|free text\r"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Rest(c.text, Task()), c.rest) << c.text;
}

TEST(SectionsTest, AnyBytes) {
  unsigned seed = 3;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (int n = 0; n < 24; ++n)
      text.push_back("{}[]\":,\\\n#*Plan: A\xC3|MSHx"[(seed = seed * 1103515245 + 12345) >> 16 & 23]);
    Rest(text, Task());
    Rest("{" + text, Task());
    Rest("MSH|" + text, Task());
  }
}

TEST(RestrictedTo, NeverLoosens) {
  std::array<bool, kCategoryCount> none{}, all;
  all.fill(true);
  pb::Policy raw = testing::PlainPolicy(Action::kKeep);
  testing::RuleOf(&raw, Category::kName)->set_action(static_cast<uint32_t>(Action::kMask));
  testing::RuleOf(&raw, Category::kName)->set_keep_initials(true);
  testing::RuleOf(&raw, Category::kDate)->set_action(static_cast<uint32_t>(Action::kYear));
  const Policy policy = testing::Loaded(raw);
  const Policy strict = policy.RestrictedTo(none);
  for (size_t i = 1; i < kCategoryCount; ++i) {
    const CategoryPolicy& rule = strict.RuleFor(static_cast<Category>(i));
    EXPECT_NE(rule.action, Action::kKeep);
    EXPECT_FALSE(rule.keep_initials);
    EXPECT_EQ(policy.RestrictedTo(all).RuleFor(static_cast<Category>(i)).action,
              policy.RuleFor(static_cast<Category>(i)).action);
  }
  EXPECT_EQ(strict.RuleFor(Category::kDate).action, Action::kTag);
}

}  // namespace
}  // namespace phiveil

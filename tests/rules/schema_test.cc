// The JSON Schemas in rules/schema say what the compiler's table of keys says. JSON is YAML, so the
// compiler's own reader reads them.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/concat.h"
#include "compiler/keys.h"
#include "compiler/yaml.h"

namespace phiveil::rules {
namespace {

std::set<std::string> Names(const YamlNode* list) {
  std::set<std::string> names;
  if (list == nullptr) return names;
  for (const YamlNode& item : list->items) names.insert(item.value);
  return names;
}

std::string JsonType(KeyType type) {
  switch (type) {
    case KeyType::kText:
      return "string";
    case KeyType::kNumber:
      return "number";
    case KeyType::kInteger:
      return "integer";
    case KeyType::kBool:
      return "boolean";
    case KeyType::kTextList:
    case KeyType::kList:
      return "array";
    case KeyType::kMap:
      return "object";
  }
  return "";
}

void ExpectSameKey(const Key& key, const YamlNode& property) {
  if (!key.values.empty()) {
    EXPECT_EQ(Names(property.Find("enum")), (std::set<std::string>(key.values.begin(), key.values.end())));
  } else if (property.Find("type") != nullptr) {
    EXPECT_EQ(property.Find("type")->value, JsonType(key.type));
  }
  if (key.type == KeyType::kNumber || key.type == KeyType::kInteger) {
    EXPECT_EQ(NumberOf(property, "minimum"), key.least);
    EXPECT_EQ(NumberOf(property, "maximum"), key.most);
  }
  EXPECT_TRUE(property.Find("description") != nullptr || property.Find("$ref") != nullptr);
}

void ExpectSameKeys(const KeyTable& table, const YamlNode& object) {
  SCOPED_TRACE(table.what);
  EXPECT_EQ(BoolOf(object, "additionalProperties"), false);
  const YamlNode* properties = object.Find("properties");
  ASSERT_NE(properties, nullptr);
  EXPECT_EQ(properties->keys.size(), table.keys.size());
  std::set<std::string> required;
  for (const Key& key : table.keys) {
    SCOPED_TRACE(key.name);
    const YamlNode* property = properties->Find(key.name);
    ASSERT_NE(property, nullptr);
    ExpectSameKey(key, *property);
    if (key.required) required.emplace(key.name);
  }
  EXPECT_EQ(Names(object.Find("required")), required);
}

std::unique_ptr<YamlFile> Schema(std::string_view name) {
  Diagnostics diagnostics;
  auto file = LoadYaml(Concat(PHIVEIL_SOURCE_DIR, "/rules/schema/", name, ".schema.json"), &diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) ADD_FAILURE() << FormatDiagnostic(diagnostic);
  return file;
}

TEST(Schema, RuleFile) {
  const auto file = Schema("rule-file");
  ASSERT_NE(file, nullptr);
  const YamlNode& root = file->root;
  const YamlNode& parts = *root.Find("$defs");
  ExpectSameKeys(RuleFileKeys(), root);
  ExpectSameKeys(RuleKeys(), *parts.Find("rule"));
  ExpectSameKeys(CueKeys(), *parts.Find("cue"));
  ExpectSameKeys(AllowKeys(), *parts.Find("allow"));
  const std::vector<std::string_view> categories = CategoryNames();
  EXPECT_EQ(Names(root.Find("properties")->Find("category")->Find("enum")),
            (std::set<std::string>(categories.begin(), categories.end())));
}

TEST(Schema, Pack) {
  const auto file = Schema("pack");
  ASSERT_NE(file, nullptr);
  ExpectSameKeys(PackKeys(), file->root);
  ExpectSameKeys(ClassKeys(), *file->root.Find("$defs")->Find("class"));
}

TEST(Schema, Hl7) {
  const auto file = Schema("hl7");
  ASSERT_NE(file, nullptr);
  ExpectSameKeys(Hl7Keys(), file->root);
}

TEST(Schema, Policy) {
  const auto file = Schema("policy");
  ASSERT_NE(file, nullptr);
  ExpectSameKeys(PolicyKeys(), file->root);
  ExpectSameKeys(CategoryRuleKeys(), *file->root.Find("$defs")->Find("category_rule"));
  std::vector<std::string_view> categories = CategoryNames();
  categories.erase(categories.begin());  // SAFE
  EXPECT_EQ(Names(file->root.Find("properties")->Find("categories")->Find("propertyNames")->Find("enum")),
            (std::set<std::string>(categories.begin(), categories.end())));
}

}  // namespace
}  // namespace phiveil::rules

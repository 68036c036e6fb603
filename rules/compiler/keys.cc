#include "compiler/keys.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/concat.h"
#include "phiveil/category.h"

namespace phiveil::rules {
namespace {

constexpr std::string_view kStatuses[] = {"experimental", "stable", "retired"};
constexpr std::string_view kBoundaries[] = {"token", "run", "space", "none"};
constexpr std::string_view kSubtypes[] = {"year",    "birth_year", "birth_date", "weekday",  "time",
                                          "patient", "relative",   "staff",      "user_name"};
constexpr std::string_view kExtends[] = {"url", "email", "path"};
constexpr std::string_view kSides[] = {"before", "after", "either"};
// In the order of Basis, Action and Show.
constexpr std::string_view kBases[] = {"none", "safe_harbor", "limited_data_set", "pseudonymized"};
constexpr std::string_view kActions[] = {"keep", "tag", "token", "drop", "surrogate", "shift",
                                         "year", "cap", "zip3",  "mask", "seal",      "code"};
constexpr std::string_view kShows[] = {"nothing", "year", "cap90", "zip3", "role"};

constexpr Key kPack[] = {
    {"pack", KeyType::kText, true},      {"version", KeyType::kText, true}, {"about", KeyType::kText, true},
    {"rules", KeyType::kTextList, true}, {"macros", KeyType::kMap},         {"model", KeyType::kText},
    {"classes", KeyType::kList},         {"lists", KeyType::kTextList},     {"hl7", KeyType::kText},
    {"no_values", KeyType::kTextList},
};
constexpr Key kHl7[] = {
    {"unlisted", KeyType::kText},
    {"kinds", KeyType::kMap},
    {"types", KeyType::kMap, true},
    {"segments", KeyType::kMap, true},
};
constexpr Key kClass[] = {
    {"class", KeyType::kText, true},
    {"words", KeyType::kTextList},
    {"file", KeyType::kText},
    {"about", KeyType::kText},
};
constexpr Key kRuleFile[] = {{"category", KeyType::kText}, {"rules", KeyType::kList, true}};
constexpr Key kRule[] = {
    {"id", KeyType::kText, true},
    {"status", KeyType::kText, true, 0, 0, kStatuses},
    {"about", KeyType::kText, true},
    {"pattern", KeyType::kText},
    {"form", KeyType::kText},
    {"list", KeyType::kText},
    {"field", KeyType::kTextList},
    {"category", KeyType::kText},
    {"caseless", KeyType::kBool},
    {"boundary", KeyType::kText, false, 0, 0, kBoundaries},
    {"score", KeyType::kNumber, false, 0, 0.99},
    {"veto", KeyType::kNumber, false, 0.01, 0.99},
    {"subtype", KeyType::kText, false, 0, 0, kSubtypes},
    {"extend", KeyType::kText, false, 0, 0, kExtends},
    {"cues", KeyType::kList},
    {"validate", KeyType::kTextList},
    {"allow", KeyType::kList},
    {"examples", KeyType::kTextList, true},
};
constexpr Key kCue[] = {
    {"words", KeyType::kTextList, true},
    {"side", KeyType::kText, true, 0, 0, kSides},
    {"within", KeyType::kInteger, true, 1, 40},
    {"add", KeyType::kNumber, true, -0.99, 0.99},
};
constexpr Key kAllow[] = {{"text", KeyType::kText, true}, {"why", KeyType::kText, true}};
constexpr Key kPolicy[] = {
    {"name", KeyType::kText, true},  {"version", KeyType::kText, true},
    {"about", KeyType::kText, true}, {"basis", KeyType::kText, true, 0, 0, kBases},
    {"claim", KeyType::kText, true}, {"default", KeyType::kMap, true},
    {"categories", KeyType::kMap},   {"expire_after", KeyType::kText},
};
constexpr Key kCategoryRule[] = {
    {"action", KeyType::kText, true, 0, 0, kActions},
    {"show", KeyType::kText, false, 0, 0, kShows},
    {"threshold", KeyType::kNumber, false, 0.01, 0.99},
    {"keep_year", KeyType::kBool},
    {"keep_weekday", KeyType::kBool},
    {"keep_under_90", KeyType::kBool},
    {"max_days", KeyType::kInteger, false, 7, 3650},
    {"whole_weeks", KeyType::kBool},
    {"weekdays", KeyType::kBool},
    {"keep_last", KeyType::kInteger, false, 0, 4},
    {"keep_initials", KeyType::kBool},
    {"expire_after", KeyType::kText},
};

std::string_view TypeName(KeyType type) {
  switch (type) {
    case KeyType::kText:
      return "text";
    case KeyType::kNumber:
      return "a number";
    case KeyType::kInteger:
      return "a whole number";
    case KeyType::kBool:
      return "true or false";
    case KeyType::kTextList:
      return "a list of texts";
    case KeyType::kList:
      return "a list of maps";
    case KeyType::kMap:
      return "a map";
  }
  return "";
}

std::optional<double> Number(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar || node.quoted) return std::nullopt;
  std::string_view text = node.value;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> Bool(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar || node.quoted) return std::nullopt;
  if (node.value == "true") return true;
  if (node.value == "false") return false;
  return std::nullopt;
}

bool IsScalar(const YamlNode& node) { return node.kind == YamlNode::Kind::kScalar; }
bool IsMap(const YamlNode& node) { return node.kind == YamlNode::Kind::kMap; }

bool Fits(const YamlNode& node, KeyType type) {
  switch (type) {
    case KeyType::kText:
      return IsScalar(node);
    case KeyType::kNumber:
      return Number(node).has_value();
    case KeyType::kInteger:
      return Number(node).has_value() && *Number(node) == std::floor(*Number(node));
    case KeyType::kBool:
      return Bool(node).has_value();
    case KeyType::kTextList:
      return node.kind == YamlNode::Kind::kList && std::all_of(node.items.begin(), node.items.end(), IsScalar);
    case KeyType::kList:
      return node.kind == YamlNode::Kind::kList && std::all_of(node.items.begin(), node.items.end(), IsMap);
    case KeyType::kMap:
      return IsMap(node);
  }
  return false;
}

// The item of a list that does not fit, or the value itself.
const YamlNode& Culprit(const YamlNode& node, KeyType type) {
  if (node.kind != YamlNode::Kind::kList || (type != KeyType::kTextList && type != KeyType::kList)) return node;
  const auto bad = std::find_if_not(node.items.begin(), node.items.end(), type == KeyType::kList ? IsMap : IsScalar);
  return bad == node.items.end() ? node : *bad;
}

std::string Short(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

void CheckValue(const YamlFile& file, const Key& key, const YamlNode& name, const YamlNode& value,
                Diagnostics* diagnostics) {
  if (value.kind == YamlNode::Kind::kNull) {
    return diagnostics->Report(Code::kWrongType, file.At(name),
                               Concat("`", key.name, "` has no value; it takes ", TypeName(key.type)),
                               "give it one, or remove the key");
  }
  if (!Fits(value, key.type)) {
    const YamlNode& culprit = Culprit(value, key.type);
    diagnostics->Report(Code::kWrongType, file.At(culprit), Concat("`", key.name, "` takes ", TypeName(key.type)),
                        culprit.quoted && key.type != KeyType::kTextList ? "remove the quotes" : "");
    return;
  }
  if (!key.values.empty() && std::find(key.values.begin(), key.values.end(), value.value) == key.values.end()) {
    const std::vector<std::string_view> known(key.values.begin(), key.values.end());
    diagnostics->Report(Code::kUnknownValue, file.At(value), Concat("`", key.name, "` cannot be `", value.value, "`"),
                        DidYouMean(value.value, known, Concat("one of: ", Join(known))));
  }
  if (key.type == KeyType::kText && value.value.empty()) {
    diagnostics->Report(Code::kOutOfRange, file.At(value), Concat("`", key.name, "` is empty"));
  }
  const bool number = key.type == KeyType::kNumber || key.type == KeyType::kInteger;
  if (number && (*Number(value) < key.least || *Number(value) > key.most)) {
    diagnostics->Report(Code::kOutOfRange, file.At(value), Concat("`", key.name, "` cannot be ", value.value),
                        Concat("from ", Short(key.least), " to ", Short(key.most)));
  }
}

}  // namespace

const KeyTable& PackKeys() {
  static constexpr KeyTable kTable{"a pack", kPack};
  return kTable;
}
const KeyTable& Hl7Keys() {
  static constexpr KeyTable kTable{"a table of HL7", kHl7};
  return kTable;
}
const KeyTable& ClassKeys() {
  static constexpr KeyTable kTable{"a class", kClass};
  return kTable;
}
const KeyTable& RuleFileKeys() {
  static constexpr KeyTable kTable{"a rule file", kRuleFile};
  return kTable;
}
const KeyTable& RuleKeys() {
  static constexpr KeyTable kTable{"a rule", kRule};
  return kTable;
}
const KeyTable& CueKeys() {
  static constexpr KeyTable kTable{"a cue", kCue};
  return kTable;
}
const KeyTable& AllowKeys() {
  static constexpr KeyTable kTable{"an allow entry", kAllow};
  return kTable;
}
const KeyTable& PolicyKeys() {
  static constexpr KeyTable kTable{"a policy", kPolicy};
  return kTable;
}
const KeyTable& CategoryRuleKeys() {
  static constexpr KeyTable kTable{"a category's rule", kCategoryRule};
  return kTable;
}

std::vector<std::string_view> CategoryNames() {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < kCategoryCount; ++i) names.push_back(CategoryName(static_cast<Category>(i)));
  return names;
}

bool CheckMap(const YamlFile& file, const YamlNode& node, const KeyTable& table, Diagnostics* diagnostics) {
  if (!IsMap(node)) {
    diagnostics->Report(Code::kWrongType, file.At(node), Concat(table.what, " is a map of keys and values"));
    return false;
  }
  std::vector<std::string_view> known;
  for (const Key& key : table.keys) known.push_back(key.name);
  for (size_t i = 0; i < node.keys.size(); ++i) {
    const std::string_view name = node.keys[i].value;
    const auto key = std::find_if(table.keys.begin(), table.keys.end(), [&](const Key& k) { return k.name == name; });
    if (key != table.keys.end()) {
      CheckValue(file, *key, node.keys[i], node.items[i], diagnostics);
    } else {
      diagnostics->Report(Code::kUnknownKey, file.At(node.keys[i]), Concat(table.what, " has no key `", name, "`"),
                          DidYouMean(name, known, Concat("known keys: ", Join(known))));
    }
  }
  for (const Key& key : table.keys) {
    if (key.required && node.Find(key.name) == nullptr) {
      diagnostics->Report(Code::kMissingKey, file.At(node), Concat(table.what, " needs the key `", key.name, "`"));
    }
  }
  return true;
}

std::optional<std::string_view> TextOf(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  if (node == nullptr || !IsScalar(*node) || node->value.empty()) return std::nullopt;
  return node->value;
}

std::optional<double> NumberOf(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? std::nullopt : Number(*node);
}

std::optional<bool> BoolOf(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? std::nullopt : Bool(*node);
}

std::span<const YamlNode> ListOf(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  if (node == nullptr || node->kind != YamlNode::Kind::kList) return {};
  return node->items;
}

}  // namespace phiveil::rules

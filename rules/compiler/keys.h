#ifndef PHIVEIL_RULES_COMPILER_KEYS_H_
#define PHIVEIL_RULES_COMPILER_KEYS_H_

// Every key of packs, rules and policies, in one table: what the compiler accepts, what the JSON
// Schemas in rules/schema say (a test holds them together), and what advice is given.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/yaml.h"

namespace phiveil::rules {

enum class KeyType {
  kText,
  kNumber,
  kInteger,
  kBool,
  kTextList,  // a list of scalars
  kList,      // a list of maps
  kMap,
};

struct Key {
  std::string_view name;
  KeyType type;
  bool required = false;
  double least = 0;  // of a number
  double most = 0;
  std::span<const std::string_view> values = {};  // of a text: nothing else is known
};

struct KeyTable {
  std::string_view what;  // "a rule"
  std::span<const Key> keys;
};

const KeyTable& PackKeys();
const KeyTable& Hl7Keys();
const KeyTable& ClassKeys();
const KeyTable& RuleFileKeys();
const KeyTable& RuleKeys();
const KeyTable& CueKeys();
const KeyTable& AllowKeys();
const KeyTable& PolicyKeys();
const KeyTable& CategoryRuleKeys();

// Every name of a category, SAFE too.
std::vector<std::string_view> CategoryNames();

// Reports unknown and missing keys, wrong types, unknown values and numbers out of range. False when
// `node` is not even a map.
bool CheckMap(const YamlFile& file, const YamlNode& node, const KeyTable& table, Diagnostics* diagnostics);

// The value of a key; nothing when it is absent or of another type, which CheckMap reports.
std::optional<std::string_view> TextOf(const YamlNode& map, std::string_view key);
std::optional<double> NumberOf(const YamlNode& map, std::string_view key);
std::optional<bool> BoolOf(const YamlNode& map, std::string_view key);
std::span<const YamlNode> ListOf(const YamlNode& map, std::string_view key);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_KEYS_H_

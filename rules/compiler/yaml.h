#ifndef PHIVEIL_RULES_COMPILER_YAML_H_
#define PHIVEIL_RULES_COMPILER_YAML_H_

// YAML as rules need it: maps with plain keys, lists and scalars, each with its place in the file.
//
// Anchors, aliases, tags, merge keys and several documents are refused: a rule file is read by
// people, and what it says should stand where it is read. Size and depth are bounded, so that no
// file, however made, does more than be refused.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/source.h"

namespace phiveil::rules {

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  bool quoted = false;         // a scalar in quotes, or a block: never a number or a truth value
  std::string value;           // of a scalar
  size_t offset = 0;           // of its first byte in the file
  std::vector<YamlNode> keys;  // of a map: scalars, one for each item
  std::vector<YamlNode> items;

  // The value of a map's key, nullptr if it has none.
  const YamlNode* Find(std::string_view key) const;
};

class YamlLimits {
 public:
  static constexpr size_t kBytes = 4u << 20;
  static constexpr size_t kNodes = 200000;
  static constexpr size_t kDepth = 16;
};

struct YamlFile {
  std::unique_ptr<const SourceFile> source;
  YamlNode root;

  Location At(const YamlNode& node) const;
};

// Reads a regular file as it is, up to `limit` bytes; reports and returns nothing when that cannot be.
std::optional<std::string> ReadFile(const std::string& path, size_t limit, Diagnostics* diagnostics);

// `path` is how diagnostics name it. nullptr after a syntax error, which has been reported.
std::unique_ptr<YamlFile> ParseYaml(std::string path, std::string text, Diagnostics* diagnostics);
std::unique_ptr<YamlFile> LoadYaml(const std::string& path, Diagnostics* diagnostics);

// The place of byte `offset` of a scalar's value in the file that it was written in: quotes and
// escapes are counted. In a scalar of several lines the scalar's begin, in a block its first line.
Location InsideScalar(const SourceFile& file, const YamlNode& scalar, size_t offset, size_t length);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_YAML_H_

#ifndef PHIVEIL_RULES_COMPILER_MACROS_H_
#define PHIVEIL_RULES_COMPILER_MACROS_H_

// {{name}} in patterns and forms.

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/yaml.h"

namespace phiveil::rules {

struct Macro {
  std::string body;
  const YamlFile* file = nullptr;
  const YamlNode* key = nullptr;
  const YamlNode* node = nullptr;
};

using Macros = std::map<std::string, Macro, std::less<>>;

enum class MacroUse { kPattern, kForm };

struct Expansion {
  static constexpr size_t kLongest = 64u << 10;
  static constexpr size_t kDepth = 8;

  std::string text;
  std::vector<size_t> origin;    // for each byte of `text` and its end: the byte of what was expanded
  std::set<std::string> macros;  // used, also by macros

  // Where byte `at` of the expanded text comes from.
  size_t OriginOf(size_t at) const { return at < origin.size() ? origin[at] : (origin.empty() ? 0 : origin.back()); }
};

struct MacroError {
  bool unknown = false;  // no macro of that name
  size_t offset = 0;     // in what was expanded
  size_t length = 0;
  std::string message;
  std::string advice;
};

// Puts the bodies in, as groups where they could fall apart (`{{a}}{2}`). False with `error` set for
// an unknown macro, one that uses itself, or more than kLongest bytes.
bool ExpandMacros(std::string_view text, MacroUse use, const Macros& macros, Expansion* out, MacroError* error);

// A macro's name: lower-case letters, digits and underscores, first a letter.
bool IsMacroName(std::string_view name);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_MACROS_H_

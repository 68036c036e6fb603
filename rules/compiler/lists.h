#ifndef PHIVEIL_RULES_COMPILER_LISTS_H_
#define PHIVEIL_RULES_COMPILER_LISTS_H_

// List files: one entry a line, a word or a phrase, up to the first tab; what follows a tab is for
// the people who keep the list. Lines that begin with `#` are comments; those before the first entry
// say where the list comes from.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/source.h"

namespace phiveil::rules {

struct ListFile {
  static constexpr size_t kMostBytes = 64u << 20;
  static constexpr size_t kMostWords = 8;  // in one entry

  std::string name;
  std::string about;                 // the comments before the first entry
  std::vector<std::string> entries;  // as written
};

// Reports what cannot be read and entries without a letter or digit. nullptr when there is no list.
std::unique_ptr<ListFile> ReadList(const std::string& path, std::string name, Diagnostics* diagnostics);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_LISTS_H_

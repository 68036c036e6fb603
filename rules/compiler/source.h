#ifndef PHIVEIL_RULES_COMPILER_SOURCE_H_
#define PHIVEIL_RULES_COMPILER_SOURCE_H_

// A file that people wrote, and places in it.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace phiveil::rules {

class SourceFile {
 public:
  SourceFile(std::string path, std::string text);

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }

  struct Place {
    int line;    // from 1
    int column;  // from 1, in characters
  };
  Place PlaceOf(size_t offset) const;

  // The line `offset` is in, without its line break.
  std::string_view LineOf(size_t offset) const;

 private:
  size_t LineIndex(size_t offset) const;

  std::string path_;
  std::string text_;
  std::vector<size_t> lines_;  // offsets of their first bytes
};

// A stretch of a file. `length` 0 marks a point.
struct Location {
  const SourceFile* file = nullptr;
  size_t offset = 0;
  size_t length = 0;
};

// Offset of the first byte that is not part of well-formed UTF-8, or npos.
size_t FirstInvalidUtf8(std::string_view text);

// Offset of the first control character other than tab and line breaks, or npos.
size_t FirstControlCharacter(std::string_view text);

}  // namespace phiveil::rules

#endif  // PHIVEIL_RULES_COMPILER_SOURCE_H_

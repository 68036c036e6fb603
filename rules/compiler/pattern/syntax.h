#ifndef PHIVEIL_RULES_COMPILER_PATTERN_SYNTAX_H_
#define PHIVEIL_RULES_COMPILER_PATTERN_SYNTAX_H_

// A pattern as a tree.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace phiveil {

using ByteSet = std::bitset<256>;

struct Node {
  enum Kind {
    kBytes,      // one byte of `bytes`, never an empty set
    kConcat,     // all children, in order
    kAlternate,  // one of the children
    kRepeat,     // the only child, least to most times
  };
  Kind kind;
  ByteSet bytes;
  std::vector<std::unique_ptr<Node>> children;
  uint32_t least = 0;
  uint32_t most = 0;
};

using NodePtr = std::unique_ptr<Node>;

}  // namespace phiveil

#endif  // PHIVEIL_RULES_COMPILER_PATTERN_SYNTAX_H_

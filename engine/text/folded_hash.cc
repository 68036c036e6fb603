#include "text/folded_hash.h"

#include <array>

#include "text/document.h"

namespace phiveil {

uint64_t folded_hash_internal::HashWithoutApostrophes(std::string_view word) {
  uint64_t hash = kSeed;
  std::array<char, 8> block;
  size_t size = 0;
  for (const char c : word) {
    if (c == '\'') continue;
    block[size++ % 8] = c;
    if (size % 8 == 0) hash = Mix(hash ^ LowerAscii(LoadLittle<uint64_t>(block.data())), kBlockKey);
  }
  return Mix(hash ^ LowerAscii(LoadTail(block.data(), size % 8)), kLengthKey ^ size);
}

uint64_t FoldedHash(std::string_view word) {
  if (word.size() > 1 && word.find('\'') != std::string_view::npos) {
    return folded_hash_internal::HashWithoutApostrophes(word);
  }
  return folded_hash_internal::HashPlain(word.data(), word.size());
}

}  // namespace phiveil

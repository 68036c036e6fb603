#include "text/document.h"

namespace phiveil {

std::vector<std::string> FoldWords(std::string_view entry) {
  std::vector<std::string> words;
  Document doc;
  if (!doc.Reset(entry).ok()) return words;
  for (const Token& token : doc.tokens()) {
    if ((token.classes & (token_class::kAnyWord | token_class::kNum)) == 0) continue;
    std::string& word = words.emplace_back();
    for (const char c : doc.Word(token)) {
      if (c != '\'') word.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
    }
  }
  return words;
}

}  // namespace phiveil

#ifndef PHIVEIL_TESTS_RECOGNIZE_LISTED_H_
#define PHIVEIL_TESTS_RECOGNIZE_LISTED_H_

// Lists of a pack that a test makes up: which words are in which.

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "recognize/people.h"
#include "recognize/recognizer.h"
#include "tests/recognize/bars.h"

namespace phiveil {

using ListedWord = std::pair<std::string_view, std::string_view>;  // word, list

// Gives `pack` the lists and the tokens of `doc` their bits.
inline void MarkLists(std::span<const ListedWord> listed, pb::Pack* pack, Document* doc) {
  for (const auto& [word, list] : listed) {
    const std::string name(list);
    if (std::find(pack->classes().begin(), pack->classes().end(), name) == pack->classes().end())
      pack->add_classes(name);
  }
  for (Token& token : doc->tokens()) {
    for (const auto& [word, list] : listed) {
      if (token.hash == FoldedHash(word)) token.classes |= ListBits(*pack, {list});
    }
  }
}

// The text of the stretch between the bars of `marked` once an extent has grown it.
template <typename Extent>
std::string GrownBy(std::string marked, std::span<const ListedWord> listed) {
  const auto [begin, end] = TakeBars(&marked);
  pb::Pack pack;
  Document doc;
  EXPECT_TRUE(doc.Reset(marked).ok());
  MarkLists(listed, &pack, &doc);
  auto [first, last] = TokenRange(doc, begin, end);
  Extent(pack).Grow(doc, &first, &last);
  const auto& tokens = doc.tokens();
  return std::string(doc.view().substr(tokens[first].begin, tokens[last - 1].end - tokens[first].begin));
}

}  // namespace phiveil

#endif  // PHIVEIL_TESTS_RECOGNIZE_LISTED_H_

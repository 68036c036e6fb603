#include "text/folded_hash.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <unordered_map>

#include "text/document.h"

namespace phiveil {
namespace {

using folded_hash_internal::LowerAscii;

std::string Repeat(char c) { return std::string(8, c); }

TEST(LowerAscii, EveryByteAtEveryPlace) {
  for (int c = 0; c < 256; ++c) {
    for (int place = 0; place < 8; ++place) {
      const uint64_t block = 0x5A417A6140FF5B30ull;  // Z A z a @ 0xFF [ 0 around it
      const uint64_t mask = 0xFFull << (8 * place);
      const uint64_t in = (block & ~mask) | (static_cast<uint64_t>(c) << (8 * place));
      const int lower = c >= 'A' && c <= 'Z' ? c + 32 : c;
      const uint64_t rest = 0x7A617A6140FF5B30ull;
      EXPECT_EQ(LowerAscii(in), (rest & ~mask) | (static_cast<uint64_t>(lower) << (8 * place)));
    }
  }
}

TEST(FoldedHash, CaseOfAsciiLettersAlone) {
  std::mt19937 rng(1);
  for (size_t size = 0; size < 40; ++size) {
    std::string word, other;
    for (size_t i = 0; i < size; ++i) {
      const char c = static_cast<char>('a' + rng() % 26);
      word += c;
      other += rng() % 2 == 0 ? static_cast<char>(c - 32) : c;
    }
    EXPECT_EQ(FoldedHash(word), FoldedHash(other)) << word << " " << other;
  }
  EXPECT_NE(FoldedHash("@"), FoldedHash("`"));
  EXPECT_NE(FoldedHash("["), FoldedHash("{"));
  EXPECT_NE(FoldedHash("\xC3\x89"), FoldedHash("\xC3\xA9"));
}

TEST(FoldedHash, ApostrophesInWordsAreDropped) {
  for (const auto& [with, without] :
       std::initializer_list<std::pair<std::string, std::string>>{{"O'Brien", "obrien"},
                                                                  {"d'Artagnan-ish", "dartagnan-ish"},
                                                                  {"rock'n'roll", "rocknroll"},
                                                                  {"'s", "s"},
                                                                  {"a'b'c'd'e'f'g'h'i", "abcdefghi"},
                                                                  {"abcdefg'h", "abcdefgh"}}) {
    EXPECT_EQ(FoldedHash(with), FoldedHash(without));
  }
  EXPECT_NE(FoldedHash("'"), FoldedHash(""));
}

TEST(FoldedHash, IndependentOfAlignmentAndOfWhatFollows) {
  const std::string text = Repeat('x') + "Massachusetts" + Repeat('y');
  for (size_t shift = 0; shift < 8; ++shift) {
    const std::string moved = std::string(shift, 'q') + text;
    EXPECT_EQ(FoldedHash(std::string_view(moved).substr(shift + 8, 13)), FoldedHash("massachusetts"));
  }
}

TEST(FoldedHash, NoTwoOfManyWordsShareOne) {
  std::unordered_map<uint64_t, std::string> seen;
  const auto add = [&seen](const std::string& word) {
    const auto [at, is_new] = seen.try_emplace(FoldedHash(word), word);
    EXPECT_TRUE(is_new) << word << " " << at->second;
  };
  for (int i = 0; i < 200000; ++i) add(std::to_string(i));
  std::string word;
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'z'; ++b) {
      for (char c = 'a'; c <= 'z'; ++c) {
        word = {a, b, c};
        add(word);
        add(word + "xxxxxxxx");
        add("xxxxx" + word);
      }
    }
  }
  for (size_t size = 0; size < 64; ++size) add(std::string(size, '\0') + "\x01");
}

TEST(FoldedHash, ValuesArePinned) {
  // Packs in the field hold these: they may not change, on any machine.
  EXPECT_EQ(FoldedHash(""), 7423383483382639721u);
  EXPECT_EQ(FoldedHash("a"), 10583548607103793972u);
  EXPECT_EQ(FoldedHash("smith"), 14395488297431526487u);
  EXPECT_EQ(FoldedHash("Massachusetts"), 4636346316576988772u);
}

}  // namespace
}  // namespace phiveil

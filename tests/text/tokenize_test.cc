#include "text/tokenize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "text/document.h"

namespace phiveil {
namespace {

using namespace token_class;  // NOLINT
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

constexpr ClassBits kFlags = kLineStart | kLineEnd | kGlued | kSentStart | kCapsLine;

constexpr std::string_view kNames[] = {"Cap",   "Upper", "Lower", "Mixed",  "Initial", "Letter", "Num",    "NonLatin",
                                       "Comma", "Dot",   "Colon", "Hyphen", "Slash",   "LParen", "RParen", "Hash",
                                       "Amp",   "Quote", "Apos",  "Nl",     "Poss",    "Semi",   "Other"};

std::vector<Token> Tokens(std::string_view view) {
  std::vector<Token> tokens;
  Tokenize(view, &tokens);
  return tokens;
}

std::string Text(std::string_view view, const Token& token) {
  return std::string(view.substr(token.begin, token.end - token.begin));
}

// "word Class", and "Nl" for a line break.
std::vector<std::string> Forms(std::string_view view) {
  std::vector<std::string> out;
  for (const Token& token : Tokens(view)) {
    const ClassBits form = token.classes & ~kFlags;
    EXPECT_TRUE(std::has_single_bit(form));
    const std::string name(kNames[std::countr_zero(form)]);
    out.push_back(form == kNl ? name : Text(view, token) + " " + name);
  }
  return out;
}

// The tokens that have a flag.
std::vector<std::string> With(std::string_view view, ClassBits flag) {
  std::vector<std::string> out;
  for (const Token& token : Tokens(view)) {
    if ((token.classes & flag) != 0) out.push_back(Text(view, token));
  }
  return out;
}

TEST(Tokenize, Forms) {
  const std::pair<std::string_view, std::vector<std::string>> cases[] = {
      {"", {}},
      {" \t\v\f\x01\x7F", {}},
      {"Abc ABC abc McCoy deVries A a 12",
       {"Abc Cap", "ABC Upper", "abc Lower", "McCoy Mixed", "deVries Mixed", "A Initial", "a Letter", "12 Num"}},
      {"A1C", {"A Initial", "1 Num", "C Initial"}},
      {",.:-/()#&\"';",
       {", Comma", ". Dot", ": Colon", "- Hyphen", "/ Slash", "( LParen", ") RParen", "# Hash", "& Amp", "\" Quote",
        "' Apos", "; Semi"}},
      {"[@_]", {"[ Other", "@ Other", "_ Other", "] Other"}},
      {"... ....", {". Dot", ". Dot", ". Dot", ".... Dot"}},
      {"-----=", {"----- Hyphen", "= Other"}},
      {"O'Brien don't", {"O'Brien Mixed", "don't Lower"}},
      {"D'angelo", {"D'angelo Cap"}},
      {"Smith's", {"Smith Cap", "'s Poss"}},
      {"SMITH'S.", {"SMITH Upper", "'S Poss", ". Dot"}},
      {"O'Brien's", {"O'Brien Mixed", "'s Poss"}},
      {"patients' charts", {"patients Lower", "' Poss", "charts Lower"}},
      {"the 'word'", {"the Lower", "' Apos", "word Lower", "' Apos"}},
      {"o'shea", {"o'shea Lower"}},
      {"a's'b", {"a's'b Lower"}},
      {"rock'n'roll's", {"rock'n'roll Lower", "'s Poss"}},
      {"a''b", {"a Letter", "' Apos", "' Apos", "b Letter"}},
      {"'s", {"' Apos", "s Letter"}},
      {"90's", {"90 Num", "' Apos", "s Letter"}},
      {"Иван's ½ x患者", {"Иван NonLatin", "' Apos", "s Letter", "½ Other", "x Letter", "患者 NonLatin"}},
      {"a\nb\n\nc\n\n\n\nd\n", {"a Letter", "Nl", "b Letter", "Nl", "Nl", "c Letter", "Nl", "Nl", "d Letter", "Nl"}},
      {"\n \n\t\na", {"Nl", "Nl", "a Letter"}},
  };
  for (const auto& [view, forms] : cases) EXPECT_THAT(Forms(view), ElementsAreArray(forms)) << view;
}

TEST(Tokenize, PossessiveAgainstEveryNeighbour) {
  for (int c = 1; c < 128; ++c) {
    const std::string view = std::string("Ann's") + static_cast<char>(c);
    const bool letter = std::isalpha(c) != 0;
    EXPECT_EQ(Forms(view)[0],
              letter ? "Ann's" + std::string(1, static_cast<char>(c)) + " " + (std::isupper(c) != 0 ? "Mixed" : "Cap")
                     : "Ann Cap")
        << c;
  }
}

constexpr std::string_view kWrapped = "The patient was seen in clinic today by the\nresident on call. Next\nline";

TEST(Tokenize, SoftBreaksYieldNoToken) {
  EXPECT_THAT(With(kWrapped, kNl), ElementsAre("\n"));
  EXPECT_THAT(With(kWrapped, kLineStart), ElementsAre("The", "line"));
  EXPECT_THAT(With(kWrapped, kLineEnd), ElementsAre("Next", "line"));
  EXPECT_THAT(With(kWrapped, kSentStart), ElementsAre("The", "Next", "line"));
}

TEST(Tokenize, LineFlags) {
  EXPECT_THAT(With("a b\n\n c d \ne", kLineStart), ElementsAre("a", "c", "e"));
  EXPECT_THAT(With("a b\n\n c d \ne", kLineEnd), ElementsAre("b", "d", "e"));
  EXPECT_THAT(With("\n\na\n", kLineEnd), ElementsAre("a"));
}

TEST(Tokenize, GluedWithoutWhiteSpaceBefore) {
  EXPECT_THAT(With("a,b c-1 (d)\n(e", kGlued), ElementsAre(",", "b", "-", "1", "d", ")", "e"));
  EXPECT_THAT(With("Ann's x", kGlued), ElementsAre("'s"));
}

TEST(Tokenize, SentenceStarts) {
  const std::pair<std::string_view, std::vector<std::string>> cases[] = {
      {"He left. She came", {"He", "She"}},
      {"Well? Yes! No", {"Well", "Yes", "No"}},
      {"3.5 mg", {"3"}},
      {"Name:John Doe", {"Name", "John"}},
      {"- Item one", {"-", "Item"}},
      {"1. Item one", {"1", "Item"}},
      {"\"Quoted.\" Then", {"\"", "Quoted", "Then"}},
      {"a, b; c/ d", {"a"}},
      {"(see above.) The", {"(", "see", "The"}},
  };
  for (const auto& [view, starts] : cases) {
    std::vector<std::string> words;
    for (const std::string& word : With(view, kSentStart)) {
      if (words.empty() || std::isalnum(static_cast<unsigned char>(word[0])) != 0) words.push_back(word);
    }
    EXPECT_EQ(words, starts) << view;
  }
}

TEST(Tokenize, CapsLines) {
  EXPECT_THAT(With("JOHN SMITH 12\nJohn SMITH", kCapsLine), ElementsAre("JOHN", "SMITH", "12"));
  EXPECT_THAT(With("DISCHARGE SUMMARy", kCapsLine), ElementsAre("DISCHARGE", "SUMMARy"));
  EXPECT_THAT(With("12 34\nA\nabc", kCapsLine), ElementsAre());
}

TEST(Tokenize, HashIsOfTheText) {
  for (const Token& token : Tokens("O'Brien, 12")) EXPECT_NE(token.hash, 0u);
  const std::string_view view = "Ann's OBRIEN, o'brien 0012 Иван\n";
  const std::vector<Token> tokens = Tokens(view);
  for (const Token& token : tokens) {
    const std::string text = Text(view, token);
    EXPECT_EQ(token.hash, FoldedHash(text)) << text;
  }
  EXPECT_EQ(Tokens("....")[0].hash, FoldedHash("."));
  EXPECT_EQ(Tokens("dogs'")[1].hash, FoldedHash("'s"));
}

TEST(Tokenize, TokensOfRandomTextTileAllButWhiteSpace) {
  constexpr std::string_view kPieces[] = {"a",  "Bc", "D", "'",   "s", "'s ",
                                          "12", ".",  ":", "---", " ", "  ",
                                          "\n", "\t", "é", "中",  "½", "The patient was seen in clinic today by "};
  std::mt19937 rng(5);
  for (int round = 0; round < 2000; ++round) {
    std::string view;
    for (size_t i = 0; i < rng() % 30; ++i) view += kPieces[rng() % std::size(kPieces)];
    std::vector<bool> covered(view.size(), false);
    size_t last = 0;
    for (const Token& token : Tokens(view)) {
      ASSERT_LE(last, token.begin);
      ASSERT_LT(token.begin, token.end);
      ASSERT_LE(token.end, view.size());
      last = token.end;
      for (size_t i = token.begin; i < token.end; ++i) covered[i] = true;
    }
    for (size_t i = 0; i < view.size(); ++i) {
      const bool blank = view[i] == ' ' || view[i] == '\t';
      if (view[i] == '\n') continue;
      ASSERT_EQ(covered[i], !blank) << view << " at " << i;
    }
  }
}

}  // namespace
}  // namespace phiveil

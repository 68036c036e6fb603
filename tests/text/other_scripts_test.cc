#include "text/other_scripts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace phiveil {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Cut(std::string_view run) {
  std::vector<ScriptPiece> pieces;
  CutOtherScripts(run, &pieces);
  std::vector<std::string> out;
  uint32_t at = 0;
  for (const ScriptPiece& piece : pieces) {
    EXPECT_EQ(piece.begin, at);
    EXPECT_LT(piece.begin, piece.end);
    at = piece.end;
    out.push_back((piece.word ? "" : "!") + std::string(run.substr(piece.begin, piece.end - piece.begin)));
  }
  EXPECT_EQ(at, run.size());
  return out;
}

TEST(CutOtherScripts, Pieces) {
  EXPECT_THAT(Cut(""), ElementsAre());
  EXPECT_THAT(Cut("Иван"), ElementsAre("Иван"));
  EXPECT_THAT(Cut("½°"), ElementsAre("!½", "!°"));
  EXPECT_THAT(Cut("°Иван½"), ElementsAre("!°", "Иван", "!½"));
  EXPECT_THAT(Cut("हिन्दी"), ElementsAre("हिन्दी"));
  EXPECT_THAT(Cut("한국어"), ElementsAre("한국어"));
  EXPECT_THAT(Cut("患者"), ElementsAre("患者"));
  EXPECT_THAT(Cut("สวัสดีครับ"), ElementsAre("สวัสดี", "ครับ"));
  EXPECT_THAT(Cut("😀"), ElementsAre("!😀"));
}

TEST(CutOtherScripts, LongUnspacedTextIsCutAtCharacters) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "患者";
  for (const std::string& piece : Cut(text)) {
    EXPECT_EQ(piece.size() % 3, 0u);
    EXPECT_LE(piece.size(), 2048u);
  }
}

TEST(CutOtherScripts, TheSameOnEveryThread) {
  const auto expected = Cut("สวัสดีครับ患者");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&expected] {
      for (int round = 0; round < 50; ++round) EXPECT_EQ(Cut("สวัสดีครับ患者"), expected);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace phiveil

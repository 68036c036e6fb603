#include "text/normalise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace phiveil {
namespace {

std::string View(std::string_view text) {
  std::string buffer;
  std::vector<SourceRun> runs;
  return std::string(Normalise(text, &buffer, &runs));
}

TEST(IsPlain, EveryByteAtEveryPlace) {
  for (size_t size : {1u, 7u, 8u, 9u, 31u, 32u, 33u, 70u}) {
    std::string text(size, 'a');
    EXPECT_TRUE(IsPlain(text));
    for (size_t place = 0; place < size; ++place) {
      for (int c = 0; c < 256; ++c) {
        text[place] = static_cast<char>(c);
        ASSERT_EQ(IsPlain(text), c < 0x80 && c != '\r') << size << " " << place << " " << c;
      }
      text[place] = 'a';
    }
  }
  EXPECT_TRUE(IsPlain(""));
}

TEST(Normalise, Views) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"plain text\n", "plain text\n"},
      {"a\r\nb\rc\n", "a\nb\nc\n"},
      {"\r\r\n\n", "\n\n\n"},
      {"José Núñez", "Jose Nunez"},
      {"Jose\u0301 Nu\u0301n\u0303ez", "Jose Nunez"},
      {"Straße, STRAẞE", "Strasse, STRASSE"},
      {"Ærø, ÆRØ, CÆSAR, Æ", "Aero, AERO, CAESAR, Ae"},
      {"\uFEFFJo\u00ADhn\u200B", "John"},
      {"\u202AJohn\u202C", "John"},
      {"O\u2019Brien \u201CBill\u201D", "O'Brien \"Bill\""},
      {"555\u2011123\u20134567", "555-123-4567"},
      {"３／４／２０２５", "3/4/2025"},
      {"٣/٤", "3/4"},
      {"5 μg, μ, αμg", "5 ug, μ, αμg"},
      {"Nº 7, № 7", "No 7, No 7"},
      {"Иван Й И\u0306", "Иван Й И\u0306"},
      {"\u0301x", "x"},
      {"患者。", "患者."},
      {"1\uFE0F\u20E3", "1"},
      {"ﬃ… ﬁ", "ffi... fi"},
      {"a\u2028b\u00A0c", "a\nb c"},
      {std::string_view("a\0\u00E9", 4), std::string_view("a\0e", 3)},
  };
  for (const auto& [text, view] : cases) EXPECT_EQ(View(text), view) << text;
}

TEST(Normalise, NoRunsWhereNothingMoves) {
  std::string buffer;
  std::vector<SourceRun> runs = {{1, 1}};
  EXPECT_EQ(Normalise("Иван\rx", &buffer, &runs), "Иван\nx");
  EXPECT_TRUE(runs.empty());
}

TEST(Normalise, RunsOfWhatMoves) {
  std::string buffer;
  std::vector<SourceRun> runs;
  Normalise("aß\r\nb\u200B", &buffer, &runs);  // a ss \n b
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  for (const SourceRun& run : runs) pairs.emplace_back(run.view, run.source);
  using ::testing::Pair;
  EXPECT_THAT(pairs, ::testing::ElementsAre(Pair(2, 1), Pair(3, 3), Pair(4, 5), Pair(5, 9)));
}

TEST(Normalise, ReusesItsBuffer) {
  std::string buffer;
  std::vector<SourceRun> runs;
  Normalise(std::string(1000, 'x') + "é", &buffer, &runs);
  const char* const before = buffer.data();
  EXPECT_EQ(Normalise("é", &buffer, &runs), "e");
  EXPECT_EQ(buffer.data(), before);
}

}  // namespace
}  // namespace phiveil

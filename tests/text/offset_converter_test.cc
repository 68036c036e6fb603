#include <gtest/gtest.h>

#include <random>
#include <string>

#include "phiveil/deidentifier.h"

namespace phiveil {
namespace {

using Unit = OffsetConverter::Unit;

struct Character {
  std::string bytes;
  size_t utf16;
};

const Character kCharacters[] = {{"a", 1}, {"\r", 1}, {"é", 1}, {"中", 1}, {"😀", 2}, {"abcdefghijklmnop", 16}};

TEST(OffsetConverter, AgreesWithCountingOneByOne) {
  std::mt19937 rng(3);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    std::vector<std::array<size_t, 3>> edges = {{0, 0, 0}};  // bytes, code points, UTF-16 units
    for (size_t i = 0; i < rng() % 40; ++i) {
      const Character& c = kCharacters[rng() % std::size(kCharacters)];
      text += c.bytes;
      const auto& last = edges.back();
      edges.push_back({text.size(), last[1] + (c.bytes.size() == 16 ? 16 : 1), last[2] + c.utf16});
    }
    OffsetConverter bytes(text, Unit::kByte), points(text, Unit::kCodePoint), utf16(text, Unit::kUtf16);
    if (round % 2 == 1) std::shuffle(edges.begin(), edges.end(), rng);
    for (const auto& [byte, point, unit] : edges) {
      EXPECT_EQ(bytes.FromBytes(byte), byte);
      EXPECT_EQ(points.FromBytes(byte), point);
      EXPECT_EQ(utf16.FromBytes(byte), unit);
    }
    for (const auto& [byte, point, unit] : edges) {
      EXPECT_EQ(bytes.ToBytes(byte), byte);
      EXPECT_EQ(points.ToBytes(point), byte);
      EXPECT_EQ(utf16.ToBytes(unit), byte);
    }
  }
}

TEST(OffsetConverter, InsideACharacterRoundsDown) {
  const std::string text = "a😀b";
  OffsetConverter points(text, Unit::kCodePoint);
  for (size_t byte = 1; byte < 5; ++byte) EXPECT_EQ(points.FromBytes(byte), 1u);
  OffsetConverter utf16(text, Unit::kUtf16);
  EXPECT_EQ(utf16.ToBytes(2), 1u);
  EXPECT_EQ(utf16.ToBytes(3), 5u);
}

TEST(OffsetConverter, BeyondTheEndIsTheEnd) {
  for (const std::string& text : {std::string("abc"), std::string("aé"), std::string()}) {
    for (const Unit unit : {Unit::kByte, Unit::kCodePoint, Unit::kUtf16}) {
      OffsetConverter converter(text, unit);
      EXPECT_EQ(converter.ToBytes(100), text.size());
      EXPECT_EQ(converter.ToBytes(converter.FromBytes(100)), text.size());
    }
  }
}

}  // namespace
}  // namespace phiveil

#include "text/character_map.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <string>

namespace phiveil {
namespace {

std::string View(char32_t c) {
  const ViewForm form = ViewFormOf(static_cast<int32_t>(c));
  if (form.size == ViewForm::kKeep) return "keep";
  if (form.size == ViewForm::kMark) return "mark";
  return {form.bytes, form.size};
}

struct Case {
  char32_t from;
  std::string_view to;
};

TEST(ViewFormOf, Characters) {
  const Case cases[] = {
      {U'é', "e"},    {U'É', "E"},    {U'ß', "ss"},     {U'ẞ', "SS"},     {U'æ', "ae"},     {U'Æ', "Ae"},
      {U'œ', "oe"},   {U'ø', "o"},    {U'ǿ', "o"},      {U'ł', "l"},      {U'đ', "d"},      {U'Đ', "D"},
      {U'þ', "th"},   {U'ı', "i"},    {U'İ', "I"},      {U'ạ', "a"},      {U'ữ', "u"},      {U'ş', "s"},
      {U'ſ', "s"},    {U'ŉ', "'n"},   {U'Ǆ', "DZ"},     {U'ﬁ', "fi"},     {U'ﬃ', "ffi"},    {U'ﬆ', "st"},
      {U'Ａ', "A"},   {U'９', "9"},   {U'＠', "@"},     {U'～', "~"},     {U'𝐀', "A"},      {U'𝟗', "9"},
      {0x212A, "K"},  {U'ª', "a"},    {U'º', "o"},      {U'µ', "u"},      {U'№', "No"},     {U'٣', "3"},
      {U'۷', "7"},    {U'५', "5"},    {U'’', "'"},      {U'‘', "'"},      {U'“', "\""},     {U'»', "\""},
      {U'′', "'"},    {U'″', "\""},   {U'–', "-"},      {U'—', "-"},      {U'−', "-"},      {U'‑', "-"},
      {U'⁄', "/"},    {U'•', "*"},    {U'·', "."},      {U'…', "..."},    {0x00A0, " "},    {0x202F, " "},
      {0x3000, " "},  {0x2009, " "},  {0x2028, "\n"},   {0x2029, "\n"},   {0x0085, "\n"},   {0x0092, "'"},
      {0x200B, ""},   {0x00AD, ""},   {0xFEFF, ""},     {0x202E, ""},     {0x2066, ""},     {0x200D, ""},
      {0xFE0F, ""},   {0xE0041, ""},  {0x0301, "mark"}, {0x20E3, "mark"}, {0x3099, "mark"}, {0x093F, "keep"},
      {U'И', "keep"}, {U'ή', "keep"}, {U'μ', "keep"},   {U'中', "keep"},  {U'한', "keep"},  {U'ก', "keep"},
      {U'²', "keep"}, {U'½', "keep"}, {U'™', "keep"},   {U'°', "keep"},   {U'😀', "keep"},   {U'。', "."},
  };
  for (const Case& c : cases) EXPECT_EQ(View(c.from), c.to) << std::hex << static_cast<uint32_t>(c.from);
}

TEST(ViewFormOf, EveryCharacterFitsInItsOwnPlaceAndIsAscii) {
  for (int32_t c = 0x80; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    const ViewForm form = ViewFormOf(c);
    if (form.size == ViewForm::kKeep || form.size == ViewForm::kMark) continue;
    ASSERT_LE(form.size, c < 0x800 ? 2 : 3) << std::hex << c;
    for (uint8_t i = 0; i < form.size; ++i) ASSERT_GT(form.bytes[i], 0) << std::hex << c;
  }
}

TEST(ViewFormOf, EveryDecimalDigitBecomesAscii) {
  for (int32_t c = 0x80; c <= 0x10FFFF; ++c) {
    if (u_charType(c) != U_DECIMAL_DIGIT_NUMBER) continue;
    EXPECT_EQ(View(static_cast<char32_t>(c)), std::to_string(u_charDigitValue(c))) << std::hex << c;
  }
}

}  // namespace
}  // namespace phiveil

#include "text/character_map.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

namespace phiveil {
namespace {

struct Special {
  char32_t from;
  std::string_view to;
};

// Letters that Unicode does not decompose. Sorted.
constexpr Special kLetters[] = {
    {U'Æ', "Ae"}, {U'Ð', "D"}, {U'Ø', "O"}, {U'Þ', "Th"}, {U'ß', "ss"}, {U'æ', "ae"}, {U'ð', "d"}, {U'ø', "o"},
    {U'þ', "th"}, {U'Đ', "D"}, {U'đ', "d"}, {U'Ħ', "H"},  {U'ħ', "h"},  {U'ı', "i"},  {U'ĸ', "k"}, {U'Ł', "L"},
    {U'ł', "l"},  {U'Ŋ', "N"}, {U'ŋ', "n"}, {U'Œ', "Oe"}, {U'œ', "oe"}, {U'Ŧ', "T"},  {U'ŧ', "t"}, {U'ƀ', "b"},
    {U'Ɓ', "B"},  {U'Ɔ', "O"}, {U'Ɖ', "D"}, {U'Ɗ', "D"},  {U'Ə', "E"},  {U'Ɛ', "E"},  {U'ƒ', "f"}, {U'Ɨ', "I"},
    {U'Ƙ', "K"},  {U'ƙ', "k"}, {U'Ɲ', "N"}, {U'Ʋ', "V"},  {U'Ƴ', "Y"},  {U'ƴ', "y"},  {U'Ƶ', "Z"}, {U'ƶ', "z"},
    {U'ȷ', "j"},  {U'Ȼ', "C"}, {U'ȼ', "c"}, {U'Ʉ', "U"},  {U'Ɉ', "J"},  {U'ɉ', "j"},  {U'ɓ', "b"}, {U'ɔ', "o"},
    {U'ɖ', "d"},  {U'ɗ', "d"}, {U'ə', "e"}, {U'ɛ', "e"},  {U'ɨ', "i"},  {U'ɲ', "n"},  {U'ʉ', "u"}, {U'ʋ', "v"},
    {U'ẞ', "SS"},
};

// Punctuation and signs. Sorted. The C1 controls are what Windows-1252 text becomes when it is read
// as Latin-1.
constexpr Special kSigns[] = {
    {0x0085, "\n"}, {0x0091, "'"},  {0x0092, "'"},  {0x0093, "\""}, {0x0094, "\""},  {0x0096, "-"},  {0x0097, "-"},
    {0x00AB, "\""}, {0x00B4, "'"},  {0x00B5, "u"},  {0x00B7, "."},  {0x00BB, "\""},  {0x02B9, "'"},  {0x02BA, "\""},
    {0x02BB, "'"},  {0x02BC, "'"},  {0x02BD, "'"},  {0x02C8, "'"},  {0x0387, "."},   {0x066B, "."},  {0x2018, "'"},
    {0x2019, "'"},  {0x201A, "'"},  {0x201B, "'"},  {0x201C, "\""}, {0x201D, "\""},  {0x201E, "\""}, {0x201F, "\""},
    {0x2022, "*"},  {0x2023, "*"},  {0x2024, "."},  {0x2025, ".."}, {0x2026, "..."}, {0x2027, "."},  {0x2032, "'"},
    {0x2033, "\""}, {0x2034, "\""}, {0x2035, "'"},  {0x2036, "\""}, {0x2037, "\""},  {0x2039, "'"},  {0x203A, "'"},
    {0x2043, "-"},  {0x2044, "/"},  {0x2116, "No"}, {0x2212, "-"},  {0x2215, "/"},   {0x2219, "*"},  {0x2236, ":"},
    {0x25A0, "*"},  {0x25A1, "*"},  {0x25AA, "*"},  {0x25AB, "*"},  {0x25CB, "*"},   {0x25CF, "*"},  {0x25E6, "*"},
    {0x2800, " "},  {0x3001, ","},  {0x3002, "."},  {0x301D, "\""}, {0x301E, "\""},  {0x301F, "\""}, {0xFF61, "."},
    {0xFF64, ","},
};

template <size_t N>
constexpr bool IsSorted(const Special (&table)[N]) {
  return std::ranges::is_sorted(table, {}, &Special::from);
}
static_assert(IsSorted(kLetters) && IsSorted(kSigns));

template <size_t N>
std::string_view Find(const Special (&table)[N], char32_t c) {
  const Special* found = std::ranges::lower_bound(table, c, {}, &Special::from);
  return found != std::end(table) && found->from == c ? found->to : std::string_view();
}

ViewForm Form(std::string_view bytes) {
  ViewForm form;
  std::ranges::copy(bytes, form.bytes);
  form.size = static_cast<uint8_t>(bytes.size());
  return form;
}

ViewForm Marked(uint8_t size) {
  ViewForm form;
  form.size = size;
  return form;
}

size_t Utf8Size(int32_t c) { return c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }

// A letter's base letters, when all of them are Latin: é, ǿ, ﬁ, ａ, 𝐚.
std::optional<ViewForm> LatinBase(int32_t c) {
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* nfkd = unorm2_getNFKDInstance(&error);
  char16_t units[20];
  const int32_t count = unorm2_getDecomposition(nfkd, c, units, 20, &error);
  if (U_FAILURE(error) || count <= 0) return std::nullopt;
  ViewForm form = Marked(0);
  for (int32_t i = 0; i < count;) {
    UChar32 part;
    U16_NEXT(units, i, count, part);
    if ((U_GET_GC_MASK(part) & U_GC_M_MASK) != 0) continue;
    const char ascii[1] = {static_cast<char>(part)};
    std::string_view letters = part < 0x80 ? std::string_view(ascii, 1) : Find(kLetters, part);
    if (letters.empty()) letters = Find(kSigns, part);
    if (letters.empty() || form.size + letters.size() > Utf8Size(c) || form.size + letters.size() > 3) {
      return std::nullopt;
    }
    std::ranges::copy(letters, form.bytes + form.size);
    form.size = static_cast<uint8_t>(form.size + letters.size());
  }
  if (form.size == 0) return std::nullopt;
  return form;
}

ViewForm Derive(int32_t c) {
  if (const std::string_view sign = Find(kSigns, c); !sign.empty()) return Form(sign);
  if (const std::string_view letters = Find(kLetters, c); !letters.empty()) return Form(letters);
  if (c >= 0xFF01 && c <= 0xFF5E) {
    const char ascii = static_cast<char>(c - 0xFEE0);
    return Form({&ascii, 1});
  }
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return Form("");
  const uint32_t category = U_GET_GC_MASK(c);
  if ((category & U_GC_ND_MASK) != 0) {
    const char digit = static_cast<char>('0' + u_charDigitValue(c));
    return Form({&digit, 1});
  }
  if ((category & U_GC_ZS_MASK) != 0) return Form(" ");
  if ((category & (U_GC_ZL_MASK | U_GC_ZP_MASK)) != 0) return Form("\n");
  if ((category & U_GC_PD_MASK) != 0) return Form("-");
  if ((category & U_GC_M_MASK) != 0) {
    UErrorCode error = U_ZERO_ERROR;
    return Marked(uscript_getScript(c, &error) == USCRIPT_INHERITED ? ViewForm::kMark : ViewForm::kKeep);
  }
  if ((category & U_GC_L_MASK) != 0) {
    if (const auto base = LatinBase(c)) return *base;
  }
  return ViewForm();
}

constexpr int32_t kTableEnd = 0x3000;

std::unique_ptr<ViewForm[]> MakeTable() {
  auto table = std::make_unique<ViewForm[]>(kTableEnd);
  for (int32_t c = 0x80; c < kTableEnd; ++c) table[c] = Derive(c);
  return table;
}

}  // namespace

ViewForm ViewFormOf(int32_t c) {
  static const std::unique_ptr<ViewForm[]> table = MakeTable();
  if (c < kTableEnd) return table[c];
  // Kana, Han and Hangul, by far the most of what lies beyond the table.
  if (c >= 0x3041 && c <= 0xD7A3 && !(c >= 0xA000 && c < 0xAC00)) {
    return c == 0x3099 || c == 0x309A ? Derive(c) : ViewForm();
  }
  return Derive(c);
}

}  // namespace phiveil

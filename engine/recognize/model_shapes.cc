#include "recognize/model_shapes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "recognize/people.h"
#include "recognize/validators.h"

namespace phiveil {
namespace {

using namespace token_class;  // NOLINT: many of them

constexpr std::string_view kDigits = "0123456789";

std::string_view TextOf(const Document& doc, uint32_t first, uint32_t end) {
  const uint32_t begin = doc.tokens()[first].begin;
  return doc.view().substr(begin, doc.tokens()[end - 1].end - begin);
}

size_t DigitsIn(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

size_t LettersIn(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }));
}

// 3/3/4 and 12.6/12 are no dates.
bool IsDateOfDigits(const Document& doc, uint32_t first, uint32_t end) {
  static const auto* checks = new std::array<Validator, 6>{FindValidator("date_mdy"),   FindValidator("date_md"),
                                                           FindValidator("date_my"),    FindValidator("date_iso"),
                                                           FindValidator("date_range"), FindValidator("date_my_short")};
  return std::any_of(checks->begin(), checks->end(), [&](Validator check) {
    return check(doc.view(), doc.tokens()[first].begin, doc.tokens()[end - 1].end);
  });
}

// 750/1900 and 0.64 are none; 432.8825 may be the end of a telephone number.
bool IsShareOrDecimal(std::string_view text) {
  constexpr size_t kShare = 4, kDecimals = 2;
  const size_t mark = text.find_first_of("/.");
  if (mark == text.npos || mark != text.find_last_not_of(kDigits)) return false;
  const size_t behind = text.size() - mark - 1;
  return text[mark] == '/' ? mark <= kShare && behind <= kShare : behind <= kDecimals;
}

bool MayBeName(std::string_view text) { return text.find('=') == text.npos && DigitsIn(text) <= LettersIn(text); }

// Also behind the sign of a negative number.
bool InColumn(const Document& doc, uint32_t token) {
  const auto& tokens = doc.tokens();
  const bool negative =
      token > 0 && (tokens[token].classes & kGlued) != 0 && (tokens[token - 1].classes & kHyphen) != 0;
  return ModelShapes::BeginsColumn(doc, negative ? token - 1 : token);
}

bool HasMedicalWord(const Document& doc, uint32_t first, uint32_t end) {
  for (uint32_t i = first; i < end; ++i) {
    if ((doc.tokens()[i].classes & kAnyWord) != 0 && IsMedicalWord(TextOf(doc, i, i + 1))) return true;
  }
  return false;
}

}  // namespace

bool IsMedicalWord(std::string_view word) {
  constexpr size_t kShortest = 9;
  static constexpr std::array<std::string_view, 22> kEndings = {
      "osis",  "iasis",  "alsis",  "itis",  "emia",  "aemia", "ectomy", "otomy",   "ostomy",  "plasty", "scopy",
      "scope", "graphy", "megaly", "algia", "pathy", "izing", "ising",  "ization", "isation", "statin", "cillin"};
  if (word.size() < kShortest) return false;
  std::string folded(word);
  for (char& c : folded) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return std::string_view(folded).ends_with(ending); });
}

ModelShapes::ModelShapes(const pb::Pack& pack)
    : state_(ListBits(pack, {"State"})),
      state_code_(ListBits(pack, {"StateCode"})),
      time_(ListBits(pack, {"Month", "Weekday", "Holiday", "Ordinal", "NumberWord"})) {}

bool ModelShapes::Has(ClassBits bits, const Document& doc, uint32_t first, uint32_t end) const {
  const auto& tokens = doc.tokens();
  return std::any_of(tokens.begin() + first, tokens.begin() + end,
                     [bits](const Token& token) { return (token.classes & bits) != 0; });
}

// Without a digit: read out, in another script, or a word that a scanner made of one.
bool ModelShapes::MayBeNumber(const Document& doc, uint32_t first, uint32_t end) const {
  constexpr size_t kShortest = 2, kShortestInColumn = 4, kShortestWord = 6;
  const std::string_view text = TextOf(doc, first, end);
  const size_t digits = DigitsIn(text), letters = LettersIn(text);
  if (digits > 0)
    return digits + letters >= (InColumn(doc, first) ? kShortestInColumn : kShortest) && !IsShareOrDecimal(text);
  return Has(time_ | kNonLatin, doc, first, end) || letters >= kShortestWord;
}

bool ModelShapes::MayBeDate(const Document& doc, uint32_t first, uint32_t end) const {
  const std::string_view text = TextOf(doc, first, end);
  if (text.find_first_not_of("0123456789/.-") == text.npos) {
    return text.find_first_of("/.-") == text.npos || IsDateOfDigits(doc, first, end);
  }
  if (time_ == 0) return true;
  // A word of time, or a digit with none but an ordinal's ending behind it.
  if (Has(time_ | kNonLatin, doc, first, end)) return true;
  const auto& tokens = doc.tokens();
  static const std::array<uint64_t, 5> kEndings = {FoldedHash("st"), FoldedHash("nd"), FoldedHash("rd"),
                                                   FoldedHash("th"), FoldedHash("s")};
  bool digit = false;
  for (uint32_t i = first; i < end; ++i) {
    if ((tokens[i].classes & kNum) == 0) continue;
    digit = true;
    const bool letters_behind =
        i + 1 < end && (tokens[i + 1].classes & kGlued) != 0 && (tokens[i + 1].classes & kAnyWord) != 0;
    if (letters_behind && std::find(kEndings.begin(), kEndings.end(), tokens[i + 1].hash) == kEndings.end())
      return false;
  }
  return digit;
}

bool ModelShapes::IsState(const Document& doc, uint32_t first, uint32_t end) const {
  static const std::array<uint64_t, 2> kTownsToo = {FoldedHash("york"), FoldedHash("washington")};
  const auto& tokens = doc.tokens();
  for (uint32_t i = first; i < end; ++i) {
    if ((tokens[i].classes & state_) == 0) return false;
    if (std::find(kTownsToo.begin(), kTownsToo.end(), tokens[i].hash) != kTownsToo.end()) return false;
  }
  const bool followed = end + 1 < tokens.size() && (tokens[end].classes & kComma) != 0 &&
                        (tokens[end + 1].classes & (state_ | state_code_)) != 0;
  return !followed;
}

std::optional<ModelType> ModelShapes::TypeOf(ModelType read, const Document& doc, uint32_t first, uint32_t end) const {
  constexpr size_t kShortestCode = 6, kFewestDigits = 2;
  if (read == ModelType::kName && (!MayBeName(TextOf(doc, first, end)) || HasMedicalWord(doc, first, end)))
    return std::nullopt;
  if (read == ModelType::kDate && !MayBeDate(doc, first, end)) {
    const std::string_view text = TextOf(doc, first, end);
    const size_t digits = DigitsIn(text), letters = LettersIn(text);
    if (letters == 0 || digits < kFewestDigits || digits + letters < kShortestCode) return std::nullopt;
    return ModelType::kNumber;
  }
  if (read == ModelType::kNumber && !MayBeNumber(doc, first, end)) return std::nullopt;
  return read;
}

bool ModelShapes::BeginsColumn(const Document& doc, size_t token) {
  const auto& tokens = doc.tokens();
  if (token == 0) return true;
  const std::string_view gap = doc.view().substr(tokens[token - 1].end, tokens[token].begin - tokens[token - 1].end);
  return gap.find('\t') != gap.npos || gap.find("  ") != gap.npos;
}

}  // namespace phiveil

#include "recognize/model_features.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "text/folded_hash.h"

namespace phiveil {
namespace {

using folded_hash_internal::Mix;
using namespace token_class;  // NOLINT: many of them

constexpr ClassBits kStanding = kLineStart | kLineEnd | kGlued | kSentStart | kCapsLine;
constexpr ClassBits kLists = ~((ClassBits{1} << kFirstListBit) - 1);
constexpr size_t kFilterBits = 4096;
constexpr size_t kLabelReach = 8;  // tokens behind the colon
constexpr size_t kLabelWords = 2;
constexpr size_t kLabelLength = 16;  // tokens before the colon, marks among them

// One number for each group of features, so that equal values of two groups differ.
enum Group : uint64_t {
  kWord = 1,
  kCased,
  kShape,
  kPrefix,
  kSuffix,
  kList,
  kListSet,
  kNumber,
  kLabelLast,
  kLabelFirst,
  kPlain
};

uint64_t Feature(Group group, uint64_t value) {
  return Mix(value ^ 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93 + 0x1000193 * group);
}

uint64_t Lower(std::string_view text) {
  uint64_t value = text.size();
  for (const char c : text) value = value << 8 | static_cast<uint8_t>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return value;
}

// Numbers are told apart by length and by what they can be: a month, a day, a year.
uint64_t NumberShape(std::string_view digits) {
  uint64_t value = 0;
  for (const char c : digits.substr(0, 4)) value = value * 10 + static_cast<uint64_t>(c - '0');
  const uint64_t length = std::min<size_t>(digits.size(), 12);
  uint64_t range = 0;
  if (length <= 2) range = value == 0 ? 0 : value <= 12 ? 1 : value <= 31 ? 2 : value < 90 ? 3 : 4;
  if (length == 3) range = value < 200 ? 0 : 1;
  if (length == 4) range = value >= 1900 && value < 2035 ? 1 : value < 2400 ? 2 : 3;
  if (length == 8) range = value >= 1900 && value < 2035 ? 1 : 0;
  return length << 8 | range << 4 | uint64_t{digits[0] == '0'};
}

}  // namespace

ModelFeatures::ModelFeatures(const pb::Pack& pack) {
  for (int i = 0; i < pack.classes_size(); ++i) {
    const std::string& name = pack.classes(i);
    const int bit = kFirstListBit + i;
    list_names_[bit] = FoldedHash(name);
  }
}

uint64_t ModelFeatures::Kind(const Document& doc, const Token& token) const {
  const uint64_t word = token.classes & kNum ? NumberShape(doc.Word(token)) : token.hash;
  return Mix(word ^ 0xA0761D6478BD642F, (token.classes & ~kStanding) | 1) | 1;
}

void ModelFeatures::OfKind(const Document& doc, const Token& token, std::vector<uint64_t>* features) const {
  features->clear();
  std::string_view word = doc.Word(token);
  if (token.classes & kNum) {
    const uint64_t shape = NumberShape(word);
    features->push_back(0);
    features->push_back(Feature(kNumber, shape));
    features->push_back(Feature(kNumber, 1'000'000 + (shape >> 8)));
    return;
  }
  features->push_back(Feature(kWord, token.hash));
  const ClassBits form = token.classes & (kAnyWord | kOther | (kAnyWord - 1));
  features->push_back(Feature(kShape, form));
  if ((token.classes & kAnyWord) == 0) return;
  features->push_back(Feature(kCased, token.hash ^ form));
  // By its letters alone: words that differ in an apostrophe are of one kind.
  std::string letters;
  const bool marked = word.find('\'') != word.npos;
  if (marked) std::copy_if(word.begin(), word.end(), std::back_inserter(letters), [](char c) { return c != '\''; });
  if (marked) word = letters;
  const size_t size = word.size();
  features->push_back(Feature(kShape, 1'000'000 + (form << 4 | std::min<size_t>(size, 12))));
  for (size_t n = 2; n <= 3 && n < size; ++n) features->push_back(Feature(kPrefix, Lower(word.substr(0, n))));
  for (size_t n = 2; n <= 4 && n < size; ++n) features->push_back(Feature(kSuffix, Lower(word.substr(size - n))));
  const ClassBits lists = token.classes & kLists;
  uint64_t set = 0;
  for (ClassBits left = lists; left != 0; left &= left - 1) {
    const uint64_t name = list_names_[std::countr_zero(left)];
    set += name;
    features->push_back(Feature(kList, name));
  }
  features->push_back(Feature(kListSet, set));
  features->push_back(Feature(kListSet, set ^ form));
}

uint64_t ModelFeatures::Plain(const Token& token) const {
  const ClassBits form = token.classes & kAnyWord;
  return form == 0 ? 0 : Feature(kPlain, token.hash ^ form);
}

void ModelContext::Reset(const Document& doc) {
  const auto& tokens = doc.tokens();
  lower_.assign(kFilterBits / 64, 0);
  size_t low = 0, words = 0;
  for (const Token& token : tokens) {
    if ((token.classes & kAnyWord) == 0) continue;
    ++words;
    if ((token.classes & kLower) == 0) continue;
    ++low;
    const size_t bit = token.hash % kFilterBits;
    lower_[bit / 64] |= uint64_t{1} << (bit % 64);
  }
  const bool low_document = low * 50 >= words * 49;
  positions_.resize(tokens.size());
  labels_.assign(tokens.size(), {0, 0});
  size_t line = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const size_t bit = token.hash % kFilterBits;
    const bool seen_low = (token.classes & (kCap | kUpper | kMixed)) != 0 && (lower_[bit / 64] >> (bit % 64) & 1) != 0;
    positions_[i] = static_cast<uint8_t>((token.classes & kLineStart ? 1 : 0) | (token.classes & kGlued ? 2 : 0) |
                                         (token.classes & kSentStart ? 4 : 0) | (token.classes & kCapsLine ? 8 : 0) |
                                         (seen_low ? 16 : 0) | (low_document ? 32 : 0));
    if (token.classes & kNl) {
      MarkLabels(tokens, line, i);
      line = i + 1;
    }
  }
  MarkLabels(tokens, line, tokens.size());
}

void ModelContext::MarkLabels(const std::vector<Token>& tokens, size_t first, size_t end) {
  for (size_t colon = first; colon < end; ++colon) {
    if ((tokens[colon].classes & kColon) == 0 || colon == first) continue;
    if (tokens[colon - 1].classes & kNum) continue;  // 10:30
    std::array<uint64_t, 2> label = {0, 0};
    size_t words = 0;
    const size_t farthest = std::max(first, colon > kLabelLength ? colon - kLabelLength : 0);
    for (size_t i = colon; i-- > farthest && words < kLabelWords;) {
      if ((tokens[i].classes & kAnyWord) == 0) {
        if (tokens[i].classes & (kGlued | kDot | kSlash | kHyphen)) continue;
        break;
      }
      label[words == 0 ? 0 : 1] =
          Feature(words == 0 ? kLabelLast : kLabelFirst, tokens[i].hash ^ (words == 0 ? 0 : label[0]));
      ++words;
    }
    const size_t past = std::min(end, colon + 1 + kLabelReach);
    for (size_t i = colon + 1; i < past; ++i) labels_[i] = label;
  }
}

}  // namespace phiveil

#include "structure/field_names.h"

#include <algorithm>

#include "text/document.h"
#include "text/folded_hash.h"

namespace phiveil {
namespace {

enum Kind : uint8_t { kSmall, kCapital, kDigit, kApostrophe, kBetween };

Kind KindOf(char c) {
  const auto u = static_cast<uint8_t>(c);
  if ((u >= 'a' && u <= 'z') || u >= 0x80) return kSmall;
  if (u >= 'A' && u <= 'Z') return kCapital;
  if (u >= '0' && u <= '9') return kDigit;
  return u == '\'' ? kApostrophe : kBetween;
}

// Calls `put` with each word of `name`.
template <typename Put>
void ForEachWord(std::string_view name, Put put) {
  for (size_t i = 0; i < name.size();) {
    const Kind kind = KindOf(name[i]);
    if (kind > kCapital) {
      ++i;
      continue;
    }
    const size_t begin = i++;
    if (kind == kCapital) {
      while (i < name.size() && KindOf(name[i]) == kCapital) ++i;
      // The last of several capitals begins the word behind them.
      const bool word_follows = i < name.size() && KindOf(name[i]) == kSmall;
      if (word_follows && i - begin > 1) --i;
      if (i - begin == 1) {
        while (i < name.size() && KindOf(name[i]) == kSmall) ++i;
      }
    } else {
      while (i < name.size() && KindOf(name[i]) == kSmall) ++i;
    }
    const bool possessive = i - begin == 1 && name[begin] == 's' && begin > 0 && KindOf(name[begin - 1]) == kApostrophe;
    if (!possessive) put(name.substr(begin, i - begin));
  }
}

uint64_t Extend(uint64_t hash, uint64_t word) {
  return folded_hash_internal::Mix(hash ^ word, folded_hash_internal::kBlockKey);
}

uint64_t HashOfValue(std::string_view value) {
  uint64_t hash = folded_hash_internal::kSeed;
  ForEachWord(value, [&hash](std::string_view word) { hash = Extend(hash, FoldedHash(word)); });
  return hash;
}

}  // namespace

std::vector<std::string_view> SplitName(std::string_view name) {
  std::vector<std::string_view> words;
  ForEachWord(name, [&words](std::string_view word) { words.push_back(word); });
  return words;
}

void AppendWords(std::string_view name, std::vector<KeyWord>* path) {
  bool first = true;
  ForEachWord(name, [&](std::string_view word) {
    path->push_back({FoldedHash(word), first});
    first = false;
  });
}

void AppendWhole(std::string_view word, std::vector<KeyWord>* path) { path->push_back({FoldedHash(word), true}); }

void AppendSaid(std::string_view value, std::vector<KeyWord>* says) {
  const size_t at = value.find(' ') == std::string_view::npos ? value.find_last_of("/#:") : std::string_view::npos;
  if (at == std::string_view::npos) return AppendWords(value, says);
  value.remove_prefix(at + 1);
  if (LooksLikeOid(value)) return AppendWhole(value, says);
  while (!value.empty()) {
    const size_t end = std::min(value.find('-'), value.size());
    AppendWords(value.substr(0, end), says);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

bool LooksLikeOid(std::string_view text) {
  size_t dots = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = KindOf(text[i]) == kDigit;
    if (!digit && (text[i] != '.' || i == 0 || text[i - 1] == '.')) return false;
    dots += !digit;
  }
  return dots >= 3 && text.back() != '.' && text[0] <= '2' && text[1] == '.';
}

FieldNames::FieldNames(const pb::Fields& fields) {
  for (int i = 0; i < fields.names_size(); ++i) {
    const pb::FieldName& name = fields.names(i);
    const std::string_view words = name.words();
    uint64_t hash = folded_hash_internal::kSeed;
    for (size_t end = words.size();;) {
      const size_t space = end == 0 ? std::string_view::npos : words.rfind(' ', end - 1);
      const size_t begin = space == std::string_view::npos ? 0 : space + 1;
      hash = Extend(hash, FoldedHash(words.substr(begin, end - begin)));
      if (begin == 0) break;
      end = space;
    }
    Row& row = names_[hash];
    (name.ending() ? row.ending : row.whole) = static_cast<uint32_t>(i);
  }
  for (const std::string& value : fields.no_values()) no_values_.insert(HashOfValue(value));
}

uint32_t FieldNames::Find(std::span<const KeyWord> path) const {
  uint32_t best = kNone;
  uint64_t hash = folded_hash_internal::kSeed;
  const size_t most = std::min(path.size(), kMostWords);
  for (size_t i = 1; i <= most; ++i) {
    const KeyWord& word = path[path.size() - i];
    hash = Extend(hash, word.hash);
    const auto found = names_.find(hash);
    if (found == names_.end()) continue;
    if (word.first && found->second.whole != kNone) {
      best = found->second.whole;
    } else if (found->second.ending != kNone) {
      best = found->second.ending;
    }
  }
  return best;
}

bool FieldNames::SaysNothing(std::string_view value) const {
  constexpr size_t kLongest = 32;
  const bool any = std::any_of(value.begin(), value.end(), [](char c) { return KindOf(c) <= kDigit; });
  if (!any) return true;
  const bool digit = std::any_of(value.begin(), value.end(), [](char c) { return KindOf(c) == kDigit; });
  return !digit && value.size() <= kLongest && no_values_.contains(HashOfValue(value));
}

}  // namespace phiveil

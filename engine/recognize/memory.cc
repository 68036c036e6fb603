#include "recognize/memory.h"

#include <algorithm>

namespace phiveil {
namespace {

constexpr float kEstablished = 0.70f;  // a candidate this strong teaches its words
constexpr float kRemembered = 0.72f;   // the score of a mention
constexpr size_t kShortest = 3;        // letters of a word worth remembering
constexpr size_t kShortestWord = 4;    // the same for ordinary words: "The" got into a name by accident
constexpr size_t kMostWords = 512;     // of one document

uint64_t FilterBit(uint64_t hash) { return 1ull << (hash >> 58); }

}  // namespace

struct NameMemory::Word {
  uint64_t hash;
  bool ordinary;
};

ClassBits ListBits(const pb::Pack& pack, std::initializer_list<std::string_view> names) {
  ClassBits bits = 0;
  for (int i = 0; i < pack.classes_size(); ++i) {
    if (std::find(names.begin(), names.end(), pack.classes(i)) != names.end()) {
      bits |= 1ull << (token_class::kFirstListBit + i);
    }
  }
  return bits;
}

NameMemory::NameMemory(const pb::Pack& pack)
    : ordinary_(ListBits(pack, {"Common", "Clinical"})),
      never_(ListBits(pack, {"Title", "Credential", "Particle", "Suffix", "Role", "Relation", "Month", "Weekday"})) {}

void NameMemory::Add(const Document& doc, Evidence* evidence) const {
  const auto& tokens = doc.tokens();
  std::vector<Word> words;
  uint64_t filter = 0;
  std::vector<bool> covered;
  for (const Candidate& candidate : evidence->candidates) {
    if (candidate.category != Category::kName || candidate.score < 0.5f) continue;
    if (covered.empty()) covered.resize(tokens.size(), false);
    for (uint32_t t = candidate.first_token; t < candidate.end_token; ++t) {
      covered[t] = true;
      const Token& token = tokens[t];
      const size_t shortest = (token.classes & ordinary_) != 0 ? kShortestWord : kShortest;
      const bool word = (token.classes & token_class::kAnyWord) && token.end - token.begin >= shortest;
      if (!word || (token.classes & never_) || candidate.score < kEstablished || words.size() >= kMostWords) continue;
      if (candidate.subtype == Subtype::kUserName) continue;
      if (std::any_of(words.begin(), words.end(), [&](const Word& w) { return w.hash == token.hash; })) continue;
      words.push_back({token.hash, (token.classes & ordinary_) != 0});
      filter |= FilterBit(token.hash);
    }
  }
  if (words.empty()) return;
  using namespace token_class;
  for (uint32_t t = 0; t < tokens.size(); ++t) {
    const Token& token = tokens[t];
    if (covered[t] || !(filter & FilterBit(token.hash)) || !(token.classes & kAnyWord)) continue;
    auto it = std::find_if(words.begin(), words.end(), [&](const Word& w) { return w.hash == token.hash; });
    if (it == words.end()) continue;
    const bool as_name = (token.classes & (kCap | kMixed)) && !(token.classes & (kSentStart | kCapsLine));
    const bool in_capitals = (token.classes & kUpper) && !(token.classes & kCapsLine);
    if (it->ordinary && !as_name && !in_capitals) continue;
    Candidate mention;
    mention.begin = token.begin;
    mention.end = token.end;
    mention.first_token = t;
    mention.end_token = t + 1;
    mention.category = Category::kName;
    mention.source = Source::kMemory;
    mention.score = kRemembered;
    mention.first_reason = static_cast<uint32_t>(evidence->reasons.size());
    mention.reason_count = 1;
    evidence->reasons.push_back({Contribution::Kind::kMemory, 0, 0, kRemembered});
    evidence->candidates.push_back(mention);
  }
}

}  // namespace phiveil

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "match/lexicon.h"
#include "match/lexicon_table.h"

namespace phiveil {
namespace {

using lexicon_table::Bucket;

constexpr size_t kPercentFull = 60;  // one bucket in nine is full then, and a miss rarely reads two

template <typename T>
void PutLittle(T value, std::string* out) {
  for (size_t i = 0; i < sizeof value; ++i) out->push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

// Sorts as Lexicon reads: by first word, then by hashes, words last so that the order is one.
struct PhraseOrder {
  static auto Key(const std::vector<std::string>& words) {
    std::vector<uint64_t> hashes;
    for (size_t i = 1; i < words.size(); ++i) hashes.push_back(FoldedHash(words[i]));
    return std::make_tuple(std::string_view(words.front()), std::move(hashes));
  }
  bool operator()(const std::vector<std::string>& a, const std::vector<std::string>& b) const {
    const auto key_a = Key(a);
    const auto key_b = Key(b);
    return key_a != key_b ? key_a < key_b : a < b;
  }
};

struct PhraseData {
  ClassBits classes = 0;
  std::vector<CueLinkRow> cues;
};

std::string BuildBuckets(const std::vector<uint64_t>& hashes) {
  const size_t count = hashes.size() * 100 / (lexicon_table::kSlots * kPercentFull) + 1;
  std::vector<Bucket> buckets(count, Bucket{});
  for (size_t entry = 0; entry < hashes.size(); ++entry) {
    size_t at = lexicon_table::Home(hashes[entry], count);
    while (buckets[at].fingerprint[lexicon_table::kSlots - 1] != 0) at = lexicon_table::Next(at, count);
    const auto free = std::find(std::begin(buckets[at].fingerprint), std::end(buckets[at].fingerprint), 0u);
    *free = lexicon_table::Fingerprint(hashes[entry]);
    buckets[at].entry[free - std::begin(buckets[at].fingerprint)] = static_cast<uint32_t>(entry);
  }
  std::string out;
  for (const Bucket& bucket : buckets) {
    for (uint32_t fingerprint : bucket.fingerprint) PutLittle(fingerprint, &out);
    for (uint32_t entry : bucket.entry) PutLittle(entry, &out);
  }
  return out;
}

}  // namespace

struct LexiconBuilder::Impl {
  std::map<std::string, ClassBits> words;
  std::map<std::vector<std::string>, PhraseData, PhraseOrder> phrases;
};

LexiconBuilder::LexiconBuilder() : impl_(std::make_unique<Impl>()) {}
LexiconBuilder::~LexiconBuilder() = default;

void LexiconBuilder::AddToClass(std::string_view entry, ClassBits bits) {
  const std::vector<std::string> words = FoldWords(entry);
  if (words.empty()) return;
  impl_->words[words.front()] |= words.size() == 1 ? bits : 0;
  if (words.size() > 1) impl_->phrases[words].classes |= bits;
}

void LexiconBuilder::AddCue(std::string_view entry, uint32_t rule, uint32_t cue) {
  const std::vector<std::string> words = FoldWords(entry);
  if (words.empty()) return;
  impl_->words[words.front()] |= 0;
  std::vector<CueLinkRow>& cues = impl_->phrases[words].cues;
  const bool known =
      std::any_of(cues.begin(), cues.end(), [&](const CueLinkRow& row) { return row.rule == rule && row.cue == cue; });
  if (!known) cues.push_back({rule, cue});
}

pb::Lexicon LexiconBuilder::Build() const {
  pb::Lexicon out;
  std::map<std::string_view, std::pair<uint32_t, uint32_t>> phrases_of;  // first word -> first phrase, how many
  for (const auto& [words, data] : impl_->phrases) {
    const auto number = static_cast<uint32_t>(out.phrases_size());
    ++phrases_of.try_emplace(words.front(), number, 0).first->second.second;
    pb::Phrase* phrase = out.add_phrases();
    for (const std::string& word : words) phrase->add_words(word);
    phrase->set_classes(data.classes);
    for (const CueLinkRow& row : data.cues) {
      pb::CueLink* link = phrase->add_cues();
      link->set_rule(row.rule);
      link->set_cue(row.cue);
    }
  }
  std::vector<uint64_t> hashes;
  for (const auto& [word, classes] : impl_->words) {
    const auto phrases = phrases_of.find(word);
    const auto [first, count] = phrases == phrases_of.end() ? std::pair(0u, 0u) : phrases->second;
    PutLittle<uint64_t>(classes, out.mutable_entries());
    PutLittle(static_cast<uint32_t>(out.words().size()), out.mutable_entries());
    PutLittle(static_cast<uint32_t>(word.size()), out.mutable_entries());
    PutLittle(first, out.mutable_entries());
    PutLittle(count, out.mutable_entries());
    out.mutable_words()->append(word);
    hashes.push_back(FoldedHash(word));
  }
  out.set_buckets(BuildBuckets(hashes));
  return out;
}

}  // namespace phiveil

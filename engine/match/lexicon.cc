#include "match/lexicon.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/concat.h"
#include "base/status_macros.h"
#include "match/lexicon_table.h"
#include "text/folded_hash.h"

namespace phiveil {
namespace {

using folded_hash_internal::LoadLittle;
using folded_hash_internal::LoadTail;
using folded_hash_internal::LowerAscii;
using lexicon_table::Bucket;
using lexicon_table::kSlots;

constexpr uint32_t kNoEntry = std::numeric_limits<uint32_t>::max();
constexpr ClassBits kWordTokens = token_class::kAnyWord | token_class::kNum;
// Passed over inside a phrase. Not : ; ( ) nor the marks that separate fields.
constexpr ClassBits kPassedOver = token_class::kDot | token_class::kComma | token_class::kHyphen | token_class::kSlash |
                                  token_class::kApos | token_class::kPoss | token_class::kHash | token_class::kAmp |
                                  token_class::kQuote;
constexpr size_t kMaxPassedOver = 4;
constexpr size_t kProbeAhead = 16;   // tokens: the bucket is on its way
constexpr size_t kConfirmAhead = 8;  // the entry and its word are

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(Concat("rule pack is damaged: ", what, "; compile or install it again"));
}

template <typename T>
T GetLittle(std::string_view bytes, size_t at) {
  return static_cast<T>(LoadLittle<T>(bytes.data() + at));
}

// The slots of `bucket` that hold `fingerprint`, as bits.
uint32_t SlotsWith(const Bucket& bucket, uint32_t fingerprint) {
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(fingerprint));
  const auto* slots = reinterpret_cast<const __m128i*>(bucket.fingerprint);
  const __m128i low = _mm_cmpeq_epi32(_mm_load_si128(slots), wanted);
  const __m128i high = _mm_cmpeq_epi32(_mm_load_si128(slots + 1), wanted);
  return static_cast<uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(low)) | _mm_movemask_ps(_mm_castsi128_ps(high)) << 4);
#else
  uint32_t bits = 0;
  for (size_t i = 0; i < kSlots; ++i) bits |= uint32_t{bucket.fingerprint[i] == fingerprint} << i;
  return bits;
#endif
}

bool IsFull(const Bucket& bucket) { return bucket.fingerprint[kSlots - 1] != 0; }

// An entry with what a token's look at it needs in one place.
struct Row {
  ClassBits classes;
  uint64_t head;          // the word's first eight bytes
  uint64_t second_words;  // SecondWordBit of the second words of its phrases
  uint32_t word_offset;
  uint32_t word_length;
  uint32_t first_phrase;
  uint32_t phrases;
  uint32_t lone_phrases;  // the first of them: of this word alone
};

uint64_t SecondWordBit(uint64_t hash) { return uint64_t{1} << (hash >> 58); }

uint64_t Head(const char* word, size_t size) { return size < 8 ? LoadTail(word, size) : LoadLittle<uint64_t>(word); }

bool FoldsSlowlyTo(std::string_view word, std::string_view folded) {
  size_t at = 0;
  for (const char c : word) {
    if (c == '\'') continue;
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    if (at == folded.size() || folded[at++] != lower) return false;
  }
  return at == folded.size();
}

// Whether `word`, as it stands in a view, folds to `folded`.
bool FoldsTo(std::string_view word, std::string_view folded) {
  if (word.size() != folded.size()) return word.size() > folded.size() && FoldsSlowlyTo(word, folded);
  const char* w = word.data();
  const char* f = folded.data();
  const size_t size = word.size();
  if (size < 8) return LowerAscii(LoadTail(w, size)) == LoadTail(f, size);
  for (size_t at = 0; at + 8 < size; at += 8) {
    if (LowerAscii(LoadLittle<uint64_t>(w + at)) != LoadLittle<uint64_t>(f + at)) return false;
  }
  return LowerAscii(LoadLittle<uint64_t>(w + size - 8)) == LoadLittle<uint64_t>(f + size - 8);
}

}  // namespace

struct Lexicon::Impl {
  struct PhraseRow {
    uint32_t first_word;  // in phrase_words
    uint32_t words;
    uint32_t first_link;  // in links
    uint32_t links;
    ClassBits classes;
  };

  std::vector<Bucket> buckets;
  std::vector<Row> entries;
  std::string words;
  std::vector<PhraseRow> phrases;
  std::vector<uint64_t> phrase_hashes;
  std::vector<std::string> phrase_words;
  std::vector<CueLinkRow> links;

  absl::Status LoadBuckets(std::string_view bytes);
  absl::Status LoadEntries(std::string_view bytes);
  absl::Status LoadPhrases(const pb::Lexicon& lexicon);
  absl::Status LoadPhrasesOf(Row* entry) const;

  std::string_view WordOf(const Row& entry) const {
    return std::string_view(words).substr(entry.word_offset, entry.word_length);
  }
  std::span<const uint64_t> HashesOf(uint32_t phrase) const {
    return std::span(phrase_hashes).subspan(phrases[phrase].first_word, phrases[phrase].words);
  }
  const Bucket& HomeOf(uint64_t hash) const { return buckets[lexicon_table::Home(hash, buckets.size())]; }

  uint32_t FirstCandidate(uint64_t hash) const;
  bool IsWord(std::string_view word, const Row& entry) const;
  const Row* Find(std::string_view word, uint64_t hash) const;

  bool PhraseIs(const Document& doc, uint32_t phrase, const std::vector<uint32_t>& path) const;
  void MarkPhrases(const Row& entry, uint32_t token, Document* doc, std::vector<uint32_t>* path,
                   std::vector<CueHit>* hits) const;
};

absl::Status Lexicon::Impl::LoadBuckets(std::string_view bytes) {
  if (bytes.size() % lexicon_table::kBucketBytes != 0) return Damaged("the word table is cut");
  buckets.resize(bytes.size() / lexicon_table::kBucketBytes);
  bool all_full = true;
  for (size_t b = 0; b < buckets.size(); ++b) {
    for (size_t s = 0; s < kSlots; ++s) {
      const size_t at = b * lexicon_table::kBucketBytes + 4 * s;
      const auto fingerprint = GetLittle<uint32_t>(bytes, at);
      const auto entry = GetLittle<uint32_t>(bytes, at + 4 * kSlots);
      if (fingerprint != 0 && entry >= entries.size()) return Damaged("a word has no entry");
      if (fingerprint != 0 && s > 0 && buckets[b].fingerprint[s - 1] == 0) return Damaged("a bucket has a hole");
      buckets[b].fingerprint[s] = fingerprint;
      buckets[b].entry[s] = entry;
    }
    all_full = all_full && IsFull(buckets[b]);
  }
  // A search ends at the first bucket that is not full.
  return all_full && !buckets.empty() ? Damaged("the word table has no room") : absl::OkStatus();
}

absl::Status Lexicon::Impl::LoadEntries(std::string_view bytes) {
  if (bytes.size() % lexicon_table::kEntryBytes != 0) return Damaged("the word entries are cut");
  entries.resize(bytes.size() / lexicon_table::kEntryBytes);
  for (size_t i = 0; i < entries.size(); ++i) {
    const size_t at = i * lexicon_table::kEntryBytes;
    Row& entry = entries[i];
    entry.classes = GetLittle<uint64_t>(bytes, at);
    entry.word_offset = GetLittle<uint32_t>(bytes, at + 8);
    entry.word_length = GetLittle<uint32_t>(bytes, at + 12);
    entry.first_phrase = GetLittle<uint32_t>(bytes, at + 16);
    entry.phrases = GetLittle<uint32_t>(bytes, at + 20);
    if (uint64_t{entry.word_offset} + entry.word_length > words.size()) return Damaged("a word lies outside its table");
    if (uint64_t{entry.first_phrase} + entry.phrases > phrases.size()) return Damaged("a word has no such phrases");
    if (entry.classes << (64 - token_class::kFirstListBit) != 0) return Damaged("a word has a class that is no list's");
    entry.head = Head(words.data() + entry.word_offset, entry.word_length);
    PHIVEIL_RETURN_IF_ERROR(LoadPhrasesOf(&entry));
  }
  return absl::OkStatus();
}

absl::Status Lexicon::Impl::LoadPhrasesOf(Row* entry) const {
  entry->second_words = 0;
  entry->lone_phrases = 0;
  for (uint32_t i = 0; i < entry->phrases; ++i) {
    const uint32_t phrase = entry->first_phrase + i;
    const auto now = HashesOf(phrase);
    if (now.size() > 1) {
      entry->second_words |= SecondWordBit(now[1]);
    } else {
      ++entry->lone_phrases;
    }
    if (phrase_words[phrases[phrase].first_word] != WordOf(*entry)) {
      return Damaged("a phrase stands under another word");
    }
    if (i == 0) continue;
    const auto before = HashesOf(phrase - 1);
    if (std::lexicographical_compare(now.begin(), now.end(), before.begin(), before.end())) {
      return Damaged("the phrases are out of order");
    }
  }
  return absl::OkStatus();
}

absl::Status Lexicon::Impl::LoadPhrases(const pb::Lexicon& lexicon) {
  for (const pb::Phrase& phrase : lexicon.phrases()) {
    if (phrase.words().empty()) return Damaged("a phrase has no words");
    if (phrase.classes() << (64 - token_class::kFirstListBit) != 0)
      return Damaged("a phrase has a class that is no list's");
    phrases.push_back({static_cast<uint32_t>(phrase_words.size()), static_cast<uint32_t>(phrase.words_size()),
                       static_cast<uint32_t>(links.size()), static_cast<uint32_t>(phrase.cues_size()),
                       phrase.classes()});
    for (const std::string& word : phrase.words()) {
      phrase_words.push_back(word);
      phrase_hashes.push_back(FoldedHash(word));
    }
    for (const pb::CueLink& link : phrase.cues()) links.push_back({link.rule(), link.cue()});
  }
  return absl::OkStatus();
}

// The first entry whose fingerprint fits; most words have none and end here.
uint32_t Lexicon::Impl::FirstCandidate(uint64_t hash) const {
  const uint32_t fingerprint = lexicon_table::Fingerprint(hash);
  size_t at = lexicon_table::Home(hash, buckets.size());
  while (true) {
    if (const uint32_t slots = SlotsWith(buckets[at], fingerprint)) return buckets[at].entry[std::countr_zero(slots)];
    if (!IsFull(buckets[at])) return kNoEntry;
    at = lexicon_table::Next(at, buckets.size());
  }
}

bool Lexicon::Impl::IsWord(std::string_view word, const Row& entry) const {
  if (word.size() == entry.word_length) {
    if (LowerAscii(Head(word.data(), word.size())) != entry.head) return false;
    return word.size() <= 8 || FoldsTo(word, WordOf(entry));
  }
  return word.size() > entry.word_length && FoldsSlowlyTo(word, WordOf(entry));
}

const Row* Lexicon::Impl::Find(std::string_view word, uint64_t hash) const {
  const uint32_t fingerprint = lexicon_table::Fingerprint(hash);
  for (size_t at = lexicon_table::Home(hash, buckets.size());; at = lexicon_table::Next(at, buckets.size())) {
    for (uint32_t slots = SlotsWith(buckets[at], fingerprint); slots != 0; slots &= slots - 1) {
      const Row& entry = entries[buckets[at].entry[std::countr_zero(slots)]];
      if (IsWord(word, entry)) return &entry;
    }
    if (!IsFull(buckets[at])) return nullptr;
  }
}

namespace {

bool PassedOver(const Document& doc, const Token& token) {
  if (token.classes & kPassedOver) return true;
  const std::string_view text = doc.Word(token);
  return (token.classes & token_class::kOther) != 0 && (text == "_" || text == "*");
}

// The next word of a phrase after token `at`; tokens().size() if something parts them.
size_t NextWord(const Document& doc, size_t at) {
  const std::vector<Token>& tokens = doc.tokens();
  size_t passed = 0;
  size_t breaks = 0;
  for (++at; at < tokens.size(); ++at) {
    if (tokens[at].classes & kWordTokens) return at;
    if (tokens[at].classes & token_class::kNl ? ++breaks > 1
                                              : !PassedOver(doc, tokens[at]) || ++passed > kMaxPassedOver) {
      break;
    }
  }
  return tokens.size();
}

}  // namespace

bool Lexicon::Impl::PhraseIs(const Document& doc, uint32_t phrase, const std::vector<uint32_t>& path) const {
  for (size_t i = 1; i < path.size(); ++i) {  // the first is the entry's own word
    if (!FoldsTo(doc.Word(doc.tokens()[path[i]]), phrase_words[phrases[phrase].first_word + i])) return false;
  }
  return true;
}

void Lexicon::Impl::MarkPhrases(const Row& entry, uint32_t token, Document* doc, std::vector<uint32_t>* path,
                                std::vector<CueHit>* hits) const {
  uint32_t low = entry.first_phrase;
  uint32_t high = low + entry.phrases;
  ClassBits longest_classes = 0;
  uint32_t longest_end = 0;
  const auto take = [&](uint32_t phrase, uint32_t end) {
    if (phrases[phrase].links > 0) hits->push_back({token, end, phrase});
    if (phrases[phrase].classes == 0) return;
    longest_classes = phrases[phrase].classes;
    longest_end = end;
  };
  // Most words go on with none of their phrases: these are told before anything is set up.
  for (const uint32_t lone = low + entry.lone_phrases; low < lone; ++low) take(low, token + 1);
  size_t next = low < high ? NextWord(*doc, token) : doc->tokens().size();
  if (next != doc->tokens().size() && (entry.second_words & SecondWordBit(doc->tokens()[next].hash)) != 0) {
    path->assign(1, token);
    while (next != doc->tokens().size()) {
      // Those that go on with this word.
      const size_t depth = path->size();
      const uint64_t hash = doc->tokens()[next].hash;
      const auto hash_at = [&](const PhraseRow& row) { return phrase_hashes[row.first_word + depth]; };
      const auto begin = phrases.begin();
      const auto first =
          std::partition_point(begin + low, begin + high, [&](const auto& row) { return hash_at(row) < hash; });
      const auto last =
          std::partition_point(first, begin + high, [&](const auto& row) { return hash_at(row) == hash; });
      low = static_cast<uint32_t>(first - begin);
      high = static_cast<uint32_t>(last - begin);
      if (low == high) break;
      path->push_back(static_cast<uint32_t>(next));
      for (; low < high && phrases[low].words == path->size(); ++low) {
        if (PhraseIs(*doc, low, *path)) take(low, path->back() + 1);
      }
      if (low == high) break;
      next = NextWord(*doc, path->back());
    }
  }
  for (uint32_t t = token; t < longest_end; ++t) doc->tokens()[t].classes |= longest_classes;
}

absl::StatusOr<std::unique_ptr<const Lexicon>> Lexicon::Create(const pb::Lexicon& lexicon) {
  auto impl = std::make_unique<Impl>();
  impl->words = lexicon.words();
  PHIVEIL_RETURN_IF_ERROR(impl->LoadPhrases(lexicon));
  PHIVEIL_RETURN_IF_ERROR(impl->LoadEntries(lexicon.entries()));
  PHIVEIL_RETURN_IF_ERROR(impl->LoadBuckets(lexicon.buckets()));
  if (impl->buckets.empty()) impl->buckets.resize(1);
  return std::unique_ptr<const Lexicon>(new Lexicon(std::move(impl)));
}

Lexicon::Lexicon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lexicon::~Lexicon() = default;

void Lexicon::Mark(Document* doc, std::vector<CueHit>* hits) const {
  std::vector<Token>& tokens = doc->tokens();
  std::vector<uint32_t> path;
  std::array<uint32_t, kProbeAhead> candidates;  // of the tokens between probing and confirming, round and round
  const size_t count = tokens.size();
  for (size_t i = 0; i < count + kProbeAhead; ++i) {
    if (i < count) __builtin_prefetch(&impl_->HomeOf(tokens[i].hash));
    if (const size_t probe = i - (kProbeAhead - kConfirmAhead); probe < count) {
      const bool word = (tokens[probe].classes & kWordTokens) != 0;
      const uint32_t candidate = word ? impl_->FirstCandidate(tokens[probe].hash) : kNoEntry;
      candidates[probe % candidates.size()] = candidate;
      if (candidate != kNoEntry) __builtin_prefetch(&impl_->entries[candidate]);
    }
    const size_t at = i - kProbeAhead;
    if (at >= count) continue;
    const uint32_t candidate = candidates[at % candidates.size()];
    if (candidate == kNoEntry) continue;
    const std::string_view word = doc->Word(tokens[at]);
    const Row* entry = &impl_->entries[candidate];
    if (!impl_->IsWord(word, *entry)) entry = impl_->Find(word, tokens[at].hash);  // shares a fingerprint
    if (entry == nullptr) continue;
    tokens[at].classes |= entry->classes;
    if (entry->phrases > 0) impl_->MarkPhrases(*entry, static_cast<uint32_t>(at), doc, &path, hits);
  }
}

ClassBits Lexicon::Classes(std::string_view word, uint64_t hash) const {
  const Row* entry = impl_->Find(word, hash);
  return entry == nullptr ? 0 : entry->classes;
}

std::span<const CueLinkRow> Lexicon::Links(uint32_t phrase) const {
  const Impl::PhraseRow& row = impl_->phrases[phrase];
  return std::span(impl_->links).subspan(row.first_link, row.links);
}

uint32_t Lexicon::phrase_count() const { return static_cast<uint32_t>(impl_->phrases.size()); }

std::string Lexicon::PhraseText(uint32_t phrase) const {
  const Impl::PhraseRow& row = impl_->phrases[phrase];
  std::string text;
  for (uint32_t i = 0; i < row.words; ++i) text += Concat(i > 0 ? " " : "", impl_->phrase_words[row.first_word + i]);
  return text;
}

}  // namespace phiveil

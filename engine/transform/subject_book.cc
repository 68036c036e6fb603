#include "transform/subject_book.h"

#include <algorithm>
#include <cstring>

#include "base/concat.h"
#include "crypto/crypto.h"

namespace phiveil {
namespace {

using Kind = BookEntry::Kind;

constexpr char kSeparator = '\x1F';
constexpr size_t kSecretSize = 32;
constexpr size_t kLongestWord = 128;
constexpr size_t kEntryBytes = 500;  // nodes of the maps, and the slack of strings

std::string Folded(Kind kind, std::string_view text) {
  return kind == Kind::kWord ? LowerAscii(text) : std::string(text);
}

std::string_view FirstWord(std::string_view text) {
  size_t end = std::min<size_t>(1, text.size());
  while (end < text.size() && !IsWordEdge(text, end)) ++end;
  return text.substr(0, end);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool HasYear(std::string_view text) {
  size_t digits = 0;
  for (const char c : text) {
    digits = IsDigit(c) ? digits + 1 : 0;
    if (digits == 4) return true;
  }
  return false;
}

// Whether no part of the date stands before or after, and it can be no word: "May".
bool StandsAsDate(std::string_view text, size_t begin, size_t end) {
  constexpr std::string_view kJoins = "/-.:";
  const std::string_view date = text.substr(begin, end - begin), after = text.substr(end, 6);
  if (std::ranges::none_of(date, IsDigit)) return false;
  const auto joins = [&](char c) { return kJoins.find(c) != std::string_view::npos; };
  if (after.size() > 1 && joins(after[0]) && IsDigit(after[1])) return false;
  if (begin > 1 && joins(text[begin - 1]) && IsDigit(text[begin - 2])) return false;
  return HasYear(date) || !HasYear(after);
}

}  // namespace

bool IsSecret(Kind kind) { return kind == Kind::kSecret || kind == Kind::kShardSecret; }

std::string LowerAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

bool IsWordEdge(std::string_view text, size_t at) {
  if (at == 0 || at >= text.size()) return true;
  const auto plain_word = [](char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); };
  // U+2000..206F and U+00A0..00BF.
  const auto mark = [](std::string_view t) {
    return t.starts_with("\xE2\x80") || t.starts_with("\xE2\x81") ||
           (t.size() > 1 && t[0] == '\xC2' && static_cast<unsigned char>(t[1]) < 0xC0);
  };
  const auto is_high = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  const bool after = plain_word(text[at]) || (is_high(text[at]) && !mark(text.substr(at)));
  size_t begin = at - 1;
  while (begin > 0 && at - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  const bool before = plain_word(text[at - 1]) || (is_high(text[at - 1]) && !mark(text.substr(begin, at - begin)));
  return !before || !after;
}

std::string EncodeEntry(const BookEntry& entry) {
  const char kind = static_cast<char>(entry.kind);
  if (IsSecret(entry.kind)) return Concat(kBookMark, kind, entry.original);
  return Concat(kBookMark, kind, entry.surrogate, kSeparator, entry.original);
}

std::optional<BookEntry> DecodeEntry(Category category, std::string_view value) {
  if (value.size() < 2 || value[0] != kBookMark) return std::nullopt;
  BookEntry entry{static_cast<Kind>(value[1]), category, {}, {}};
  value.remove_prefix(2);
  if (IsSecret(entry.kind)) {
    if (value.size() != kSecretSize) return std::nullopt;
    entry.original = value;
    return entry;
  }
  const size_t separator = value.find(kSeparator);
  if ((entry.kind != Kind::kMention && entry.kind != Kind::kWord) || separator == std::string_view::npos) {
    return std::nullopt;
  }
  entry.surrogate = value.substr(0, separator);
  entry.original = value.substr(separator + 1);
  return entry;
}

SubjectBook::~SubjectBook() {
  // Keys of a map are constant only as long as somebody looks for them.
  const auto wipe = [](const std::string& text) { crypto::Wipe(const_cast<char*>(text.data()), text.size()); };
  for (const Secret& secret : secrets_) wipe(secret.bytes);
  for (const BookEntry& entry : entries_) wipe(entry.original);
  for (const auto& [key, surrogate] : surrogates_) wipe(key.second);
  for (const auto& [key, originals] : originals_) {
    for (const std::string& original : originals) wipe(original);
  }
}

void SubjectBook::Load(BookEntry entry) {
  if (IsSecret(entry.kind)) {
    SetSecret(entry.kind, entry.original);
    crypto::Wipe(entry.original.data(), entry.original.size());
    return;
  }
  Add(std::move(entry));
  loaded_ = entries_.size();
}

void SubjectBook::SetSecret(Kind kind, std::string_view secret) {
  Secret added{kind, std::string(secret)};
  const auto place = std::ranges::lower_bound(secrets_, added);
  if (place == secrets_.end() || *place != added) secrets_.insert(place, std::move(added));
}

uint64_t SubjectBook::Draw(std::string_view what, std::string_view value, uint32_t attempt, size_t secret) const {
  const std::string number = Concat(kSeparator, attempt, kSeparator);
  crypto::Hash hash{};
  // Fails only where the cryptographic library does; the engine has drawn the secret with it before.
  crypto::HmacSha256(secrets_[secret].bytes, {what, number, value}, &hash).IgnoreError();
  uint64_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

const std::string* SubjectBook::SurrogateOf(Kind kind, Category category, std::string_view original) const {
  const auto found =
      surrogates_.find({static_cast<char>(kind), Concat(CategoryName(category), kSeparator, Folded(kind, original))});
  return found == surrogates_.end() ? nullptr : &found->second;
}

bool SubjectBook::TakenByAnother(Kind kind, std::string_view surrogate, std::string_view original) const {
  const auto found = originals_.find({static_cast<char>(kind), Folded(kind, surrogate)});
  if (found == originals_.end()) return false;
  return found->second.size() > 1 || *found->second.begin() != Folded(kind, original);
}

void SubjectBook::Index(const BookEntry& entry, uint32_t number) {
  const char kind = static_cast<char>(entry.kind);
  const std::string original = Folded(entry.kind, entry.original);
  surrogates_[{kind, Concat(CategoryName(entry.category), kSeparator, original)}] = entry.surrogate;
  originals_[{kind, Folded(entry.kind, entry.surrogate)}].insert(original);
  if (!entry.surrogate.empty()) {
    by_surrogate_[LowerAscii(entry.surrogate)].push_back(number);
    lengths_[LowerAscii(FirstWord(entry.surrogate))].insert(entry.surrogate.size());
  }
  if (entry.kind == Kind::kWord && !entry.original.empty()) {
    uint32_t& first = word_like_[static_cast<unsigned char>(entry.original[0] | 0x20)];
    if (first == 0) first = number + 1;
  }
  bytes_ += kEntryBytes + 4 * (entry.surrogate.size() + entry.original.size());
}

bool SubjectBook::Has(Kind kind, std::string_view surrogate, std::string_view original) const {
  const auto found = originals_.find({static_cast<char>(kind), Folded(kind, surrogate)});
  return found != originals_.end() && found->second.contains(Folded(kind, original));
}

const std::string* SubjectBook::WordLike(char letter) const {
  const uint32_t number = word_like_[static_cast<unsigned char>(letter | 0x20)];
  return number == 0 ? nullptr : &entries_[number - 1].surrogate;
}

const BookEntry* SubjectBook::FindAt(std::string_view text, size_t begin) const {
  const auto lengths = lengths_.find(LowerAscii(FirstWord(text.substr(begin, kLongestWord))));
  if (lengths == lengths_.end()) return nullptr;
  for (const size_t length : lengths->second) {
    const std::string_view there = text.substr(begin, length);
    if (there.size() < length || !IsWordEdge(text, begin + length)) continue;
    const auto found = by_surrogate_.find(LowerAscii(there));
    if (found == by_surrogate_.end()) continue;
    const BookEntry* word = nullptr;
    for (const uint32_t number : found->second) {
      const BookEntry& entry = entries_[number];
      if (TakenByAnother(entry.kind, entry.surrogate, entry.original)) continue;
      if (entry.category == Category::kDate && !StandsAsDate(text, begin, begin + length)) continue;
      if (entry.kind == Kind::kMention && entry.surrogate == there) return &entry;
      // A name without its capital is more often a word.
      const bool capital = there[0] >= 'A' && there[0] <= 'Z';
      if (entry.kind == Kind::kWord && (capital || entry.surrogate == there)) word = &entry;
    }
    if (word != nullptr) return word;
  }
  return nullptr;
}

const BookEntry* SubjectBook::DateWritten(std::string_view written) const {
  const auto found = by_surrogate_.find(LowerAscii(written));
  if (found == by_surrogate_.end()) return nullptr;
  for (const uint32_t number : found->second) {
    const BookEntry& entry = entries_[number];
    if (entry.category != Category::kDate || entry.surrogate != written) continue;
    if (!TakenByAnother(entry.kind, written, entry.original)) return &entry;
  }
  return nullptr;
}

void SubjectBook::Add(BookEntry entry) {
  Index(entry, static_cast<uint32_t>(entries_.size()));
  entries_.push_back(std::move(entry));
}

}  // namespace phiveil

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

bool IsSecret(Kind kind) { return kind == Kind::kSecret || kind == Kind::kShardSecret; }

std::string Folded(Kind kind, std::string_view text) {
  return kind == Kind::kWord ? LowerAscii(text) : std::string(text);
}

}  // namespace

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
  for (Secret& secret : secrets_) crypto::Wipe(secret.bytes.data(), secret.bytes.size());
  for (BookEntry& entry : entries_) crypto::Wipe(entry.original.data(), entry.original.size());
}

void SubjectBook::Load(BookEntry entry) {
  if (IsSecret(entry.kind)) {
    SetSecret(entry.kind, entry.original);
    crypto::Wipe(entry.original.data(), entry.original.size());
    return;
  }
  Index(entry);
  entries_.push_back(std::move(entry));
  loaded_ = entries_.size();
}

void SubjectBook::SetSecret(Kind kind, std::string_view secret) {
  Secret added{kind, std::string(secret)};
  const auto place = std::ranges::lower_bound(secrets_, added);
  if (place == secrets_.end() || *place != added) secrets_.insert(place, std::move(added));
}

bool SubjectBook::keeps_dates() const {
  return secrets_.size() > 1 || (has_secret() && secrets_[0].kind == Kind::kShardSecret);
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

bool SubjectBook::Has(Kind kind, std::string_view surrogate, std::string_view original) const {
  const auto found = originals_.find({static_cast<char>(kind), Folded(kind, surrogate)});
  return found != originals_.end() && found->second.contains(Folded(kind, original));
}

void SubjectBook::Index(const BookEntry& entry) {
  const char kind = static_cast<char>(entry.kind);
  const std::string original = Folded(entry.kind, entry.original);
  surrogates_[{kind, Concat(CategoryName(entry.category), kSeparator, original)}] = entry.surrogate;
  originals_[{kind, Folded(entry.kind, entry.surrogate)}].insert(original);
}

void SubjectBook::Add(BookEntry entry) {
  Index(entry);
  entries_.push_back(std::move(entry));
}

}  // namespace phiveil

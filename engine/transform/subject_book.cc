#include "transform/subject_book.h"

#include <cstring>

#include "base/concat.h"
#include "crypto/crypto.h"

namespace phiveil {
namespace {

using Kind = BookEntry::Kind;

constexpr char kSeparator = '\x1F';
constexpr size_t kSecretSize = 32;

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

std::string EncodeEntry(const BookEntry& entry) {
  const char kind = static_cast<char>(entry.kind);
  if (entry.kind == Kind::kSecret) return Concat(kBookMark, kind, entry.original);
  return Concat(kBookMark, kind, entry.surrogate, kSeparator, entry.original);
}

std::optional<BookEntry> DecodeEntry(Category category, std::string_view value) {
  if (value.size() < 2 || value[0] != kBookMark) return std::nullopt;
  BookEntry entry{static_cast<Kind>(value[1]), category, {}, {}};
  value.remove_prefix(2);
  if (entry.kind == Kind::kSecret) {
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
  crypto::Wipe(secret_.data(), secret_.size());
  for (BookEntry& entry : entries_) crypto::Wipe(entry.original.data(), entry.original.size());
}

void SubjectBook::Load(BookEntry entry) {
  if (entry.kind == Kind::kSecret) {
    if (secret_.empty() || entry.original < secret_) secret_ = entry.original;
    crypto::Wipe(entry.original.data(), entry.original.size());
    return;
  }
  Index(entry);
  entries_.push_back(std::move(entry));
  loaded_ = entries_.size();
}

void SubjectBook::SetSecret(std::string_view secret) { secret_ = secret; }

uint64_t SubjectBook::Draw(std::string_view what, std::string_view value, uint32_t attempt) const {
  const std::string number = Concat(kSeparator, attempt, kSeparator);
  crypto::Hash hash{};
  // Fails only where the cryptographic library does; the engine has drawn the secret with it before.
  crypto::HmacSha256(secret_, {what, number, value}, &hash).IgnoreError();
  uint64_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

const std::string* SubjectBook::SurrogateOf(Kind kind, Category category, std::string_view original) const {
  const auto found = surrogates_.find({static_cast<char>(kind), Concat(CategoryName(category), kSeparator, Folded(kind, original))});
  return found == surrogates_.end() ? nullptr : &found->second;
}

bool SubjectBook::TakenByAnother(Kind kind, std::string_view surrogate, std::string_view original) const {
  const auto found = originals_.find({static_cast<char>(kind), Folded(kind, surrogate)});
  if (found == originals_.end()) return false;
  return found->second.size() > 1 || *found->second.begin() != Folded(kind, original);
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

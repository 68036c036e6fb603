#ifndef PHIVEIL_TRANSFORM_SUBJECT_BOOK_H_
#define PHIVEIL_TRANSFORM_SUBJECT_BOOK_H_

// What a subject's surrogates and seals hang on: its secret, and the pairs given out so far.
//
// The engine reads both from the vault at the start of a call and writes what is new before the text
// is given out. As values of the vault they are entries (EncodeEntry):
//   0x01 'k' secret[32]                        the secret
//   0x01 's' secret[32]                        one that a shard drew
//   0x01 'p' surrogate 0x1F original           a whole mention
//   0x01 'w' surrogate 0x1F original           one word of a name
//
// Shards know nothing of each other and each draw a secret for the same subject; merged, the subject has several. New
// texts go by the first of them, and a text that comes back by the one that the pairs speak for. That
// is one reason why each shifted date is kept as a pair.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "phiveil/category.h"

namespace phiveil {

inline constexpr char kBookMark = '\x01';

struct BookEntry {
  enum class Kind : char { kSecret = 'k', kShardSecret = 's', kMention = 'p', kWord = 'w' };
  Kind kind = Kind::kMention;
  Category category = Category::kName;
  std::string surrogate;
  std::string original;  // of a secret: the secret
};

bool IsSecret(BookEntry::Kind kind);

std::string EncodeEntry(const BookEntry& entry);
// Nothing for a value that is no entry.
std::optional<BookEntry> DecodeEntry(Category category, std::string_view value);

class SubjectBook {
 public:
  SubjectBook() = default;
  SubjectBook(const SubjectBook&) = delete;
  SubjectBook& operator=(const SubjectBook&) = delete;
  ~SubjectBook();

  // From the vault.
  void Load(BookEntry entry);
  // For a subject that has no secret yet.
  void SetSecret(BookEntry::Kind kind, std::string_view secret);
  bool has_secret() const { return !secrets_.empty(); }
  // The first is the one that counts: the vault's own before those of shards, of each kind the least.
  struct Secret {
    BookEntry::Kind kind;
    std::string bytes;
    friend auto operator<=>(const Secret&, const Secret&) = default;
  };
  const std::vector<Secret>& secrets() const { return secrets_; }
  // The vault has all entries by now.
  void MarkLoaded() { loaded_ = entries_.size(); }

  // 64 bits that depend on secret, words and number. HMAC-SHA-256.
  uint64_t Draw(std::string_view what, std::string_view value, uint32_t attempt, size_t secret = 0) const;

  // The newest surrogate of an original, or nothing. Words are found whatever their case.
  const std::string* SurrogateOf(BookEntry::Kind kind, Category category, std::string_view original) const;
  // Whether the surrogate stands for another original already.
  bool TakenByAnother(BookEntry::Kind kind, std::string_view surrogate, std::string_view original) const;

  void Add(BookEntry entry);

  // The surrogate of the first word that begins with the letter, or nothing.
  const std::string* WordLike(char letter) const;
  // The pair whose surrogate stands at `begin`, the longest first: as it was written, else in another case. One that
  // stands for two values is none, nor is a date that is part of a longer one, or has no digit.
  const BookEntry* FindAt(std::string_view text, size_t begin) const;
  // The date that was given out as `written`.
  const BookEntry* DateWritten(std::string_view written) const;
  // Whether the surrogate was given out for the original. Of a date that stays where it stands both are the same.
  bool Has(BookEntry::Kind kind, std::string_view surrogate, std::string_view original) const;

  // About how many bytes it takes.
  size_t bytes() const { return bytes_; }

  const std::vector<BookEntry>& entries() const { return entries_; }
  // The number of those that were loaded; the rest is new.
  size_t loaded() const { return loaded_; }

 private:
  void Index(const BookEntry& entry, uint32_t number);

  std::vector<Secret> secrets_;
  std::vector<BookEntry> entries_;
  size_t loaded_ = 0;
  std::map<std::pair<char, std::string>, std::string> surrogates_;           // kind, category and original
  std::map<std::pair<char, std::string>, std::set<std::string>> originals_;  // kind and surrogate
  // Surrogates in small letters, and by their first word the lengths that they have.
  std::unordered_map<std::string, std::vector<uint32_t>> by_surrogate_;
  std::unordered_map<std::string, std::set<size_t, std::greater<>>> lengths_;
  std::array<uint32_t, 256> word_like_{};  // its number in `entries_`, plus one
  size_t bytes_ = 0;
};

// Whether no word goes on across `at`: letters, digits and what is not ASCII, but for its spaces, dashes and quotes.
bool IsWordEdge(std::string_view text, size_t at);

// Small ASCII letters.
std::string LowerAscii(std::string_view text);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_SUBJECT_BOOK_H_

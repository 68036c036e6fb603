#include "transform/seal.h"

#include <algorithm>
#include <cstdint>

#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"
#include "crypto/siv.h"
#include "phiveil/token.h"
#include "transform/subject_book.h"

namespace phiveil {
namespace {

constexpr char kSign = '~';
constexpr size_t kTagSize = 8;

bool IsCategoryLetter(char c) { return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_'; }

std::string Encode(std::string_view bytes) {
  std::string out;
  uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) out.push_back(kTokenAlphabet[held >> (bits - 5) & 31]);
  }
  if (bits > 0) out.push_back(kTokenAlphabet[held << (5 - bits) & 31]);
  return out;
}

// As far as there are letters of the alphabet.
std::string Decode(std::string_view text, size_t* used) {
  std::string out;
  uint32_t held = 0;
  int bits = 0;
  for (*used = 0; *used < text.size(); ++*used) {
    char c = text[*used];
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c & ~0x20);
    const size_t value = kTokenAlphabet.find(c);
    if (value == std::string_view::npos) break;
    held = held << 5 | static_cast<uint32_t>(value);
    bits += 5;
    if (bits >= 8) out.push_back(static_cast<char>(held >> (bits -= 8) & 255));
  }
  return out;
}

std::string Associated(Category category, std::string_view tag) {
  return Concat("phiveil seal 1", '\0', CategoryName(category), tag);
}

}  // namespace

std::optional<SealMention> FindSealMention(std::string_view text, size_t from) {
  for (size_t at = text.find(kSign, from); at != std::string_view::npos; at = text.find(kSign, at + 1)) {
    size_t begin = at;
    while (begin > from && IsCategoryLetter(text[begin - 1])) --begin;
    if (begin == from || text[begin - 1] != '[') continue;
    std::string name = LowerAscii(text.substr(begin, at - begin));
    for (char& c : name) c = c == '_' ? c : static_cast<char>(c & ~0x20);
    const auto category = ParseCategory(name);
    SealMention mention;
    size_t used = 0;
    mention.sealed = Decode(text.substr(at + 1), &used);
    size_t end = at + 1 + used;
    mention.bare = end < text.size() && text[end] == kBareSign;
    if (mention.bare) ++end;
    if (!category || mention.sealed.size() < kTagSize + crypto::kSivTagSize || end >= text.size() || text[end] != ']') continue;
    mention.begin = begin - 1;
    mention.end = end + 1;
    mention.category = *category;
    return mention;
  }
  return std::nullopt;
}

absl::StatusOr<ValueSealer> ValueSealer::From(const KeyEncryptionKey& key, std::string_view tenant) {
  ValueSealer sealer;
  const std::string whose = tenant.empty() ? std::string() : Concat(" tenant ", tenant);
  const Original first = key.Derive(Concat("phiveil seal 1", whose));
  const Original second = key.Derive(Concat("phiveil seal 2", whose));
  std::string both = Concat(first.ExposeOriginal(), second.ExposeOriginal());
  sealer.key_ = Original(both);
  crypto::Wipe(both.data(), both.size());
  sealer.tag_key_ = key.Derive(Concat("phiveil seal subject", whose));
  if (sealer.key_.size() != crypto::kSivKeySize || sealer.tag_key_.size() != crypto::kKeySize) {
    return absl::FailedPreconditionError("the key cannot be used for sealing");
  }
  return sealer;
}

absl::StatusOr<std::string> ValueSealer::Tag(std::string_view subject) const {
  crypto::Hash hash{};
  PHIVEIL_RETURN_IF_ERROR(crypto::HmacSha256(tag_key_.ExposeOriginal(), {subject}, &hash));
  return std::string(crypto::View(hash).substr(0, kTagSize));
}

absl::StatusOr<std::string> ValueSealer::Seal(std::string_view subject, Category category, std::string_view value,
                                              bool bare) const {
  PHIVEIL_ASSIGN_OR_RETURN(std::string bytes, Tag(subject));
  const std::string associated = Associated(category, bytes);
  PHIVEIL_RETURN_IF_ERROR(crypto::SivSeal(key_.ExposeOriginal(), associated, value, &bytes));
  return Concat('[', CategoryName(category), kSign, Encode(bytes), bare ? "#]" : "]");
}

absl::StatusOr<Vault::Hit> ValueSealer::Open(std::string_view subject, const SealMention& mention) const {
  Vault::Hit hit;
  const std::string_view bytes = mention.sealed;
  const std::string_view tag = bytes.substr(0, kTagSize);
  const absl::Status opened = crypto::SivOpen(key_.ExposeOriginal(), Associated(mention.category, tag),
                                              bytes.substr(kTagSize), &hit.value);
  if (absl::IsDataLoss(opened)) return hit;
  PHIVEIL_RETURN_IF_ERROR(opened);
  hit.answer = Vault::Answer::kFound;
  if (subject.empty()) return hit;
  PHIVEIL_ASSIGN_OR_RETURN(const std::string own, Tag(subject));
  if (crypto::EqualInConstantTime(own, tag)) return hit;
  Vault::Hit foreign;
  foreign.answer = Vault::Answer::kForeign;
  return foreign;
}

}  // namespace phiveil

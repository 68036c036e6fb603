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
constexpr size_t kFormerTagSize = 8;
constexpr char kFormat = 2;
constexpr size_t kHeadSize = 2;  // format, length of the code
constexpr size_t kLeastSize = kHeadSize + TokenCode::kMinRandom + 1 + crypto::kSivTagSize;

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

std::string FormerAssociated(Category category, std::string_view tag) {
  return Concat("phiveil seal 1", '\0', CategoryName(category), tag);
}

std::string Associated(Category category, std::string_view head) {
  return Concat("phiveil seal 2", '\0', CategoryName(category), '\0', head);
}

// What stands before the sealed value.
std::string Head(const TokenCode& code) { return Concat(kFormat, static_cast<char>(code.view().size()), code.view()); }

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
    if (!category || mention.sealed.size() < kLeastSize || end >= text.size() || text[end] != ']') continue;
    mention.begin = begin - 1;
    mention.end = end + 1;
    mention.category = *category;
    return mention;
  }
  return std::nullopt;
}

std::optional<TokenCode> SecretCodeOf(const SealMention& mention) {
  const std::string_view bytes = mention.sealed;
  if (bytes.size() < kLeastSize || bytes[0] != kFormat) return std::nullopt;
  const size_t size = static_cast<unsigned char>(bytes[1]);
  if (size > TokenCode::kMaxRandom + 1 || bytes.size() < kHeadSize + size + crypto::kSivTagSize) return std::nullopt;
  const auto code = TokenCode::Parse(bytes.substr(kHeadSize, size));
  if (!code || !code->ChecksAs(Category::kOtherId) || !bytes.substr(kHeadSize).starts_with(code->view())) {
    return std::nullopt;
  }
  return code;
}

absl::StatusOr<SubjectSealer> SubjectSealer::From(std::string_view secret, const TokenCode& code) {
  SubjectSealer sealer;
  crypto::Hash first{}, second{};
  absl::Status derived = crypto::HmacSha256(secret, {"phiveil seal 2", "1"}, &first);
  if (derived.ok()) derived = crypto::HmacSha256(secret, {"phiveil seal 2", "2"}, &second);
  std::string both = Concat(crypto::View(first), crypto::View(second));
  if (derived.ok()) sealer.key_ = Original(both);
  crypto::Wipe(both.data(), both.size());
  crypto::Wipe(first.data(), first.size());
  crypto::Wipe(second.data(), second.size());
  PHIVEIL_RETURN_IF_ERROR(derived);
  sealer.code_ = code;
  return sealer;
}

absl::StatusOr<std::string> SubjectSealer::Seal(Category category, std::string_view value, bool bare) const {
  std::string bytes = Head(code_);
  const std::string associated = Associated(category, bytes);
  PHIVEIL_RETURN_IF_ERROR(crypto::SivSeal(key_.ExposeOriginal(), associated, value, &bytes));
  return Concat('[', CategoryName(category), kSign, Encode(bytes), bare ? "#]" : "]");
}

absl::StatusOr<Vault::Hit> SubjectSealer::Open(const SealMention& mention) const {
  Vault::Hit hit;
  if (SecretCodeOf(mention) != code_) return hit;
  const std::string head = Head(code_);
  const std::string_view sealed = std::string_view(mention.sealed).substr(head.size());
  const absl::Status opened =
      crypto::SivOpen(key_.ExposeOriginal(), Associated(mention.category, head), sealed, &hit.value);
  if (absl::IsDataLoss(opened)) return hit;
  PHIVEIL_RETURN_IF_ERROR(opened);
  hit.answer = Vault::Answer::kFound;
  return hit;
}

absl::StatusOr<FormerSeals> FormerSeals::From(const KeyEncryptionKey& key, std::string_view tenant) {
  FormerSeals seals;
  const std::string whose = tenant.empty() ? std::string() : Concat(" tenant ", tenant);
  const Original first = key.Derive(Concat("phiveil seal 1", whose));
  const Original second = key.Derive(Concat("phiveil seal 2", whose));
  std::string both = Concat(first.ExposeOriginal(), second.ExposeOriginal());
  seals.key_ = Original(both);
  crypto::Wipe(both.data(), both.size());
  seals.tag_key_ = key.Derive(Concat("phiveil seal subject", whose));
  if (seals.key_.size() != crypto::kSivKeySize || seals.tag_key_.size() != crypto::kKeySize) {
    return absl::FailedPreconditionError("the key cannot be used for sealing");
  }
  return seals;
}

absl::StatusOr<Vault::Hit> FormerSeals::Open(std::string_view subject, const SealMention& mention) const {
  Vault::Hit hit;
  const std::string_view bytes = mention.sealed;
  if (bytes.size() < kFormerTagSize + crypto::kSivTagSize) return hit;
  const std::string_view tag = bytes.substr(0, kFormerTagSize);
  const absl::Status opened = crypto::SivOpen(key_.ExposeOriginal(), FormerAssociated(mention.category, tag),
                                              bytes.substr(kFormerTagSize), &hit.value);
  if (absl::IsDataLoss(opened)) return hit;
  PHIVEIL_RETURN_IF_ERROR(opened);
  hit.answer = Vault::Answer::kFound;
  if (subject.empty()) return hit;
  crypto::Hash own{};
  PHIVEIL_RETURN_IF_ERROR(crypto::HmacSha256(tag_key_.ExposeOriginal(), {subject}, &own));
  if (crypto::EqualInConstantTime(crypto::View(own).substr(0, kFormerTagSize), tag)) return hit;
  Vault::Hit foreign;
  foreign.answer = Vault::Answer::kForeign;
  return foreign;
}

}  // namespace phiveil

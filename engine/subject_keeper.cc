#include "subject_keeper.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/status_macros.h"
#include "crypto/crypto.h"

namespace phiveil {
namespace {

constexpr Category kSecretCategory = Category::kOtherId;

}  // namespace

std::unique_lock<std::mutex> SubjectKeeper::Turn(std::string_view subject) {
  return std::unique_lock(turns_[std::hash<std::string_view>{}(subject) % turns_.size()]);
}

absl::Status SubjectKeeper::Open(std::string_view subject, SubjectBook* book) const {
  PHIVEIL_ASSIGN_OR_RETURN(const auto values, vault_->ValuesOf(subject, std::string_view(&kBookMark, 1)));
  for (const auto& [category, value] : values) {
    if (auto entry = DecodeEntry(category, value.ExposeOriginal())) book->Load(*std::move(entry));
  }
  return absl::OkStatus();
}

absl::Status SubjectKeeper::DrawSecret(SubjectBook* book, std::vector<BookEntry>* entries) const {
  if (book->has_secret()) return absl::OkStatus();
  std::string secret(crypto::kKeySize, '\0');
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(secret.data(), secret.size()));
  const auto kind = vault_->IsShard() ? BookEntry::Kind::kShardSecret : BookEntry::Kind::kSecret;
  book->SetSecret(kind, secret);
  entries->push_back({kind, kSecretCategory, {}, std::move(secret)});
  return absl::OkStatus();
}

absl::StatusOr<SubjectSealer> SubjectKeeper::SealerOf(std::string_view subject, const SubjectBook& book,
                                                      Vault::Ticket* ticket) const {
  const SubjectBook::Secret& secret = book.secrets().front();
  std::string entry = EncodeEntry({secret.kind, kSecretCategory, {}, secret.bytes});
  const Vault::Value value{kSecretCategory, entry};
  std::vector<TokenCode> codes;
  const auto mine = vault_->Assign(subject, {&value, 1}, &codes);
  crypto::Wipe(entry.data(), entry.size());
  PHIVEIL_RETURN_IF_ERROR(mine.status());
  *ticket = std::max(*ticket, *mine);
  return SubjectSealer::From(secret.bytes, codes[0]);
}

absl::StatusOr<Vault::Hit> SubjectKeeper::OpenSeal(std::string_view subject, const SealMention& seal) const {
  Vault::Hit none;
  const auto code = SecretCodeOf(seal);
  if (vault_ == nullptr || !code) return none;
  PHIVEIL_ASSIGN_OR_RETURN(const Vault::Hit hit, vault_->Lookup(subject, kSecretCategory, *code));
  if (hit.answer != Vault::Answer::kFound) {
    none.answer = hit.answer;
    return none;
  }
  auto entry = DecodeEntry(kSecretCategory, hit.value.ExposeOriginal());
  using Kind = BookEntry::Kind;
  if (!entry || (entry->kind != Kind::kSecret && entry->kind != Kind::kShardSecret)) return none;
  const auto sealer = SubjectSealer::From(entry->original, *code);
  crypto::Wipe(entry->original.data(), entry->original.size());
  PHIVEIL_RETURN_IF_ERROR(sealer.status());
  return sealer->Open(seal);
}

}  // namespace phiveil

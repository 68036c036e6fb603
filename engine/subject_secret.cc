#include "subject_secret.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "crypto/crypto.h"

namespace phiveil {
namespace {

constexpr Category kSecretCategory = Category::kOtherId;

}  // namespace

absl::Status DrawSecret(const Vault& vault, SubjectBook* book, std::vector<BookEntry>* entries) {
  if (book->has_secret()) return absl::OkStatus();
  std::string secret(crypto::kKeySize, '\0');
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(secret.data(), secret.size()));
  const auto kind = vault.IsShard() ? BookEntry::Kind::kShardSecret : BookEntry::Kind::kSecret;
  book->SetSecret(kind, secret);
  entries->push_back({kind, kSecretCategory, {}, std::move(secret)});
  return absl::OkStatus();
}

absl::StatusOr<SubjectSealer> SealerOf(Vault* vault, SubjectBooks::Lease* lease, Vault::Ticket* ticket) {
  const SubjectBook::Secret& secret = lease->book().secrets().front();
  std::string entry = EncodeEntry({secret.kind, kSecretCategory, {}, secret.bytes});
  const Vault::Value value{kSecretCategory, entry};
  std::vector<TokenCode> codes;
  const auto mine = lease->Assign(vault, {&value, 1}, &codes);
  crypto::Wipe(entry.data(), entry.size());
  PHIVEIL_RETURN_IF_ERROR(mine.status());
  *ticket = std::max(*ticket, *mine);
  return SubjectSealer::From(secret.bytes, codes[0]);
}

absl::StatusOr<Vault::Hit> OpenSeal(Vault* vault, std::string_view subject, const SealMention& seal) {
  Vault::Hit none;
  const auto code = SecretCodeOf(seal);
  if (vault == nullptr || !code) return none;
  PHIVEIL_ASSIGN_OR_RETURN(const Vault::Hit hit, vault->Lookup(subject, kSecretCategory, *code));
  if (hit.answer != Vault::Answer::kFound) {
    none.answer = hit.answer;
    return none;
  }
  auto entry = DecodeEntry(kSecretCategory, hit.value.ExposeOriginal());
  if (!entry || !IsSecret(entry->kind)) return none;
  const auto sealer = SubjectSealer::From(entry->original, *code);
  crypto::Wipe(entry->original.data(), entry->original.size());
  PHIVEIL_RETURN_IF_ERROR(sealer.status());
  return sealer->Open(seal);
}

}  // namespace phiveil

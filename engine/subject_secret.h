#ifndef PHIVEIL_SUBJECT_SECRET_H_
#define PHIVEIL_SUBJECT_SECRET_H_

// A subject's secret, and the seals that are made with it.

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/vault.h"
#include "subject_books.h"
#include "transform/seal.h"
#include "transform/subject_book.h"

namespace phiveil {

// Draws a secret where the book has none; `entries` receives what the vault has to be given.
absl::Status DrawSecret(const Vault& vault, SubjectBook* book, std::vector<BookEntry>* entries);

// What seals for the subject of the lease. Its secret is in the vault afterwards, durable with `ticket`.
absl::StatusOr<SubjectSealer> SealerOf(Vault* vault, SubjectBooks::Lease* lease, Vault::Ticket* ticket);

// The secret that a seal was made with, and with it the value. kUnknown, kForeign: as the vault answers; without one
// kUnknown.
absl::StatusOr<Vault::Hit> OpenSeal(Vault* vault, std::string_view subject, const SealMention& seal);

}  // namespace phiveil

#endif  // PHIVEIL_SUBJECT_SECRET_H_

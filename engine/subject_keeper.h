#ifndef PHIVEIL_SUBJECT_KEEPER_H_
#define PHIVEIL_SUBJECT_KEEPER_H_

// A subject's book (transform/subject_book.h) out of the vault and back into it.

#include <array>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/vault.h"
#include "transform/seal.h"
#include "transform/subject_book.h"

namespace phiveil {

class SubjectKeeper {
 public:
  explicit SubjectKeeper(Vault* vault) : vault_(vault) {}

  // Calls about one subject take turns, so that two values never get one surrogate.
  std::unique_lock<std::mutex> Turn(std::string_view subject);

  absl::Status Open(std::string_view subject, SubjectBook* book) const;

  // Draws a secret where there is none; `entries` receives what the vault has to be given.
  absl::Status DrawSecret(SubjectBook* book, std::vector<BookEntry>* entries) const;

  // What seals for the subject. The book's secret is in the vault afterwards, durable with `ticket`.
  absl::StatusOr<SubjectSealer> SealerOf(std::string_view subject, const SubjectBook& book,
                                         Vault::Ticket* ticket) const;

  // The secret that a seal was made with, and with it the value. kUnknown, kForeign: as the vault answers.
  absl::StatusOr<Vault::Hit> OpenSeal(std::string_view subject, const SealMention& seal) const;

 private:
  Vault* vault_;
  std::array<std::mutex, 64> turns_;
};

}  // namespace phiveil

#endif  // PHIVEIL_SUBJECT_KEEPER_H_

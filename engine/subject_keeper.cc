#include "subject_keeper.h"

#include <functional>

#include "base/status_macros.h"
#include "crypto/crypto.h"

namespace phiveil {

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

absl::Status SubjectKeeper::DrawSecret(SubjectBook* book, std::vector<BookEntry>* entries) {
  if (book->has_secret()) return absl::OkStatus();
  std::string secret(crypto::kKeySize, '\0');
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(secret.data(), secret.size()));
  book->SetSecret(secret);
  entries->push_back({BookEntry::Kind::kSecret, Category::kOtherId, {}, std::move(secret)});
  return absl::OkStatus();
}

}  // namespace phiveil

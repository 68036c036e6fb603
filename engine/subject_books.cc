#include "subject_books.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace phiveil {
namespace {

// Of a subject without an entry.
constexpr size_t kEmptyBytes = 1024;

absl::StatusOr<std::unique_ptr<SubjectBook>> ReadBook(Vault* vault, std::string_view subject) {
  PHIVEIL_ASSIGN_OR_RETURN(const auto values, vault->ValuesOf(subject, std::string_view(&kBookMark, 1)));
  auto book = std::make_unique<SubjectBook>();
  for (const auto& [category, value] : values) {
    if (auto entry = DecodeEntry(category, value.ExposeOriginal())) book->Load(*std::move(entry));
  }
  return book;
}

// A vault that several share refuses tickets from before a removal for good; what they cover is on disk then.
absl::Status EndTicket(Vault* vault, Vault::Ticket* ticket) {
  if (*ticket == 0) return absl::OkStatus();
  const absl::Status durable = vault->Commit(*ticket);
  if (!durable.ok() && !absl::IsAborted(durable)) return durable;
  *ticket = 0;
  return absl::OkStatus();
}

}  // namespace

std::shared_ptr<SubjectBooks> SubjectBooks::Of(Vault* vault) {
  if (vault == nullptr) return std::make_shared<SubjectBooks>();
  return std::static_pointer_cast<SubjectBooks>(
      vault->Companion([]() -> std::shared_ptr<void> { return std::make_shared<SubjectBooks>(); }));
}

absl::StatusOr<SubjectBooks::Lease> SubjectBooks::Take(Vault* vault, std::string_view subject) {
  std::string name(subject);
  std::shared_ptr<Held> held = Find(name);
  Lease lease(this, vault, std::move(name), std::move(held));
  Held& mine = *lease.held_;
  std::optional<uint64_t> state;
  if (mine.book != nullptr && vault->IsShared()) {
    const auto asked = vault->StateOf(subject);
    if (asked.ok()) state = *asked;
    if (!asked.ok() && !absl::IsUnimplemented(asked.status())) return asked.status();
  }
  // Before reading: what is removed meanwhile makes the book stale at once.
  const uint64_t removals = vault->Removals();
  const bool same = !vault->IsShared() || (state && state == mine.state);
  if (mine.book != nullptr && mine.removals == removals && same) return lease;
  mine.book = nullptr;
  if (mine.removals != removals) PHIVEIL_RETURN_IF_ERROR(EndTicket(vault, &mine.ticket));
  PHIVEIL_ASSIGN_OR_RETURN(mine.book, ReadBook(vault, subject));
  mine.removals = removals;
  mine.state = state;
  mine.had_values = mine.book->has_secret() || mine.book->loaded() > 0;
  return lease;
}

std::shared_ptr<SubjectBooks::Held> SubjectBooks::Find(const std::string& subject) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Held>& held = held_[subject];
  if (held == nullptr) {
    held = std::make_shared<Held>();
    held->place = order_.insert(order_.begin(), subject);
  } else {
    order_.splice(order_.begin(), order_, held->place);
  }
  return held;
}

// Then those used longest ago go, but none that somebody has.
void SubjectBooks::Weigh(const std::string& subject, Held* held, size_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ += bytes - held->bytes;
  held->bytes = bytes;
  for (auto last = order_.end(); bytes_ > most_bytes_ && last != order_.begin();) {
    --last;
    const auto found = held_.find(*last);
    const long users = *last == subject ? 2 : 1;  // the caller is about to let go
    if (found->second.use_count() > users) continue;
    bytes_ -= found->second->bytes;
    held_.erase(found);
    last = order_.erase(last);
  }
}

size_t SubjectBooks::size() {
  const std::lock_guard lock(mutex_);
  return held_.size();
}

SubjectBooks::Lease::~Lease() {
  if (held_ == nullptr) return;
  if (!kept_) held_->book = nullptr;
  const size_t bytes = kEmptyBytes + (held_->book == nullptr ? 0 : held_->book->bytes());
  turn_.unlock();
  books_->Weigh(subject_, held_.get(), bytes);
}

absl::StatusOr<Vault::Ticket> SubjectBooks::Lease::Assign(Vault* vault, std::span<const Vault::Value> values,
                                                          std::vector<TokenCode>* codes) {
  auto ticket = vault->AssignAfter(held_->removals, held_->had_values, subject_, values, codes);
  if (ticket.ok()) held_->had_values = true;
  return ticket;
}

void SubjectBooks::Lease::Keep(Vault::Ticket ticket) {
  held_->book->MarkLoaded();
  held_->ticket = std::max(held_->ticket, ticket);
  kept_ = true;
}

}  // namespace phiveil

#ifndef PHIVEIL_SUBJECT_BOOKS_H_
#define PHIVEIL_SUBJECT_BOOKS_H_

// Subjects' books (transform/subject_book.h) out of the vault and back into it.
//
//   auto lease = books->Take(vault, subject);        // its turn: calls about one subject wait for each other
//   …lease->book()…                                  // reads it, adds to it
//   vault.Assign(subject, the new entries, …);
//   lease->Keep(ticket);                             // the book is as the vault's; without it the book is dropped
//
// Books stay in memory, those asked for last, up to a number of bytes. One is read anew when something was removed
// from the vault since, and, where other processes may write to it, when the subject is not as it was: to see that is a
// round trip, which the first text of a subject does without. Who finds its lease ended has to ask
// again: what it added may hang on what is gone. All engines of a process over one vault
// share them, so that each knows what the others have added.

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/vault.h"
#include "transform/subject_book.h"

namespace phiveil {

class SubjectBooks {
 public:
  static constexpr size_t kBytes = 32u << 20;

  explicit SubjectBooks(size_t bytes = kBytes) : most_bytes_(bytes) {}

  // Those that all who use `vault` share.
  static std::shared_ptr<SubjectBooks> Of(Vault* vault);

 private:
  struct Held {
    std::mutex turn;
    std::unique_ptr<SubjectBook> book;  // under `turn`, as are the next two; null: not read
    uint64_t removals = 0;              // of the vault when it was read
    std::optional<uint64_t> state;      // of the subject, asked before it was read; only of a shared vault
    bool had_values = false;            // whether there was anything to read, or has been added since
    Vault::Ticket ticket = 0;           // covers what was added
    size_t bytes = 0;                   // under the mutex of all
    std::list<std::string>::iterator place;
  };

 public:
  class Lease {
   public:
    Lease(Lease&&) = default;
    ~Lease();

    SubjectBook& book() { return *held_->book; }
    // What must be on disk before a text with the book's surrogates is given out.
    Vault::Ticket ticket() const { return held_->ticket; }
    // Whether something was removed from the vault since the book was read, as far as the vault has heard.
    bool ended() const { return vault_->Removals() != held_->removals; }
    // Assigns what was made with the book; ABORTED when the lease has ended.
    absl::StatusOr<Vault::Ticket> Assign(Vault* vault, std::span<const Vault::Value> values,
                                         std::vector<TokenCode>* codes);
    // The vault has all entries, those added since by `ticket`.
    void Keep(Vault::Ticket ticket);

   private:
    friend class SubjectBooks;
    Lease(SubjectBooks* books, const Vault* vault, std::string subject, std::shared_ptr<Held> held)
        : books_(books), vault_(vault), subject_(std::move(subject)), held_(std::move(held)), turn_(held_->turn) {}

    SubjectBooks* books_;
    const Vault* vault_;
    std::string subject_;
    std::shared_ptr<Held> held_;
    std::unique_lock<std::mutex> turn_;
    bool kept_ = false;
  };

  absl::StatusOr<Lease> Take(Vault* vault, std::string_view subject);

  // How many are in memory.
  size_t size();

 private:
  std::shared_ptr<Held> Find(const std::string& subject);
  void Weigh(const std::string& subject, Held* held, size_t bytes);

  const size_t most_bytes_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Held>> held_;
  std::list<std::string> order_;  // of their last use, the newest first
  size_t bytes_ = 0;
};

}  // namespace phiveil

#endif  // PHIVEIL_SUBJECT_BOOKS_H_

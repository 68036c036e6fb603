#include "subject_books.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "support/engine.h"
#include "transform/subject_book.h"
#include "vault/postgres_server.h"

namespace phiveil {
namespace {

using testing::Engine;
using ::testing::HasSubstr;
using ::testing::Not;

// A vault of one subject's values that counts how often they are read.
class CountingVault : public Vault {
 public:
  absl::StatusOr<Ticket> Assign(std::string_view, std::span<const Value>, std::vector<TokenCode>*) override {
    return 1;
  }
  absl::Status Commit(Ticket ticket) override {
    committed.push_back(ticket);
    return refuses ? absl::AbortedError("forgotten meanwhile") : absl::OkStatus();
  }
  absl::StatusOr<Hit> Lookup(std::string_view, Category, const TokenCode&) override { return Hit(); }
  absl::StatusOr<VaultInfo> Info() override { return VaultInfo(); }
  absl::StatusOr<std::vector<std::pair<Category, Original>>> ValuesOf(std::string_view, std::string_view) override {
    ++reads;
    if (fails) return absl::UnavailableError("gone");
    return std::vector<std::pair<Category, Original>>();
  }
  absl::StatusOr<uint64_t> StateOf(std::string_view) override {
    if (!tells) return absl::UnimplementedError("cannot tell");
    return state;
  }
  bool IsShared() const override { return shared; }
  uint64_t Removals() const override { return removals; }

  int reads = 0;
  bool tells = false;
  uint64_t state = 0;
  std::vector<Ticket> committed;
  bool shared = false, fails = false, refuses = false;
  uint64_t removals = 0;
};

const BookEntry kEntry{BookEntry::Kind::kMention, Category::kName, "Lucia Moreno", "Ana Ruiz"};

TEST(SubjectBooksTest, ABookIsReadOnceUntilSomethingMayHaveChanged) {
  CountingVault vault;
  SubjectBooks books;
  const auto use = [&](bool keep) {
    auto lease = books.Take(&vault, "p1");
    ASSERT_TRUE(lease.ok()) << lease.status();
    if (keep) lease->Keep(7);
  };
  use(true), use(true), use(true);
  EXPECT_EQ(vault.reads, 1);
  EXPECT_EQ(books.Take(&vault, "p1")->ticket(), 7u) << "its pairs may still wait for their sync";
  use(true);
  EXPECT_EQ(vault.reads, 2) << "the last one did not keep it";
  use(false), use(true);
  EXPECT_EQ(vault.reads, 3) << "what was not kept is not the vault's";
  ++vault.removals;
  use(true), use(true);
  EXPECT_EQ(vault.reads, 4);
  vault.shared = true;
  use(true), use(true);
  EXPECT_EQ(vault.reads, 6) << "others may write";
  vault.tells = true;
  use(true), use(true), use(true);
  EXPECT_EQ(vault.reads, 7) << "it is known from here on what was read";
  ++vault.state;
  use(true), use(true);
  EXPECT_EQ(vault.reads, 8) << "another has written";
  ++vault.removals;
  use(true), use(true);
  EXPECT_EQ(vault.reads, 9);
}

// A shared vault refuses a ticket from before a removal for good: nobody may be asked to wait for it again.
TEST(SubjectBooksTest, ATicketEndsWithWhatWasRemoved) {
  CountingVault vault;
  vault.shared = true;
  SubjectBooks books;
  books.Take(&vault, "p1")->Keep(7);
  EXPECT_EQ(books.Take(&vault, "p1")->ticket(), 7u);
  EXPECT_TRUE(vault.committed.empty());
  auto lease = books.Take(&vault, "p1");
  EXPECT_FALSE(lease->ended());
  ++vault.removals;
  EXPECT_TRUE(lease->ended());
  vault.refuses = true;
  { const auto gone = std::move(*lease); }
  EXPECT_EQ(books.Take(&vault, "p1")->ticket(), 0u);
  EXPECT_EQ(vault.committed, std::vector<Vault::Ticket>{7}) << "what it covers has to be on disk";
}

TEST(SubjectBooksTest, WhatACallAddedIsThereForTheNextOnlyWhenItWasKept) {
  CountingVault vault;
  SubjectBooks books;
  {
    auto lease = books.Take(&vault, "p1");
    lease->book().Add(kEntry);
  }
  EXPECT_EQ(books.Take(&vault, "p1")->book().entries().size(), 0u);
  for (const size_t known : {0u, 1u}) {
    auto lease = books.Take(&vault, "p1");
    EXPECT_EQ(lease->book().entries().size(), known);
    EXPECT_EQ(lease->book().loaded(), known);
    if (known == 0) lease->book().Add(kEntry);
    lease->Keep(1);
  }
  EXPECT_EQ(books.Take(&vault, "p2")->book().entries().size(), 0u) << "another's";
}

TEST(SubjectBooksTest, AFailedReadLeavesNothing) {
  CountingVault vault;
  SubjectBooks books;
  vault.fails = true;
  EXPECT_TRUE(absl::IsUnavailable(books.Take(&vault, "p1").status()));
  vault.fails = false;
  EXPECT_TRUE(books.Take(&vault, "p1").ok());
}

TEST(SubjectBooksTest, ThoseUsedLongestAgoGoButNoneThatIsInUse) {
  CountingVault vault;
  SubjectBooks books(10 << 10);
  auto held = books.Take(&vault, "held");
  held->Keep(1);
  for (int i = 0; i < 100; ++i) books.Take(&vault, std::to_string(i))->Keep(1);
  EXPECT_LE(books.size(), 11u);
  vault.reads = 0;
  books.Take(&vault, "99")->Keep(1);
  EXPECT_EQ(vault.reads, 0) << "the last one is there";
  books.Take(&vault, "0")->Keep(1);
  EXPECT_EQ(vault.reads, 1) << "the first one is not";
  EXPECT_EQ(held->book().entries().size(), 0u);
  // One that is too large by itself is not kept.
  SubjectBooks small(100);
  for (int i = 0; i < 3; ++i) small.Take(&vault, "p1")->Keep(1);
  EXPECT_EQ(small.size(), 0u);
  EXPECT_EQ(vault.reads, 4);
}

TEST(SubjectBooksTest, ThreadsTakeTurnsAndLoseNothing) {
  CountingVault vault;
  SubjectBooks books(1 << 20);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        auto lease = books.Take(&vault, i % 2 == 0 ? "p1" : "p2");
        BookEntry entry = kEntry;
        entry.original = std::to_string(t) + "/" + std::to_string(i);
        lease->book().Add(std::move(entry));
        lease->Keep(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(books.Take(&vault, "p1")->book().entries().size(), 800u);
  EXPECT_EQ(books.Take(&vault, "p2")->book().entries().size(), 800u);
}

constexpr std::string_view kNote = "Patient: Maria Okonkwo, MRN: 00482913. Seen on 03/04/2024 by Dr. Aaltonen.\n";

TEST(SubjectBooksTest, AForgottenSubjectIsForgottenHereToo) {
  Engine engine("surrogate_research");
  const auto out = engine->Redact(kNote, {.subject = "p1"});
  ASSERT_TRUE(out.ok());
  ASSERT_EQ(engine->Restore(out->text, {.subject = "p1"})->text, kNote);
  ASSERT_TRUE(engine.vault->Forget("p1").ok());
  EXPECT_EQ(engine->Restore(out->text, {.subject = "p1"})->text, out->text);
  const auto later = engine->Redact(kNote, {.subject = "p1"});
  ASSERT_TRUE(later.ok());
  EXPECT_EQ(engine->Restore(later->text, {.subject = "p1"})->text, kNote) << "its new pairs are in the vault";
}

// The vault of another, which forgets the subject as soon as it is given the first values.
class ForgettingVault : public Vault {
 public:
  explicit ForgettingVault(Vault* vault) : forgetter(vault), vault_(vault) {}
  absl::StatusOr<Ticket> Assign(std::string_view subject, std::span<const Value> values,
                                std::vector<TokenCode>* codes) override {
    if (times > 0) {
      --times;
      EXPECT_TRUE(forgetter->Forget(subject).ok());
    }
    return vault_->Assign(subject, values, codes);
  }
  absl::StatusOr<Ticket> AssignAfter(uint64_t removals, bool had_values, std::string_view subject,
                                     std::span<const Value> values, std::vector<TokenCode>* codes) override {
    if (times > 0) {
      --times;
      EXPECT_TRUE(forgetter->Forget(subject).ok());
    }
    return vault_->AssignAfter(removals, had_values, subject, values, codes);
  }
  absl::Status Commit(Ticket ticket) override { return vault_->Commit(ticket); }
  absl::StatusOr<Hit> Lookup(std::string_view subject, Category category, const TokenCode& code) override {
    return vault_->Lookup(subject, category, code);
  }
  absl::StatusOr<VaultInfo> Info() override { return vault_->Info(); }
  absl::StatusOr<std::vector<std::pair<Category, Original>>> ValuesOf(std::string_view subject,
                                                                      std::string_view prefix) override {
    return vault_->ValuesOf(subject, prefix);
  }
  bool IsShared() const override { return vault_->IsShared(); }
  uint64_t Removals() const override { return vault_->Removals(); }

  int times = 0;
  Vault* forgetter;  // the same, or another process's

 private:
  Vault* vault_;
};

TEST(SubjectBooksTest, ForgottenBetweenReadingAndWriting) {
  for (const char* policy : {"surrogate_research", "limited_data_set_shifted", "sealed"}) {
    Engine engine;
    ForgettingVault vault(engine.vault.get());
    const auto forgetful = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                                 .policy = testing::NamedPolicy(policy),
                                                 .vault = &vault,
                                                 .reference_year = 2026});
    ASSERT_TRUE(forgetful.ok());
    const auto before = (*forgetful)->Redact(kNote, {.subject = "p1"});
    ASSERT_TRUE(before.ok());
    vault.times = 2;
    const std::string more = std::string(kNote) + "Patient's phone: (503) 399-2233.\n";
    const auto after = (*forgetful)->Redact(more, {.subject = "p1"});
    ASSERT_TRUE(after.ok()) << after.status();
    EXPECT_EQ(vault.times, 0);
    EXPECT_EQ((*forgetful)->Restore(after->text, {.subject = "p1"})->text, more) << policy;
    EXPECT_NE((*forgetful)->Restore(before->text, {.subject = "p1"})->text, kNote) << policy;
    vault.times = 1 << 20;
    EXPECT_TRUE(absl::IsAborted((*forgetful)->Redact(more + "Fax (503) 399-2244.\n", {.subject = "p1"}).status()));
  }
}

// The secret of a subject that was forgotten while a call was about to write with it, and the pairs made by it, are not
// given to the subject that comes after it: nor does the call that is made again find them there.
TEST(SubjectBooksTest, AForgottenSecretStaysForgotten) {
  for (const bool postgres : {false, true}) {
    for (const char* policy : {"surrogate_research", "limited_data_set_shifted", "sealed"}) {
      Engine engine;
      std::string path = engine.folder / "vault", why;
      std::unique_ptr<Vault> worker, other;
      if (postgres) {
        PostgresServer* const server = PostgresServer::Get(&why);
        if (server == nullptr) GTEST_SKIP() << why;
        path = server->Url(server->NewDatabase());
        worker = *OpenVault({.path = path, .key = engine.key.get()});
        other = *OpenVault({.path = path, .key = engine.key.get()});
      }
      Vault* const mine = postgres ? worker.get() : engine.vault.get();
      ForgettingVault vault(mine);
      if (postgres) vault.forgetter = other.get();
      const auto forgetful = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                                   .policy = testing::NamedPolicy(policy),
                                                   .vault = &vault,
                                                   .reference_year = 2026});
      ASSERT_TRUE(forgetful.ok());
      ASSERT_TRUE((*forgetful)->Redact(kNote, {.subject = "p1"}).ok());
      const auto secrets = [&] {
        std::vector<std::string> found;
        const auto values = mine->ValuesOf("p1", "");
        EXPECT_TRUE(values.ok()) << values.status();
        if (!values.ok()) return found;
        for (const auto& [category, value] : *values) {
          const auto entry = DecodeEntry(category, value.ExposeOriginal());
          if (entry && IsSecret(entry->kind)) found.push_back(entry->original);
        }
        return found;
      };
      const std::vector<std::string> before = secrets();
      ASSERT_EQ(before.size(), 1u) << policy;
      vault.times = 1;
      const auto after =
          (*forgetful)->Redact(std::string(kNote) + "Phone: (503) 399-2233, seen 5 May 2024.\n", {.subject = "p1"});
      ASSERT_TRUE(after.ok()) << policy << ": " << after.status();
      EXPECT_EQ(vault.times, 0);
      const std::vector<std::string> now = secrets();
      ASSERT_EQ(now.size(), 1u) << policy;
      EXPECT_NE(now, before) << policy << (postgres ? " on PostgreSQL" : "");
    }
  }
}

TEST(SubjectBooksTest, EnginesOverOneVaultShareThemAndTenantsDoNot) {
  Engine engine("surrogate_research");
  const auto other_tenant = engine.vault->ForTenant("ward-4");
  const auto same_tenant = engine.vault->ForTenant("");
  ASSERT_TRUE(other_tenant.ok() && same_tenant.ok());
  EXPECT_EQ(SubjectBooks::Of(engine.vault.get()), SubjectBooks::Of(same_tenant->get()));
  EXPECT_NE(SubjectBooks::Of(engine.vault.get()), SubjectBooks::Of(other_tenant->get()));
  const auto second = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                            .policy = testing::NamedPolicy("surrogate_research"),
                                            .vault = engine.vault.get(),
                                            .reference_year = 2026});
  ASSERT_TRUE(second.ok());
  const auto first_out = engine->Redact(kNote, {.subject = "p1"});
  const auto second_out = (*second)->Redact("Dr. Aaltonen met Tobias Lindqvist.\n", {.subject = "p1"});
  ASSERT_TRUE(first_out.ok() && second_out.ok());
  EXPECT_EQ((*second)->Restore(first_out->text, {.subject = "p1"})->text, kNote);
  EXPECT_THAT(engine->Restore(second_out->text, {.subject = "p1"})->text, HasSubstr("Tobias Lindqvist"));
}

}  // namespace
}  // namespace phiveil

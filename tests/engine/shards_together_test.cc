// One subject in several shards: what each worker wrote comes back from the vault that they are merged into.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/two_stores.h"
#include "phiveil/vault_tools.h"
#include "support/engine.h"

namespace phiveil {
namespace {

// Written dates in several forms; no two notes are alike.
std::string NoteOf(int n) {
  const std::string day = std::to_string(10 + n);
  return "Patient: Maria Okonkwo  MRN: 00482913\nAdmitted 03/" + day + "/2024, discharged 2024-04-" + day +
         ".\nSeen by Dr. Henrik Aaltonen on " + day + " March 2024; next visit 5/2/2024.\n";
}

// Of a date written as 03/04/2024.
std::string FiveDaysAfter(const std::string& date) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): this function's part of it
  const year_month_day read(year(std::stoi(date.substr(6))), month(static_cast<unsigned>(std::stoi(date.substr(0, 2)))),
                            day(static_cast<unsigned>(std::stoi(date.substr(3, 2)))));
  const year_month_day later(sys_days(read) + days(5));
  char out[32];
  snprintf(out, sizeof out, "%02u/%02u/%04d", static_cast<unsigned>(later.month()), static_cast<unsigned>(later.day()),
           static_cast<int>(later.year()));
  return out;
}

class ShardsTogetherTest : public testing::TwoStoresTest {
 protected:
  std::string Redact(const std::string& place, const std::string& policy, const std::string& note) {
    return Do(place, policy, [&](const Deidentifier& engine) -> absl::StatusOr<std::string> {
      auto out = engine.Redact(note, {.subject = "p1"});
      if (!out.ok()) return out.status();
      return out->text;
    });
  }
  std::string Restore(const std::string& policy, const std::string& text) {
    return Do(path_, policy, [&](const Deidentifier& engine) -> absl::StatusOr<std::string> {
      auto back = engine.Restore(text, {.subject = "p1"});
      if (!back.ok()) return back.status();
      return back->text;
    });
  }
  template <typename Work>
  std::string Do(const std::string& place, const std::string& policy, const Work& work) {
    const auto vault = OpenVault({.path = place, .key = &key_});
    EXPECT_TRUE(vault.ok()) << vault.status();
    if (!vault.ok()) return "";
    const auto engine = Deidentifier::Create({.pack = testing::BuiltinRules(),
                                              .policy = testing::NamedPolicy(policy),
                                              .vault = vault->get(),
                                              .key = &key_,
                                              .reference_year = 2026});
    EXPECT_TRUE(engine.ok()) << engine.status();
    const auto done = work(**engine);
    EXPECT_TRUE(done.ok()) << done.status();
    return done.value_or("");
  }
  void Merge(const std::vector<std::string>& shards, bool unify) {
    const auto merged = MergeShards({.path = path_, .key = &key_}, shards, {.unify = unify});
    ASSERT_TRUE(merged.ok()) << merged.status();
    ASSERT_TRUE(merged->conflicts.empty());
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, ShardsTogetherTest, ::testing::Bool(), testing::StoreName);

TEST_P(ShardsTogetherTest, WhatEachShardWroteComesBack) {
  for (const std::string policy : {"limited_data_set_shifted", "surrogate_research", "sealed", "safe_harbor"}) {
    for (const bool before : {false, true}) {
      for (const bool unify : {false, true}) {
        const std::string name = policy + (before ? "-before" : "") + (unify ? "-unified" : "");
        path_ = NewPlace(name);
        // The vault may know the subject, and have moved its dates, before.
        std::string own;
        if (before) own = Redact(path_, policy, NoteOf(9));
        std::vector<std::string> shards, out;
        for (int i = 0; i < 4; ++i) {
          shards.push_back(folder_ / (name + std::to_string(i) + ".shard"));
          out.push_back(Redact("shard:" + shards.back(), policy, NoteOf(i)));
          EXPECT_THAT(out.back(), ::testing::Not(::testing::HasSubstr("00482913"))) << name;
        }
        std::ranges::reverse(shards);
        Merge({shards[0]}, unify);
        Merge(shards, unify);
        for (int i = 0; i < 4; ++i) {
          EXPECT_EQ(Restore(policy, out[static_cast<size_t>(i)]), NoteOf(i)) << name << "\n"
                                                                             << out[static_cast<size_t>(i)];
        }
        if (before) {
          EXPECT_EQ(Restore(policy, own), NoteOf(9)) << name << "\n" << own;
          // A name that several have given a surrogate may get another of them, and a date that a shard has
          // given for another day becomes a token; what is drawn once stays.
          const std::string again = Redact(path_, policy, NoteOf(9));
          EXPECT_EQ(Restore(policy, again), NoteOf(9)) << name << "\n" << again;
          if (policy == "sealed" || policy == "safe_harbor") {
            EXPECT_EQ(again, own) << name;
          }
        }
        // Texts after the merge, with what the shards brought and without.
        for (const int n : {2, 12}) {
          const std::string later = Redact(path_, policy, NoteOf(n));
          EXPECT_EQ(Restore(policy, later), NoteOf(n)) << name << "\n" << later;
        }
      }
    }
  }
}

// A date that a model computed has no pair: it goes by the shift of those beside it.
TEST_P(ShardsTogetherTest, AComputedDateGoesWithItsText) {
  const std::string policy = "limited_data_set_shifted";
  std::vector<std::string> shards, out;
  for (int i = 0; i < 4; ++i) {
    shards.push_back(folder_ / (std::to_string(i) + ".shard"));
    out.push_back(Redact("shard:" + shards.back(), policy, "Admitted 03/04/2024."));
    std::string next = out.back();
    next.replace(next.find_first_of("0123456789"), 10, "XX");
    ASSERT_EQ(next, "Admitted XX.") << out.back();
  }
  Merge(shards, false);
  for (const std::string& text : out) {
    EXPECT_EQ(Restore(policy, text), "Admitted 03/04/2024.");
    EXPECT_EQ(Restore(policy, text + " Due " + FiveDaysAfter(text.substr(9, 10)) + "."),
              "Admitted 03/04/2024. Due 03/09/2024.");
  }
}

}  // namespace
}  // namespace phiveil

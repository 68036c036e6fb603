// Rates of the vault and the audit log, on real files with real syncs. Every benchmark checks its
// answers and fails when one is wrong. The directory is $TMPDIR's: point it at the disk in question.
//
//   vault_bench --benchmark_filter=New

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "phiveil/audit.h"
#include "phiveil/vault.h"

namespace phiveil {
namespace {

class State {
 public:
  State() {
    std::string name = std::filesystem::temp_directory_path() / "phiveil-bench-XXXXXX";
    path_ = mkdtemp(name.data());
    key_ = std::make_unique<KeyEncryptionKey>(*KeyEncryptionKey::CreateFile(path_ + "/key"));
  }
  ~State() { std::filesystem::remove_all(path_); }

  std::unique_ptr<Vault> Open(size_t cache_bytes = 64u << 20) const {
    return *OpenVault({.path = path_ + "/vault", .key = key_.get(), .cache_bytes = cache_bytes});
  }
  const KeyEncryptionKey& key() const { return *key_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::unique_ptr<KeyEncryptionKey> key_;
};

// The n-th note's subject and the identifiers found in it.
class Note {
 public:
  Note(uint64_t n, size_t values) : subject_("patient-" + std::to_string(n)) {
    for (size_t i = 0; i < values; ++i) texts_.push_back("value " + std::to_string(n) + "/" + std::to_string(i));
    for (size_t i = 0; i < values; ++i) values_.push_back({static_cast<Category>(1 + i % 27), texts_[i]});
  }
  const std::string& subject() const { return subject_; }
  const std::vector<Vault::Value>& values() const { return values_; }

 private:
  std::string subject_;
  std::vector<std::string> texts_;
  std::vector<Vault::Value> values_;
};

bool Right(Vault& vault, const Note& note, const std::vector<TokenCode>& codes) {
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto hit = vault.Lookup(note.subject(), note.values()[i].category, codes[i]);
    if (!hit.ok() || hit->answer != Vault::Answer::kFound) return false;
    if (hit->value.ExposeOriginal() != note.values()[i].text) return false;
  }
  return true;
}

// Notes with `range(0)` identifiers each, one commit in `range(1)` mappings.
void BM_NewMappings(benchmark::State& state) {
  const State files;
  const auto vault = files.Open();
  const auto per_note = static_cast<size_t>(state.range(0)), per_commit = static_cast<size_t>(state.range(1));
  std::vector<TokenCode> codes;
  uint64_t n = 0;
  for (auto _ : state) {
    Vault::Ticket ticket = 0;
    for (size_t done = 0; done < per_commit; done += per_note) {
      const Note note(n++, per_note);
      const auto given = vault->Assign(note.subject(), note.values(), &codes);
      if (!given.ok()) return state.SkipWithError("Assign failed");
      ticket = *given;
    }
    if (!vault->Commit(ticket).ok()) return state.SkipWithError("Commit failed");
  }
  if (!Right(*vault, Note(n - 1, per_note), codes)) state.SkipWithError("a wrong answer");
  if (vault->Info()->mappings != n * per_note) state.SkipWithError("a wrong count");
  state.SetItemsProcessed(static_cast<int64_t>(n * per_note));
}
BENCHMARK(BM_NewMappings)->Args({8, 4096})->Args({1, 4096})->Args({8, 512})->Args({1, 1})->MinTime(5)->UseRealTime();

struct Filled {
  State files;
  std::unique_ptr<Vault> vault;
  std::vector<Note> notes;
  std::vector<std::vector<TokenCode>> codes;

  Filled(size_t count, size_t cache_bytes) : vault(files.Open()) {
    Vault::Ticket ticket = 0;
    for (size_t n = 0; n < count; ++n) {
      notes.emplace_back(n, 8);
      codes.emplace_back();
      ticket = *vault->Assign(notes[n].subject(), notes[n].values(), &codes[n]);
      if (n % 512 == 511) vault->Commit(ticket).IgnoreError();
    }
    vault->Commit(ticket).IgnoreError();
    vault.reset();
    vault = files.Open(cache_bytes);
  }
};

// Values assigned before: from the cache when it has room, from the store when it has none.
void BM_KnownMappings(benchmark::State& state) {
  const Filled filled(static_cast<size_t>(state.range(0)), static_cast<size_t>(state.range(1)));
  std::vector<TokenCode> codes;
  size_t n = 0, done = 0;
  for (auto _ : state) {
    const Note& note = filled.notes[n];
    if (!filled.vault->Assign(note.subject(), note.values(), &codes).ok() || codes != filled.codes[n]) {
      return state.SkipWithError("a wrong answer");
    }
    n = (n + 1) % filled.notes.size();
    done += codes.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(done));
}
BENCHMARK(BM_KnownMappings)->Args({10'000, 64 << 20})->Args({10'000, 1 << 20});

void BM_Lookups(benchmark::State& state) {
  const Filled filled(10'000, 64 << 20);
  size_t n = 0, done = 0;
  for (auto _ : state) {
    if (!Right(*filled.vault, filled.notes[n], filled.codes[n])) return state.SkipWithError("a wrong answer");
    done += filled.codes[n].size();
    n = (n + 7919) % filled.notes.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(done));
}
BENCHMARK(BM_Lookups);

void BM_Open(benchmark::State& state) {
  Filled filled(static_cast<size_t>(state.range(0)), 64 << 20);
  for (auto _ : state) {
    filled.vault.reset();
    filled.vault = filled.files.Open();
    if (filled.vault->Info()->mappings != filled.notes.size() * 8) return state.SkipWithError("a wrong count");
  }
}
BENCHMARK(BM_Open)->Arg(1)->Arg(10'000)->UseRealTime();

// Records of a 4 KB note and its result, `range(0)` to a group; the time is one group's.
void BM_Audit(benchmark::State& state) {
  const State files;
  const std::string path = files.path() + "/audit.jsonl", text(4096, 'x');
  const auto log = *OpenAuditLog({.path = path, .key = &files.key()});
  AuditRecord record;
  record.actor = "etl@ward";
  record.purpose = "summary";
  record.subject = "patient-17";
  record.input = text;
  record.output = text;
  record.policy = "safe_harbor@1";
  record.pack = "us@1";
  record.counts[static_cast<size_t>(Category::kName)] = 7;
  const std::vector<AuditRecord> group(static_cast<size_t>(state.range(0)), record);
  for (auto _ : state) {
    if (!log->Append(group).ok()) return state.SkipWithError("Append failed");
  }
  const auto report = VerifyAuditLog(path, &files.key());
  if (!report.ok() || !report->intact) state.SkipWithError("the log is not intact");
  state.SetItemsProcessed(static_cast<int64_t>(report->records));
}
BENCHMARK(BM_Audit)->Arg(1)->Arg(512);

}  // namespace
}  // namespace phiveil

BENCHMARK_MAIN();

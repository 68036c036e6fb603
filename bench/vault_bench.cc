// Rates of the vault on either store and of the audit log, on real files with real syncs. Every benchmark checks its
// answers and fails when one is wrong. The directory is $TMPDIR's: point it at the disk in question.
//
//   vault_bench --benchmark_filter=New
//
// The argument `postgres` of a benchmark says which store: 0 a directory, 1 a PostgreSQL server of its
// own, started from Debian's package in the same place; left out when that is not installed.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "phiveil/audit.h"
#include "phiveil/vault.h"
#include "phiveil/vault_tools.h"
#include "vault/postgres_server.h"

namespace phiveil {
namespace {

PostgresServer* Server() {
  std::string why;
  return PostgresServer::Get(&why);
}

class State {
 public:
  explicit State(bool postgres = false) {
    std::string name = std::filesystem::temp_directory_path() / "phiveil-bench-XXXXXX";
    path_ = mkdtemp(name.data());
    key_ = std::make_unique<KeyEncryptionKey>(*KeyEncryptionKey::CreateFile(path_ + "/key"));
    if (postgres) database_ = Server()->NewDatabase();
  }
  ~State() { std::filesystem::remove_all(path_); }

  VaultOptions Options(size_t cache_bytes = 64u << 20) const {
    return {.path = database_.empty() ? path_ + "/vault" : Server()->Url(database_),
            .key = key_.get(),
            .cache_bytes = cache_bytes};
  }
  std::unique_ptr<Vault> Open(size_t cache_bytes = 64u << 20) const { return *OpenVault(Options(cache_bytes)); }
  const KeyEncryptionKey& key() const { return *key_; }
  const std::string& path() const { return path_; }

  // On disk, indexes and logs included; of a vault that is closed.
  double Bytes() const {
    if (!database_.empty())
      return atof(Server()->Sql(database_, "SELECT pg_database_size(current_database())").c_str());
    double sum = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_ + "/vault")) {
      if (entry.is_regular_file()) sum += static_cast<double>(entry.file_size());
    }
    return sum;
  }

 private:
  std::string path_, database_;
  std::unique_ptr<KeyEncryptionKey> key_;
};

bool Without(bool postgres, benchmark::State& state) {
  if (!postgres || Server() != nullptr) return false;
  state.SkipWithError("PostgreSQL is not installed");
  return true;
}

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
  if (Without(state.range(2) != 0, state)) return;
  const State files(state.range(2) != 0);
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
BENCHMARK(BM_NewMappings)
    ->ArgNames({"per_note", "per_commit", "postgres"})
    ->ArgsProduct({{8}, {4096}, {0, 1}})
    ->Args({1, 4096, 0})
    ->Args({8, 512, 0})
    ->Args({64, 4096, 1})
    ->Args({1, 1, 0})
    ->Args({1, 1, 1})
    ->MinTime(3)
    ->UseRealTime();

// The same from several threads at once, each with patients of its own.
void BM_NewMappingsThreads(benchmark::State& state) {
  static std::unique_ptr<State> files;
  static std::unique_ptr<Vault> vault;
  if (Without(state.range(0) != 0, state)) return;
  if (state.thread_index() == 0) {
    files = std::make_unique<State>(state.range(0) != 0);
    vault = files->Open();
  }
  std::vector<TokenCode> codes;
  uint64_t n = static_cast<uint64_t>(state.thread_index()) << 40, done = 0;
  for (auto _ : state) {
    Vault::Ticket ticket = 0;
    for (int i = 0; i < 512; ++i, done += 8) {
      const Note note(n++, 8);
      const auto given = vault->Assign(note.subject(), note.values(), &codes);
      if (!given.ok()) return state.SkipWithError("Assign failed");
      ticket = *given;
    }
    if (!vault->Commit(ticket).ok()) return state.SkipWithError("Commit failed");
  }
  state.SetItemsProcessed(static_cast<int64_t>(done));
  if (state.thread_index() == 0) vault.reset();
}
BENCHMARK(BM_NewMappingsThreads)->ArgName("postgres")->Arg(0)->Arg(1)->Threads(2)->MinTime(3)->UseRealTime();

struct Filled {
  State files;
  std::unique_ptr<Vault> vault;
  std::vector<Note> notes;
  std::vector<std::vector<TokenCode>> codes;

  Filled(size_t count, size_t cache_bytes, bool postgres = false) : files(postgres), vault(files.Open()) {
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
  if (Without(state.range(2) != 0, state)) return;
  const Filled filled(static_cast<size_t>(state.range(0)), static_cast<size_t>(state.range(1)), state.range(2) != 0);
  std::vector<TokenCode> codes;
  size_t n = 0, done = 0;
  for (const Note& note : filled.notes) {  // whatever the cache has room for is there from now on
    if (!filled.vault->Assign(note.subject(), note.values(), &codes).ok()) return state.SkipWithError("Assign failed");
  }
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
BENCHMARK(BM_KnownMappings)
    ->ArgNames({"notes", "cache", "postgres"})
    ->ArgsProduct({{10'000}, {64 << 20, 1 << 20}, {0, 1}});

void BM_Lookups(benchmark::State& state) {
  if (Without(state.range(0) != 0, state)) return;
  const Filled filled(10'000, 64 << 20, state.range(0) != 0);
  size_t n = 0, done = 0;
  for (auto _ : state) {
    if (!Right(*filled.vault, filled.notes[n], filled.codes[n])) return state.SkipWithError("a wrong answer");
    done += filled.codes[n].size();
    n = (n + 7919) % filled.notes.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(done));
}
BENCHMARK(BM_Lookups)->ArgName("postgres")->Arg(0)->Arg(1);

// One verify of 400,000 mappings; what they take on disk, before and after compacting.
void BM_VerifyAndBytes(benchmark::State& state) {
  if (Without(state.range(0) != 0, state)) return;
  Filled filled(50'000, 64 << 20, state.range(0) != 0);
  filled.vault.reset();
  const double mappings = 400'000;
  const VaultOptions options = filled.files.Options();
  state.counters["bytes_per_mapping"] = filled.files.Bytes() / mappings;
  for (auto _ : state) {
    const auto report = VerifyVault(options);
    if (!report.ok() || report->damaged_count != 0) return state.SkipWithError("not intact");
  }
  if (!CompactVault(options).ok()) return state.SkipWithError("cannot be compacted");
  state.counters["compacted"] = filled.files.Bytes() / mappings;
  state.SetItemsProcessed(static_cast<int64_t>(static_cast<double>(state.iterations()) * mappings));
}
BENCHMARK(BM_VerifyAndBytes)->ArgName("postgres")->Arg(0)->Arg(1)->Iterations(1)->Unit(benchmark::kMillisecond);

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

// The record of a call that reads a text of `range(0)` bytes and gives none out, its share of the group's sync
// included.
void BM_AuditReading(benchmark::State& state) {
  const State files;
  const auto log = *OpenAuditLog({.path = files.path() + "/audit.jsonl", .key = &files.key()});
  const std::string text(static_cast<size_t>(state.range(0)), 'x');
  AuditRecord record;
  record.verb = AuditRecord::Verb::kFind;
  record.actor = "etl@ward";
  record.subject = "patient-17";
  record.input = text;
  for (auto _ : state) {
    if (!log->AppendReading(record).ok()) return state.SkipWithError("AppendReading failed");
  }
  if (!log->Flush().ok()) state.SkipWithError("Flush failed");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_AuditReading)->Arg(500)->Arg(4096)->UseRealTime();

}  // namespace
}  // namespace phiveil

BENCHMARK_MAIN();

// The whole engine: find and redact by length of notes, by how dense they are with identifiers, and by threads.
//
//   pipeline_bench
//   pipeline_bench --benchmark_filter='find/' --benchmark_repetitions=5
//   PHIVEIL_BENCH_NOTES=FILE.jsonl pipeline_bench --benchmark_filter=usual
//
// call_bench.cc, hostile_bench.cc and reference_bench.cc are in the same program. What is timed is checked: as many
// findings each time as the first, all of them sound, not fewer than the notes have marks by far, and texts that come
// back.

#include <benchmark/benchmark.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "notes.h"
#include "support/engine.h"

namespace phiveil::bench {
namespace {

using testing::Engine;

const Engine& Finder() {
  static const auto* const engine = new Engine("safe_harbor");
  return *engine;
}

size_t CountFindings(const Notes& notes, bool rules_only) {
  size_t found = 0;
  for (const std::string& text : notes.texts) {
    const auto findings = Finder()->Find(text, {.rules_only = rules_only});
    if (!findings.ok() || !AreSound(text, *findings)) Stop("a note's findings are not sound");
    found += findings->size();
  }
  return found;
}

// Once for each file of notes: what every run over them must find.
size_t Expected(const std::string& name, bool rules_only) {
  static auto* const known = new std::map<std::pair<std::string, bool>, size_t>;
  const auto [place, fresh] = known->emplace(std::pair(name, rules_only), 0);
  if (!fresh) return place->second;
  place->second = CountFindings(NotesOf(name), rules_only);
  if (!rules_only && !AreEnough(place->second, NotesOf(name))) Stop("far fewer findings than the notes have marks");
  return place->second;
}

void BM_Find(benchmark::State& state, const std::string& name, bool rules_only) {
  static std::atomic<size_t> expected;
  if (state.thread_index() == 0) expected = Expected(name, rules_only);
  const Notes& notes = NotesOf(name);
  for (auto _ : state) {
    size_t found = 0;
    for (const std::string& text : notes.texts) found += Finder()->Find(text, {.rules_only = rules_only})->size();
    if (found != expected) state.SkipWithError("the findings changed from run to run");
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * notes.bytes));
}

std::vector<Record> Records(const Notes& notes, const std::string& prefix) {
  std::vector<Record> records;
  for (size_t i = 0; i < notes.texts.size(); ++i) {
    records.push_back({.text = notes.texts[i], .request = {.subject = prefix + notes.subjects[i]}});
  }
  return records;
}

using Answers = std::vector<absl::StatusOr<Redacted>>;

bool ComeBack(const Engine& engine, const std::vector<Record>& records, const Answers& answers) {
  for (size_t i = 0; i < records.size(); i += 97) {
    const auto back = engine->Restore(answers[i]->text, {.subject = records[i].request.subject});
    if (!back.ok() || back->text != records[i].text) return false;
  }
  return true;
}

// Groups as large as the command line's, so that as many records share a sync.
bool RedactAll(const Engine& engine, const std::vector<Record>& records, Answers* answers) {
  constexpr size_t kGroup = 256;
  answers->clear();
  const std::span<const Record> all = records;
  for (size_t at = 0; at < all.size(); at += kGroup) {
    auto group = engine->RedactBatch(all.subspan(at, std::min(kGroup, all.size() - at)));
    if (!group.ok()) return false;
    for (auto& answer : *group) {
      if (!answer.ok()) return false;
      answers->push_back(std::move(answer));
    }
  }
  return true;
}

// Vault tokens and audit log on disk. `fresh`: every value is new to the vault, each time.
void BM_Redact(benchmark::State& state, const std::string& name, bool fresh) {
  static auto& shared = *new std::shared_ptr<const Engine>;
  static std::vector<Record> known;
  const Notes& notes = NotesOf(name);
  Answers answers;
  if (state.thread_index() == 0) {
    shared = std::make_shared<const Engine>();
    known = Records(notes, "");
    if (!fresh && !RedactAll(*shared, known, &answers)) Stop("redacting failed");
  }
  std::shared_ptr<const Engine> engine;  // the last thread to be done takes it away
  int round = 0;
  std::vector<Record> records;
  for (auto _ : state) {
    if (fresh || records.empty()) {
      state.PauseTiming();
      engine = shared;
      records = fresh ? Records(notes, std::to_string(++round) + "-") : known;
      state.ResumeTiming();
    }
    if (!RedactAll(*engine, records, &answers)) state.SkipWithError("redacting failed");
  }
  if (!ComeBack(*engine, records, answers)) state.SkipWithError("a text does not come back");
  if (state.thread_index() == 0) shared.reset();
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * notes.bytes));
}

BENCHMARK_CAPTURE(BM_Find, usual_rules, "usual", true)->Name("find/rules/usual");
BENCHMARK_CAPTURE(BM_Find, usual, "usual", false)->Name("find/all/usual");
BENCHMARK_CAPTURE(BM_Find, b500, "500", false)->Name("find/all/500B");
BENCHMARK_CAPTURE(BM_Find, b2000, "2000", false)->Name("find/all/2KB");
BENCHMARK_CAPTURE(BM_Find, b5000, "5000", false)->Name("find/all/5KB");
BENCHMARK_CAPTURE(BM_Find, b10000, "10000", false)->Name("find/all/10KB");
BENCHMARK_CAPTURE(BM_Find, b10M, "10000000", false)->Name("find/all/10MB");
BENCHMARK_CAPTURE(BM_Find, dense, "dense", false)->Name("find/all/every_60_bytes");
BENCHMARK_CAPTURE(BM_Find, sparse, "sparse", false)->Name("find/all/every_1000_bytes");
BENCHMARK_CAPTURE(BM_Find, one, "usual", false)->Name("find/all/threads")->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_CAPTURE(BM_Redact, known, "usual", false)->Name("redact/known/usual")->UseRealTime();
BENCHMARK_CAPTURE(BM_Redact, fresh, "usual", true)->Name("redact/new/usual")->UseRealTime();
BENCHMARK_CAPTURE(BM_Redact, two, "usual", false)->Name("redact/known/threads")->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
}  // namespace phiveil::bench

BENCHMARK_MAIN();

// The whole engine over the project's own notes: find, redact with tokens seen before, redact with
// every value new. Each run checks what it produced.
//
//   build/release/bench/pipeline_bench

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "support/engine.h"

namespace phiveil {
namespace {

using testing::Engine;

struct Notes {
  Notes() {
    for (auto& note : testing::ReadNotes(testing::CorporaFolder("notes"))) {
      bytes += note.text.size();
      texts.push_back(std::move(note.text));
    }
  }
  std::vector<std::string> texts;
  size_t bytes = 0;
};

const Notes& AllNotes() {
  static const auto* const notes = new Notes;
  return *notes;
}

void Finish(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * AllNotes().bytes));
}

void BM_Find(benchmark::State& state) {
  Engine engine("tag_only");
  size_t expected = 0;
  for (const std::string& text : AllNotes().texts) expected += engine->Find(text, {})->size();
  for (auto _ : state) {
    size_t found = 0;
    for (const std::string& text : AllNotes().texts) found += engine->Find(text, {})->size();
    if (found != expected || found < 1000) state.SkipWithError("the findings changed from run to run");
  }
  Finish(state);
}
BENCHMARK(BM_Find);

std::vector<Record> Records(const std::string& prefix) {
  std::vector<Record> records;
  for (size_t i = 0; i < AllNotes().texts.size(); ++i) {
    records.push_back({.text = AllNotes().texts[i], .request = {.subject = prefix + std::to_string(i)}});
  }
  return records;
}

void CheckRestores(benchmark::State& state, const Engine& engine, const std::vector<Record>& records,
                   const std::vector<absl::StatusOr<Redacted>>& out) {
  const auto back = engine->Restore(out.back()->text, {.subject = records.back().request.subject});
  if (!back.ok() || back->text != records.back().text) state.SkipWithError("the text does not come back");
}

void BM_RedactKnownValues(benchmark::State& state) {
  Engine engine;
  const auto records = Records("s");
  (void)engine->RedactBatch(records);
  for (auto _ : state) {
    const auto out = engine->RedactBatch(records);
    if (!out.ok()) state.SkipWithError("redacting failed");
    state.PauseTiming();
    CheckRestores(state, engine, records, *out);
    state.ResumeTiming();
  }
  Finish(state);
}
BENCHMARK(BM_RedactKnownValues);

void BM_RedactNewValues(benchmark::State& state) {
  Engine engine;
  int round = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const auto records = Records(std::to_string(++round) + "-");
    state.ResumeTiming();
    const auto out = engine->RedactBatch(records);
    if (!out.ok()) state.SkipWithError("redacting failed");
    state.PauseTiming();
    CheckRestores(state, engine, records, *out);
    state.ResumeTiming();
  }
  Finish(state);
}
BENCHMARK(BM_RedactNewValues);

void BM_LoadPack(benchmark::State& state) {
  for (auto _ : state) {
    const auto pack = RulePack::Load(BuiltinPack(), {.run_examples = state.range(0) != 0});
    if (!pack.ok()) state.SkipWithError("the built-in pack does not load");
  }
}
BENCHMARK(BM_LoadPack)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace phiveil

BENCHMARK_MAIN();

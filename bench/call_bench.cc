// One call: how long a short note takes, what a further thread needs of memory, how long a pack takes to load.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "notes.h"
#include "support/engine.h"

namespace phiveil::bench {
namespace {

using testing::Engine;

// Find on a note of 500 bytes, one call after the other: the half and the slowest hundredth of all calls.
void BM_Latency(benchmark::State& state) {
  const Engine engine("safe_harbor");
  const Notes& notes = NotesOf("500");
  std::vector<double> micros;
  size_t next = 0, found = 0;
  for (auto _ : state) {
    const std::string& text = notes.texts[next++ % notes.texts.size()];
    const auto start = std::chrono::steady_clock::now();
    const auto findings = engine->Find(text, {});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (!findings.ok() || !AreSound(text, *findings)) state.SkipWithError("a note's findings are not sound");
    found += findings->size();
    state.SetIterationTime(took.count());
    micros.push_back(took.count() * 1e6);
  }
  if (next >= notes.texts.size() && found == 0) state.SkipWithError("nothing was found in any note");
  const auto at = [&](double share) {
    const auto place = static_cast<ptrdiff_t>(share * static_cast<double>(micros.size() - 1));
    std::nth_element(micros.begin(), micros.begin() + place, micros.end());
    return micros[static_cast<size_t>(place)];
  };
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
}
BENCHMARK(BM_Latency)->Name("call/500B")->UseManualTime()->MinTime(2);

double ResidentMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmRSS:" && status >> kilobytes) return kilobytes / 1024;
  }
  return 0;
}

// What is resident while `threads` threads have all just read all notes, each with a workspace of its own.
double ResidentWith(const Engine& engine, const Notes& notes, int threads) {
  double resident = 0;
  std::barrier all_read(threads, [&]() noexcept { resident = ResidentMegabytes(); });
  std::vector<std::thread> readers;
  for (int i = 0; i < threads; ++i) {
    readers.emplace_back([&] {
      for (const std::string& text : notes.texts) {
        if (!engine->Find(text, {}).ok()) Stop("a note was refused");
      }
      all_read.arrive_and_wait();
    });
  }
  for (std::thread& reader : readers) reader.join();
  return resident;
}

void BM_MemoryPerThread(benchmark::State& state) {
  constexpr int kMore = 4;
  const Notes& notes = NotesOf("usual");
  double more = 0;
  for (auto _ : state) {
    const Engine engine("safe_harbor");
    malloc_trim(0);
    const double one = ResidentWith(engine, notes, 1);
    more = (ResidentWith(engine, notes, 1 + kMore) - one) / kMore;
    state.counters["MiB_with_one"] = one;
  }
  state.counters["MiB_a_thread"] = more;
}
BENCHMARK(BM_MemoryPerThread)->Name("memory/a_thread")->Iterations(1)->Unit(benchmark::kMillisecond);

void BM_LoadPack(benchmark::State& state) {
  size_t rules = 0;
  for (auto _ : state) {
    const auto pack = RulePack::Load(BuiltinPack(), {.run_examples = state.range(0) != 0});
    if (!pack.ok()) return state.SkipWithError("the built-in pack does not load");
    rules = (*pack)->rules().size();
  }
  if (rules < 100) state.SkipWithError("the built-in pack has lost its rules");
}
BENCHMARK(BM_LoadPack)->Name("load")->ArgName("examples")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace phiveil::bench

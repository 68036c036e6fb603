// Rotation of many data keys, new data keys for many subjects, one subject forgotten among many. Each
// checks its result. The directory is $TMPDIR's.
//
//   keeping_bench --benchmark_filter=Rotate

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "phiveil/vault.h"

namespace phiveil {
namespace {

class Filled {
 public:
  explicit Filled(int64_t subjects) {
    std::string name = std::filesystem::temp_directory_path() / "phiveil-bench-XXXXXX";
    path_ = mkdtemp(name.data());
    key = std::make_unique<KeyEncryptionKey>(*KeyEncryptionKey::CreateFile(path_ + "/key"));
    vault = *OpenVault({.path = path_ + "/vault", .key = key.get()});
    std::vector<TokenCode> codes;
    Vault::Ticket ticket = 0;
    for (int64_t i = 0; i < subjects; ++i) {
      const std::string subject = "patient-" + std::to_string(i);
      const Vault::Value value{Category::kName, subject};
      ticket = *vault->Assign(subject, {&value, 1}, &codes);
      if (i % 512 == 0) (void)vault->Commit(ticket);
    }
    (void)vault->Commit(ticket);
    last = codes[0];
  }
  ~Filled() {
    vault.reset();
    std::filesystem::remove_all(path_);
  }
  std::unique_ptr<KeyEncryptionKey> Next(int n) const {
    return std::make_unique<KeyEncryptionKey>(
        *KeyEncryptionKey::CreateSuccessorFile(path_ + "/key" + std::to_string(n), *key));
  }
  bool LastIs(std::string_view text) {
    const auto hit = vault->Lookup("", Category::kName, last);
    return hit.ok() && hit->answer == Vault::Answer::kFound && hit->value.ExposeOriginal() == text;
  }

  std::unique_ptr<KeyEncryptionKey> key;
  std::unique_ptr<Vault> vault;
  TokenCode last;

 private:
  std::string path_;
};

void BM_Rotate(benchmark::State& state) {
  Filled filled(state.range(0));
  int n = 0;
  for (auto _ : state) {
    const auto next = filled.Next(n++);
    const auto report = filled.vault->Rotate(*next);
    if (!report.ok() || report->subjects != static_cast<uint64_t>(state.range(0))) {
      return state.SkipWithError("not all were rewrapped");
    }
  }
  if (!filled.LastIs("patient-" + std::to_string(state.range(0) - 1))) state.SkipWithError("a value is wrong");
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Rotate)->Arg(10'000)->Arg(1'000'000)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

void BM_Reencrypt(benchmark::State& state) {
  Filled filled(state.range(0));
  for (auto _ : state) {
    const auto report = filled.vault->Reencrypt(false);
    if (!report.ok() || report->values != static_cast<uint64_t>(state.range(0))) {
      return state.SkipWithError("not all were sealed anew");
    }
  }
  if (!filled.LastIs("patient-" + std::to_string(state.range(0) - 1))) state.SkipWithError("a value is wrong");
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Reencrypt)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void BM_Forget(benchmark::State& state) {
  Filled filled(state.range(0));
  for (auto _ : state) {
    const auto report = filled.vault->Forget("patient-" + std::to_string(state.range(0) - 1));
    if (!report.ok() || report->values != 1) return state.SkipWithError("nothing was forgotten");
  }
  if (filled.LastIs("patient-" + std::to_string(state.range(0) - 1))) state.SkipWithError("it is still there");
}
BENCHMARK(BM_Forget)->Arg(10'000)->Arg(1'000'000)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

// What somebody with a clock sees of the three answers: 0 unknown, 1 foreign, 2 found.
void BM_Answer(benchmark::State& state) {
  Filled filled(10'000);
  const int64_t kind = state.range(0);
  const TokenCode code = kind == 0 ? TokenCode::Make(Category::kName, "ZZZZZ") : filled.last;
  const std::string subject = kind == 2 ? "patient-9999" : "patient-1";
  const Vault::Answer expected[] = {Vault::Answer::kUnknown, Vault::Answer::kForeign, Vault::Answer::kFound};
  for (auto _ : state) {
    const auto hit = filled.vault->Lookup(subject, Category::kName, code);
    if (!hit.ok() || hit->answer != expected[kind]) return state.SkipWithError("another answer");
  }
}
BENCHMARK(BM_Answer)->DenseRange(0, 2);

}  // namespace
}  // namespace phiveil

BENCHMARK_MAIN();

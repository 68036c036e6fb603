// Work that no change of ours makes faster or slower: what the machine gives at this moment. Other figures are compared
// as ratios to it (bench/regress), and it is the physical limit beside them: copying and writing the text.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <hs.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "notes.h"

namespace phiveil::bench {
namespace {

const std::string& AllText() {
  static const auto* const text = new std::string([] {
    std::string all;
    while (all.size() < (64u << 20)) {
      for (const std::string& note : NotesOf("usual").texts) all += note;
    }
    return all;
  }());
  return *text;
}

void BM_Copy(benchmark::State& state) {
  const std::string& text = AllText();
  std::vector<char> copy(text.size());
  for (auto _ : state) {
    std::memcpy(copy.data(), text.data(), text.size());
    benchmark::DoNotOptimize(copy.data());
    benchmark::ClobberMemory();
  }
  if (std::memcmp(copy.data(), text.data(), text.size()) != 0) state.SkipWithError("the copy is another text");
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_Copy)->Name("reference/memcpy");

constexpr const char* kWords[] = {"patient",  "hospital",  "discharge", "medical record", "telephone",
                                  "daughter", "insurance", "accession", "specimen",       "portal",
                                  "street",   "avenue",    "january",   "february",       "september",
                                  "december", "monday",    "saturday",  "surgeon",        "attending"};

int Count(unsigned, unsigned long long, unsigned long long, unsigned, void* context) {
  ++*static_cast<size_t*>(context);
  return 0;
}

void BM_Literals(benchmark::State& state) {
  const std::vector<unsigned> flags(std::size(kWords), HS_FLAG_CASELESS);
  std::vector<unsigned> ids;
  for (unsigned i = 0; i < std::size(kWords); ++i) ids.push_back(i);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  hs_scratch_t* scratch = nullptr;
  if (hs_compile_multi(kWords, flags.data(), ids.data(), std::size(kWords), HS_MODE_BLOCK, nullptr, &database,
                       &error) != HS_SUCCESS ||
      hs_alloc_scratch(database, &scratch) != HS_SUCCESS) {
    return state.SkipWithError("Hyperscan does not compile the words");
  }
  const Notes& notes = NotesOf("usual");
  size_t expected = 0;
  for (auto _ : state) {
    size_t found = 0;
    for (const std::string& text : notes.texts) {
      hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0, scratch, Count, &found);
    }
    if (expected == 0) expected = found;
    if (found == 0 || found != expected) state.SkipWithError("the words found changed");
  }
  hs_free_scratch(scratch);
  hs_free_database(database);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * notes.bytes));
}
BENCHMARK(BM_Literals)->Name("reference/literals");

// Written and synced: as far as the disk goes.
void BM_WriteFile(benchmark::State& state) {
  const std::string& text = AllText();
  const std::string path =
      (std::filesystem::temp_directory_path() / ("phiveil-bench-" + std::to_string(getpid()))).string();
  for (auto _ : state) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t written = 0;
    while (file >= 0 && written < text.size()) {
      const ssize_t some = write(file, text.data() + written, std::min<size_t>(text.size() - written, 1u << 20));
      if (some <= 0) break;
      written += static_cast<size_t>(some);
    }
    if (file < 0 || fsync(file) != 0 || close(file) != 0 || written != text.size()) {
      state.SkipWithError("the file cannot be written");
    }
  }
  if (std::filesystem::file_size(path) != text.size()) state.SkipWithError("the file is cut");
  std::filesystem::remove(path);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_WriteFile)->Name("limit/write_file")->UseRealTime();

}  // namespace
}  // namespace phiveil::bench

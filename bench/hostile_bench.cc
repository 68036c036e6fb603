// Texts made to be slow: one short string over and over, only digits, only capitals. All of them are read to their end,
// with sound findings; hostile/search tries many short strings and tells the slowest it met.

#include <benchmark/benchmark.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "notes.h"
#include "support/engine.h"

namespace phiveil::bench {
namespace {

using testing::Engine;

constexpr size_t kLong = 256u << 10;
constexpr size_t kShort = 16u << 10;

const Engine& Finder() {
  static const auto* const engine = new Engine("safe_harbor");
  return *engine;
}

std::string Repeat(std::string_view unit, size_t size) {
  std::string text;
  while (text.size() < size) text += unit;
  return text;
}

std::string Random(std::string_view letters, size_t word, size_t size) {
  std::mt19937 dice(7);
  std::string text;
  while (text.size() < size) {
    for (size_t i = 0; i < word; ++i) text += letters[dice() % letters.size()];
    text += ' ';
  }
  return text;
}

double SecondsFor(const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  const auto findings = Finder()->Find(text, {});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (!findings.ok() || !AreSound(text, *findings)) Stop("the findings of a hostile text are not sound");
  return took.count();
}

void BM_Hostile(benchmark::State& state, const std::string& text) {
  SecondsFor(text);
  for (auto _ : state) benchmark::DoNotOptimize(SecondsFor(text));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

// What rules, forms, cues and structures begin with, and what holds them together.
constexpr std::string_view kUnits[] = {
    "a",   "A",   "1",       "0",    " ",    "\n",      "\t",    "-",      "/",     ".",       ",",   ":",
    "(",   ")",   "'",       "\"",   "@",    "#",       "_",     "&",      "\\",    "{",       "<",   "|",
    "=",   "Dr ", "Mr. ",    "MRN ", "may ", "january", "Smith", "SMITH ", "John ", "street ", "of ", "the ",
    "Jr ", "MD ", "http://", "www.", "é",    "中",      "[[",    "[NAME_", "x.y",   "12 ",     "1-",  "\xC2\xA0"};

void BM_Search(benchmark::State& state) {
  std::string worst;
  double slowest = 0;
  for (auto _ : state) {
    for (const std::string_view first : kUnits) {
      for (const std::string_view second : kUnits) {
        const std::string unit = first == second ? std::string(first) : std::string(first) + std::string(second);
        const std::string text = Repeat(unit, kShort);
        double took = SecondsFor(text);
        // Whatever the machine did meanwhile does not make a text hostile.
        for (int i = 0; i < 3 && took > slowest * static_cast<double>(text.size()); ++i)
          took = std::min(took, SecondsFor(text));
        const double a_byte = took / static_cast<double>(text.size());
        if (a_byte <= slowest) continue;
        slowest = a_byte;
        worst = unit;
      }
    }
  }
  std::string shown;
  for (const char c : worst) shown += c == '\n' ? "\\n" : c == '\t' ? "\\t" : std::string(1, c);
  state.SetLabel("slowest: `" + shown + "` again and again");
  state.counters["worst_MB/s"] = 1e-6 / slowest;
}

const bool kRegistered = [] {
  const auto add = [](const std::string& name, const std::string& text) {
    benchmark::RegisterBenchmark(("hostile/" + name).c_str(), BM_Hostile, text);
  };
  for (const char* unit :
       {"a",     "A",       "1",  "1 ", "A ", "a. ", "https://x.y/",  "1.2.840.1 ", "january 1 may 2 ", "Dr. ", "1/",
        "MRN: ", "a@b.cd ", ":#", "@:", "|:", "\n",  "[NAME_7QK2F] ", "{\"a\":",    "<a b=\"c\">",      "é"}) {
    std::string name = unit;
    for (char& c : name) c = c == ' ' ? '_' : c == '\n' ? 'n' : c;
    add("repeat:" + name, Repeat(unit, kLong));
  }
  add("all_digits", Random("0123456789", 9, kLong));
  add("all_capitals", Random("ABCDEFGHIJKLMNOPRSTUVW", 6, kLong));
  add("capitalised", Random("ABCDEFGHIJKLMNOPRSTUVW", 1, kLong));
  benchmark::RegisterBenchmark("hostile/search", BM_Search)->Iterations(1)->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace phiveil::bench

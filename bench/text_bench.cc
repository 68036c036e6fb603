// The text room alone: bytes a second through Document::Reset.
//
//   text_bench                             a note of its own, repeated
//   PHIVEIL_BENCH_TEXT=FILE text_bench     a file's text

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "text/document.h"

namespace phiveil {
namespace {

constexpr std::string_view kNote = R"(ADMISSION NOTE

Patient: Doe, Jane A.        MRN: 00482913        DOB: 11/02/1953
CHIEF COMPLAINT: Shortness of breath.

HISTORY OF PRESENT ILLNESS: The patient is a 72-year-old woman with a history of hypertension and type 2
diabetes who presents with three days of worsening dyspnea on exertion. She denies chest pain, fever, or
cough. Dr. O'Brien's last note (03/04/25) reports an ejection fraction of 35%.

MEDICATIONS:
1. Lisinopril 10 mg daily.
2. Metformin 500 mg twice a day.
3. Furosemide 40 mg as needed for swelling.

VITALS: BP 142/88, HR 96, RR 20, SpO2 93% on room air, T 98.6 F.
)";

std::string Text() {
  if (const char* path = std::getenv("PHIVEIL_BENCH_TEXT")) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string text;
  while (text.size() < (1u << 20)) text += kNote;
  return text;
}

// Every `every` bytes a character that is not ASCII takes the place of a space.
std::string WithOthers(std::string text, size_t every) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ' && out.size() % every < 8) {
      out += "\u00A0\u00E9";
    } else {
      out += text[i];
    }
  }
  return out;
}

void Reset(benchmark::State& state, const std::string& text) {
  Document doc;
  size_t tokens = 0;
  for (auto _ : state) {
    if (!doc.Reset(text).ok()) return state.SkipWithError("not UTF-8");
    tokens = doc.tokens().size();
    benchmark::DoNotOptimize(tokens);
  }
  // Every letter and digit of the view stands in a token, and tokens do not overlap.
  size_t at = 0;
  const auto between = [&](size_t end) {
    const std::string_view rest = doc.view().substr(at, end - at);
    return std::any_of(rest.begin(), rest.end(),
                       [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
  };
  for (const Token& token : doc.tokens()) {
    if (token.begin < at || token.end <= token.begin || between(token.begin))
      return state.SkipWithError("wrong tokens");
    at = token.end;
  }
  if (between(doc.view().size())) return state.SkipWithError("text without tokens at the end");
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
  state.counters["bytes_a_token"] = static_cast<double>(text.size()) / static_cast<double>(std::max<size_t>(tokens, 1));
}

void BM_Plain(benchmark::State& state) { Reset(state, Text()); }
BENCHMARK(BM_Plain);

void BM_SomeAccents(benchmark::State& state) { Reset(state, WithOthers(Text(), 200)); }
BENCHMARK(BM_SomeAccents);

void BM_Crlf(benchmark::State& state) {
  std::string text;
  for (const char c : Text()) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  Reset(state, text);
}
BENCHMARK(BM_Crlf);

void BM_Chinese(benchmark::State& state) {
  std::string text;
  while (text.size() < (1u << 18)) text += "患者于三月四日入院，主诉呼吸困难。";
  Reset(state, text);
}
BENCHMARK(BM_Chinese);

}  // namespace
}  // namespace phiveil

BENCHMARK_MAIN();

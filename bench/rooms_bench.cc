// The engine room by room, each on what the rooms before it made of the notes.
//
//   rooms_bench
//
// Documents are kept, so that a room reads what stands in memory; that is kinder to the caches than the whole engine
// is.

#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

#include "notes.h"
#include "pipeline.h"
#include "rules/builtin.h"
#include "transform/redact.h"

namespace phiveil::bench {
namespace {

const RulePack& Pack() {
  static const auto* const pack =
      new std::shared_ptr<const RulePack>(Must(RulePack::Load(BuiltinPack(), {.run_examples = false})));
  return **pack;
}

const Recognizer& Rooms() { return *Pack().impl().recognizer; }

// A workspace for each note, each having read its note.
std::vector<Workspace> ReadAll(const Notes& notes) {
  std::vector<Workspace> all(notes.texts.size());
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].recognize = Must(Rooms().NewScratch());
    if (!Read(Rooms(), notes.texts[i], {}, DefaultThresholds(), 0, &all[i]).ok()) Stop("a note was refused");
  }
  return all;
}

const Notes& Some() {
  static const auto* const notes = new Notes([] {
    Notes some = NotesOf("usual");
    some.texts.resize(std::min<size_t>(some.texts.size(), 100));
    some.bytes = 0;
    for (const std::string& text : some.texts) some.bytes += text.size();
    return some;
  }());
  return *notes;
}

// `work` returns how much it made of a note; the sum must be the same each time, and not nothing unless `may_be_empty`.
template <typename Work>
void Run(benchmark::State& state, const Work& work, bool may_be_empty = false) {
  const Notes& notes = Some();
  size_t expected = 0;
  bool first = true;
  for (auto _ : state) {
    size_t made = 0;
    for (size_t i = 0; i < notes.texts.size(); ++i) made += work(i);
    if (first) expected = made;
    first = false;
    if (made != expected || (made == 0 && !may_be_empty)) state.SkipWithError("it made something else of the notes");
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * notes.bytes));
}

void BM_Structure(benchmark::State& state) {
  const auto scratch = StructureScanner::NewScratch();
  Structure structure;
  Run(
      state,
      [&](size_t i) {
        Rooms().scanner().Scan(Some().texts[i], scratch.get(), &structure);
        return structure.values.size();
      },
      true);
}
BENCHMARK(BM_Structure)->Name("room/structure");

void BM_Document(benchmark::State& state) {
  Document doc;
  Run(state, [&](size_t i) { return doc.Reset(Some().texts[i]).ok() ? doc.tokens().size() : 0; });
}
BENCHMARK(BM_Document)->Name("room/text");

void BM_Lexicon(benchmark::State& state) {
  std::vector<Workspace> all = ReadAll(Some());
  std::vector<CueHit> hits;
  Run(state, [&](size_t i) {
    hits.clear();
    Rooms().lexicon().Mark(&all[i].doc, &hits);
    return hits.size();
  });
}
BENCHMARK(BM_Lexicon)->Name("room/lexicon");

void BM_Scan(benchmark::State& state) {
  const auto matcher = Must(Matcher::Create(Pack().impl().tables->pack));
  const auto scratch = Must(matcher->NewScratch());
  std::vector<Workspace> all = ReadAll(Some());
  std::vector<Match> matches;
  Run(state,
      [&](size_t i) { return matcher->Scan(all[i].doc.view(), scratch.get(), &matches).ok() ? matches.size() : 0; });
}
BENCHMARK(BM_Scan)->Name("room/match");

void BM_Recognize(benchmark::State& state) {
  std::vector<Workspace> all = ReadAll(Some());
  Evidence evidence;
  const auto scratch = Must(Rooms().NewScratch());  // one for all, as a thread has
  const Request request = {.rules_only = state.range(0) == 0};
  Run(state, [&](size_t i) {
    std::swap(scratch->structure, all[i].recognize->structure);
    const bool good = Rooms().Recognize(request, 0, &all[i].doc, scratch.get(), &evidence).ok();
    std::swap(scratch->structure, all[i].recognize->structure);
    return good ? evidence.candidates.size() : 0;
  });
}
BENCHMARK(BM_Recognize)->Name("room/recognize_with_match")->ArgName("model")->Arg(0)->Arg(1);

void BM_Resolve(benchmark::State& state) {
  std::vector<Workspace> all = ReadAll(Some());
  std::vector<Evidence> evidence;
  for (const Workspace& one : all) evidence.push_back(one.evidence);
  std::vector<Decision> decisions;
  Run(state, [&](size_t i) {
    all[i].evidence = evidence[i];  // resolving adds to it
    Resolve(all[i].doc, DefaultThresholds(), &all[i].evidence, &all[i].resolve, &decisions);
    return decisions.size();
  });
}
BENCHMARK(BM_Resolve)->Name("room/resolve");

void BM_Findings(benchmark::State& state) {
  const std::vector<Workspace> all = ReadAll(Some());
  Run(state, [&](size_t i) { return MakeFindings(Pack(), {}, all[i]).size(); });
}
BENCHMARK(BM_Findings)->Name("room/findings");

// The plan and the text of safe_harbor, with codes that no vault has given out.
void BM_Transform(benchmark::State& state) {
  const Policy policy = Must(Policy::Load(*BuiltinPolicy("safe_harbor")));
  std::vector<std::vector<Finding>> findings;
  for (const Workspace& one : ReadAll(Some())) findings.push_back(MakeFindings(Pack(), {}, one));
  std::vector<TokenCode> codes;
  size_t tokens = 0;
  Run(state, [&](size_t i) -> size_t {
    std::vector<Finding> own = findings[i];
    RedactionPlan plan = PlanRedaction(Some().texts[i], own, policy, 2026);
    codes.clear();
    for (const Vault::Value& value : plan.values) codes.push_back(TokenCode::Make(value.category, "7QK2"));
    tokens += codes.size();
    const auto redacted = RenderRedaction(Some().texts[i], std::move(own), std::move(plan), codes);
    return redacted.ok() ? redacted->text.size() : 0;
  });
  if (tokens == 0) state.SkipWithError("no tokens were put in");
}
BENCHMARK(BM_Transform)->Name("room/transform");

}  // namespace
}  // namespace phiveil::bench

BENCHMARK_MAIN();

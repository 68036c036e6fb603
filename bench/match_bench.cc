// How fast the match room is, alone, on one core.
//
//   match_bench                          // scan: windowed and full, dense and sparse; lexicon: hits and misses
//
// The text is made here: sentences of plain words with an identifier about every 200 bytes ("dense") or every
// 2,000 ("sparse"). Before anything is timed the answers are checked: both ways of scanning agree and every
// planted identifier is found; the lexicon marks exactly the words it was given.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "compiler/pattern/pattern.h"
#include "match/lexicon.h"
#include "match/matcher.h"
#include "match/windows.h"

namespace phiveil {
namespace {

[[noreturn]] void Stop(const std::string& why) {
  std::cerr << "match_bench: " << why << "\n";
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) Stop(std::string(result.status().message()));
  return *std::move(result);
}

// About a hundred shapes as a pack has them: dates, numbers under many labels, addresses, doses and values.
std::vector<std::string> Shapes() {
  const std::string month =
      "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
      "nov(?:ember)?|dec(?:ember)?)";
  std::vector<std::string> shapes = {
      "[0-9]{1,2}[/-][0-9]{1,2}(?:[/-][0-9]{2,4})?",
      "[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2})?",
      month + "\\.? [0-9]{1,2}(?:st|nd|rd|th)?(?:,? [0-9]{4})?",
      "[0-9]{1,2}(?:st|nd|rd|th)?[ -]" + month + "(?:[ -,]{1,2}[0-9]{2,4})?",
      "(?:19|20)[0-9]{2}",
      "(?:19|20)[0-9]{6}(?:[0-9]{4}){0,2}",
      "[0-9]{1,2}:[0-9]{2}(?: ?[ap]\\.?m\\.?)?",
      "(?:\\+?1[-. ]?)?\\(?[0-9]{3}\\)?[-. ]?[0-9]{3}[-. ][0-9]{4}(?: ?x[0-9]{1,5})?",
      "[0-9]{3}[-. ][0-9]{4}",
      "[0-9]{3}-[0-9]{2}-[0-9]{4}",
      "[A-Z]{0,3}[0-9]{4,12}[A-Z]?",
      "[A-Z0-9]{1,6}-?[0-9]{2,8}(?:-[A-Z0-9]{1,6}){0,3}",
      "[0-9]{5}(?:-[0-9]{4})?",
      "[0-9]{1,3}(?:\\.[0-9]{1,3}){3}",
      "(?:[0-9]{2}[:-]){5}[0-9A-F]{2}",
      "[A-HJ-NPR-Z0-9]{13}[0-9]{4}",
      "[0-9]{1,6} (?:[A-Z][A-Za-z]{1,14} ){1,3}(?:street|st|road|rd|avenue|ave|drive|dr|lane|ln|court|ct)",
      "p\\.? ?o\\.? box [0-9]{1,6}",
      "(?:apt|suite|unit|room|bed)[. #]{1,3}[0-9]{1,5}[A-Z]?",
      "[0-9]{1,3}(?:-| )year(?:-| )old",
      "[0-9]{1,3} ?(?:y\\.?o\\.?|yrs?)",
      "[0-9]{1,3}/[0-9]{1,3}",
      "[0-9]{1,2} ?(?:of|out of|/) ?10",
      "[A-TV-Z][0-9][0-9A-Z]\\.[0-9A-Z]{1,4}",
      "[0-2](?:\\.[0-9]{1,12}){5,12}",
      "v[0-9]{1,3}(?:\\.[0-9]{1,4}){0,3}",
      "\\$ ?[0-9]{1,3}(?:,[0-9]{3}){0,3}"};
  for (const char* label :
       {"mrn",      "account",       "acct",         "claim",       "member",   "group", "policy",    "npi",
        "dea",      "license",       "csn",          "accession",   "specimen", "order", "serial",    "lot",
        "device",   "badge",         "study",        "case",        "file",     "chart", "encounter", "visit",
        "referral", "authorization", "prescription", "certificate", "plate",    "vin"}) {
    shapes.push_back(std::string(label) + "(?: (?:no|number|id))?[ :#.]{1,3}[A-Z]{0,3}[0-9]{3,12}");
  }
  for (const char* unit : {"mg",  "mcg",  "ml",      "units", "meq",  "mmol",  "cm",      "mm",     "kg",    "lbs",
                           "bpm", "mmhg", "tablets", "weeks", "days", "hours", "percent", "liters", "grams", "puffs"}) {
    shapes.push_back("[0-9]{1,5}(?:[.,/-][0-9]{1,4}){0,2} ?-?" + std::string(unit));
  }
  for (const char* value : {"hgb", "hct",  "wbc",  "plt", "na",  "k",   "cr",  "bun",      "glucose", "inr", "bp", "hr",
                            "rr",  "temp", "spo2", "ef",  "gcs", "bmi", "a1c", "troponin", "lactate", "ph",  "tsh"}) {
    shapes.push_back(std::string(value) + "[ :=]{1,3}(?:of |was )?[<>]?[0-9]{1,5}(?:[./][0-9]{1,4})?");
  }
  return shapes;
}

pb::Pack MakePack(bool windowed) {
  pb::Pack pack;
  for (const std::string& shape : Shapes()) FillExpression(Must(CompilePattern(shape, true)), pack.add_expressions());
  FillExpression(Must(CompilePattern("https?://[a-z0-9]|www\\.[a-z0-9]", true)), pack.add_expressions());
  pack.mutable_expressions()->rbegin()->set_extend("url");
  FillExpression(Must(CompilePattern("[a-z0-9]@[a-z0-9]", true)), pack.add_expressions());
  pack.mutable_expressions()->rbegin()->set_extend("email");
  for (pb::Expression& expression : *pack.mutable_expressions()) {
    if (expression.trigger() == 0) Stop("a shape has no trigger: " + expression.pattern());
    if (!windowed) expression.set_trigger(0);
  }
  pack.set_hs_database(Must(CompileDatabase(pack.expressions(), Platform::kAvx2)));
  return pack;
}

constexpr const char* kWords[] = {
    "the",          "patient",     "was",     "seen",         "and",       "examined",    "in",        "clinic",
    "with",         "no",          "acute",   "distress",     "denies",    "chest",       "pain",      "shortness",
    "of",           "breath",      "abdomen", "soft",         "nontender", "lungs",       "clear",     "to",
    "auscultation", "bilaterally", "plan",    "continue",     "current",   "medications", "follow",    "up",
    "as",           "needed",      "history", "hypertension", "diabetes",  "reports",     "improved",  "appetite",
    "family",       "at",          "bedside", "discussed",    "discharge", "stable",      "condition", "review",
    "systems",      "otherwise",   "negative"};
constexpr const char* kIdentifiers[] = {"03/14/2025",
                                        "MRN 00482913",
                                        "(617) 555-0142",
                                        "March 4th, 2025",
                                        "jo.bloggs@mail.example.org",
                                        "123-45-6789",
                                        "https://portal.example/x?id=7",
                                        "12 Elm Grove Road",
                                        "account no 7712345",
                                        "K7-20931",
                                        "02139-4307",
                                        "10.0.0.7"};
constexpr const char* kValues[] = {"25 mg", "BP 120/80", "hgb 11.2", "98 bpm", "3 days", "temp 98.6"};

struct Notes {
  std::string text;
  std::vector<std::pair<size_t, size_t>> planted;
};

Notes MakeNotes(size_t size, size_t apart) {
  std::mt19937 random(1);
  Notes notes;
  size_t since = 0;
  while (notes.text.size() < size) {
    if (since > apart) {
      const std::string identifier = kIdentifiers[random() % std::size(kIdentifiers)];
      notes.planted.push_back({notes.text.size(), notes.text.size() + identifier.size()});
      notes.text += identifier + (random() % 4 == 0 ? "\n" : " ");
      if (random() % 2) notes.text += std::string("with ") + kValues[random() % std::size(kValues)] + " ";
      since = 0;
      continue;
    }
    const std::string word = kWords[random() % std::size(kWords)];
    notes.text += word + (random() % 12 == 0 ? ". " : " ");
    since += word.size() + 1;
  }
  return notes;
}

void CheckPlanted(const Notes& notes, const std::vector<Match>& matches) {
  std::vector<bool> covered(notes.text.size());
  for (const Match& match : matches) std::fill(covered.begin() + match.begin, covered.begin() + match.end, true);
  for (const auto& [begin, end] : notes.planted) {
    if (!covered[begin] && !covered[end - 1]) Stop("missed " + notes.text.substr(begin, end - begin));
  }
}

void CheckScan() {
  const auto windowed = Must(Matcher::Create(MakePack(true)));
  const auto full = Must(Matcher::Create(MakePack(false)));
  const Notes notes = MakeNotes(1 << 20, 200);
  std::vector<Match> a, b;
  if (!windowed->Scan(notes.text, Must(windowed->NewScratch()).get(), &a).ok()) Stop("scan failed");
  if (!full->Scan(notes.text, Must(full->NewScratch()).get(), &b).ok()) Stop("scan failed");
  const auto same = [](const Match& x, const Match& y) {
    return x.expression == y.expression && x.begin == y.begin && x.end == y.end;
  };
  if (!std::equal(a.begin(), a.end(), b.begin(), b.end(), same)) Stop("windowed and full scan differ");
  CheckPlanted(notes, a);
}

void BM_Scan(benchmark::State& state, bool windowed, size_t apart, size_t document) {
  const auto matcher = Must(Matcher::Create(MakePack(windowed)));
  const auto scratch = Must(matcher->NewScratch());
  const Notes notes = MakeNotes(4 << 20, apart);
  std::vector<Match> matches;
  size_t found = 0;
  for (auto _ : state) {
    for (size_t at = 0; at < notes.text.size(); at += document) {
      const absl::Status status =
          matcher->Scan(std::string_view(notes.text).substr(at, document), scratch.get(), &matches);
      if (!status.ok()) Stop(std::string(status.message()));
      found += matches.size();
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * notes.text.size()));
  state.counters["matches/KB"] = static_cast<double>(found) / static_cast<double>(state.iterations()) /
                                 (static_cast<double>(notes.text.size()) / 1024);
}

void BM_Windows(benchmark::State& state, WindowFinder::Path path) {
  WindowFinder finder(path);
  const pb::Pack pack = MakePack(true);
  for (const pb::Expression& e : pack.expressions()) finder.Add(e.trigger(), e.trigger_before(), e.trigger_after());
  const Notes notes = MakeNotes(4 << 20, 200);
  std::vector<Window> windows;
  for (auto _ : state) finder.Find(notes.text, &windows);
  size_t covered = 0;
  for (const Window& window : windows) covered += window.end - window.begin;
  state.counters["covered"] = static_cast<double>(covered) / static_cast<double>(notes.text.size());
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * notes.text.size()));
}

std::string RandomWord(std::mt19937* random) {
  std::string word;
  for (size_t i = 4 + (*random)() % 8; i > 0; --i) word.push_back(static_cast<char>('a' + (*random)() % 26));
  return word;
}

// A list of 200,000 words; a text of which every `listed`-th word in a hundred is in it.
void BM_Lexicon(benchmark::State& state, unsigned listed) {
  std::mt19937 random(2);
  std::vector<std::string> words;
  std::unordered_set<std::string> known;
  LexiconBuilder builder;
  while (known.size() < 200000) {
    const std::string word = RandomWord(&random);
    if (!known.insert(word).second) continue;
    words.push_back(word);
    builder.AddToClass(word, 1ull << (token_class::kFirstListBit + random() % 36));
  }
  const auto lexicon = Must(Lexicon::Create(builder.Build()));
  std::vector<std::string> texts(500);
  std::vector<Document> docs(texts.size());
  size_t expected = 0;
  size_t all = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    while (texts[i].size() < 4096) {
      const bool pick = random() % 100 < listed;
      const std::string word = pick ? words[random() % words.size()] : kWords[random() % std::size(kWords)];
      expected += known.count(word);
      texts[i] += word + " ";
    }
    if (!docs[i].Reset(texts[i]).ok()) Stop("text is not a document");
    all += docs[i].tokens().size();
  }
  std::vector<CueHit> hits;
  for (auto _ : state) {
    for (Document& doc : docs) lexicon->Mark(&doc, &hits);
  }
  size_t marked = 0;
  for (const Document& doc : docs) {
    for (const Token& token : doc.tokens()) marked += token.classes >> token_class::kFirstListBit != 0;
  }
  if (marked != expected) Stop("the lexicon marked other words");
  const auto tokens = static_cast<double>(state.iterations()) * static_cast<double>(all);
  state.counters["ns/token"] =
      benchmark::Counter(tokens * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(BM_Scan, full_dense_4k, false, 200, 4096);
BENCHMARK_CAPTURE(BM_Scan, windowed_dense_4k, true, 200, 4096);
BENCHMARK_CAPTURE(BM_Scan, full_sparse_4k, false, 2000, 4096);
BENCHMARK_CAPTURE(BM_Scan, windowed_sparse_4k, true, 2000, 4096);
BENCHMARK_CAPTURE(BM_Scan, windowed_dense_1M, true, 200, 1 << 20);
BENCHMARK_CAPTURE(BM_Windows, portable, WindowFinder::Path::kPortable);
BENCHMARK_CAPTURE(BM_Windows, best, WindowFinder::BestPath());
BENCHMARK_CAPTURE(BM_Lexicon, listed_5_percent, 5);
BENCHMARK_CAPTURE(BM_Lexicon, listed_50_percent, 50);
BENCHMARK_CAPTURE(BM_Lexicon, listed_all, 100);

}  // namespace
}  // namespace phiveil

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  phiveil::CheckScan();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

// Our own patterns (export_rules) in other engines, one thread, as their manuals say.
//
//   regex_peers NOTES.jsonl FINDINGS.jsonl SECONDS re2-set|pcre2-jit|hyperscan-som RULES.tsv
//
// re2-set: one RE2::Set says which rules match, each of those is then run for its places. pcre2-jit: one rule after the
// other, compiled to machine code. hyperscan-som: one database, SOM_LEFTMOST; it has no groups, so the label counts
// as part of what is found. Each replaces what it found by [CATEGORY] in a copy of the note.

#include <fstream>
#include <map>
#include <memory>
#include <optional>

#include "native/peer.h"

#ifdef PHIVEIL_HAS_RE2
#include <re2/re2.h>
#include <re2/set.h>
#endif
#ifdef PHIVEIL_HAS_PCRE2
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#endif
#include <hs.h>

namespace phiveil::peers {
namespace {

constexpr const char* kBetween = "[ \\t:#.()=-]{1,4}";

struct Rule {
  std::string category;
  bool caseless = false;
  std::string label;
  std::string pattern;

  // The value is group 1.
  std::string Whole() const {
    const std::string value = "(" + pattern + ")";
    return label.empty() ? value : "(?i:" + label + ")" + kBetween + value;
  }
};

std::vector<Rule> ReadRules(const std::string& path) {
  std::ifstream file(path);
  std::vector<Rule> rules;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    std::stringstream row(line);
    for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
    if (cells.size() != 4) Stop(path + ":" + std::to_string(rules.size() + 1) + " has not four columns");
    rules.push_back({cells[0], cells[1] == "1", cells[2], cells[3]});
  }
  if (rules.empty()) Stop(path + " holds no rules");
  return rules;
}

bool IsAlnum(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool EdgesFit(std::string_view text, size_t begin, size_t end) {
  const bool head = begin > 0 && IsAlnum(text[begin]) && IsAlnum(text[begin - 1]);
  const bool tail = end < text.size() && IsAlnum(text[end - 1]) && IsAlnum(text[end]);
  return !head && !tail;
}

// Spans in order, overlapping ones as one, and the text with [CATEGORY] in their place.
void Replace(std::string_view text, std::vector<Span>* spans, std::string* out) {
  std::sort(spans->begin(), spans->end(),
            [](const Span& a, const Span& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
  size_t kept = 0;
  for (const Span& span : *spans) {
    if (kept > 0 && span.begin < (*spans)[kept - 1].end) {
      (*spans)[kept - 1].end = std::max((*spans)[kept - 1].end, span.end);
    } else {
      (*spans)[kept++] = span;
    }
  }
  spans->resize(kept);
  out->clear();
  size_t at = 0;
  for (const Span& span : *spans) {
    out->append(text.substr(at, span.begin - at)).append("[").append(span.type).append("]");
    at = span.end;
  }
  out->append(text.substr(at));
}

class Engine {
 public:
  virtual ~Engine() = default;
  virtual void Find(std::string_view text, std::vector<Span>* spans) = 0;
  virtual std::string Version() const = 0;
  virtual std::string Note() const { return ""; }
};

#ifdef PHIVEIL_HAS_RE2
class Re2Set final : public Engine {
 public:
  explicit Re2Set(const std::vector<Rule>& rules) : rules_(rules) {
    RE2::Options all = Options();
    all.set_max_mem(int64_t{1} << 30);
    set_ = std::make_unique<RE2::Set>(all, RE2::UNANCHORED);
    for (const Rule& rule : rules) {
      const std::string flags = rule.caseless ? "(?i)" : "";
      const std::string pattern = flags + "(?:^|[^A-Za-z0-9])(?:" + rule.Whole() + ")(?:$|[^A-Za-z0-9])";
      std::string error;
      if (set_->Add(pattern, &error) < 0) Stop("RE2 refuses a rule: " + error);
      single_.push_back(std::make_unique<RE2>(pattern, Options()));
      if (!single_.back()->ok()) Stop("RE2 refuses a rule: " + single_.back()->error());
    }
    if (!set_->Compile()) Stop("RE2::Set needs more memory than it was given");
  }

  void Find(std::string_view text, std::vector<Span>* spans) override {
    if (!set_->Match({text.data(), text.size()}, &which_)) return;
    for (const int rule : which_) {
      const re2::StringPiece whole(text.data(), text.size());
      re2::StringPiece groups[2];
      for (size_t at = 0; at <= text.size();) {
        if (!single_[static_cast<size_t>(rule)]->Match(whole, at, text.size(), RE2::UNANCHORED, groups, 2)) break;
        const auto begin = static_cast<size_t>(groups[1].data() - text.data());
        spans->push_back({begin, begin + groups[1].size(), rules_[static_cast<size_t>(rule)].category});
        at = std::max(begin + groups[1].size(), at + 1);
      }
    }
  }

  std::string Version() const override { return PHIVEIL_RE2_VERSION; }

 private:
  static RE2::Options Options() {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);
    options.set_log_errors(false);
    return options;
  }

  const std::vector<Rule>& rules_;
  std::unique_ptr<RE2::Set> set_;
  std::vector<std::unique_ptr<RE2>> single_;
  std::vector<int> which_;
};
#endif

#ifdef PHIVEIL_HAS_PCRE2
class Pcre2Jit final : public Engine {
 public:
  explicit Pcre2Jit(const std::vector<Rule>& rules) : rules_(rules) {
    for (const Rule& rule : rules) {
      const std::string pattern = "(?<![A-Za-z0-9])(?:" + rule.Whole() + ")(?![A-Za-z0-9])";
      int error = 0;
      PCRE2_SIZE offset = 0;
      pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                       rule.caseless ? PCRE2_CASELESS : 0, &error, &offset, nullptr);
      if (code == nullptr) Stop("PCRE2 refuses a rule at byte " + std::to_string(offset));
      codes_.emplace_back(code, pcre2_code_free);
      if (pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0) Stop("PCRE2 cannot compile a rule to machine code");
    }
  }

  void Find(std::string_view text, std::vector<Span>* spans) override {
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    for (size_t rule = 0; rule < codes_.size(); ++rule) {
      for (size_t at = 0; at <= text.size();) {
        const int found = pcre2_jit_match(codes_[rule].get(), subject, text.size(), at, 0, data_.get(), nullptr);
        if (found == PCRE2_ERROR_NOMATCH) break;
        if (found < 0) Stop("PCRE2 gave up with error " + std::to_string(found));
        const PCRE2_SIZE* places = pcre2_get_ovector_pointer(data_.get());
        spans->push_back({places[2], places[3], rules_[rule].category});
        at = std::max<size_t>(places[1], at + 1);
      }
    }
  }

  std::string Version() const override {
    char text[64];
    pcre2_config(PCRE2_CONFIG_VERSION, text);
    return text;
  }

 private:
  const std::vector<Rule>& rules_;
  std::vector<std::unique_ptr<pcre2_code, void (*)(pcre2_code*)>> codes_;
  std::unique_ptr<pcre2_match_data, void (*)(pcre2_match_data*)> data_{pcre2_match_data_create(2, nullptr),
                                                                       pcre2_match_data_free};
};
#endif

class HyperscanSom final : public Engine {
 public:
  explicit HyperscanSom(const std::vector<Rule>& rules) : rules_(rules) {
    for (size_t i = 0; i < rules.size(); ++i) used_.push_back(i);
    while (database_ == nullptr) {
      const std::optional<size_t> refused = Compile();
      if (!refused) break;
      used_.erase(used_.begin() + static_cast<std::ptrdiff_t>(*refused));
      ++refused_;
    }
    if (hs_alloc_scratch(database_, &scratch_) != HS_SUCCESS) Stop("no memory for Hyperscan's scratch");
  }
  ~HyperscanSom() override {
    hs_free_scratch(scratch_);
    hs_free_database(database_);
  }
  HyperscanSom(const HyperscanSom&) = delete;
  HyperscanSom& operator=(const HyperscanSom&) = delete;

  void Find(std::string_view text, std::vector<Span>* spans) override {
    Scan scan{text, spans, this, {}};
    scan.last.assign(rules_.size(), SIZE_MAX);
    if (hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0, scratch_, Take, &scan) != HS_SUCCESS) {
      Stop("Hyperscan stopped");
    }
  }
  std::string Version() const override { return hs_version(); }
  std::string Note() const override {
    return "the label counts as found, as there are no groups; " + std::to_string(refused_) + " of " +
           std::to_string(rules_.size()) + " patterns refused with SOM_LEFTMOST";
  }

 private:
  struct Scan {
    std::string_view text;
    std::vector<Span>* spans;
    const HyperscanSom* engine;
    std::vector<size_t> last;  // by rule: its last span
  };

  // The index in `used_` of a rule that it does not take, nothing when all were.
  std::optional<size_t> Compile() {
    std::vector<std::string> texts;
    std::vector<const char*> patterns;
    std::vector<unsigned> flags, ids;
    for (const size_t i : used_) texts.push_back(rules_[i].Whole());
    for (size_t i = 0; i < used_.size(); ++i) {
      patterns.push_back(texts[i].c_str());
      flags.push_back(HS_FLAG_SOM_LEFTMOST | (rules_[used_[i]].caseless ? HS_FLAG_CASELESS : 0));
      ids.push_back(static_cast<unsigned>(used_[i]));
    }
    hs_compile_error_t* error = nullptr;
    if (hs_compile_multi(patterns.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()), HS_MODE_BLOCK,
                         nullptr, &database_, &error) == HS_SUCCESS) {
      return std::nullopt;
    }
    const int which = error->expression;
    const std::string why = error->message;
    hs_free_compile_error(error);
    if (which < 0) Stop("Hyperscan refuses the rules: " + why);
    return static_cast<size_t>(which);
  }

  static int Take(unsigned id, unsigned long long from, unsigned long long to, unsigned, void* context) {
    auto* scan = static_cast<Scan*>(context);
    if (!EdgesFit(scan->text, from, to)) return 0;
    size_t& last = scan->last[id];
    if (last != SIZE_MAX && (*scan->spans)[last].begin == from) {
      (*scan->spans)[last].end = to;
      return 0;
    }
    last = scan->spans->size();
    scan->spans->push_back({from, to, scan->engine->rules_[id].category});
    return 0;
  }

  const std::vector<Rule>& rules_;
  std::vector<size_t> used_;
  size_t refused_ = 0;
  hs_database_t* database_ = nullptr;
  hs_scratch_t* scratch_ = nullptr;
};

std::unique_ptr<Engine> Make(const std::string& name, const std::vector<Rule>& rules) {
#ifdef PHIVEIL_HAS_RE2
  if (name == "re2-set") return std::make_unique<Re2Set>(rules);
#endif
#ifdef PHIVEIL_HAS_PCRE2
  if (name == "pcre2-jit") return std::make_unique<Pcre2Jit>(rules);
#endif
  if (name == "hyperscan-som") return std::make_unique<HyperscanSom>(rules);
  Stop(name + " was not built: its development package was not there when the build was configured");
}

int Run(const std::vector<std::string>& args) {
  if (args.size() != 5) {
    std::cerr << "usage: regex_peers NOTES.jsonl FINDINGS.jsonl SECONDS re2-set|pcre2-jit|hyperscan-som RULES.tsv\n";
    return 2;
  }
  const std::vector<Note> notes = ReadNotes(args[0]);
  const std::vector<Rule> rules = ReadRules(args[4]);
  const double start = Seconds(CLOCK_MONOTONIC);
  const std::unique_ptr<Engine> engine = Make(args[3], rules);
  const double load = Seconds(CLOCK_MONOTONIC) - start;
  std::string out;
  const Figures figures =
      Measure(notes, std::stod(args[2]), args[1], [&](const peers::Note& note, std::vector<Span>* spans) {
        engine->Find(note.text, spans);
        Replace(note.text, spans, &out);
      });
  Report(figures, load, engine->Version(), engine->Note());
  return 0;
}

}  // namespace
}  // namespace phiveil::peers

int main(int argc, char** argv) { return phiveil::peers::Run(std::vector<std::string>(argv + 1, argv + argc)); }

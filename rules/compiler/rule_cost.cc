#include "compiler/rule_cost.h"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "compiler/form_compiler.h"
#include "compiler/pack_compiler.h"
#include "compiler/report.h"
#include "compiler/rule_tester.h"
#include "match/database.h"
#include "pack/pack_tables.h"

namespace phiveil::rules {
namespace {

constexpr int kReadings = 4;
constexpr int kMoreReadings = 12;
constexpr int kLoads = 4;            // of the same pack, to see what its place in memory does
constexpr double kLookAgain = 0.02;  // what seems to cost this is measured with more readings

double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// The faster of two in a row: the first brings the pack's tables back into the caches that the other pack has taken.
double Read(const Deidentifier& engine, std::string_view text) {
  double best = 0;
  for (int i = 0; i < 2; ++i) {
    const double start = ThreadSeconds();
    engine.Find(text, {.rules_only = true}).IgnoreError();  // a corpus with texts that it refuses was refused before
    const double took = ThreadSeconds() - start;
    best = i == 0 ? took : std::min(best, took);
  }
  return best;
}

CostOptions::Timing CpuTime(const Deidentifier& with, const Deidentifier& without,
                            const std::vector<std::string_view>& texts, int readings) {
  CostOptions::Timing sum;
  for (const std::string_view text : texts) {
    CostOptions::Timing best{Read(with, text), Read(without, text)};
    for (int i = 1; i < readings; ++i) {
      best.with = std::min(best.with, Read(with, text));
      best.without = std::min(best.without, Read(without, text));
    }
    sum.with += best.with;
    sum.without += best.without;
  }
  return sum;
}

// The fastest of three, in seconds.
template <typename Work>
double Fastest(const Work& work) {
  double best = 0;
  for (int i = 0; i < 3; ++i) {
    const double start = ThreadSeconds();
    work();
    const double took = ThreadSeconds() - start;
    best = i == 0 ? took : std::min(best, took);
  }
  return best;
}

class CostMeter {
 public:
  CostMeter(CompiledPack* whole, const CostOptions& options, std::ostream& progress)
      : whole_(whole), options_(options), progress_(progress), timer_(options.timer ? options.timer : CpuTime) {}

  absl::StatusOr<CostReport> Measure(const std::vector<std::string>& texts, const std::vector<size_t>& rules) {
    PHIVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Deidentifier> engine, EngineWithout({}, true));
    PHIVEIL_RETURN_IF_ERROR(CountHits(*engine, texts));
    PHIVEIL_RETURN_IF_ERROR(MeasureNoise(*engine));
    size_t done = 0;
    for (const size_t rule : rules) {
      PHIVEIL_RETURN_IF_ERROR(AddRule(*engine, rule));
      if (++done % 50 == 0) progress_ << done << " of " << Count(rules.size(), "rule") << " measured\n";
    }
    PHIVEIL_RETURN_IF_ERROR(AddShared(*engine, rules));
    const auto dearer = [](const auto& a, const auto& b) { return a.slows > b.slows; };
    std::stable_sort(report_.rules.begin(), report_.rules.end(), dearer);
    std::stable_sort(report_.shared.begin(), report_.shared.end(), dearer);
    return std::move(report_);
  }

 private:
  // Nothing for a pack that does not compile without them.
  absl::StatusOr<std::unique_ptr<Deidentifier>> EngineWithout(const std::vector<size_t>& rules, bool hl7) {
    const CompiledPack rest = CompileWithout(whole_, rules, hl7);
    if (!rest.good) return std::unique_ptr<Deidentifier>();
    return TestEngine(SerializePack(rest.pack));
  }

  static double Slowness(const CostOptions::Timing& timing) {
    return timing.without > 0 ? timing.with / timing.without - 1 : 0;
  }

  absl::Status MeasureNoise(const Deidentifier& engine) {
    for (int i = 0; i < kLoads; ++i) {
      PHIVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<Deidentifier> again, EngineWithout({}, true));
      const CostOptions::Timing same = timer_(engine, *again, timed_, kReadings);
      report_.seconds = i == 0 ? same.with : std::min(report_.seconds, same.with);
      report_.noise = std::max(report_.noise, std::abs(Slowness(same)));
    }
    return absl::OkStatus();
  }

  absl::Status CountHits(const Deidentifier& engine, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      const absl::StatusOr<Explanation> explanation = engine.Explain(text, {.rules_only = true}, 0, text.size());
      if (!explanation.ok()) {
        return absl::InvalidArgumentError(
            Concat("text ", report_.texts + 1, " of the corpus cannot be read: ",
                   std::string_view(explanation.status().message().data(), explanation.status().message().size())));
      }
      for (const Explanation::Candidate& candidate : explanation->candidates) {
        ++hits_[candidate.rule];
        if (candidate.outcome == "taken") ++kept_[candidate.rule];
      }
      ++report_.texts;
      report_.bytes += text.size();
    }
    // Evenly over the corpus, which may be in some order.
    const size_t parts = std::max<size_t>(1, (report_.bytes + options_.most_bytes - 1) / options_.most_bytes);
    for (size_t i = 0; i < texts.size(); i += parts) {
      timed_.emplace_back(texts[i]);
      report_.timed_bytes += texts[i].size();
    }
    report_.timed_texts = timed_.size();
    return absl::OkStatus();
  }

  // The slowness by `rules`; nothing when the rest does not compile without them. The first look is quick; what seems
  // dear is looked at longer, in packs loaded anew, and the lesser of the two counts.
  absl::StatusOr<std::optional<double>> SlownessOf(const Deidentifier& engine, const std::vector<size_t>& rules) {
    // A name of fields that the table of HL7 speaks of: both packs without the table.
    PHIVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Deidentifier> without, EngineWithout(rules, true));
    const bool hl7 = without != nullptr;
    std::unique_ptr<Deidentifier> with;
    if (!hl7) {
      PHIVEIL_ASSIGN_OR_RETURN(without, EngineWithout(rules, false));
      PHIVEIL_ASSIGN_OR_RETURN(with, EngineWithout({}, false));
      if (without == nullptr || with == nullptr) return std::nullopt;
    }
    const double first = Slowness(timer_(hl7 ? engine : *with, *without, timed_, kReadings));
    if (first < kLookAgain) return first;
    PHIVEIL_ASSIGN_OR_RETURN(without, EngineWithout(rules, hl7));
    PHIVEIL_ASSIGN_OR_RETURN(with, EngineWithout({}, hl7));
    return std::min(first, Slowness(timer_(*with, *without, timed_, kMoreReadings)));
  }

  absl::Status AddRule(const Deidentifier& engine, size_t rule) {
    RuleCost cost;
    cost.rule = rule;
    const RuleSource& source = whole_->source->rules[rule];
    cost.hits = hits_[source.id];
    cost.kept = kept_[source.id];
    AddCompileCost(rule, &cost);
    PHIVEIL_ASSIGN_OR_RETURN(cost.slows, SlownessOf(engine, {rule}));
    report_.rules.push_back(cost);
    return absl::OkStatus();
  }

  void AddCompileCost(size_t rule, RuleCost* cost) {
    const CompiledPack::Part& part = whole_->parts[rule];
    if (part.expression >= 0) {
      const auto [known, fresh] = expressions_.emplace(part.expression, std::pair<double, size_t>());
      if (fresh) {
        google::protobuf::RepeatedPtrField<pb::Expression> alone;
        *alone.Add() = whole_->pack.expressions(part.expression);
        absl::StatusOr<std::string> database;
        known->second.first = Fastest([&] { database = CompileDatabase(alone, Platform::kAvx2); });
        known->second.second = database.ok() ? database->size() : 0;
      }
      std::tie(cost->compile_seconds, cost->size) = known->second;
    } else if (part.form >= 0) {
      cost->compile_seconds = Fastest([&] { CompileFormAgain(part.expanded); });
      cost->size = static_cast<size_t>(whole_->pack.forms(part.form).code_size());
    } else {
      cost->size = whole_->source->rules[rule].fields.size();
    }
  }

  void CompileFormAgain(std::string_view form) const {
    const auto bits = [this](std::string_view name) -> std::optional<ClassBits> {
      for (int i = 0; i < whole_->pack.classes_size(); ++i) {
        if (whole_->pack.classes(i) == name) return ClassBits{1} << (token_class::kFirstListBit + i);
      }
      return std::nullopt;
    };
    FormError ignored;
    CompileForm(form, bits, {}, &ignored);
  }

  absl::Status AddShared(const Deidentifier& engine, const std::vector<size_t>& rules) {
    std::map<int, std::vector<size_t>> sharing;
    for (size_t rule = 0; rule < whole_->parts.size(); ++rule) {
      if (whole_->parts[rule].expression >= 0) sharing[whole_->parts[rule].expression].push_back(rule);
    }
    for (auto& [expression, all] : sharing) {
      const bool asked = std::any_of(all.begin(), all.end(), [&](size_t rule) {
        return std::find(rules.begin(), rules.end(), rule) != rules.end();
      });
      if (all.size() < 2 || !asked) continue;
      PHIVEIL_ASSIGN_OR_RETURN(const std::optional<double> slows, SlownessOf(engine, all));
      if (slows) report_.shared.push_back({std::move(all), *slows});
    }
    return absl::OkStatus();
  }

  CompiledPack* whole_;
  const CostOptions& options_;
  std::ostream& progress_;
  CostOptions::Timer timer_;
  CostReport report_;
  std::vector<std::string_view> timed_;
  std::map<std::string, size_t> hits_, kept_;
  std::map<int, std::pair<double, size_t>> expressions_;  // seconds and bytes
};

std::string Percent(double share) { return Concat(static_cast<int>(share * 100 + 0.5), " %"); }

void Warn(const PackSource& source, const CostReport& report, Diagnostics* diagnostics) {
  const auto text_of = [&](size_t rule) { return source.rules[rule].file->At(*source.rules[rule].text_node); };
  for (const RuleCost& cost : report.rules) {
    if (cost.slows.value_or(0) <= kCostly) continue;
    diagnostics->Report(Code::kCostlyRule, text_of(cost.rule),
                        Concat("`", source.rules[cost.rule].id, "` slows the pack by ", Percent(*cost.slows)),
                        "let it begin at something rarer, or share the pattern of another rule and leave the telling "
                        "apart to cues and validators");
  }
  for (const SharedCost& cost : report.shared) {
    if (cost.slows <= kCostly) continue;
    diagnostics->Report(Code::kCostlyRule, text_of(cost.rules.front()),
                        Concat("the expression of `", source.rules[cost.rules.front()].id, "` and ",
                               Count(cost.rules.size() - 1, "more rule"), " slows the pack by ", Percent(cost.slows)),
                        "narrow the pattern that they share; macros in patterns are a good place to look");
  }
}

// The rules to be measured; nothing with a message when one of `only` is unknown.
std::optional<std::vector<size_t>> Asked(const CompiledPack& compiled, const CostOptions& options, std::ostream& out) {
  std::vector<size_t> asked;
  std::vector<std::string_view> ids;
  for (const RuleSource& rule : compiled.source->rules) ids.push_back(rule.id);
  for (size_t i = 0; i < ids.size(); ++i) {
    const bool named = std::find(options.only.begin(), options.only.end(), ids[i]) != options.only.end();
    if (compiled.parts[i].rule >= 0 && (options.only.empty() || named)) asked.push_back(i);
  }
  for (const std::string& id : options.only) {
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
    out << "error: no rule `" << id << "`: " << DidYouMean(id, ids, "`phiveil rules check` counts them") << "\n";
    return std::nullopt;
  }
  return asked;
}

}  // namespace

std::vector<std::string> ExamplesOf(const PackSource& source) {
  std::vector<std::string> texts;
  for (const RuleSource& rule : source.rules) {
    if (rule.retired()) continue;
    for (const ExampleSource& example : rule.examples) texts.push_back(example.marked.text);
  }
  return texts;
}

int CostOfRules(const std::string& dir, const std::vector<std::string>& texts, const CostOptions& options,
                std::ostream& out, std::ostream& progress) {
  Diagnostics diagnostics;
  CompiledPack compiled = CompilePack(dir, &diagnostics);
  if (!compiled.good) {
    WriteDiagnostics(diagnostics, progress);
    return 1;
  }
  const std::optional<std::vector<size_t>> asked = Asked(compiled, options, progress);
  if (!asked) return 1;
  const std::vector<std::string> corpus = texts.empty() ? ExamplesOf(*compiled.source) : texts;
  absl::StatusOr<CostReport> report = CostMeter(&compiled, options, progress).Measure(corpus, *asked);
  if (!report.ok()) {
    const absl::string_view message = report.status().message();
    progress << "error: " << std::string_view(message.data(), message.size()) << "\n";
    return 1;
  }
  Diagnostics warnings;
  Warn(*compiled.source, *report, &warnings);
  WriteDiagnostics(warnings, progress);
  (options.json ? WriteCostJson : WriteCostText)(*compiled.source, *report, out);
  return 0;
}

}  // namespace phiveil::rules

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/concat.h"
#include "compiler/pack_compiler.h"
#include "compiler/report.h"
#include "compiler/tools.h"

namespace phiveil::rules {
namespace {

constexpr size_t kShownWords = 12;

std::string Signed(float value) {
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%+.2f", static_cast<double>(value));
  return {text, static_cast<size_t>(size)};
}

std::string Words(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size() && i < kShownWords; ++i) out += Concat(i == 0 ? "" : ", ", words[i]);
  if (words.size() > kShownWords) out += Concat(", and ", words.size() - kShownWords, " more");
  return out;
}

// Whether `name` stands in `form` as a word of its own.
bool Names(std::string_view form, std::string_view name) {
  const auto part = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  for (size_t at = form.find(name); at != std::string_view::npos; at = form.find(name, at + 1)) {
    const size_t end = at + name.size();
    if ((at == 0 || !part(form[at - 1])) && (end == form.size() || !part(form[end]))) return true;
  }
  return false;
}

class RuleWriter {
 public:
  RuleWriter(const CompiledPack& compiled, size_t index, std::ostream& out)
      : compiled_(compiled), rule_(compiled.source->rules[index]), part_(compiled.parts[index]), out_(out) {}

  void Write() {
    const SourceFile& file = *rule_.file->source;
    out_ << rule_.id << "  (" << rule_.status << ", " << file.path() << ":" << file.PlaceOf(rule_.node->offset).line
         << ")\n  " << rule_.about << "\n";
    if (rule_.category == Category::kSafe) {
      out_ << "vetoes    what it covers loses " << Signed(rule_.veto).substr(1) << "\n";
    } else {
      out_ << "finds     " << CategoryName(rule_.category);
      if (rule_.subtype != Subtype::kNone) out_ << " (" << SubtypeName(rule_.subtype) << ")";
      out_ << ", alone with a score of " << Signed(rule_.score).substr(1) << "\n";
    }
    WriteText();
    WriteClasses();
    WriteCues();
    if (!rule_.validators.empty()) out_ << "validate  " << Words(rule_.validators) << ": all must hold\n";
    if (!rule_.allow.empty()) out_ << "allow     " << Words(rule_.allow) << ": never taken\n";
    WriteReach();
    out_ << "examples\n";
    for (const ExampleSource& example : rule_.examples) {
      out_ << (example.marked.Has(rule_.category) ? "  finds   " : "  leaves  ") << example.node->value << "\n";
    }
  }

 private:
  void WriteText() {
    constexpr std::string_view kKinds[] = {"pattern   ", "form      ", "list      ", "field     "};
    if (rule_.kind == RuleKind::kField) {
      std::vector<std::string> names;
      for (const YamlNode* name : rule_.fields) names.push_back(name->value);
      out_ << kKinds[static_cast<size_t>(rule_.kind)] << Words(names) << "\n";
      return;
    }
    out_ << kKinds[static_cast<size_t>(rule_.kind)] << rule_.text << "\n";
    if (part_.expanded != rule_.text && !part_.expanded.empty()) out_ << "          = " << part_.expanded << "\n";
    if (rule_.kind != RuleKind::kPattern) return;
    out_ << "          " << (rule_.caseless ? "in any case" : "case as written") << ", boundary "
         << BoundaryName(rule_.boundary);
    if (!rule_.extend.empty()) out_ << ", extended as " << rule_.extend;
    out_ << "\n";
    if (part_.expression < 0) return;
    const pb::Expression& expression = compiled_.pack.expressions(part_.expression);
    out_ << "          at most " << expression.max_width() << " bytes";
    if (expression.rules_size() > 1) out_ << "; shares its expression with";
    const char* separator = " ";
    for (uint32_t other : expression.rules()) {
      if (static_cast<int>(other) == part_.rule) continue;
      out_ << separator << compiled_.pack.rules(static_cast<int>(other)).id();
      separator = ", ";
    }
    out_ << "\n";
  }

  void WriteClasses() {
    if (rule_.kind == RuleKind::kPattern || rule_.kind == RuleKind::kField) return;
    for (const ClassSource& source : compiled_.source->classes) {
      if (!Names(part_.expanded, source.name)) continue;
      std::vector<std::string> words = source.words;
      if (source.list != nullptr) words.insert(words.end(), source.list->entries.begin(), source.list->entries.end());
      out_ << "class     " << source.name << ": " << Words(words);
      if (source.list != nullptr) out_ << " (" << source.list->name << ")";
      out_ << "\n";
    }
  }

  void WriteCues() {
    for (const CueSource& cue : rule_.cues) {
      out_ << "cue       " << Signed(cue.add) << " for " << Words(cue.words) << ", "
           << (cue.side == pb::Cue::EITHER ? "on either side" : SideName(cue.side)) << ", within "
           << Count(cue.within, "word") << "\n";
    }
  }

  void WriteReach() {
    if (rule_.category == Category::kSafe) return;
    float best = rule_.score;
    for (const CueSource& cue : rule_.cues) best += std::max(0.0f, cue.add);
    out_ << "reach     " << Signed(std::min(best, 0.99f)).substr(1) << " with every cue; the usual threshold is 0.50\n";
  }

  const CompiledPack& compiled_;
  const RuleSource& rule_;
  const CompiledPack::Part& part_;
  std::ostream& out_;
};

// The rules that `id` may mean: that one, or those which end so.
std::vector<size_t> Meant(const std::vector<RuleSource>& rules, std::string_view id) {
  std::vector<size_t> ending;
  for (size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].id == id) return {i};
    if (std::string_view(rules[i].id).ends_with(Concat(".", id))) ending.push_back(i);
  }
  return ending;
}

}  // namespace

int ExplainRule(const std::string& dir, std::string_view id, std::ostream& out) {
  Diagnostics diagnostics;
  const CompiledPack compiled = CompilePack(dir, &diagnostics);
  if (compiled.source == nullptr || compiled.parts.size() != compiled.source->rules.size()) {
    WriteDiagnostics(diagnostics, out);
    return 1;
  }
  const std::vector<RuleSource>& rules = compiled.source->rules;
  const std::vector<size_t> meant = Meant(rules, id);
  if (meant.size() == 1) {
    RuleWriter(compiled, meant[0], out).Write();
    return 0;
  }
  std::vector<std::string_view> ids;
  for (size_t i = 0; i < rules.size(); ++i) {
    if (meant.empty() || std::find(meant.begin(), meant.end(), i) != meant.end()) ids.push_back(rules[i].id);
  }
  out << (meant.empty() ? Concat("no rule `", id, "`: ", DidYouMean(id, ids, "`phiveil rules check` counts them"))
                        : Concat("`", id, "` may be ", Join(ids)))
      << "\n";
  return 1;
}

}  // namespace phiveil::rules

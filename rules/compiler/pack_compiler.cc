#include "compiler/pack_compiler.h"

#include <chrono>
#include <map>
#include <tuple>
#include <utility>

#include "base/concat.h"
#include "compiler/field_compiler.h"
#include "compiler/form_compiler.h"
#include "compiler/pattern/pattern.h"
#include "match/database.h"
#include "match/lexicon.h"
#include "text/token_class.h"

namespace phiveil::rules {
namespace {

class Stopwatch {
 public:
  double Lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// The stretch of a rule's text that byte `origin` of it stands for: a whole {{macro}}, or `length`.
size_t LengthAt(std::string_view text, size_t origin, size_t length) {
  if (!text.substr(std::min(origin, text.size())).starts_with("{{")) return length;
  const size_t close = text.find("}}", origin);
  return close == std::string_view::npos ? length : close + 2 - origin;
}

// " (in {{id}}: [0-9…)" for an error at `at` of the expansion, "" where no macro stands at `origin`.
std::string InMacro(std::string_view text, size_t origin, std::string_view expanded, size_t at, size_t length) {
  constexpr size_t kShown = 40;
  const size_t name = LengthAt(text, origin, 0);
  if (name == 0 || at >= expanded.size()) return "";
  return Concat(" (in ", text.substr(origin, name), ": ", expanded.substr(at, std::min(length, kShown)), ")");
}

class PackCompiler {
 public:
  PackCompiler(CompiledPack* out, Diagnostics* diagnostics)
      : out_(out),
        source_(*out->source),
        pack_(out->pack),
        diagnostics_(diagnostics),
        fields_(pack_.mutable_fields(), diagnostics) {
    for (size_t i = 0; i < source_.classes.size(); ++i) {
      class_bits_[source_.classes[i].name] = 1ull << (token_class::kFirstListBit + static_cast<int>(i));
      class_names_.push_back(source_.classes[i].name);
      pack_.add_classes(source_.classes[i].name);
    }
  }

  void CompileRules() {
    pack_.set_name(source_.name);
    pack_.set_version(source_.version);
    if (source_.model != nullptr) *pack_.mutable_model() = *source_.model;
    CheckIds();
    for (const RuleSource& rule : source_.rules) {
      CompiledPack::Part& part = out_->parts.emplace_back();
      if (rule.retired()) continue;
      part.rule = pack_.rules_size();
      FillRule(rule, pack_.add_rules());
      if (rule.kind == RuleKind::kField) {
        fields_.AddRule(rule, static_cast<uint32_t>(part.rule));
      } else if (!rule.text.empty()) {
        CompileText(rule, &part);
      }
    }
    fields_.AddRest(source_);
  }

  void BuildLexicon() {
    LexiconBuilder builder;
    for (const ClassSource& source : source_.classes) {
      const ClassBits bit = class_bits_.at(source.name);
      for (const std::string& word : source.words) builder.AddToClass(word, bit);
      if (source.list == nullptr) continue;
      for (const std::string& entry : source.list->entries) builder.AddToClass(entry, bit);
      pb::Source* origin = pack_.add_sources();
      origin->set_list(source.list->name);
      origin->set_text(source.list->about);
    }
    for (int i = 0; i < pack_.rules_size(); ++i) {
      for (int j = 0; j < pack_.rules(i).cues_size(); ++j) {
        for (const std::string& word : pack_.rules(i).cues(j).words()) {
          builder.AddCue(word, static_cast<uint32_t>(i), static_cast<uint32_t>(j));
        }
      }
    }
    *pack_.mutable_lexicon() = builder.Build();
  }

  void BuildDatabase() {
    AddWalks(trees_, &pack_);
    absl::StatusOr<std::string> database = CompileDatabase(pack_.expressions(), Platform::kAvx2);
    if (!database.ok()) {
      const absl::string_view message = database.status().message();
      diagnostics_->ReportFile(
          Code::kDatabase, source_.dir,
          Concat("the patterns do not compile together: ", std::string_view(message.data(), message.size())));
      return;
    }
    pack_.set_hs_database(*std::move(database));
    pack_.set_hs_platform(std::string(PlatformName(Platform::kAvx2)));
  }

  // What BuildDatabase makes, from a pack with the same expressions.
  void TakeDatabase(const pb::Pack& other) {
    for (int i = 0; i < pack_.expressions_size(); ++i) {
      pack_.mutable_expressions(i)->set_walked(other.expressions(i).walked());
    }
    *pack_.mutable_walks() = other.walks();
    pack_.set_hs_database(other.hs_database());
    pack_.set_hs_platform(other.hs_platform());
  }

 private:
  void CheckIds() {
    std::map<std::string_view, const RuleSource*> seen;
    for (const RuleSource& rule : source_.rules) {
      if (rule.id.empty()) continue;
      const auto [first, fresh] = seen.emplace(rule.id, &rule);
      if (fresh) continue;
      const RuleSource& other = *first->second;
      const int line = other.file->source->PlaceOf(other.node->offset).line;
      diagnostics_->Report(Code::kDuplicateId, rule.file->At(*rule.node->Find("id")),
                           Concat("id `", rule.id, "` is taken"),
                           Concat("by the rule at ", other.file->source->path(), ":", line, "; ids are never reused"));
    }
  }

  static void FillRule(const RuleSource& rule, pb::Rule* out) {
    out->set_id(rule.id);
    out->set_category(static_cast<uint32_t>(rule.category));
    out->set_subtype(static_cast<uint32_t>(rule.subtype));
    out->set_status(rule.status);
    out->set_about(rule.about);
    out->set_score(rule.score);
    out->set_veto(rule.veto);
    for (const CueSource& cue : rule.cues) {
      pb::Cue* to = out->add_cues();
      to->set_side(cue.side);
      to->set_within(cue.within);
      to->set_add(cue.add);
      for (const std::string& word : cue.words) to->add_words(word);
    }
    for (const std::string& name : rule.validators) out->add_validators(name);
    for (const std::string& text : rule.allow) out->add_allow(text);
    for (const ExampleSource& example : rule.examples) {
      pb::Example* to = out->add_examples();
      to->set_text(example.marked.text);
      for (const Mark& mark : example.marked.marks) {
        to->add_begin(mark.begin);
        to->add_end(mark.end);
        to->add_category(static_cast<uint32_t>(mark.category));
      }
    }
  }

  void CompileText(const RuleSource& rule, CompiledPack::Part* part) {
    if (rule.kind == RuleKind::kList) return CompileList(rule, part);
    const MacroUse use = rule.kind == RuleKind::kPattern ? MacroUse::kPattern : MacroUse::kForm;
    Expansion expansion;
    MacroError error;
    const bool expanded = ExpandMacros(rule.text, use, source_.macros, &expansion, &error);
    out_->used_macros.insert(expansion.macros.begin(), expansion.macros.end());
    if (!expanded) {
      return ReportIn(rule, error.unknown ? Code::kUnknownMacro : Code::kBadMacro, error.offset, error.length,
                      error.message, error.advice);
    }
    part->expanded = expansion.text;
    if (rule.kind == RuleKind::kPattern) {
      CompilePatternRule(rule, expansion, part);
    } else {
      CompileFormRule(rule, expansion, part);
    }
  }

  void CompilePatternRule(const RuleSource& rule, const Expansion& expansion, CompiledPack::Part* part) {
    const auto key = std::tuple(expansion.text, rule.caseless, rule.boundary, rule.extend);
    const auto [known, fresh] = expressions_.emplace(key, -1);
    if (fresh) {
      PatternError error;
      absl::StatusOr<CompiledPattern> compiled = CompilePattern(expansion.text, rule.caseless, &error);
      if (!compiled.ok()) {
        expressions_.erase(known);
        const size_t origin = expansion.OriginOf(error.column);
        const std::string message = error.message + InMacro(rule.text, origin, expansion.text, error.column, 24);
        return ReportIn(rule, Code::kBadPattern, origin, LengthAt(rule.text, origin, 1), message, "");
      }
      known->second = pack_.expressions_size();
      pb::Expression* expression = pack_.add_expressions();
      FillExpression(*compiled, expression);
      expression->set_boundary(rule.boundary);
      expression->set_extend(rule.extend);
      trees_.push_back(std::move(compiled->tree));
    }
    part->expression = known->second;
    pack_.mutable_expressions(known->second)->add_rules(static_cast<uint32_t>(part->rule));
  }

  void CompileFormRule(const RuleSource& rule, const Expansion& expansion, CompiledPack::Part* part) {
    const ClassLookup lookup = [this](std::string_view name) { return UseClass(name); };
    FormError error;
    std::optional<pb::Form> form = CompileForm(expansion.text, lookup, class_names_, &error);
    if (!form) {
      const size_t origin = expansion.OriginOf(error.offset);
      const size_t end = expansion.OriginOf(error.offset + error.length);
      const size_t length = LengthAt(rule.text, origin, end > origin ? end - origin : 1);
      const std::string message =
          error.message + InMacro(rule.text, origin, expansion.text, error.offset, error.length);
      return ReportIn(rule, error.code, origin, length, message, error.advice);
    }
    AddForm(*std::move(form), part);
  }

  // `list: City` is the form `< City{1,5} >`.
  void CompileList(const RuleSource& rule, CompiledPack::Part* part) {
    if (class_bits_.find(rule.text) == class_bits_.end()) {
      return ReportIn(rule, Code::kUnknownClass, 0, rule.text.size(), Concat("no list class `", rule.text, "`"),
                      DidYouMean(rule.text, class_names_, "declare it under `classes:` in pack.yaml"));
    }
    part->expanded = Concat("< ", rule.text, "{1,5} >");
    const ClassLookup lookup = [this](std::string_view name) { return UseClass(name); };
    FormError error;
    if (std::optional<pb::Form> form = CompileForm(part->expanded, lookup, class_names_, &error)) {
      AddForm(*std::move(form), part);
    }
  }

  void AddForm(pb::Form form, CompiledPack::Part* part) {
    part->form = pack_.forms_size();
    form.set_rule(static_cast<uint32_t>(part->rule));
    *pack_.add_forms() = std::move(form);
  }

  std::optional<ClassBits> UseClass(std::string_view name) {
    const auto found = class_bits_.find(name);
    if (found == class_bits_.end()) return std::nullopt;
    out_->used_classes.emplace(name);
    return found->second;
  }

  void ReportIn(const RuleSource& rule, Code code, size_t offset, size_t length, std::string message,
                std::string advice) {
    diagnostics_->Report(code, InsideScalar(*rule.file->source, *rule.text_node, offset, length), std::move(message),
                         std::move(advice));
  }

  CompiledPack* out_;
  const PackSource& source_;
  pb::Pack& pack_;
  Diagnostics* diagnostics_;
  FieldCompiler fields_;
  std::map<std::string, ClassBits, std::less<>> class_bits_;
  std::vector<std::string_view> class_names_;
  std::map<std::tuple<std::string, bool, pb::Boundary, std::string>, int> expressions_;
  std::vector<std::shared_ptr<const Node>> trees_;  // of the expressions
};

// Database and walks depend on the expressions alone.
bool SameExpressions(const pb::Pack& a, const pb::Pack& b) {
  if (a.expressions_size() != b.expressions_size()) return false;
  for (int i = 0; i < a.expressions_size(); ++i) {
    if (a.expressions(i).pattern() != b.expressions(i).pattern()) return false;
    if (a.expressions(i).caseless() != b.expressions(i).caseless()) return false;
    if (a.expressions(i).boundary() != b.expressions(i).boundary()) return false;
    if (a.expressions(i).extend() != b.expressions(i).extend()) return false;
  }
  return true;
}

}  // namespace

CompiledPack CompileWithout(CompiledPack* whole, const std::vector<size_t>& rules, bool hl7) {
  CompiledPack out;
  Diagnostics diagnostics;
  out.source = std::move(whole->source);
  std::vector<std::string> states;
  for (const size_t rule : rules) states.push_back(std::exchange(out.source->rules[rule].status, "retired"));
  std::unique_ptr<pb::Model> model = std::move(out.source->model);
  const YamlFile* const table = out.source->hl7_file;
  if (!hl7) out.source->hl7_file = nullptr;

  PackCompiler compiler(&out, &diagnostics);
  compiler.CompileRules();
  if (diagnostics.errors() == 0) {
    compiler.BuildLexicon();
    if (SameExpressions(whole->pack, out.pack)) {
      compiler.TakeDatabase(whole->pack);
    } else {
      compiler.BuildDatabase();
    }
  }
  out.good = diagnostics.errors() == 0 && out.pack.rules_size() > 0;

  out.source->hl7_file = table;
  for (size_t i = 0; i < rules.size(); ++i) out.source->rules[rules[i]].status = states[i];
  out.source->model = std::move(model);
  whole->source = std::move(out.source);
  return out;
}

CompiledPack CompilePack(const std::string& dir, Diagnostics* diagnostics) {
  CompiledPack out;
  Stopwatch watch;
  out.source = ReadPack(dir, diagnostics);
  out.read_seconds = watch.Lap();
  if (out.source == nullptr || out.source->pack_file == nullptr) return out;
  PackCompiler compiler(&out, diagnostics);
  compiler.CompileRules();
  if (out.pack.rules_size() == 0 && diagnostics->errors() == 0) {
    diagnostics->ReportFile(Code::kMissingKey, dir, "a pack without a rule that is not retired");
  }
  if (diagnostics->errors() == 0) LintPack(out, diagnostics);
  out.rule_seconds = watch.Lap();
  if (diagnostics->errors() > 0) return out;
  compiler.BuildLexicon();
  out.lexicon_seconds = watch.Lap();
  compiler.BuildDatabase();
  out.database_seconds = watch.Lap();
  out.good = diagnostics->errors() == 0;
  return out;
}

}  // namespace phiveil::rules

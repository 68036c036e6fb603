#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/concat.h"
#include "compiler/pack_compiler.h"
#include "text/document.h"

namespace phiveil::rules {
namespace {

constexpr float kUsualThreshold = 0.5f;
constexpr float kSlack = 0.001f;

std::string Folded(std::string_view word) {
  std::string out;
  for (const std::string& part : FoldWords(word)) out += Concat(out.empty() ? "" : " ", part);
  return out;
}

Location TextOfRule(const RuleSource& rule) { return rule.file->At(*rule.text_node); }

// The same word may speak nearer for more and farther for less; with one distance it is a slip.
void LintCues(const RuleSource& rule, Diagnostics* diagnostics) {
  std::set<std::tuple<pb::Cue::Side, uint32_t, std::string>> seen;
  for (const CueSource& cue : rule.cues) {
    for (size_t i = 0; i < cue.words.size(); ++i) {
      const std::string folded = Folded(cue.words[i]);
      bool again = false;
      for (pb::Cue::Side side : {pb::Cue::BEFORE, pb::Cue::AFTER}) {
        if (cue.side == pb::Cue::EITHER || cue.side == side) again |= !seen.emplace(side, cue.within, folded).second;
      }
      if (!again) continue;
      diagnostics->Report(Code::kRepeatedCue, rule.file->At(*cue.word_nodes[i]),
                          Concat("cue `", folded, "` stands in this rule already, with the same distance"),
                          "remove one of the two: in one entry it changes nothing, in two it counts twice");
    }
  }
}

void LintScore(const RuleSource& rule, Diagnostics* diagnostics) {
  if (rule.category == Category::kSafe) return;
  float best = rule.score;
  for (const CueSource& cue : rule.cues) best += std::max(0.0f, cue.add);
  if (best >= kUsualThreshold - kSlack) return;
  diagnostics->Report(Code::kUnreachableScore, rule.file->At(*rule.node),
                      Concat("score and cues of `", rule.id, "` together stay below the usual threshold of 0.50"),
                      "raise one of them; a rule that only supports others needs no score of its own");
}

void LintTrigger(const CompiledPack& compiled, const RuleSource& rule, const CompiledPack::Part& part,
                 std::set<int>* seen, Diagnostics* diagnostics) {
  if (part.expression < 0 || !seen->insert(part.expression).second) return;
  if (compiled.pack.expressions(part.expression).trigger() != 0) return;
  diagnostics->Report(Code::kNoTrigger, TextOfRule(rule),
                      "nothing rare is in every match, so that every byte of every text must be scanned for it",
                      "let every match hold a digit, an @ or :// ; words alone are better found by a form");
}

void LintNearDuplicates(const CompiledPack& compiled, Diagnostics* diagnostics) {
  std::map<std::pair<std::string_view, bool>, size_t> first;
  for (size_t i = 0; i < compiled.parts.size(); ++i) {
    if (compiled.parts[i].expression < 0) continue;
    const RuleSource& rule = compiled.source->rules[i];
    const auto [other, fresh] =
        first.emplace(std::pair(std::string_view(compiled.parts[i].expanded), rule.caseless), i);
    const RuleSource& before = compiled.source->rules[other->second];
    if (fresh || rule.boundary == before.boundary) continue;
    diagnostics->Report(Code::kNearDuplicate, TextOfRule(rule),
                        Concat("the pattern of `", before.id, "` with another boundary"),
                        "with the same boundary the two share one expression, which is faster");
  }
}

void LintUnused(const CompiledPack& compiled, Diagnostics* diagnostics) {
  const PackSource& source = *compiled.source;
  for (const ClassSource& one : source.classes) {
    if (compiled.used_classes.contains(one.name)) continue;
    diagnostics->Report(Code::kUnusedClass, source.pack_file->At(*one.node),
                        Concat("no form uses class `", one.name, "`"), "remove it: its words cost memory and time");
  }
  for (const auto& [name, macro] : source.macros) {
    if (compiled.used_macros.contains(name)) continue;
    diagnostics->Report(Code::kUnusedMacro, macro.file->At(*macro.key), Concat("no rule uses macro `", name, "`"));
  }
}

}  // namespace

void LintPack(const CompiledPack& compiled, Diagnostics* diagnostics) {
  std::set<int> expressions;
  for (size_t i = 0; i < compiled.parts.size(); ++i) {
    const RuleSource& rule = compiled.source->rules[i];
    if (rule.retired()) continue;
    LintCues(rule, diagnostics);
    LintScore(rule, diagnostics);
    LintTrigger(compiled, rule, compiled.parts[i], &expressions, diagnostics);
  }
  LintNearDuplicates(compiled, diagnostics);
  LintUnused(compiled, diagnostics);
}

}  // namespace phiveil::rules

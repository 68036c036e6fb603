// The pack's patterns as plain regular expressions for engines that know nothing of cues, lists or forms.
//
//   export_rules DIR > rules.tsv           CATEGORY <tab> caseless 0|1 <tab> label <tab> pattern
//
// A rule that reaches the usual threshold alone is its pattern. Of one that needs a label there is a pattern for each
// of its words: the word, up to four characters between, then the value. Macros are put in and classes written out, so
// that every engine reads the same. What only validators, lists, forms, fields or the name model find or tell is not in
// it.

#include <cctype>
#include <iostream>
#include <string>
#include <vector>

#include "compiler/pack_compiler.h"
#include "compiler/report.h"

namespace phiveil::rules {
namespace {

constexpr float kThreshold = 0.5f;

// A word or phrase of a cue: letters and digits as they are, anything between them as what may stand between words.
std::string LabelPattern(std::string_view words) {
  std::string out;
  bool gap = false;
  for (const char c : words) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0) {
      if (gap && !out.empty()) out += "[ .-]{1,2}";
      out += c;
      gap = false;
    } else {
      gap = true;
    }
  }
  return out;
}

// What the engine grows by hand, as bounded repeats.
std::string Extended(const pb::Expression& expression) {
  const std::string_view extend = expression.extend();
  if (extend == "email") return "[A-Za-z0-9._%+-]{0,40}(?:" + expression.pattern() + ")[A-Za-z0-9.-]{0,60}";
  if (!extend.empty()) return "(?:" + expression.pattern() + ")[A-Za-z0-9./?=&%#:~_-]{0,100}";
  return expression.pattern();
}

void Write(const RuleSource& rule, const std::string& label, const pb::Expression& expression) {
  std::cout << CategoryName(rule.category) << "\t" << (expression.caseless() ? 1 : 0) << "\t" << label << "\t"
            << Extended(expression) << "\n";
}

int Export(const std::string& dir) {
  Diagnostics diagnostics;
  const CompiledPack compiled = CompilePack(dir, &diagnostics);
  if (!compiled.good) {
    WriteDiagnostics(diagnostics, std::cerr);
    return 1;
  }
  for (size_t i = 0; i < compiled.parts.size(); ++i) {
    const RuleSource& rule = compiled.source->rules[i];
    if (compiled.parts[i].expression < 0 || rule.category == Category::kSafe) continue;
    const pb::Expression& expression = compiled.pack.expressions(compiled.parts[i].expression);
    // A shape that many rules share is told apart by validators, which a regular expression has not.
    const bool generous = expression.rules_size() > 3 && !rule.validators.empty();
    if (rule.score >= kThreshold && !generous) Write(rule, "", expression);
    for (const CueSource& cue : rule.cues) {
      if (rule.score >= kThreshold || rule.score + cue.add < kThreshold || cue.side == pb::Cue::AFTER) continue;
      std::string words;
      for (const std::string& word : cue.words) {
        const std::string one = LabelPattern(word);
        if (!one.empty()) words += (words.empty() ? "" : "|") + one;
      }
      if (!words.empty()) Write(rule, words, expression);
    }
  }
  return std::cout.flush() ? 0 : 1;
}

}  // namespace
}  // namespace phiveil::rules

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: export_rules DIR > rules.tsv\n";
    return 2;
  }
  return phiveil::rules::Export(argv[1]);
}

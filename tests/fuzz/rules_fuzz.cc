// Any bytes as a rule file, a policy, a case file, a form and a pattern with macros: each is read or
// refused with a diagnostic, and every diagnostic can be shown.

#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/cases.h"
#include "compiler/form_compiler.h"
#include "compiler/macros.h"
#include "compiler/pack_source.h"
#include "compiler/pattern/pattern.h"
#include "compiler/policy_compiler.h"

namespace {

using namespace phiveil::rules;

void Require(bool holds) {
  if (!holds) __builtin_trap();
}

void Show(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
    const std::string shown = FormatDiagnostic(diagnostic);
    Require(FirstInvalidUtf8(shown) == std::string::npos);
  }
}

void TryYaml(const std::string& text) {
  Diagnostics diagnostics;
  const auto file = ParseYaml("rules.yaml", text, &diagnostics);
  Require((file == nullptr) == (diagnostics.errors() > 0));
  PackSource pack;
  if (file != nullptr) ReadRuleFile(*file, &pack, &diagnostics);
  Show(diagnostics);
  Diagnostics policy;
  Require(CompilePolicyText("policy.yaml", text, &policy).has_value() == (policy.errors() == 0));
  Show(policy);
}

void TryCases(const std::string& text) {
  const SourceFile file("rules.cases", text);
  Diagnostics diagnostics;
  for (const CaseLine& one : ParseCases(file, &diagnostics)) {
    for (const Mark& mark : one.marked.marks) Require(mark.begin < mark.end && mark.end <= one.marked.text.size());
  }
  Show(diagnostics);
}

void TryTexts(const std::string& text) {
  Macros macros;
  macros["a"].body = text;
  macros["b"].body = "{{a}}x";
  for (MacroUse use : {MacroUse::kPattern, MacroUse::kForm}) {
    Expansion expansion;
    MacroError unexpanded;
    if (!ExpandMacros(text, use, macros, &expansion, &unexpanded)) {
      Require(unexpanded.offset <= text.size() && !unexpanded.message.empty());
      continue;
    }
    Require(expansion.origin.size() == expansion.text.size() + 1);
    if (use == MacroUse::kForm) {
      FormError error;
      const auto form = CompileForm(
          expansion.text, [](std::string_view) { return std::nullopt; }, {}, &error);
      Require(form ? form->code_size() <= kLongestForm : error.offset <= expansion.text.size());
    } else {
      phiveil::PatternError error;
      const auto pattern = phiveil::CompilePattern(expansion.text, true, &error);
      Require(pattern.ok() || error.column <= expansion.text.size());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      TryYaml(text);
      break;
    case 1:
      TryCases(text);
      break;
    default:
      TryTexts(text);
      break;
  }
  return 0;
}

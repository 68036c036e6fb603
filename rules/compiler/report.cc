#include "compiler/report.h"

#include <cstdio>

#include "base/concat.h"

namespace phiveil::rules {
namespace {

std::string Seconds(double seconds) {
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%.2f s", seconds);
  return {text, static_cast<size_t>(size)};
}

}  // namespace

std::string Count(size_t count, std::string_view one) { return Concat(count, " ", one, count == 1 ? "" : "s"); }

void WriteDiagnostics(const Diagnostics& diagnostics, std::ostream& out) {
  const std::vector<Diagnostic> sorted = diagnostics.Sorted();
  for (const Diagnostic& diagnostic : sorted) out << FormatDiagnostic(diagnostic);
  const size_t all = diagnostics.errors() + diagnostics.warnings();
  if (all > sorted.size()) out << "and " << all - sorted.size() << " more\n";
}

void WriteSummary(const CompiledPack& compiled, const Diagnostics& diagnostics, std::ostream& out) {
  const std::string found =
      Concat(Count(diagnostics.errors(), "error"), ", ", Count(diagnostics.warnings(), "warning"));
  if (compiled.source == nullptr) {
    out << found << "\n";
    return;
  }
  const pb::Pack& pack = compiled.pack;
  size_t words = 0;
  for (const ClassSource& source : compiled.source->classes) {
    words += source.words.size() + (source.list == nullptr ? 0 : source.list->entries.size());
  }
  out << compiled.source->name << " " << compiled.source->version << ": "
      << Count(static_cast<size_t>(pack.rules_size()), "rule") << ", "
      << Count(static_cast<size_t>(pack.expressions_size()), "expression") << ", "
      << Count(static_cast<size_t>(pack.forms_size()), "form") << ", " << Count(words, "list word") << " in "
      << pack.classes_size() << (pack.classes_size() == 1 ? " class" : " classes") << "; " << found << "\n";
  out << "read " << Seconds(compiled.read_seconds) << ", rules " << Seconds(compiled.rule_seconds) << ", lists "
      << Seconds(compiled.lexicon_seconds) << ", database " << Seconds(compiled.database_seconds) << "\n";
}

}  // namespace phiveil::rules

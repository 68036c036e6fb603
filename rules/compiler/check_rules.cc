#include "compiler/diagnostic.h"
#include "compiler/pack_compiler.h"
#include "compiler/report.h"
#include "compiler/tools.h"

namespace phiveil::rules {

int CheckRules(const std::string& dir, std::ostream& out) {
  Diagnostics diagnostics;
  const CompiledPack compiled = CompilePack(dir, &diagnostics);
  WriteDiagnostics(diagnostics, out);
  WriteSummary(compiled, diagnostics, out);
  return compiled.good ? 0 : 1;
}

}  // namespace phiveil::rules

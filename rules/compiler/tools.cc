#include "compiler/tools.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "base/concat.h"
#include "compiler/diagnostic.h"
#include "compiler/pack_compiler.h"
#include "compiler/policy_compiler.h"
#include "compiler/report.h"
#include "compiler/rule_tester.h"
#include "pack/pack_tables.h"
#include "phiveil/policy.h"
#include "phiveil/rule_pack.h"
#include "self_test.h"

namespace phiveil::rules {
namespace {

constexpr size_t kMostPackBytes = size_t{1} << 30;

int Refuse(const absl::Status& status, std::ostream& out) {
  const absl::string_view message = status.message();
  out << "error: " << std::string_view(message.data(), message.size()) << "\n";
  return 1;
}

int TestPack(const std::string& file, std::ostream& out) {
  Diagnostics diagnostics;
  const std::optional<std::string> bytes = ReadFile(file, kMostPackBytes, &diagnostics);
  WriteDiagnostics(diagnostics, out);
  if (!bytes) return 1;
  RulePack::LoadOptions options;
  options.run_examples = false;
  const auto pack = RulePack::Load(*bytes, options);
  if (!pack.ok()) return Refuse(pack.status(), out);
  const absl::StatusOr<std::vector<ExampleFailure>> failures = RunExamples(**pack);
  if (!failures.ok()) return Refuse(failures.status(), out);
  for (const ExampleFailure& failure : *failures) {
    out << file << ": example " << failure.example + 1 << " of " << failure.rule << ": " << failure.problem << "\n";
  }
  out << (*pack)->name() << " " << (*pack)->version() << ": " << Count((*pack)->rules().size(), "rule") << ", "
      << failures->size() << " failed\n";
  return failures->empty() ? 0 : 1;
}

}  // namespace

absl::Status WriteWholeFile(const std::string& path, std::string_view bytes) {
  const std::string draft = Concat(path, ".", ::getpid(), ".tmp");
  std::ofstream file(draft, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file || std::rename(draft.c_str(), path.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    std::remove(draft.c_str());
    return absl::UnavailableError(Concat(path, " cannot be written: ", why));
  }
  return absl::OkStatus();
}

int CompileRules(const std::string& dir, const std::string& out_file, std::ostream& out, Examples examples) {
  Diagnostics diagnostics;
  const CompiledPack compiled = CompilePack(dir, &diagnostics);
  WriteDiagnostics(diagnostics, out);
  WriteSummary(compiled, diagnostics, out);
  if (!compiled.good) return 1;
  const std::string bytes = SerializePack(compiled.pack);
  absl::StatusOr<std::unique_ptr<RuleTester>> tester = RuleTester::Create(bytes);
  if (!tester.ok()) return Refuse(tester.status(), out);
  Tally tally;
  (*tester)->RunExamples(*compiled.source, &tally, out);
  if (tally.failed > 0) out << tally.failed << " of " << Count(tally.run, "example") << " failed\n";
  if (tally.failed > 0 && examples == Examples::kMustPass) {
    out << "nothing was written\n";
    return 1;
  }
  if (const absl::Status status = WriteWholeFile(out_file, bytes); !status.ok()) return Refuse(status, out);
  out << out_file << ": " << bytes.size() << " bytes, " << Count(tally.run - tally.failed, "example") << " passed\n";
  return 0;
}

int TestRules(const std::string& dir, std::ostream& out) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(dir, ignored)) return TestPack(dir, out);
  Diagnostics diagnostics;
  const CompiledPack compiled = CompilePack(dir, &diagnostics);
  if (!compiled.good) {
    WriteDiagnostics(diagnostics, out);
    return 1;
  }
  absl::StatusOr<std::unique_ptr<RuleTester>> tester = RuleTester::Create(SerializePack(compiled.pack));
  if (!tester.ok()) return Refuse(tester.status(), out);
  Tally tally;
  (*tester)->RunExamples(*compiled.source, &tally, out);
  Diagnostics unreadable;
  for (const CaseSource& source : compiled.source->cases) (*tester)->RunCases(source, &tally, &unreadable, out);
  WriteDiagnostics(unreadable, out);
  out << compiled.source->name << " " << compiled.source->version << ": " << Count(tally.run, "text") << ", "
      << tally.failed << " failed, " << Count(tally.known_faults, "known fault") << "\n";
  return tally.failed == 0 && unreadable.errors() == 0 ? 0 : 1;
}

int CheckPolicy(const std::string& file, std::ostream& out) {
  Diagnostics diagnostics;
  const std::optional<std::string> bytes = CompilePolicy(file, &diagnostics);
  WriteDiagnostics(diagnostics, out);
  if (!bytes) return 1;
  const absl::StatusOr<Policy> policy = Policy::Load(*bytes);
  if (!policy.ok()) return Refuse(policy.status(), out);
  out << policy->name() << " " << policy->version() << ", basis " << BasisName(policy->basis())
      << (policy->NeedsVault() ? ", with a vault" : ", without a vault") << "\n"
      << policy->claim() << "\n";
  return 0;
}

int CompilePolicyFile(const std::string& file, const std::string& out_file, std::ostream& out) {
  Diagnostics diagnostics;
  const std::optional<std::string> bytes = CompilePolicy(file, &diagnostics);
  WriteDiagnostics(diagnostics, out);
  if (!bytes) return 1;
  const absl::Status status = WriteWholeFile(out_file, *bytes);
  return status.ok() ? 0 : Refuse(status, out);
}

}  // namespace phiveil::rules

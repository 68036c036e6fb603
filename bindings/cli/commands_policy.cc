#include <ctime>
#include <iostream>

#include "base/concat.h"
#include "cli/commands.h"
#include "cli/file_error.h"
#include "cli/session.h"
#include "phiveil/deployment.h"

namespace phiveil::cli {
namespace {

ExitCode Fail(const absl::Status& status) {
  std::cerr << "phiveil: " << MessageOf(status) << "\n";
  return kCannotStart;
}

std::string Today() {
  const time_t now = time(nullptr);
  tm parts = {};
  gmtime_r(&now, &parts);
  char day[16];
  return {day, strftime(day, sizeof day, "%Y-%m-%d", &parts)};
}

void Print(std::string_view what, const std::vector<GateReason>& reasons) {
  for (const GateReason& reason : reasons) {
    std::cout << what << reason.code << ": " << reason.text;
    if (!reason.source.empty()) std::cout << " (" << reason.source << ")";
    std::cout << "\n";
  }
}

ExitCode RunGate(const Options& options, const DeploymentProfile& profile, const Policy& policy,
                 const TaskProfile* task, const std::string& day) {
  const GateDecision decision = DecideGate(profile, {&policy, task, JurisdictionOf(options), day});
  std::cout << (decision.allowed ? "allow" : "deny") << "\n";
  Print("  no  ", decision.reasons);
  Print("      ", decision.held);
  std::cout << "Taken on the profile's word:\n";
  Print("   ?  ", decision.believed);
  std::cout.flush();
  return decision.allowed ? kAllDone : kSomeQuarantined;
}

ExitCode RunRegister(const Options& options, const DeploymentProfile& profile, const Policy& policy,
                     const TaskProfile* task, const std::string& day) {
  const RegisterEntry entry = WriteRegister(profile, policy, task, day);
  std::cout << (options.format == "json" ? entry.json : entry.markdown);
  std::cout.flush();
  for (const std::string& missing : entry.missing) std::cerr << "phiveil: not stated: " << missing << "\n";
  return kAllDone;
}

}  // namespace

ExitCode RunPolicy(const Options& options) {
  if (options.command == "policy gate-table") {
    const auto table = GateTable();
    if (!table.ok()) return Fail(table.status());
    std::cout << *table;
    std::cout.flush();
    return kAllDone;
  }
  const bool explain = options.command == "policy explain";
  const auto policy = OpenPolicy(explain ? options.file : options.policy);
  if (!policy.ok()) return Fail(policy.status());
  std::optional<TaskProfile> task;
  if (!options.task.empty()) {
    auto opened = OpenTask(options.task);
    if (!opened.ok()) return Fail(opened.status());
    task = *std::move(opened);
  }
  const TaskProfile* const limited = task ? &*task : nullptr;
  if (explain) {
    std::cout << ExplainPolicy(*policy, limited);
    std::cout.flush();
    return kAllDone;
  }
  const auto profile = OpenProfile(options.profile);
  if (!profile.ok()) return Fail(profile.status());
  const std::string day = options.day.empty() ? Today() : options.day;
  return options.command == "policy gate" ? RunGate(options, *profile, *policy, limited, day)
                                          : RunRegister(options, *profile, *policy, limited, day);
}

}  // namespace phiveil::cli

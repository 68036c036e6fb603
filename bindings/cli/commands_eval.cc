#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/commands.h"
#include "cli/eval_report.h"
#include "cli/file_error.h"
#include "cli/session.h"
#include "rules/builtin.h"

namespace phiveil::cli {
namespace {

ExitCode Fail(const absl::Status& status, ExitCode code) {
  std::cerr << "phiveil: " << MessageOf(status) << "\n";
  return code;
}

absl::StatusOr<eval::Gold> ReadGold(const Options& options, std::vector<std::string>* remarks) {
  PHIVEIL_ASSIGN_OR_RETURN(eval::Gold gold, eval::ReadGold(options.gold, remarks));
  for (const std::string& path : options.known) PHIVEIL_RETURN_IF_ERROR(eval::AddKnown(path, &gold));
  return gold;
}

// What is given at all, in the order in which it is measured.
std::vector<Options> SidesOf(const Options& options) {
  std::vector<Options> sides = {options};
  if (options.compare_pack.empty() && options.compare_policy.empty()) return sides;
  Options& after = sides.emplace_back(options);
  if (!options.compare_pack.empty()) after.pack = options.compare_pack;
  if (!options.compare_policy.empty()) after.policy = options.compare_policy;
  return sides;
}

absl::StatusOr<eval::Report> Report(const Options& options, const eval::Gold& gold,
                                    const std::vector<std::unique_ptr<Session>>& sessions) {
  std::vector<eval::Side> sides;
  const std::vector<Options> asked = SidesOf(options);
  for (size_t i = 0; i < sessions.size(); ++i) {
    const eval::Caller caller{options.actor.empty() ? LoginName() : options.actor, options.purpose};
    PHIVEIL_ASSIGN_OR_RETURN(eval::Measured measured, eval::Measure(*sessions[i]->engine, gold, caller));
    if (sessions[i]->audit != nullptr) PHIVEIL_RETURN_IF_ERROR(sessions[i]->audit->Flush());
    const bool built_in = BuiltinPolicy(asked[i].policy).has_value();
    sides.push_back({std::move(measured), asked[i].pack, built_in ? "" : asked[i].policy});
  }
  return eval::MakeReport(options.gold, gold, std::move(sides), {options.show_misses, options.show_errors});
}

}  // namespace

ExitCode RunEval(const Options& options) {
  std::vector<std::string> remarks;
  const absl::StatusOr<eval::Gold> gold = ReadGold(options, &remarks);
  for (const std::string& remark : remarks) std::cerr << "phiveil: " << remark << "\n";
  if (absl::IsCancelled(gold.status())) return Fail(gold.status(), kStopped);
  if (!gold.ok()) return Fail(gold.status(), absl::IsNotFound(gold.status()) ? kUsage : kSomeQuarantined);

  std::vector<std::unique_ptr<Session>> sessions;
  for (const Options& side : SidesOf(options)) {
    absl::StatusOr<std::unique_ptr<Session>> session = OpenSession(side, Verb::kFind, std::cerr);
    if (!session.ok()) return Fail(session.status(), kCannotStart);
    sessions.push_back(*std::move(session));
  }
  const absl::StatusOr<eval::Report> report = Report(options, *gold, sessions);
  if (!report.ok()) return Fail(report.status(), kStopped);
  bool failed = false;
  for (const eval::Side& side : report->sides) {
    for (const std::string& failure : side.measured.failures) std::cerr << "phiveil: " << failure << "\n";
    failed |= !side.measured.failures.empty();
  }
  std::cout << (options.format == "json" ? eval::ToJson(*report) : eval::ToText(*report));
  std::cout.flush();
  if (!std::cout.good()) return Fail(absl::UnavailableError("cannot write to stdout"), kStopped);
  return failed ? kSomeQuarantined : kAllDone;
}

}  // namespace phiveil::cli

#include <iostream>

#include "cli/commands.h"
#include "cli/eval_gold.h"
#include "cli/file_error.h"
#include "compiler/profile_reader.h"
#include "compiler/rule_cost.h"
#include "compiler/tools.h"
#include "phiveil/policy.h"
#include "rules/builtin.h"

namespace phiveil::cli {
namespace {

ExitCode ListPolicies() {
  for (const auto& name : BuiltinPolicyNames()) {
    const auto bytes = BuiltinPolicy(name);
    if (!bytes.has_value()) continue;
    const auto policy = Policy::Load(*bytes);
    if (!policy.ok()) {
      std::cerr << "phiveil: policy " << name << ": " << MessageOf(policy.status()) << "\n";
      return kCannotStart;
    }
    std::cout << policy->name() << " " << policy->version() << "  (" << BasisName(policy->basis()) << ")\n    "
              << policy->about() << "\n    " << policy->claim() << "\n";
  }
  for (const auto& name : BuiltinTaskNames()) {
    rules::Diagnostics diagnostics;
    const auto task = rules::ReadTaskProfile(std::string(name), std::string(BuiltinTask(name).value_or("")), &diagnostics);
    if (task) std::cout << "task " << task->name << " " << task->version << "\n    " << task->about << "\n";
  }
  return kAllDone;
}

ExitCode FromTool(int result) {
  std::cout.flush();
  return result == 0 ? kAllDone : kSomeQuarantined;
}

ExitCode CostOfRules(const Options& options) {
  std::vector<std::string> texts;
  if (!options.gold.empty()) {
    std::vector<std::string> remarks;
    absl::StatusOr<eval::Gold> corpus = eval::ReadGold(options.gold, &remarks);
    if (!corpus.ok()) {
      std::cerr << "phiveil: " << MessageOf(corpus.status()) << "\n";
      return absl::IsNotFound(corpus.status()) ? kUsage : kSomeQuarantined;
    }
    for (eval::GoldDocument& document : *corpus) texts.push_back(std::move(document.text));
  }
  const rules::CostOptions cost = {.only = options.rule_ids, .json = options.format == "json"};
  return FromTool(rules::CostOfRules(options.folder, texts, cost, std::cout, std::cerr));
}

}  // namespace

ExitCode RunRules(const Options& options) {
  const std::string& command = options.command;
  if (command == "rules check") return FromTool(rules::CheckRules(options.folder, std::cerr));
  if (command == "rules compile") return FromTool(rules::CompileRules(options.folder, options.out, std::cerr));
  if (command == "rules test") return FromTool(rules::TestRules(options.folder, std::cout));
  if (command == "rules explain") return FromTool(rules::ExplainRule(options.folder, options.rule_id, std::cout));
  if (command == "rules cost") return CostOfRules(options);
  if (command == "policy check") return FromTool(rules::CheckPolicy(options.file, std::cout));
  return ListPolicies();
}

}  // namespace phiveil::cli

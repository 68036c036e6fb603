#include "phiveil/rule_pack.h"

#include "base/concat.h"
#include "base/status_macros.h"
#include "pipeline.h"
#include "self_test.h"

namespace phiveil {

RulePack::RulePack(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
RulePack::~RulePack() = default;

absl::StatusOr<std::shared_ptr<const RulePack>> RulePack::Load(std::string_view bytes, const LoadOptions& options) {
  auto impl = std::make_unique<Impl>();
  PHIVEIL_ASSIGN_OR_RETURN(impl->tables, ParsePack(bytes));
  PHIVEIL_ASSIGN_OR_RETURN(impl->recognizer, Recognizer::Create(impl->tables->pack));
  std::shared_ptr<const RulePack> pack(new RulePack(std::move(impl)));
  if (!options.run_examples) return pack;
  PHIVEIL_ASSIGN_OR_RETURN(const std::vector<ExampleFailure> failures, RunExamples(*pack));
  if (failures.empty()) return pack;
  const ExampleFailure& first = failures.front();
  return absl::FailedPreconditionError(Concat("rule pack ", pack->name(), " fails ", failures.size(),
                                              " of its own examples; first: rule ", first.rule, ", example ",
                                              first.example + 1, ": ", first.problem));
}

const std::string& RulePack::name() const { return impl_->tables->pack.name(); }
const std::string& RulePack::version() const { return impl_->tables->pack.version(); }

std::vector<RulePack::RuleInfo> RulePack::rules() const {
  std::vector<RuleInfo> rules;
  for (const pb::Rule& rule : impl_->tables->pack.rules()) {
    rules.push_back({rule.id(), static_cast<Category>(rule.category()), rule.status(), rule.about()});
  }
  return rules;
}

}  // namespace phiveil

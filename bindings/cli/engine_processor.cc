#include <utility>

#include "base/status_macros.h"
#include "cli/processor.h"

namespace phiveil::cli {
namespace {

Outcome ToOutcome(Redacted&& redacted) {
  Outcome outcome;
  outcome.text = std::move(redacted.text);
  outcome.findings = std::move(redacted.findings);
  outcome.replacements = std::move(redacted.replacements);
  return outcome;
}

Outcome ToOutcome(Restored&& restored) {
  Outcome outcome;
  outcome.text = std::move(restored.text);
  outcome.restored = restored.restored;
  outcome.unknown = restored.unknown;
  outcome.altered = restored.altered;
  outcome.foreign = restored.foreign;
  return outcome;
}

Outcome ToOutcome(std::vector<Finding>&& findings) {
  Outcome outcome;
  outcome.findings = std::move(findings);
  return outcome;
}

using Outcomes = std::vector<absl::StatusOr<Outcome>>;

template <typename Result>
void Append(absl::StatusOr<Result>&& result, Outcomes* outcomes) {
  if (result.ok()) {
    outcomes->push_back(ToOutcome(std::move(*result)));
  } else {
    outcomes->push_back(result.status());
  }
}

class EngineProcessor : public Processor {
 public:
  EngineProcessor(const Deidentifier* engine, AuditLog* audit, Verb verb)
      : engine_(engine), audit_(audit), verb_(verb) {}

  absl::StatusOr<Outcomes> Run(std::span<const Record> records) const override {
    Outcomes outcomes;
    outcomes.reserve(records.size());
    if (verb_ == Verb::kFind) {
      for (const Record& record : records) Append(engine_->Find(record.text, record.request), &outcomes);
      // Nothing of the group is given out before its records are on disk.
      if (audit_ != nullptr) PHIVEIL_RETURN_IF_ERROR(audit_->Flush());
    } else if (verb_ == Verb::kRedact) {
      PHIVEIL_ASSIGN_OR_RETURN(std::vector<absl::StatusOr<Redacted>> batch, engine_->RedactBatch(records));
      for (absl::StatusOr<Redacted>& result : batch) Append(std::move(result), &outcomes);
    } else {
      PHIVEIL_ASSIGN_OR_RETURN(std::vector<absl::StatusOr<Restored>> batch, engine_->RestoreBatch(records));
      for (absl::StatusOr<Restored>& result : batch) Append(std::move(result), &outcomes);
    }
    return outcomes;
  }

 private:
  const Deidentifier* engine_;
  AuditLog* audit_;
  Verb verb_;
};

}  // namespace

std::unique_ptr<Processor> MakeEngineProcessor(const Deidentifier* engine, AuditLog* audit, Verb verb) {
  return std::make_unique<EngineProcessor>(engine, audit, verb);
}

}  // namespace phiveil::cli

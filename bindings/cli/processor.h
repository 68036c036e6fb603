#ifndef PHIVEIL_CLI_PROCESSOR_H_
#define PHIVEIL_CLI_PROCESSOR_H_

// What is done to a group of records. The pipeline knows only this, so that it can be tested
// without an engine.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "phiveil/deidentifier.h"

namespace phiveil::cli {

enum class Verb : uint8_t { kRedact, kFind, kRestore };

struct Outcome {
  std::string text;                                              // redact, restore
  std::vector<Finding> findings;                                 // redact, find
  std::vector<std::string> replacements;                         // redact: one for each finding
  uint32_t restored = 0, unknown = 0, altered = 0, foreign = 0;  // restore
};

class Processor {
 public:
  virtual ~Processor() = default;

  // One outcome a record, in order; called by many threads. The outer status: nothing of the group
  // may be used and the run must stop.
  virtual absl::StatusOr<std::vector<absl::StatusOr<Outcome>>> Run(std::span<const Record> records) const = 0;
};

// `engine` must outlive the processor.
std::unique_ptr<Processor> MakeEngineProcessor(const Deidentifier* engine, AuditLog* audit, Verb verb);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_PROCESSOR_H_

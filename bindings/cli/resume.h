#ifndef PHIVEIL_CLI_RESUME_H_
#define PHIVEIL_CLI_RESUME_H_

// Putting an output back to what its journal says, before a run goes on.

#include "absl/status/status.h"
#include "cli/batch_writer.h"
#include "cli/group_reader.h"
#include "cli/journal.h"

namespace phiveil::cli {

// Gives finished parts their names, and takes out of `state` what must be done again: files whose
// input has changed since, and files whose output is gone. Their lines leave the errors file.
// FAILED_PRECONDITION when an input has changed that has already gone into a single output file.
absl::Status PrepareResume(const OutputPlan& plan, const ReadSettings& settings, JournalState* state);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_RESUME_H_

#ifndef PHIVEIL_CLI_BATCH_H_
#define PHIVEIL_CLI_BATCH_H_

// One run over all inputs: reader, workers, writer, journal, progress, ledger.

#include <ostream>
#include <string>

#include "cli/batch_writer.h"
#include "cli/exit_code.h"
#include "cli/group_reader.h"
#include "cli/ledger.h"

namespace phiveil::cli {

struct BatchSettings {
  ReadSettings read;
  FormatSettings format;
  OutputPlan output;
  int threads = 1;
  bool resumable = false;  // keep a journal
  bool resume = false;     // go on with an unfinished run
  bool quiet = false;
  std::string run;  // names everything that must be the same for a resume
};

// Where the journal of a run to this output stands.
std::string JournalPath(const OutputPlan& plan);

// Runs, prints problems and the ledger to `err`; data goes where the plan says. `ledger` comes in
// with the places of vault, key and audit log.
ExitCode RunBatch(const BatchSettings& settings, const Processor& processor, Ledger ledger, std::ostream& err);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_BATCH_H_

#include "cli/batch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/file_error.h"
#include "cli/pipeline.h"
#include "cli/progress.h"
#include "cli/resume.h"
#include "cli/stop.h"

namespace phiveil::cli {
namespace {

absl::Status MakeOutputFolder(const OutputPlan& plan) {
  if (plan.kind != OutputPlan::Kind::kFolder) return MakeParents(plan.path);
  return MakeParents(plan.path + "/");
}

// A line from an earlier run would be taken for one of this run.
absl::Status RemoveOldErrors(const std::string& path) {
  struct stat info = {};
  if (path.empty() || lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return absl::OkStatus();
  if (unlink(path.c_str()) != 0) return FileError(path, "remove", errno);
  return absl::OkStatus();
}

struct Opened {
  std::unique_ptr<Journal> journal;
  std::optional<JournalState> resumed;
};

absl::StatusOr<Opened> OpenFresh(const BatchSettings& settings) {
  Opened opened;
  if (settings.resumable) {
    PHIVEIL_ASSIGN_OR_RETURN(opened.journal, Journal::Create(JournalPath(settings.output), settings.run));
  }
  PHIVEIL_RETURN_IF_ERROR(RemoveOldErrors(settings.output.errors_path));
  return opened;
}

absl::StatusOr<Opened> OpenJournal(const BatchSettings& settings, std::ostream& err) {
  if (settings.output.kind != OutputPlan::Kind::kStream) PHIVEIL_RETURN_IF_ERROR(MakeOutputFolder(settings.output));
  if (!settings.resume) return OpenFresh(settings);
  Opened opened;
  JournalState state;
  absl::StatusOr<std::unique_ptr<Journal>> journal =
      Journal::Resume(JournalPath(settings.output), settings.run, &state);
  if (absl::IsNotFound(journal.status())) {
    if (!settings.quiet) err << "phiveil: no unfinished run to resume; starting from the beginning\n";
    return OpenFresh(settings);
  }
  PHIVEIL_RETURN_IF_ERROR(journal.status());
  opened.journal = *std::move(journal);
  PHIVEIL_RETURN_IF_ERROR(PrepareResume(settings.output, settings.read, &state));
  opened.resumed = std::move(state);
  return opened;
}

ExitCode Refuse(const absl::Status& status, const BatchSettings& settings, std::ostream& err) {
  if (absl::IsAlreadyExists(status)) {
    const std::string journal = JournalPath(settings.output);
    err << "phiveil: an earlier run to this output was not finished (" << journal
        << ").\nGo on with it: the same command and --resume. Start anew: remove that file first.\n";
    return kUsage;
  }
  err << "phiveil: " << MessageOf(status) << "\n";
  return absl::IsFailedPrecondition(status) ? kUsage : kStopped;
}

// The whole output stood before the kill came; only the journal was left.
bool NothingLeft(const Opened& opened, const OutputPlan& plan) {
  if (!opened.resumed.has_value() || !opened.resumed->complete) return false;
  return plan.kind == OutputPlan::Kind::kFile && access(PartPath(plan.path).c_str(), F_OK) != 0;
}

void Explain(const absl::Status& status, bool stopped, bool resumable, std::ostream& err) {
  if (!status.ok()) {
    err << "phiveil: stopped: " << MessageOf(status) << "\n";
  } else if (stopped) {
    err << "phiveil: stopped by a signal\n";
  }
  if (resumable) err << "phiveil: the same command with --resume goes on from here\n";
}

class Run {
 public:
  Run(const BatchSettings& settings, const Processor& processor, Opened opened)
      : settings_(settings),
        processor_(processor),
        resumed_(std::move(opened.resumed)),
        writer_(settings.output, std::move(opened.journal), resumed()),
        reader_(settings.read, settings.format, resumed()),
        progress_(!settings.quiet),
        counts_before_(writer_.counts()) {}

  absl::Status Go() {
    if (progress_.visible()) progress_.set_total(TotalBytes(settings_.read));
    PipelineStages stages;
    stages.read = [this](Group* group) { return reader_.Next(group); };
    stages.process = [this](Group* group) { ProcessGroup(processor_, settings_.format, group); };
    stages.write = [this](Group* group) {
      written_ = group->taken;
      return writer_.Write(group);
    };
    stages.tick = [this] { progress_.Show(written_); };
    stages.cancel = [] { RequestStop(); };
    absl::Status status = RunPipeline({.threads = settings_.threads}, stages);
    stopped_ = reader_.stopped();
    const absl::Status finished = writer_.Finish(status.ok() && !stopped_);
    progress_.Clear();
    return status.ok() ? finished : status;
  }

  void Fill(Ledger* ledger) const {
    ledger->verb = settings_.format.verb;
    ledger->counts = writer_.counts();
    ledger->records_before = counts_before_.records_in;
    ledger->bytes_now = writer_.counts().bytes_in - counts_before_.bytes_in;
    ledger->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    ledger->output = settings_.output.path.empty() ? "stdout" : settings_.output.path;
    if (writer_.has_errors()) ledger->errors = settings_.output.errors_path;
  }

  bool stopped() const { return stopped_; }

 private:
  const JournalState* resumed() const { return resumed_.has_value() ? &*resumed_ : nullptr; }

  const BatchSettings& settings_;
  const Processor& processor_;
  std::optional<JournalState> resumed_;
  BatchWriter writer_;
  GroupReader reader_;
  Progress progress_;
  Counts counts_before_;
  uint64_t written_ = 0;  // of the input's bytes
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool stopped_ = false;
};

}  // namespace

std::string JournalPath(const OutputPlan& plan) {
  if (plan.kind == OutputPlan::Kind::kFolder) return Concat(plan.path, "/", kJournalSuffix);
  const size_t name = plan.path.rfind('/') + 1;  // npos + 1 is 0
  return Concat(plan.path.substr(0, name), ".", plan.path.substr(name), kJournalSuffix);
}

ExitCode RunBatch(const BatchSettings& settings, const Processor& processor, Ledger ledger, std::ostream& err) {
  absl::StatusOr<Opened> opened = OpenJournal(settings, err);
  if (!opened.ok()) return Refuse(opened.status(), settings, err);
  if (NothingLeft(*opened, settings.output)) {
    const absl::Status removed = opened->journal->Remove();
    err << "phiveil: the unfinished run had written everything\n";
    return removed.ok() ? kAllDone : Refuse(removed, settings, err);
  }
  Run run(settings, processor, *std::move(opened));
  const absl::Status status = run.Go();
  run.Fill(&ledger);
  ledger.complete = status.ok() && !run.stopped();
  if (!ledger.complete) {
    Explain(status, run.stopped(), settings.resumable, err);
    if (settings.resumable) ledger.journal = JournalPath(settings.output);
  }
  PrintLedger(ledger, settings.quiet, err);
  if (!ledger.complete) return kStopped;
  return ledger.counts.quarantined > 0 ? kSomeQuarantined : kAllDone;
}

}  // namespace phiveil::cli

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/file_error.h"
#include "cli/session.h"

namespace phiveil::cli {
namespace {

ExitCode Usage(std::string_view message) {
  std::cerr << "phiveil: " << message << "\n";
  return kUsage;
}

Verb VerbOf(const Options& options) {
  if (options.command == "find") return Verb::kFind;
  return options.command == "restore" ? Verb::kRestore : Verb::kRedact;
}

OffsetConverter::Unit UnitOf(const std::string& name) {
  if (name == "byte") return OffsetConverter::Unit::kByte;
  return name == "utf16" ? OffsetConverter::Unit::kUtf16 : OffsetConverter::Unit::kCodePoint;
}

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

bool IsFolder(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool SameFile(const std::string& a, const std::string& b) {
  struct stat first = {}, second = {};
  return stat(a.c_str(), &first) == 0 && stat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

// What exists at `path` and is no file: a pipe, a device.
bool IsStream(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

void FillFormat(const Options& options, FormatSettings* format) {
  format->verb = VerbOf(options);
  format->offsets = UnitOf(options.offsets);
  format->subject = options.subject;
  format->actor = options.actor.empty() ? LoginName() : options.actor;
  // For restoring, a purpose that nobody stated is none: the access file may require one.
  format->purpose = options.purpose.empty() && format->verb != Verb::kRestore ? "not stated" : options.purpose;
  format->reasons = options.verbose && format->verb != Verb::kRestore;
  format->text_columns = options.text_columns;
  format->id_column = options.id_column;
  format->subject_column = options.subject_column;
}

absl::Status Wrong(const std::string& message) { return absl::InvalidArgumentError(message); }

absl::Status FillRead(const Options& options, ReadSettings* read) {
  read->inputs = options.inputs.empty() ? std::vector<std::string>{"-"} : options.inputs;
  read->format = ParseFormat(options.format);
  read->limits.max_record = options.max_record;
  if (read->inputs.size() == 1) {
    const std::string& only = read->inputs[0];
    if (only != "-" && access(only.c_str(), F_OK) != 0) return Wrong(FileError(only, "open", errno).ToString());
    const bool csv = read->format.value_or(FormatFromName(only)) == FormatKind::kCsv;
    if (csv && !IsFolder(only) && options.text_columns.empty()) {
      return Wrong("CSV needs --text-column NAME for each column that holds text");
    }
  } else if (std::find(read->inputs.begin(), read->inputs.end(), "-") != read->inputs.end()) {
    return Wrong("stdin cannot be read together with files");
  }
  return absl::OkStatus();
}

absl::Status PlanFolder(const Options& options, const ReadSettings& read, OutputPlan* plan) {
  plan->kind = OutputPlan::Kind::kFolder;
  plan->path = WithoutSlash(options.out);
  struct stat info = {};
  if (stat(plan->path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) {
    return Wrong(Concat("--out ", plan->path, " must be a folder: there is more than one input"));
  }
  for (const std::string& input : read.inputs) {
    const std::string folder = IsFolder(input) ? input : std::filesystem::path(input).parent_path().string();
    if (SameFile(plan->path, folder.empty() ? "." : folder)) {
      return Wrong(Concat("--out ", plan->path, " is where the input is: it would be overwritten"));
    }
  }
  return InputTree(read.inputs, {}).CheckNames();
}

absl::Status PlanOutput(const Options& options, ReadSettings* read, OutputPlan* plan) {
  const InputTree tree(read->inputs, {});
  const bool many = tree.HasFolder() || read->inputs.size() > 1;
  const bool one_stream = options.command == "find";  // lines of JSON, whatever the inputs
  const bool into_folder = IsFolder(options.out) || options.out.ends_with('/');
  if (options.out.empty() || options.out == "-") {
    if (many && !one_stream) return Wrong("more than one input needs --out FOLDER");
    return absl::OkStatus();
  }
  if (one_stream && into_folder) return Wrong("`find` writes one file: --out must not be a folder");
  if (!one_stream && (many || into_folder)) {
    if (read->inputs[0] == "-") return Wrong("stdin has no name: --out must be a file");
    read->keeps_compression = true;
    return PlanFolder(options, *read, plan);
  }
  plan->path = options.out;
  plan->kind = IsStream(plan->path) ? OutputPlan::Kind::kStream : OutputPlan::Kind::kFile;
  for (const std::string& input : read->inputs) {
    if (SameFile(plan->path, input)) return Wrong(Concat("--out ", plan->path, " is the input"));
  }
  plan->compression = read->compression = CompressionFromName(plan->path);
  return absl::OkStatus();
}

absl::Status PlanResume(const Options& options, const ReadSettings& read, BatchSettings* settings) {
  const bool stream = settings->output.kind == OutputPlan::Kind::kStream;
  const bool regular = std::all_of(read.inputs.begin(), read.inputs.end(),
                                   [](const std::string& input) { return input != "-" && !IsStream(input); });
  settings->resumable = !stream && regular;
  settings->resume = options.resume;
  if (!options.resume || settings->resumable) return absl::OkStatus();
  return Wrong("--resume needs files as input and --out: a stream cannot be read again");
}

std::string ErrorsPath(const Options& options, const OutputPlan& plan, const Places& places) {
  if (!options.errors.empty()) return options.errors;
  if (plan.kind == OutputPlan::Kind::kStream) return places.state.NewErrorsFile();
  const std::string path = plan.path == "." || plan.path.ends_with("/..") || plan.path == ".."
                               ? std::filesystem::absolute(plan.path).lexically_normal().string()
                               : plan.path;
  return Concat(WithoutSlash(path), ".errors.jsonl");
}

// Everything that must be the same for a resume to go on with the same work.
std::string RunIdentity(const Options& options, const Session& session) {
  std::string all = Concat(options.command, '\0', session.identity, '\0', options.format, '\0', options.offsets, '\0',
                           options.subject, '\0', options.id_column, '\0', options.subject_column, '\0',
                           options.max_record, '\0', options.verbose ? 1 : 0, '\0');
  for (const std::string& name : options.text_columns) all += Concat("column ", name, '\0');
  for (const std::string& input : options.inputs) all += Concat("input ", input, '\0');
  return Sha256Hex(all);
}

ExitCode CannotStart(const absl::Status& status) {
  std::cerr << "phiveil: " << MessageOf(status) << "\n";
  return kCannotStart;
}

void Announce(const Session& session, int threads) {
  const RulePack& pack = session.engine->pack();
  const Policy& policy = session.engine->policy();
  std::cerr << "phiveil: pack " << pack.name() << " " << pack.version() << ", policy " << policy.name() << " "
            << policy.version() << " (" << BasisName(policy.basis()) << "), " << threads << " threads\n";
}

}  // namespace

ExitCode RunText(const Options& options) {
  BatchSettings settings;
  FillFormat(options, &settings.format);
  absl::Status status = FillRead(options, &settings.read);
  if (status.ok()) status = PlanOutput(options, &settings.read, &settings.output);
  if (status.ok()) status = PlanResume(options, settings.read, &settings);
  if (!status.ok()) return Usage(MessageOf(status));
  if (const auto places = FindPlaces(options); absl::IsInvalidArgument(places.status())) {
    return Usage(MessageOf(places.status()));
  }

  absl::StatusOr<std::unique_ptr<Session>> session = OpenSession(options, settings.format.verb, std::cerr);
  if (!session.ok()) return CannotStart(session.status());
  const Places& places = (*session)->places;
  if (options.purpose.empty() && !(*session)->purpose.empty()) settings.format.purpose = (*session)->purpose;
  settings.read.excluded = {places.state.path(), places.vault};
  if (settings.output.kind == OutputPlan::Kind::kFolder) settings.read.excluded.push_back(settings.output.path);
  settings.output.errors_path = ErrorsPath(options, settings.output, places);
  settings.run = RunIdentity(options, **session);
  settings.quiet = options.quiet;
  settings.threads =
      options.threads > 0 ? options.threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));

  if (options.verbose) Announce(**session, settings.threads);

  Ledger ledger;
  if (settings.format.verb == Verb::kRedact) ledger.claim = (*session)->engine->policy().claim();
  if ((*session)->uses_vault) ledger.vault = VaultName(places.vault);
  if ((*session)->key != nullptr) ledger.key = places.key;
  if ((*session)->audit != nullptr) ledger.audit = places.audit;
  const std::unique_ptr<Processor> processor =
      MakeEngineProcessor((*session)->engine.get(), (*session)->audit.get(), settings.format.verb);
  return RunBatch(settings, *processor, std::move(ledger), std::cerr);
}

}  // namespace phiveil::cli

#include "cli/resume.h"

#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/file_error.h"
#include "cli/output_file.h"

namespace phiveil::cli {
namespace {

std::optional<uint64_t> SizeOf(const std::string& path) {
  struct stat info = {};
  if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return static_cast<uint64_t>(info.st_size);
}

// Whether what the journal says of an output is there; finishes what a kill has interrupted.
absl::StatusOr<bool> OutputStands(const std::string& path, const FileProgress& file) {
  if (!file.made) return true;
  const std::optional<uint64_t> part = SizeOf(PartPath(path));
  if (!file.done) return part.value_or(0) >= file.out;
  if (part == file.out) {
    PHIVEIL_RETURN_IF_ERROR(Publish(path));
    return true;
  }
  return SizeOf(path) == file.out;
}

// Drops the lines of files that are done again from the counted part of the errors file.
absl::Status FilterErrors(const std::string& path, const std::set<std::string>& again, JournalState* state) {
  if (state->errors == 0 || again.empty()) return absl::OkStatus();
  std::ifstream in(path, std::ios::binary);
  std::string counted(std::istreambuf_iterator<char>(in), {});
  counted.resize(std::min<size_t>(counted.size(), state->errors));
  std::string kept;
  simdjson::dom::parser parser;
  for (std::string_view rest = counted; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    if (line.empty()) break;
    rest.remove_prefix(line.size());
    std::string_view file;
    const bool readable = parser.parse(line.data(), line.size())["file"].get(file) == simdjson::SUCCESS;
    if (!readable || !again.contains(std::string(file))) kept += line;
  }
  PHIVEIL_ASSIGN_OR_RETURN(std::unique_ptr<OutputFile> out, OutputFile::OpenPart(path, 0));
  PHIVEIL_RETURN_IF_ERROR(out->Write(kept));
  PHIVEIL_RETURN_IF_ERROR(out->Sync());
  state->errors = kept.size();
  return Publish(path);
}

absl::Status CheckSingleFile(const OutputPlan& plan, const JournalState& state) {
  uint64_t counted = 0;
  for (const auto& [label, file] : state.files) counted = std::max(counted, file.out);
  if (SizeOf(PartPath(plan.path)).value_or(0) >= counted) return absl::OkStatus();
  if (state.complete && SizeOf(plan.path) == counted) return absl::OkStatus();
  return absl::FailedPreconditionError(Concat("the unfinished output ", PartPath(plan.path), " is gone"));
}

}  // namespace

absl::Status PrepareResume(const OutputPlan& plan, const ReadSettings& settings, JournalState* state) {
  const bool single = plan.kind == OutputPlan::Kind::kFile;
  if (single) PHIVEIL_RETURN_IF_ERROR(CheckSingleFile(plan, *state));
  std::set<std::string> again;
  InputTree tree(settings.inputs, settings.excluded);
  while (const std::optional<InputEntry> entry = tree.Next()) {
    const auto found = state->files.find(entry->label);
    if (found == state->files.end()) continue;
    const FileProgress& file = found->second;
    bool stands = file.SameInput(*entry);
    if (!stands && single) {
      return absl::FailedPreconditionError(Concat("input ", entry->label, " has changed since the unfinished run"));
    }
    if (stands && !single) {
      PHIVEIL_ASSIGN_OR_RETURN(stands, OutputStands(plan.PathFor(*entry), file));
    }
    if (stands) continue;
    again.insert(entry->label);
    state->files.erase(found);
  }
  return FilterErrors(plan.errors_path, again, state);
}

}  // namespace phiveil::cli

#include "cli/state_dir.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "base/concat.h"
#include "base/status_macros.h"
#include "cli/file_error.h"
#include "cli/output_file.h"

namespace phiveil::cli {
namespace {

std::string HomeFolder() {
  if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/') return home;
  std::vector<char> buffer(16384);
  passwd entry = {};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return "";
  return found->pw_dir == nullptr ? "" : found->pw_dir;
}

}  // namespace

absl::StatusOr<StateDir> StateDir::Locate() {
  StateDir state;
  if (const char* set = std::getenv("PHIVEIL_HOME"); set != nullptr && set[0] != '\0') {
    state.path_ = set;
  } else if (const std::string home = HomeFolder(); !home.empty()) {
    state.path_ = home + "/.phiveil";
  } else {
    return absl::FailedPreconditionError(
        "no home folder is known: set PHIVEIL_HOME to a folder for vault and audit log");
  }
  while (state.path_.size() > 1 && state.path_.ends_with('/')) state.path_.pop_back();
  return state;
}

absl::Status StateDir::Make(bool* made) const {
  PHIVEIL_RETURN_IF_ERROR(MakeParents(path_));
  *made = mkdir(path_.c_str(), 0700) == 0;
  if (!*made && errno != EEXIST) return FileError(path_, "make the state folder", errno);
  struct stat info = {};
  if (stat(path_.c_str(), &info) != 0) return FileError(path_, "look at the state folder", errno);
  if (!S_ISDIR(info.st_mode)) return absl::FailedPreconditionError(Concat(path_, " is not a folder"));
  if (info.st_uid != geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::FailedPreconditionError(
        Concat(path_, " must belong to you and be closed to others: chmod 700 ", path_));
  }
  return absl::OkStatus();
}

std::string StateDir::NewErrorsFile() const {
  const time_t now = time(nullptr);
  tm parts = {};
  gmtime_r(&now, &parts);
  std::array<char, 32> stamp{};
  strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &parts);
  return Concat(path_, "/errors/", std::string_view(stamp.data()), "-", getpid(), ".jsonl");
}

}  // namespace phiveil::cli

#ifndef PHIVEIL_CLI_STATE_DIR_H_
#define PHIVEIL_CLI_STATE_DIR_H_

// The folder for what phiveil keeps: `$PHIVEIL_HOME`, else `~/.phiveil`, mode 0700.
//
//   vault/  vault.key  vault.key.wrapped  audit.jsonl  access.json  restore.meter  errors/

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace phiveil::cli {

class StateDir {
 public:
  // Where it is or would be; nothing is made. FAILED_PRECONDITION when neither $PHIVEIL_HOME nor a
  // home folder is known.
  static absl::StatusOr<StateDir> Locate();

  // Makes the folder when it is missing; `*made` says so. FAILED_PRECONDITION when it belongs to
  // another user or others may write to it.
  absl::Status Make(bool* made) const;

  const std::string& path() const { return path_; }
  std::string vault() const { return path_ + "/vault"; }
  std::string key() const { return path_ + "/vault.key"; }
  std::string wrapped_key() const { return path_ + "/vault.key.wrapped"; }
  std::string audit() const { return path_ + "/audit.jsonl"; }
  std::string access() const { return path_ + "/access.json"; }
  std::string meter() const { return path_ + "/restore.meter"; }
  // An errors file of its own for this run.
  std::string NewErrorsFile() const;

 private:
  std::string path_;
};

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_STATE_DIR_H_

#ifndef PHIVEIL_CLI_INPUT_TREE_H_
#define PHIVEIL_CLI_INPUT_TREE_H_

// The inputs of a run, one after another in an order that is the same every time.
//
// A folder's files are named by their path inside it. When there is more than one input, each stands
// under its own last name, as `cp -r a b out/` does it. Symbolic links are followed to files inside
// the folder they stand in, to nothing else; devices, pipes and sockets inside a folder are reported.
// Files that phiveil itself keeps in an output folder are passed over.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace phiveil::cli {

inline constexpr std::string_view kPartSuffix = ".phiveil-part";
inline constexpr std::string_view kJournalSuffix = ".phiveil-journal";

struct InputEntry {
  std::string path;   // to open; "-" is standard input
  std::string name;   // place in the output, bytes as the file system has them
  std::string label;  // `name` as valid UTF-8: the id of a text, what errors and journal write
  uint64_t size = 0;
  int64_t mtime_ns = 0;
  bool regular = false;  // a file that can be read again, so that a run over it can be resumed
  std::string problem;   // why it cannot be read; empty when it can
};

class InputTree {
 public:
  // `excluded`: folders not to enter (the output, the state folder).
  InputTree(std::vector<std::string> inputs, const std::vector<std::string>& excluded);

  // The next file. Nothing at the end.
  std::optional<InputEntry> Next();

  // Whether any input is a folder.
  bool HasFolder() const { return has_folder_; }

  // INVALID_ARGUMENT when two inputs would have the same name in the output.
  absl::Status CheckNames() const;

 private:
  struct Level {
    std::string path, name;            // of the folder
    std::vector<std::string> entries;  // sorted
    size_t next = 0;
  };
  using FileId = std::pair<dev_t, ino_t>;

  std::optional<InputEntry> VisitInput(const std::string& input);
  std::optional<InputEntry> VisitChild(const std::string& path, const std::string& name);
  std::optional<InputEntry> OpenFolder(const std::string& path, const std::string& name);
  void CheckLink(InputEntry* entry) const;
  std::string RootName(const std::string& input) const;
  bool IsExcluded(FileId id) const;

  std::vector<std::string> inputs_;
  std::vector<FileId> excluded_;
  std::vector<Level> levels_;
  std::string root_;  // of the input being walked, resolved
  size_t next_input_ = 0;
  bool has_folder_ = false;
};

// `bytes` with everything that is not valid UTF-8 as %XX.
std::string Utf8Label(std::string_view bytes);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_INPUT_TREE_H_

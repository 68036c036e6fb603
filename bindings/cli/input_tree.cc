#include "cli/input_tree.h"

#include <dirent.h>
#include <simdjson.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

#include "base/concat.h"
#include "cli/file_error.h"

namespace phiveil::cli {
namespace {

std::string_view LastName(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string Join(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  return folder.ends_with('/') ? Concat(folder, name) : Concat(folder, "/", name);
}

std::string Resolved(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> resolved(realpath(path.c_str(), nullptr), &std::free);
  return resolved == nullptr ? std::string() : std::string(resolved.get());
}

void Describe(const struct stat& info, InputEntry* entry) {
  entry->regular = S_ISREG(info.st_mode);
  entry->size = entry->regular ? static_cast<uint64_t>(info.st_size) : 0;
  entry->mtime_ns = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
}

InputEntry MakeEntry(std::string path, std::string name) {
  InputEntry entry;
  entry.label = Utf8Label(name);
  entry.path = std::move(path);
  entry.name = std::move(name);
  return entry;
}

bool IsOurOwn(std::string_view name) { return name.ends_with(kPartSuffix) || name.ends_with(kJournalSuffix); }

}  // namespace

std::string Utf8Label(std::string_view bytes) {
  if (simdjson::validate_utf8(bytes.data(), bytes.size())) return std::string(bytes);
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string label;
  while (!bytes.empty()) {
    size_t size = 0;
    for (size_t tried = 1; tried <= std::min<size_t>(4, bytes.size()) && size == 0; ++tried) {
      if (simdjson::validate_utf8(bytes.data(), tried)) size = tried;
    }
    if (size == 0) {
      const auto byte = static_cast<unsigned char>(bytes[0]);
      label.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    } else {
      label.append(bytes.substr(0, size));
    }
    bytes.remove_prefix(std::max<size_t>(size, 1));
  }
  return label;
}

InputTree::InputTree(std::vector<std::string> inputs, const std::vector<std::string>& excluded)
    : inputs_(std::move(inputs)) {
  struct stat info = {};
  for (const std::string& path : excluded) {
    if (!path.empty() && stat(path.c_str(), &info) == 0) excluded_.emplace_back(info.st_dev, info.st_ino);
  }
  for (const std::string& input : inputs_) {
    if (stat(input.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) has_folder_ = true;
  }
}

absl::Status InputTree::CheckNames() const {
  std::vector<std::string> names;
  for (const std::string& input : inputs_) names.push_back(RootName(input));
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(Concat("two inputs would both be written as \"", *twice, "\""));
}

std::string InputTree::RootName(const std::string& input) const {
  const std::string_view last = LastName(input);
  // "." and ".." name no place in the output.
  if (last == "." || last == "..") return std::string(LastName(Resolved(input)));
  return std::string(last);
}

bool InputTree::IsExcluded(FileId id) const {
  return std::find(excluded_.begin(), excluded_.end(), id) != excluded_.end();
}

std::optional<InputEntry> InputTree::Next() {
  while (true) {
    std::optional<InputEntry> entry;
    if (levels_.empty()) {
      if (next_input_ == inputs_.size()) return std::nullopt;
      entry = VisitInput(inputs_[next_input_++]);
    } else if (levels_.back().next == levels_.back().entries.size()) {
      levels_.pop_back();
    } else {
      Level& level = levels_.back();
      const std::string& child = level.entries[level.next++];
      entry = VisitChild(Join(level.path, child), Join(level.name, child));
    }
    if (entry.has_value()) return entry;
  }
}

std::optional<InputEntry> InputTree::VisitInput(const std::string& input) {
  if (input == "-") return MakeEntry("-", "-");
  struct stat info = {};
  InputEntry entry = MakeEntry(input, RootName(input));
  if (stat(input.c_str(), &info) != 0) {
    entry.problem = Concat("cannot open: ", ErrnoText(errno));
    return entry;
  }
  if (S_ISDIR(info.st_mode)) {
    root_ = Resolved(input);
    return OpenFolder(input, inputs_.size() == 1 ? "" : entry.name);
  }
  Describe(info, &entry);
  return entry;
}

std::optional<InputEntry> InputTree::VisitChild(const std::string& path, const std::string& name) {
  if (IsOurOwn(name)) return std::nullopt;
  struct stat info = {};
  InputEntry entry = MakeEntry(path, name);
  if (lstat(path.c_str(), &info) != 0) {
    entry.problem = Concat("cannot open: ", ErrnoText(errno));
  } else if (S_ISDIR(info.st_mode)) {
    if (IsExcluded({info.st_dev, info.st_ino})) return std::nullopt;
    return OpenFolder(path, name);
  } else if (S_ISLNK(info.st_mode)) {
    CheckLink(&entry);
  } else if (!S_ISREG(info.st_mode)) {
    entry.problem = "not a file but a device, pipe or socket: not read";
  } else {
    Describe(info, &entry);
  }
  return entry;
}

void InputTree::CheckLink(InputEntry* entry) const {
  struct stat info = {};
  const std::string target = Resolved(entry->path);
  if (target.empty() || stat(target.c_str(), &info) != 0) {
    entry->problem = Concat("symbolic link cannot be followed: ", ErrnoText(errno));
  } else if (!target.starts_with(root_ == "/" ? root_ : Concat(root_, "/"))) {
    entry->problem = "symbolic link leads out of the folder: not followed";
  } else if (!S_ISREG(info.st_mode)) {
    entry->problem = "symbolic link to something that is not a file: not followed";
  } else {
    entry->path = target;
    Describe(info, entry);
  }
}

std::optional<InputEntry> InputTree::OpenFolder(const std::string& path, const std::string& name) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), &closedir);
  if (folder == nullptr) {
    InputEntry entry = MakeEntry(path, name);
    if (name.empty()) entry.name = entry.label = RootName(path);
    entry.problem = Concat("cannot open the folder: ", ErrnoText(errno));
    return entry;
  }
  Level level;
  level.path = path;
  level.name = name;
  errno = 0;
  for (const dirent* entry = readdir(folder.get()); entry != nullptr; entry = readdir(folder.get())) {
    const std::string_view child = entry->d_name;
    if (child != "." && child != "..") level.entries.emplace_back(child);
  }
  std::sort(level.entries.begin(), level.entries.end());
  levels_.push_back(std::move(level));
  return std::nullopt;
}

}  // namespace phiveil::cli

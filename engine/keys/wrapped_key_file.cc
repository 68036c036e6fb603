#include "keys/wrapped_key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "absl/strings/escaping.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"
#include "keys/small_file.h"

namespace phiveil::keys_internal {
namespace {

constexpr std::string_view kMagic = "phiveil-wrapped-key-1";
constexpr unsigned kOthersMayWrite = 0022;

absl::StatusOr<std::string> Checksum(std::string_view lines) {
  crypto::Hash hash;
  PHIVEIL_RETURN_IF_ERROR(crypto::Sha256({lines}, &hash));
  return absl::BytesToHexString({hash.data(), 8});
}

// Takes the next line off `text`: `name value`.
bool TakeField(std::string_view* text, std::string_view name, std::string* value) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos || !text->starts_with(name) || end <= name.size() || (*text)[name.size()] != ' ') {
    return false;
  }
  *value = text->substr(name.size() + 1, end - name.size() - 1);
  text->remove_prefix(end + 1);
  return !value->empty() && std::all_of(value->begin(), value->end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

absl::StatusOr<WrappedKeyFile> WrappedKeyFile::Read(const std::string& path) {
  absl::StatusOr<SecretText> bytes = ReadSmallFile(path, kOthersMayWrite);
  if (!bytes.ok() && absl::IsNotFound(bytes.status())) {
    return absl::FailedPreconditionError(Concat(path, ": there is no wrapped key file; put it back, or make a key"));
  }
  if (!bytes.ok()) return bytes.status();
  const std::string_view all = bytes->view();
  std::string_view text = all;
  if (!text.starts_with(Concat(kMagic, "\n"))) {
    return absl::FailedPreconditionError(Concat(path, ": not a wrapped key file"));
  }
  text.remove_prefix(kMagic.size() + 1);
  WrappedKeyFile file;
  std::string sum;
  bool ok = TakeField(&text, "id", &file.id) && TakeField(&text, "by", &file.by) &&
            TakeField(&text, "wrapped", &file.wrapped);
  const std::string_view summed = all.substr(0, all.size() - text.size());
  ok = ok && TakeField(&text, "checksum", &sum) && text.empty() && file.id.size() == 16;
  PHIVEIL_ASSIGN_OR_RETURN(const std::string expected, Checksum(summed));
  if (!ok || sum != expected) return absl::DataLossError(Concat(path, ": the wrapped key file is damaged"));
  return file;
}

absl::Status WrappedKeyFile::Write(const std::string& path, bool replace, crypto::FileOps& ops) const {
  std::string text = Concat(kMagic, "\nid ", id, "\nby ", by, "\nwrapped ", wrapped, "\n");
  PHIVEIL_ASSIGN_OR_RETURN(const std::string sum, Checksum(text));
  text += Concat("checksum ", sum, "\n");
  const std::string written = Concat(path, ".new");
  ops.Unlink(written.c_str());  // of an earlier try that was cut short
  const crypto::FileDescriptor fd(
      ops.Open(written.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return crypto::ErrnoStatus(errno, "cannot create the wrapped key file", written);
  absl::Status status = crypto::WriteAll(ops, fd.get(), text, written);
  if (status.ok() && ops.Fsync(fd.get()) != 0) status = crypto::ErrnoStatus(errno, "cannot sync", written);
  if (status.ok() && (replace ? rename(written.c_str(), path.c_str()) : link(written.c_str(), path.c_str())) != 0) {
    status = crypto::ErrnoStatus(errno, "cannot put the wrapped key file in its place", path);
  }
  if (!replace || !status.ok()) ops.Unlink(written.c_str());
  return status.ok() ? crypto::SyncDirectoryOf(ops, path) : status;
}

}  // namespace phiveil::keys_internal

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/file_ops.h"
#include "crypto/key_access.h"
#include "keys/small_file.h"
#include "keys/wrapped_key_file.h"
#include "phiveil/keys.h"

namespace phiveil {
namespace {

using crypto::FileOps;
using keys_internal::WrappedKeyFile;

std::string ContextOf(std::string_view id) { return Concat("root key ", id); }

absl::Status Named(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(),
                      Concat(path, ": ", std::string_view(status.message().data(), status.message().size())));
}

absl::StatusOr<KeyEncryptionKey> Unwrap(KeyWrapper& wrapper, const WrappedKeyFile& file, const std::string& path) {
  const absl::StatusOr<Original> secrets = wrapper.Unwrap(file.wrapped, ContextOf(file.id));
  if (!secrets.ok()) return Named(path, secrets.status());
  if (secrets->size() != KeyAccess::kSecretsSize)
    return absl::DataLossError(Concat(path, ": what was wrapped is no key"));
  PHIVEIL_ASSIGN_OR_RETURN(KeyEncryptionKey key, KeyAccess::Make(secrets->ExposeOriginal()));
  if (key.id() != file.id) return absl::DataLossError(Concat(path, ": what was wrapped is another key"));
  return key;
}

}  // namespace

absl::StatusOr<std::string> KeyWrapper::Rewrap(std::string_view wrapped, std::string_view context) {
  PHIVEIL_ASSIGN_OR_RETURN(const Original secret, Unwrap(wrapped, context));
  return Wrap(secret.ExposeOriginal(), context);
}

absl::StatusOr<KeyEncryptionKey> OpenWrappedKey(KeyWrapper& wrapper, const std::string& path) {
  PHIVEIL_ASSIGN_OR_RETURN(const WrappedKeyFile file, WrappedKeyFile::Read(path));
  return Unwrap(wrapper, file, path);
}

absl::StatusOr<KeyEncryptionKey> MakeWrappedKey(KeyWrapper& wrapper, const std::string& path,
                                                const KeyEncryptionKey* old) {
  struct stat st = {};
  if (lstat(path.c_str(), &st) == 0) return absl::AlreadyExistsError(Concat(path, ": there is a file already"));
  PHIVEIL_ASSIGN_OR_RETURN(KeyEncryptionKey key, KeyAccess::Draw(old));
  WrappedKeyFile file{.id = key.id(), .by = wrapper.name(), .wrapped = {}};
  PHIVEIL_ASSIGN_OR_RETURN(file.wrapped, wrapper.Wrap(KeyAccess::Secrets(key), ContextOf(key.id())));
  // What cannot be opened again must not be relied on.
  PHIVEIL_RETURN_IF_ERROR(Unwrap(wrapper, file, path).status());
  PHIVEIL_RETURN_IF_ERROR(file.Write(path, /*replace=*/false, FileOps::System()));
  return key;
}

absl::Status RewrapWrappedKey(KeyWrapper& from, KeyWrapper& to, const std::string& path) {
  PHIVEIL_ASSIGN_OR_RETURN(WrappedKeyFile file, WrappedKeyFile::Read(path));
  if (&from == &to) {
    auto wrapped = from.Rewrap(file.wrapped, ContextOf(file.id));
    if (!wrapped.ok()) return Named(path, wrapped.status());
    file.wrapped = *std::move(wrapped);
  } else {
    PHIVEIL_ASSIGN_OR_RETURN(const KeyEncryptionKey key, Unwrap(from, file, path));
    PHIVEIL_ASSIGN_OR_RETURN(file.wrapped, to.Wrap(KeyAccess::Secrets(key), ContextOf(file.id)));
    file.by = to.name();
  }
  PHIVEIL_RETURN_IF_ERROR(Unwrap(to, file, path).status());
  return file.Write(path, /*replace=*/true, FileOps::System());
}

}  // namespace phiveil

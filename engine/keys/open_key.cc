#include <sys/stat.h>

#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "keys/aws_kms.h"
#include "keys/key_uri.h"
#include "keys/vault_transit.h"
#include "phiveil/keys.h"

namespace phiveil {
namespace {

using keys_internal::KeyUri;
using keys_internal::ParseKeyUri;
using keys_internal::Patience;

bool Exists(const std::string& path) {
  struct stat st = {};
  return lstat(path.c_str(), &st) == 0;
}

std::string FileOf(const KeyUri& uri, const KeyOptions& options) {
  if (uri.kind == KeyUri::Kind::kFile) return uri.path;
  const std::string named = uri.Option("wrapped");
  return named.empty() ? options.wrapped : named;
}

absl::StatusOr<std::string> WrappedFileOf(const KeyUri& uri, const KeyOptions& options) {
  std::string path = FileOf(uri, options);
  if (path.empty()) return absl::InvalidArgumentError("the key names no wrapped key file (wrapped=FILE)");
  return path;
}

absl::StatusOr<std::unique_ptr<KeyWrapper>> MakeWrapper(const KeyUri& uri, const KeyOptions& options) {
  Patience patience;
  patience.total = options.timeout;
  switch (uri.kind) {
    case KeyUri::Kind::kAwsKms:
      return keys_internal::MakeAwsKms(uri, patience);
    case KeyUri::Kind::kVaultTransit:
      return keys_internal::MakeVaultTransit(uri, patience);
    case KeyUri::Kind::kFile:
      break;
  }
  return absl::InvalidArgumentError("a key file is wrapped by nothing");
}

}  // namespace

bool IsKeyService(std::string_view uri) {
  return uri.find("://") != std::string_view::npos && !uri.starts_with("file:") && !uri.starts_with('/') &&
         !uri.starts_with('.');
}

absl::StatusOr<std::string> KeyFileOf(std::string_view uri, const KeyOptions& options) {
  PHIVEIL_ASSIGN_OR_RETURN(const KeyUri parsed, ParseKeyUri(uri));
  return FileOf(parsed, options);
}

absl::StatusOr<std::unique_ptr<KeyWrapper>> MakeKeyWrapper(std::string_view uri, const KeyOptions& options) {
  PHIVEIL_ASSIGN_OR_RETURN(const KeyUri parsed, ParseKeyUri(uri));
  return MakeWrapper(parsed, options);
}

absl::StatusOr<KeyEncryptionKey> OpenKey(std::string_view uri, const KeyOptions& options) {
  PHIVEIL_ASSIGN_OR_RETURN(const KeyUri parsed, ParseKeyUri(uri));
  if (parsed.kind == KeyUri::Kind::kFile) {
    return options.create && !Exists(parsed.path) ? KeyEncryptionKey::CreateFile(parsed.path)
                                                  : KeyEncryptionKey::FromFile(parsed.path);
  }
  PHIVEIL_ASSIGN_OR_RETURN(const std::string path, WrappedFileOf(parsed, options));
  PHIVEIL_ASSIGN_OR_RETURN(const auto wrapper, MakeWrapper(parsed, options));
  return options.create && !Exists(path) ? MakeWrappedKey(*wrapper, path, nullptr) : OpenWrappedKey(*wrapper, path);
}

absl::StatusOr<KeyEncryptionKey> MakeSuccessorKey(std::string_view uri, const KeyEncryptionKey& old,
                                                  const KeyOptions& options) {
  PHIVEIL_ASSIGN_OR_RETURN(const KeyUri parsed, ParseKeyUri(uri));
  if (parsed.kind == KeyUri::Kind::kFile) return KeyEncryptionKey::CreateSuccessorFile(parsed.path, old);
  PHIVEIL_ASSIGN_OR_RETURN(const std::string path, WrappedFileOf(parsed, options));
  PHIVEIL_ASSIGN_OR_RETURN(const auto wrapper, MakeWrapper(parsed, options));
  return MakeWrappedKey(*wrapper, path, &old);
}

absl::Status RewrapKey(std::string_view uri, std::string_view to, const KeyOptions& options) {
  PHIVEIL_ASSIGN_OR_RETURN(const KeyUri parsed, ParseKeyUri(uri));
  if (parsed.kind == KeyUri::Kind::kFile) {
    return absl::InvalidArgumentError("a key file is wrapped by nothing; rotate the vault to move to a key service");
  }
  PHIVEIL_ASSIGN_OR_RETURN(const std::string path, WrappedFileOf(parsed, options));
  PHIVEIL_ASSIGN_OR_RETURN(const auto from, MakeWrapper(parsed, options));
  if (to.empty()) return RewrapWrappedKey(*from, *from, path);
  PHIVEIL_ASSIGN_OR_RETURN(const auto target, MakeKeyWrapper(to, options));
  return RewrapWrappedKey(*from, *target, path);
}

}  // namespace phiveil

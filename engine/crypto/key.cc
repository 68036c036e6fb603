#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "crypto/key_access.h"
#include "crypto/locked_bytes.h"

namespace phiveil {

using crypto::FileDescriptor;
using crypto::FileOps;
using crypto::Hash;
using crypto::kKeySize;
using crypto::LockedBytes;

struct KeyEncryptionKey::Impl {
  LockedBytes secrets;
};

namespace {

// A magic, then in base64url what Payload holds. A key with one secret for both is written as such.
constexpr std::string_view kOneSecret = "phiveil-key-1 ";
constexpr std::string_view kTwoSecrets = "phiveil-key-2 ";
constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr size_t kLargestFile = 160;

// One secret and four bytes of its checksum, or two and five: no padding is ever needed.
constexpr size_t ChecksumSize(size_t secrets) { return secrets == kKeySize ? 4 : 5; }
constexpr size_t PayloadSize(size_t secrets) { return secrets + ChecksumSize(secrets); }
static_assert(PayloadSize(kKeySize) % 3 == 0 && PayloadSize(2 * kKeySize) % 3 == 0);

using Payload = std::array<char, PayloadSize(2 * kKeySize)>;

struct Wiper {
  void* data;
  size_t size;
  ~Wiper() { crypto::Wipe(data, size); }
};

void EncodeBase64Url(std::string_view in, char* out) {
  for (size_t i = 0; i < in.size(); i += 3) {
    const auto byte = [&](size_t k) { return static_cast<uint32_t>(static_cast<unsigned char>(in[i + k])); };
    const uint32_t bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (int shift = 18; shift >= 0; shift -= 6) *out++ = kDigits[bits >> shift & 63];
  }
}

bool DecodeBase64Url(std::string_view in, Payload* out) {
  for (size_t i = 0, o = 0; i < in.size(); i += 4) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 4; ++k) {
      const size_t digit = kDigits.find(in[i + k]);
      if (digit == std::string_view::npos) return false;
      bits = bits << 6 | static_cast<uint32_t>(digit);
    }
    for (int shift = 16; shift >= 0; shift -= 8) (*out)[o++] = static_cast<char>(bits >> shift & 255);
  }
  return true;
}

absl::Status Checksum(std::string_view magic, std::string_view secrets, Hash* out) {
  return crypto::Sha256({magic, secrets}, out);
}

absl::Status RefuseLooseFile(int fd, const std::string& path) {
  struct stat st = {};
  if (fstat(fd, &st) != 0) return crypto::ErrnoStatus(errno, "cannot stat", path);
  if (!S_ISREG(st.st_mode)) return absl::FailedPreconditionError(absl::StrCat(path, ": not a regular file"));
  if (st.st_uid != geteuid()) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": key file belongs to another user"));
  }
  const mode_t mode = st.st_mode & 07777;
  if (mode != 0600 && mode != 0400) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": key file must have mode 0600 or 0400 (chmod 600), but has 0", absl::Hex(mode >> 6 & 7),
                     absl::Hex(mode >> 3 & 7), absl::Hex(mode & 7)));
  }
  return absl::OkStatus();
}

}  // namespace

KeyEncryptionKey::KeyEncryptionKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyEncryptionKey::KeyEncryptionKey(KeyEncryptionKey&&) noexcept = default;
KeyEncryptionKey& KeyEncryptionKey::operator=(KeyEncryptionKey&&) noexcept = default;
KeyEncryptionKey::~KeyEncryptionKey() = default;

absl::StatusOr<KeyEncryptionKey> KeyAccess::Make(std::string_view secrets) {
  PHIVEIL_ASSIGN_OR_RETURN(LockedBytes locked, LockedBytes::Make(kSecretsSize));
  std::memcpy(locked.data(), secrets.data(), kKeySize);
  std::memcpy(locked.data() + kKeySize, secrets.data() + (secrets.size() - kKeySize), kKeySize);
  KeyEncryptionKey key(std::unique_ptr<KeyEncryptionKey::Impl>(new KeyEncryptionKey::Impl{std::move(locked)}));
  Hash name;
  PHIVEIL_RETURN_IF_ERROR(DeriveWrapping(key, "phiveil key id", &name));
  key.id_ = absl::BytesToHexString({name.data(), 8});
  PHIVEIL_RETURN_IF_ERROR(Derive(key, "phiveil key id", &name));
  key.derivation_id_ = absl::BytesToHexString({name.data(), 8});
  return key;
}

absl::StatusOr<KeyEncryptionKey> KeyAccess::Draw(const KeyEncryptionKey* old) {
  if (old != nullptr && !Usable(*old)) return absl::FailedPreconditionError("the key was moved from");
  char secrets[kSecretsSize];
  const Wiper wipe{secrets, sizeof(secrets)};
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(secrets, kKeySize));
  std::memcpy(secrets + kKeySize, old == nullptr ? secrets : Secrets(*old).data() + kKeySize, kKeySize);
  return Make({secrets, sizeof(secrets)});
}

std::string_view KeyAccess::Secrets(const KeyEncryptionKey& key) { return key.impl_->secrets.view(); }

absl::Status KeyAccess::DeriveWrapping(const KeyEncryptionKey& key, std::string_view label, Hash* out) {
  if (!Usable(key)) return absl::FailedPreconditionError("the key was moved from");
  return crypto::Hkdf(Secrets(key).substr(0, kKeySize), label, out);
}

absl::Status KeyAccess::Derive(const KeyEncryptionKey& key, std::string_view label, Hash* out) {
  if (!Usable(key)) return absl::FailedPreconditionError("the key was moved from");
  return crypto::Hkdf(Secrets(key).substr(kKeySize), label, out);
}

absl::StatusOr<KeyEncryptionKey> KeyAccess::Parse(std::string_view text) {
  Payload payload = {};
  const Wiper wipe{payload.data(), payload.size()};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const bool two = text.starts_with(kTwoSecrets);
  const std::string_view magic = two ? kTwoSecrets : kOneSecret;
  const size_t size = two ? 2 * kKeySize : kKeySize;
  if (text.size() != magic.size() + PayloadSize(size) / 3 * 4 || !text.starts_with(magic)) {
    return absl::FailedPreconditionError("not a phiveil key file");
  }
  Hash sum;
  const bool decoded = DecodeBase64Url(text.substr(magic.size()), &payload);
  PHIVEIL_RETURN_IF_ERROR(Checksum(magic, {payload.data(), size}, &sum));
  if (!decoded || std::memcmp(sum.data(), payload.data() + size, ChecksumSize(size)) != 0) {
    return absl::FailedPreconditionError("the key file is damaged: its checksum does not fit");
  }
  return Make({payload.data(), size});
}

absl::StatusOr<KeyEncryptionKey> KeyAccess::CreateFile(const std::string& path, const KeyEncryptionKey* old,
                                                       FileOps& ops) {
  PHIVEIL_ASSIGN_OR_RETURN(KeyEncryptionKey key, Draw(old));
  const std::string_view magic = old == nullptr ? kOneSecret : kTwoSecrets;
  const std::string_view secrets = Secrets(key).substr(0, old == nullptr ? kKeySize : kSecretsSize);
  Payload payload = {};
  char line[kLargestFile];
  const Wiper wipe_payload{payload.data(), payload.size()};
  const Wiper wipe_line{line, sizeof(line)};
  Hash sum;
  PHIVEIL_RETURN_IF_ERROR(Checksum(magic, secrets, &sum));
  std::memcpy(payload.data(), secrets.data(), secrets.size());
  std::memcpy(payload.data() + secrets.size(), sum.data(), ChecksumSize(secrets.size()));
  std::memcpy(line, magic.data(), magic.size());
  EncodeBase64Url({payload.data(), PayloadSize(secrets.size())}, line + magic.size());
  const size_t line_size = magic.size() + PayloadSize(secrets.size()) / 3 * 4 + 1;
  line[line_size - 1] = '\n';

  const FileDescriptor fd(ops.Open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return crypto::ErrnoStatus(errno, "cannot create the key file", path);
  absl::Status status = crypto::WriteAll(ops, fd.get(), {line, line_size}, path);
  if (status.ok() && fchmod(fd.get(), 0600) != 0) status = crypto::ErrnoStatus(errno, "cannot chmod", path);
  if (status.ok() && ops.Fsync(fd.get()) != 0) status = crypto::ErrnoStatus(errno, "cannot sync", path);
  if (status.ok()) status = crypto::SyncDirectoryOf(ops, path);
  if (status.ok()) return key;
  ops.Unlink(path.c_str());
  return status;
}

absl::StatusOr<KeyEncryptionKey> KeyEncryptionKey::CreateFile(const std::string& path) {
  return KeyAccess::CreateFile(path, nullptr, FileOps::System());
}

absl::StatusOr<KeyEncryptionKey> KeyEncryptionKey::CreateSuccessorFile(const std::string& path,
                                                                       const KeyEncryptionKey& old) {
  return KeyAccess::CreateFile(path, &old, FileOps::System());
}

absl::StatusOr<KeyEncryptionKey> KeyEncryptionKey::FromFile(const std::string& path) {
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) {
    const int error = errno;
    if (error == ELOOP) return absl::FailedPreconditionError(absl::StrCat(path, ": key file is a symbolic link"));
    if (error == ENOENT) return absl::FailedPreconditionError(absl::StrCat(path, ": there is no key file"));
    return crypto::ErrnoStatus(error, "cannot open the key file", path);
  }
  PHIVEIL_RETURN_IF_ERROR(RefuseLooseFile(fd.get(), path));
  char text[kLargestFile];
  const Wiper wipe{text, sizeof(text)};
  size_t size = 0;
  while (size < sizeof(text)) {
    const ssize_t n = read(fd.get(), text + size, sizeof(text) - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return crypto::ErrnoStatus(errno, "cannot read the key file", path);
    if (n == 0) break;
    size += static_cast<size_t>(n);
  }
  auto key = KeyAccess::Parse({text, size});
  if (key.ok()) return key;
  return absl::Status(key.status().code(), absl::StrCat(path, ": ", key.status().message()));
}

Original KeyEncryptionKey::Derive(std::string_view label) const {
  Hash out;
  const Wiper wipe{out.data(), out.size()};
  if (!KeyAccess::Derive(*this, label, &out).ok()) return {};
  return Original(crypto::View(out));
}

}  // namespace phiveil

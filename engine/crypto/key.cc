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
  LockedBytes bytes;
};

namespace {

// `phiveil-key-1 ` and 36 bytes in base64url: the key and the first four bytes of its checksum.
constexpr std::string_view kMagic = "phiveil-key-1 ";
constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr size_t kChecksumSize = 4;
constexpr size_t kPayloadSize = kKeySize + kChecksumSize;
constexpr size_t kEncodedSize = kPayloadSize / 3 * 4;
constexpr size_t kFileSize = kMagic.size() + kEncodedSize + 1;
static_assert(kPayloadSize % 3 == 0);

using Payload = std::array<char, kPayloadSize>;

struct Wiper {
  void* data;
  size_t size;
  ~Wiper() { crypto::Wipe(data, size); }
};

void EncodeBase64Url(const Payload& in, char* out) {
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

absl::Status Checksum(std::string_view key, Hash* out) { return crypto::Sha256({kMagic, key}, out); }

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

absl::StatusOr<KeyEncryptionKey> KeyAccess::Make(std::string_view bytes) {
  PHIVEIL_ASSIGN_OR_RETURN(LockedBytes locked, LockedBytes::Make(kKeySize));
  std::memcpy(locked.data(), bytes.data(), kKeySize);
  KeyEncryptionKey key(std::unique_ptr<KeyEncryptionKey::Impl>(new KeyEncryptionKey::Impl{std::move(locked)}));
  Hash name;
  PHIVEIL_RETURN_IF_ERROR(Derive(key, "phiveil key id", &name));
  key.id_ = absl::BytesToHexString({name.data(), 8});
  return key;
}

absl::Status KeyAccess::Derive(const KeyEncryptionKey& key, std::string_view label, Hash* out) {
  if (!Usable(key)) return absl::FailedPreconditionError("the key was moved from");
  return crypto::Hkdf(key.impl_->bytes.view(), label, out);
}

absl::StatusOr<KeyEncryptionKey> KeyAccess::Parse(std::string_view text) {
  Payload payload = {};
  const Wiper wipe{payload.data(), payload.size()};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.size() != kMagic.size() + kEncodedSize || !text.starts_with(kMagic)) {
    return absl::FailedPreconditionError("not a phiveil key file");
  }
  Hash sum;
  const bool decoded = DecodeBase64Url(text.substr(kMagic.size()), &payload);
  PHIVEIL_RETURN_IF_ERROR(Checksum({payload.data(), kKeySize}, &sum));
  if (!decoded || std::memcmp(sum.data(), payload.data() + kKeySize, kChecksumSize) != 0) {
    return absl::FailedPreconditionError("the key file is damaged: its checksum does not fit");
  }
  return Make({payload.data(), kKeySize});
}

absl::StatusOr<KeyEncryptionKey> KeyAccess::CreateFile(const std::string& path, FileOps& ops) {
  Payload payload = {};
  char line[kFileSize];
  const Wiper wipe_payload{payload.data(), payload.size()};
  const Wiper wipe_line{line, sizeof(line)};
  Hash sum;
  PHIVEIL_RETURN_IF_ERROR(crypto::RandomKey(payload.data(), kKeySize));
  PHIVEIL_RETURN_IF_ERROR(Checksum({payload.data(), kKeySize}, &sum));
  std::memcpy(payload.data() + kKeySize, sum.data(), kChecksumSize);
  std::memcpy(line, kMagic.data(), kMagic.size());
  EncodeBase64Url(payload, line + kMagic.size());
  line[kFileSize - 1] = '\n';
  PHIVEIL_ASSIGN_OR_RETURN(KeyEncryptionKey key, Make({payload.data(), kKeySize}));

  const FileDescriptor fd(ops.Open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return crypto::ErrnoStatus(errno, "cannot create the key file", path);
  absl::Status status = crypto::WriteAll(ops, fd.get(), {line, sizeof(line)}, path);
  if (status.ok() && fchmod(fd.get(), 0600) != 0) status = crypto::ErrnoStatus(errno, "cannot chmod", path);
  if (status.ok() && ops.Fsync(fd.get()) != 0) status = crypto::ErrnoStatus(errno, "cannot sync", path);
  if (status.ok()) status = crypto::SyncDirectoryOf(ops, path);
  if (status.ok()) return key;
  ops.Unlink(path.c_str());
  return status;
}

absl::StatusOr<KeyEncryptionKey> KeyEncryptionKey::CreateFile(const std::string& path) {
  return KeyAccess::CreateFile(path, FileOps::System());
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
  char text[kFileSize + 64];
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

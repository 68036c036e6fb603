#include "access/meter.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"

namespace phiveil::access_internal {
namespace {

constexpr int64_t kWindowMs = 60'000;
constexpr size_t kEntrySize = 32;

void Put64(std::string* out, uint64_t value) {
  for (int i = 0; i < 8; ++i) out->push_back(static_cast<char>(value >> (8 * i) & 255));
}

uint64_t Get64(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 8; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

class Lock {
 public:
  explicit Lock(int fd) : fd_(fd) {
    do {
      held_ = flock(fd_, LOCK_EX) == 0;
    } while (!held_ && errno == EINTR);
  }
  ~Lock() {
    if (held_) flock(fd_, LOCK_UN);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  bool held() const { return held_; }

 private:
  const int fd_;
  bool held_ = false;
};

absl::StatusOr<std::array<char, 16>> NameOf(const Asker& asker) {
  std::string size;
  Put64(&size, asker.actor.size());
  crypto::Hash hash;
  PHIVEIL_RETURN_IF_ERROR(crypto::Sha256({size, asker.actor, asker.tenant}, &hash));
  std::array<char, 16> name;
  std::memcpy(name.data(), hash.data(), name.size());
  return name;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Meter>> Meter::Open(const std::string& path, crypto::FileOps& ops) {
  if (path.empty()) return std::unique_ptr<Meter>(new Meter(path, crypto::FileDescriptor(), ops));
  crypto::FileDescriptor fd(ops.Open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!fd.valid()) return crypto::ErrnoStatus(errno, "cannot open the meter of restores", path);
  struct stat st = {};
  if (fstat(fd.get(), &st) != 0) return crypto::ErrnoStatus(errno, "cannot stat", path);
  if (!S_ISREG(st.st_mode)) return absl::FailedPreconditionError(Concat(path, ": not a regular file"));
  if ((st.st_mode & 0022) != 0) {
    return absl::FailedPreconditionError(Concat(path, ": others may write to the meter of restores (chmod 600)"));
  }
  return std::unique_ptr<Meter>(new Meter(path, std::move(fd), ops));
}

absl::Status Meter::Take(const Asker& asker, const Limits& limits, uint64_t tokens, int64_t now_ms) {
  if (limits.restores_per_minute == 0 && limits.tokens_per_minute == 0) return absl::OkStatus();
  const std::lock_guard turn(mutex_);
  if (!fd_.valid()) return TakeFrom(&entries_, asker, limits, tokens, now_ms);
  const Lock lock(fd_.get());
  if (!lock.held()) return crypto::ErrnoStatus(errno, "cannot lock", path_);
  std::vector<Entry> entries;
  PHIVEIL_RETURN_IF_ERROR(ReadEntries(&entries));
  const absl::Status taken = TakeFrom(&entries, asker, limits, tokens, now_ms);
  PHIVEIL_RETURN_IF_ERROR(WriteEntries(entries));  // also after a denial: times set right stay so
  return taken;
}

absl::Status Meter::TakeFrom(std::vector<Entry>* entries, const Asker& asker, const Limits& limits, uint64_t tokens,
                             int64_t now_ms) const {
  Entry mine{now_ms, tokens, {}};
  PHIVEIL_ASSIGN_OR_RETURN(mine.asker, NameOf(asker));
  // A clock that was set back must not free anybody: what lies ahead of it happened now.
  for (Entry& entry : *entries) entry.time = std::min(entry.time, now_ms);
  std::erase_if(*entries, [&](const Entry& entry) { return entry.time <= now_ms - kWindowMs; });
  uint64_t restores = 1, sum = tokens;
  int64_t oldest = now_ms;
  for (const Entry& entry : *entries) {
    if (entry.asker != mine.asker) continue;
    ++restores;
    sum += entry.tokens;
    oldest = std::min(oldest, entry.time);
  }
  const bool too_many = limits.restores_per_minute != 0 && restores > limits.restores_per_minute;
  const bool too_much = limits.tokens_per_minute != 0 && sum > limits.tokens_per_minute;
  if (too_many || too_much) {
    const std::string limit =
        too_many ? Concat(limits.restores_per_minute, " restores") : Concat(limits.tokens_per_minute, " tokens");
    return absl::ResourceExhaustedError(Concat("access: the limit of ", limit, " a minute is reached; try again in ",
                                               (oldest + kWindowMs - now_ms + 999) / 1000, " seconds"));
  }
  entries->push_back(mine);
  return absl::OkStatus();
}

absl::Status Meter::ReadEntries(std::vector<Entry>* entries) const {
  struct stat st = {};
  if (fstat(fd_.get(), &st) != 0) return crypto::ErrnoStatus(errno, "cannot stat", path_);
  PHIVEIL_ASSIGN_OR_RETURN(const std::string bytes,
                           crypto::ReadAt(fd_.get(), 0, static_cast<size_t>(st.st_size), path_));
  for (size_t at = 0; at + kEntrySize <= bytes.size(); at += kEntrySize) {
    const std::string_view raw = std::string_view(bytes).substr(at, kEntrySize);
    Entry& entry = entries->emplace_back();
    entry.time = static_cast<int64_t>(Get64(raw));
    entry.tokens = std::min<uint64_t>(Get64(raw.substr(8)), uint64_t{1} << 40);
    std::memcpy(entry.asker.data(), raw.data() + 16, entry.asker.size());
  }
  return absl::OkStatus();
}

absl::Status Meter::WriteEntries(const std::vector<Entry>& entries) {
  std::string bytes;
  for (const Entry& entry : entries) {
    Put64(&bytes, static_cast<uint64_t>(entry.time));
    Put64(&bytes, entry.tokens);
    bytes.append(entry.asker.data(), entry.asker.size());
  }
  PHIVEIL_RETURN_IF_ERROR(crypto::PWriteAll(*ops_, fd_.get(), bytes, 0, path_));
  if (ops_->Ftruncate(fd_.get(), static_cast<off_t>(bytes.size())) != 0) {
    return crypto::ErrnoStatus(errno, "cannot cut", path_);
  }
  return absl::OkStatus();
}

}  // namespace phiveil::access_internal

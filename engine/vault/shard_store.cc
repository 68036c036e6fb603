#include "vault/shard_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "crypto/crypto.h"
#include "vault/code_source.h"

namespace phiveil::vault_internal {
namespace {

constexpr std::string_view kScheme = "shard:";
constexpr std::string_view kMagic = "phvshard";
constexpr uint32_t kShardFormat = 1;
constexpr size_t kHeaderSize = 16;  // before the meta record
constexpr size_t kFrameHead = 5;    // size and kind
constexpr char kWrites = 'w', kEnd = 'e';
constexpr uint32_t kRemoved = UINT32_MAX;
constexpr size_t kRecordHead = 6;  // size of key, size of value

void PutRecord(std::string* out, std::string_view key, std::optional<std::string_view> value) {
  out->push_back(static_cast<char>(key.size() & 255));
  out->push_back(static_cast<char>(key.size() >> 8));
  PutFixed32(out, value ? static_cast<uint32_t>(value->size()) : kRemoved);
  out->append(key);
  if (value) out->append(*value);
}

absl::Status CheckFile(int fd, const std::string& path) {
  struct stat st = {};
  if (fstat(fd, &st) != 0) return crypto::ErrnoStatus(errno, "cannot stat", path);
  if (!S_ISREG(st.st_mode)) return absl::FailedPreconditionError(Concat(path, ": not a regular file"));
  if (st.st_uid != geteuid()) return absl::FailedPreconditionError(Concat(path, ": the shard belongs to another user"));
  if ((st.st_mode & 0077) != 0) {
    return absl::FailedPreconditionError(Concat(path, ": others may read or write the shard (chmod 600)"));
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<std::string_view> ShardPath(std::string_view path) {
  if (!path.starts_with(kScheme)) return std::nullopt;
  return path.substr(kScheme.size());
}

absl::Status ShardStore::Damaged(std::string_view what) const {
  return absl::DataLossError(Concat("shard ", name(), ": ", what));
}

absl::StatusOr<std::unique_ptr<ShardStore>> ShardStore::Open(const ShardOptions& options) {
  crypto::FileOps& files = options.files != nullptr ? *options.files : crypto::FileOps::System();
  if (options.path.empty()) return absl::InvalidArgumentError("a shard needs a file: shard:FILE");
  const int access = options.read_only ? O_RDONLY : O_RDWR | (options.create ? O_CREAT : 0);
  crypto::FileDescriptor fd(files.Open(options.path.c_str(), access | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return crypto::ErrnoStatus(errno, "cannot open the shard", options.path);
  PHIVEIL_RETURN_IF_ERROR(CheckFile(fd.get(), options.path));
  if (!options.read_only && flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return crypto::ErrnoStatus(errno, "cannot lock", options.path);
    return absl::UnavailableError(Concat(options.path, ": another process writes to the shard; give each its own"));
  }
  std::unique_ptr<ShardStore> store(new ShardStore(options, std::move(fd), files));
  PHIVEIL_RETURN_IF_ERROR(store->ReadHeader());
  return store;
}

// Anything that a killed process left of its first write goes on as an empty file.
absl::Status ShardStore::ReadHeader() {
  PHIVEIL_ASSIGN_OR_RETURN(const std::string head, crypto::ReadAt(fd_->get(), 0, kHeaderSize, name()));
  if (head.empty() && !read_only_) return absl::OkStatus();
  const std::string_view magic = std::string_view(head).substr(0, kMagic.size());
  if (magic != kMagic.substr(0, magic.size())) {
    return absl::FailedPreconditionError(Concat(name(), ": not a shard"));
  }
  const uint32_t meta_size = head.size() < kHeaderSize ? 0 : GetFixed32(std::string_view(head).substr(12));
  if (head.size() == kHeaderSize && GetFixed32(std::string_view(head).substr(8)) != kShardFormat) {
    return absl::FailedPreconditionError(Concat(name(), ": a shard of another format; this build reads format 1"));
  }
  if (meta_size > 4096) return Damaged("the header is damaged");
  PHIVEIL_ASSIGN_OR_RETURN(const std::string meta, crypto::ReadAt(fd_->get(), kHeaderSize, meta_size, name()));
  if (head.size() == kHeaderSize && meta.size() == meta_size) {
    places_[MetaKey()] = {kHeaderSize, meta_size};
    end_ = kHeaderSize + meta_size;
    return absl::OkStatus();
  }
  if (read_only_) return Damaged("cut short");
  if (files_.Ftruncate(fd_->get(), 0) != 0) return crypto::ErrnoStatus(errno, "cannot cut", name());
  return absl::OkStatus();
}

absl::Status ShardStore::Start(const Sealer& sealer) {
  sealer_ = &sealer;
  PHIVEIL_RETURN_IF_ERROR(ReadFrames());
  if (read_only_ && !closed_) {
    return absl::FailedPreconditionError(
        Concat("shard ", name(), ": not finished: its worker was stopped; let it go on to its end (--resume)"));
  }
  Counters counters;
  counters.code_length = TokenCode::kMaxRandom;
  PHIVEIL_ASSIGN_OR_RETURN(const auto record, GetOne(*this, CountersKey(0)));
  if (record) {
    PHIVEIL_ASSIGN_OR_RETURN(counters, sealer.OpenCounters(0, *record));
  }
  Begin(counters);
  return absl::OkStatus();
}

// Only the end of the file may be torn, by a kill in the middle of a write that nobody was told of.
absl::Status ShardStore::ReadFrames() {
  while (end_ > 0) {
    PHIVEIL_ASSIGN_OR_RETURN(const std::string head, crypto::ReadAt(fd_->get(), end_, kFrameHead, name()));
    if (head.empty()) return absl::OkStatus();
    const uint32_t size = head.size() < kFrameHead ? 0 : GetFixed32(head);
    PHIVEIL_ASSIGN_OR_RETURN(std::string rest,
                             crypto::ReadAt(fd_->get(), end_ + kFrameHead, size + sizeof(Tag), name()));
    if (head.size() < kFrameHead || rest.size() < size + sizeof(Tag)) {
      if (read_only_) return Damaged(Concat("cut short at byte ", end_));
      if (files_.Ftruncate(fd_->get(), static_cast<off_t>(end_)) != 0) {
        return crypto::ErrnoStatus(errno, "cannot cut", name());
      }
      return absl::OkStatus();
    }
    const std::string_view payload = std::string_view(rest).substr(0, size);
    PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, sealer_->FrameMac(chain_, head + std::string(payload)));
    if (!crypto::EqualInConstantTime(View(mac), std::string_view(rest).substr(size))) {
      return Damaged(Concat("the frame at byte ", end_, " does not authenticate"));
    }
    closed_ = head[4] == kEnd;
    if (head[4] == kWrites) PHIVEIL_RETURN_IF_ERROR(TakeFrame(payload, end_ + kFrameHead));
    chain_ = mac;
    end_ += kFrameHead + size + sizeof(Tag);
  }
  return absl::OkStatus();
}

absl::Status ShardStore::TakeFrame(std::string_view payload, uint64_t offset) {
  while (!payload.empty()) {
    if (payload.size() < kRecordHead) return Damaged("a frame is damaged");
    const size_t key_size =
        static_cast<unsigned char>(payload[0]) | static_cast<size_t>(static_cast<unsigned char>(payload[1])) << 8;
    const uint32_t value_size = GetFixed32(payload.substr(2));
    const size_t stored = value_size == kRemoved ? 0 : value_size;
    if (payload.size() < kRecordHead + key_size + stored) return Damaged("a frame is damaged");
    std::string key(payload.substr(kRecordHead, key_size));
    const uint64_t at = offset + kRecordHead + key_size;
    if (value_size == kRemoved) {
      places_.erase(key);
    } else {
      places_[std::move(key)] = {at, value_size};
    }
    payload.remove_prefix(kRecordHead + key_size + stored);
    offset = at + stored;
  }
  return absl::OkStatus();
}

absl::Status ShardStore::Read(std::span<const std::string> keys, std::vector<std::optional<std::string>>* values) {
  values->assign(keys.size(), std::nullopt);
  for (size_t i = 0; i < keys.size(); ++i) {
    Place place;
    {
      const std::lock_guard lock(places_mutex_);
      const auto it = places_.find(keys[i]);
      if (it == places_.end()) continue;
      place = it->second;
    }
    PHIVEIL_ASSIGN_OR_RETURN(std::string value, crypto::ReadAt(fd_->get(), place.offset, place.size, name()));
    if (value.size() != place.size) return Damaged("cut short while it is open");
    (*values)[i] = std::move(value);
  }
  return absl::OkStatus();
}

absl::Status ShardStore::ReadUnder(std::string_view prefix, std::vector<StoreRecord>* records) {
  std::vector<std::string> keys;
  {
    const std::lock_guard lock(places_mutex_);
    for (auto it = places_.lower_bound(prefix); it != places_.end() && it->first.starts_with(prefix); ++it) {
      keys.push_back(it->first);
    }
  }
  std::vector<std::optional<std::string>> values;
  PHIVEIL_RETURN_IF_ERROR(Read(keys, &values));
  for (size_t i = 0; i < keys.size(); ++i) {
    if (values[i]) records->push_back({std::move(keys[i]), *std::move(values[i])});
  }
  return absl::OkStatus();
}

// The header of a new file, with the meta record that is among the writes.
absl::StatusOr<std::string> ShardStore::Header(std::span<const Write> writes, uint64_t* offset) {
  std::string header;
  if (end_ != 0) return header;
  for (const Write& write : writes) {
    if (write.key != MetaKey() || !write.value) continue;
    header = kMagic;
    PutFixed32(&header, kShardFormat);
    PutFixed32(&header, static_cast<uint32_t>(write.value->size()));
    header.append(*write.value);
    *offset = header.size();
    return header;
  }
  return absl::FailedPreconditionError(Concat("shard ", name(), ": has no meta record"));
}

absl::Status ShardStore::WriteOut(std::span<const Write> writes, const Counters& counters) {
  if (read_only_) return absl::FailedPreconditionError(Concat(name(), ": opened to read only"));
  if (sealer_ == nullptr) return absl::FailedPreconditionError(Concat(name(), ": not started"));
  uint64_t at = end_;
  PHIVEIL_ASSIGN_OR_RETURN(const std::string header, Header(writes, &at));
  const bool fresh = !header.empty();
  std::string payload;
  for (const Write& write : writes) {
    if (write.key == MetaKey()) {
      if (!fresh) return absl::UnimplementedError(Concat("shard ", name(), ": its meta record stays as it is"));
      continue;
    }
    PutRecord(&payload, write.key, write.value);
  }
  PHIVEIL_ASSIGN_OR_RETURN(const std::string record, sealer_->SealCounters(0, counters));
  PutRecord(&payload, CountersKey(0), record);
  if (fresh) {
    PHIVEIL_RETURN_IF_ERROR(crypto::PWriteAll(files_, fd_->get(), header, 0, name()));
    end_ = at;
  }
  PHIVEIL_RETURN_IF_ERROR(AppendFrame(kWrites, payload));
  if (files_.Fdatasync(fd_->get()) != 0) return crypto::ErrnoStatus(errno, "cannot sync", name());
  if (fresh) PHIVEIL_RETURN_IF_ERROR(crypto::SyncDirectoryOf(files_, name()));
  const std::lock_guard lock(places_mutex_);
  if (fresh) places_[MetaKey()] = {kHeaderSize, static_cast<uint32_t>(at - kHeaderSize)};
  return TakeFrame(payload, end_ - sizeof(Tag) - payload.size());
}

absl::Status ShardStore::AppendFrame(char kind, std::string_view payload) {
  std::string frame;
  PutFixed32(&frame, static_cast<uint32_t>(payload.size()));
  frame.push_back(kind);
  frame.append(payload);
  PHIVEIL_ASSIGN_OR_RETURN(const Tag mac, sealer_->FrameMac(chain_, frame));
  frame.append(View(mac));
  PHIVEIL_RETURN_IF_ERROR(crypto::PWriteAll(files_, fd_->get(), frame, end_, name()));
  end_ += frame.size();
  chain_ = mac;
  closed_ = kind == kEnd;
  return absl::OkStatus();
}

// A shard whose end cannot be written counts as one whose worker was stopped.
ShardStore::~ShardStore() {
  if (read_only_ || closed_ || end_ == 0 || sealer_ == nullptr || !Health().ok()) return;
  if (AppendFrame(kEnd, {}).ok()) files_.Fdatasync(fd_->get());
}

class ShardStore::Reader final : public StoreSnapshot {
 public:
  Reader(std::string name, std::shared_ptr<crypto::FileDescriptor> fd, Places places)
      : name_(std::move(name)), fd_(std::move(fd)), places_(std::move(places)) {}

  absl::Status ForEach(std::string_view prefix, const Visitor& visit) override {
    for (auto it = places_.lower_bound(prefix); it != places_.end() && it->first.starts_with(prefix); ++it) {
      PHIVEIL_ASSIGN_OR_RETURN(const std::string value, At(it->second));
      PHIVEIL_RETURN_IF_ERROR(visit(it->first, value));
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override {
    const auto it = places_.find(key);
    if (it == places_.end()) return std::nullopt;
    PHIVEIL_ASSIGN_OR_RETURN(std::string value, At(it->second));
    return value;
  }

 private:
  absl::StatusOr<std::string> At(const Place& place) const {
    return crypto::ReadAt(fd_->get(), place.offset, place.size, name_);
  }
  const std::string name_;
  const std::shared_ptr<crypto::FileDescriptor> fd_;
  const Places places_;
};

absl::StatusOr<std::unique_ptr<StoreSnapshot>> ShardStore::Snapshot() {
  const std::lock_guard lock(places_mutex_);
  return std::make_unique<Reader>(name(), fd_, places_);
}

}  // namespace phiveil::vault_internal

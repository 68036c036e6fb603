#ifndef PHIVEIL_VAULT_SHARD_STORE_H_
#define PHIVEIL_VAULT_SHARD_STORE_H_

// Records in one file that only grows, for a worker that shares no store with others; `MergeShards`
// takes it into a vault. Each group of writes is a frame whose MAC covers all frames before it, and
// closing the store ends the file with a frame that says so: docs/formats/shard.md. Keys and places
// are held in memory, values are not.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/file_ops.h"
#include "vault/group_store.h"

namespace phiveil::vault_internal {

// What follows `shard:`, when `path` names a shard.
std::optional<std::string_view> ShardPath(std::string_view path);

struct ShardOptions {
  std::string path;  // of the file
  bool create = true;
  // Without the lock. A shard that was not closed is refused.
  bool read_only = false;
  crypto::FileOps* files = nullptr;
};

class ShardStore final : public GroupStore {
 public:
  static absl::StatusOr<std::unique_ptr<ShardStore>> Open(const ShardOptions& options);
  ~ShardStore() override;

  absl::Status Start(const Sealer& sealer) override;
  absl::StatusOr<std::unique_ptr<StoreSnapshot>> Snapshot() override;
  absl::Status Compact() override { return absl::OkStatus(); }  // nothing is ever replaced

 private:
  struct Place {
    uint64_t offset = 0;
    uint32_t size = 0;
  };
  using Places = std::map<std::string, Place, std::less<>>;
  class Reader;

  ShardStore(const ShardOptions& options, crypto::FileDescriptor fd, crypto::FileOps& files)
      : GroupStore(options.path),
        read_only_(options.read_only),
        fd_(std::make_shared<crypto::FileDescriptor>(std::move(fd))),
        files_(files) {}

  absl::Status Read(std::span<const std::string> keys, std::vector<std::optional<std::string>>* values) override;
  absl::Status ReadUnder(std::string_view prefix, std::vector<StoreRecord>* records) override;
  absl::Status WriteOut(std::span<const Write> writes, const Counters& counters) override;
  absl::Status ReadHeader();
  absl::Status ReadFrames();
  absl::Status TakeFrame(std::string_view payload, uint64_t offset);
  absl::StatusOr<std::string> Header(std::span<const Write> writes, uint64_t* offset);
  absl::Status AppendFrame(char kind, std::string_view payload);
  absl::Status Damaged(std::string_view what) const;

  const bool read_only_;
  const std::shared_ptr<crypto::FileDescriptor> fd_;
  crypto::FileOps& files_;
  const Sealer* sealer_ = nullptr;
  std::mutex places_mutex_;
  Places places_;
  uint64_t end_ = 0;  // of what is whole
  Tag chain_{};       // MAC of the last frame
  bool closed_ = false;
};

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_SHARD_STORE_H_

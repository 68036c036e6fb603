#include "vault/rocks_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <cstdarg>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/concat.h"
#include "base/status_macros.h"
#include "vault/code_source.h"

namespace phiveil::vault_internal {
namespace {

rocksdb::Slice ToSlice(std::string_view s) { return {s.data(), s.size()}; }
absl::string_view Absl(std::string_view s) { return {s.data(), s.size()}; }

// RocksDB keeps a diary beside its data; this library writes none.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

absl::Status ToStatus(const rocksdb::Status& status, std::string_view folder, std::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(Absl(folder), ": ", Absl(what), ": ", status.ToString());
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::SubCode::kNoSpace) {
    return absl::ResourceExhaustedError(message);
  }
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::UnavailableError(message);
}

rocksdb::BlockBasedTableOptions TableOptions(size_t cache_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(cache_bytes, /*num_shard_bits=*/4, /*strict_capacity_limit=*/false,
                                           /*high_pri_pool_ratio=*/0.5);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;  // so that memory stays bounded whatever the vault's size
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  return table;
}

rocksdb::Options StoreOptions(bool create, size_t cache_bytes, rocksdb::Env* env) {
  rocksdb::Options options;
  options.create_if_missing = create;
  if (env != nullptr) options.env = env;
  options.info_log = std::make_shared<NoLog>();
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableOptions(cache_bytes)));
  options.compression = rocksdb::kNoCompression;  // sealed bytes do not compress
  options.write_buffer_size = 16 << 20;
  options.max_write_buffer_number = 3;
  options.memtable_prefix_bloom_size_ratio = 0.1;
  options.memtable_whole_key_filtering = true;
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.level_compaction_dynamic_level_bytes = true;
  options.max_manifest_file_size = 16 << 20;
  // With one column family this limits only how much disk is claimed ahead of the log.
  options.max_total_wal_size = 1 << 20;
  options.manifest_preallocation_size = 64 << 10;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_bgerror_resume_count = 0;
  options.paranoid_checks = true;
  // Keeps every whole group up to the first one that is not; docs/formats/vault.md, "After a crash".
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.track_and_verify_wals_in_manifest = true;
  return options;
}

class RocksSnapshot final : public StoreSnapshot {
 public:
  RocksSnapshot(std::string folder, rocksdb::DB* db)
      : folder_(std::move(folder)), db_(db), snapshot_(db->GetSnapshot()) {}
  ~RocksSnapshot() override { db_->ReleaseSnapshot(snapshot_); }

  absl::Status ForEach(std::string_view prefix, const Visitor& visit) override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    options.verify_checksums = true;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->Seek(ToSlice(prefix)); it->Valid() && it->key().starts_with(ToSlice(prefix)); it->Next()) {
      const rocksdb::Slice key = it->key(), value = it->value();
      PHIVEIL_RETURN_IF_ERROR(visit({key.data(), key.size()}, {value.data(), value.size()}));
    }
    return ToStatus(it->status(), folder_, "cannot be read");
  }

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    std::string value;
    const rocksdb::Status status = db_->Get(options, ToSlice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    PHIVEIL_RETURN_IF_ERROR(ToStatus(status, folder_, "cannot be read"));
    return value;
  }

 private:
  const std::string folder_;
  rocksdb::DB* const db_;
  const rocksdb::Snapshot* const snapshot_;
};

absl::Status Cannot(const rocksdb::Status& status, const std::string& folder) {
  if (status.IsPathNotFound() || status.IsInvalidArgument() || status.IsNotFound()) {
    return absl::DataLossError(absl::StrCat(folder, ": store cannot be opened: ", status.ToString()));
  }
  return ToStatus(status, folder, "store cannot be opened");
}

// Beside a process that writes: its files may go while they are being opened, and the next try sees
// those that took their place.
absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenToRead(const RocksOptions& options, const std::string& folder) {
  constexpr int kTries = 20, kTriesOnDamage = 3;
  rocksdb::Options db_options = StoreOptions(false, options.cache_bytes, options.env);
  db_options.max_open_files = -1;
  rocksdb::Status status;
  for (int i = 0; i < kTries; ++i) {
    rocksdb::DB* db = nullptr;
    status = rocksdb::DB::OpenForReadOnly(db_options, folder, &db);
    if (status.ok()) return std::unique_ptr<rocksdb::DB>(db);
    if (status.IsCorruption() && i + 1 == kTriesOnDamage) break;
  }
  return Cannot(status, folder);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::Open(const RocksOptions& options) {
  crypto::FileOps& files = options.files != nullptr ? *options.files : crypto::FileOps::System();
  const std::string folder = options.path + "/store";
  PHIVEIL_RETURN_IF_ERROR(PrepareDirectory(options.path, options.create && !options.read_only, files));
  if (options.read_only) {
    // The head is read first: the store may only be ahead of it.
    PHIVEIL_ASSIGN_OR_RETURN(std::string bytes, VaultHead::ReadUnlocked(options.path, files));
    PHIVEIL_ASSIGN_OR_RETURN(std::unique_ptr<rocksdb::DB> db, OpenToRead(options, folder));
    return std::unique_ptr<RocksStore>(new RocksStore(options.path, std::move(db), std::nullopt, std::move(bytes)));
  }
  PHIVEIL_ASSIGN_OR_RETURN(VaultHead head, VaultHead::Lock(options.path, options.create, files));
  PHIVEIL_ASSIGN_OR_RETURN(std::string bytes, head.Read());
  if (bytes.empty() && !options.create) return absl::NotFoundError("the vault was never finished being made");
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(StoreOptions(bytes.empty(), options.cache_bytes, options.env), folder, &db);
  std::unique_ptr<rocksdb::DB> owned(db);
  if (!status.ok()) return Cannot(status, folder);
  return std::unique_ptr<RocksStore>(new RocksStore(options.path, std::move(owned), std::move(head), std::move(bytes)));
}

RocksStore::~RocksStore() { db_->Close().PermitUncheckedError(); }

absl::StatusOr<Counters> RocksStore::ReadCounters(const Sealer& sealer) {
  const std::string key = sealer.format() == 1 ? OldCountersKey() : CountersKey(0);
  PHIVEIL_ASSIGN_OR_RETURN(const std::optional<std::string> record, GetOne(*this, key));
  if (record) return sealer.format() == 1 ? sealer.OpenOldCounters(*record) : sealer.OpenCounters(0, *record);
  if (!head_bytes_.empty()) return absl::DataLossError("counters record is missing");
  Counters none;
  none.code_length = CodeLength(0, 0);
  return none;
}

absl::Status RocksStore::Start(const Sealer& sealer) {
  sealer_ = &sealer;
  PHIVEIL_ASSIGN_OR_RETURN(const Counters counters, ReadCounters(sealer));
  if (head_bytes_.empty()) {
    // One commit makes a vault, and nothing more was acknowledged before its head was written.
    if (counters.commits > 1) return absl::DataLossError("the file vault.head is empty");
  } else {
    PHIVEIL_ASSIGN_OR_RETURN(const uint64_t commits, sealer.OpenHead(head_bytes_));
    if (counters.commits < commits) {
      return absl::DataLossError(absl::StrCat("the store has lost commits: it ends at ", counters.commits, ", but ",
                                              commits, " were acknowledged"));
    }
  }
  Begin(counters);
  if (!head_ || (head_bytes_.empty() && counters.commits == 0)) return absl::OkStatus();  // the first commit writes it
  PHIVEIL_ASSIGN_OR_RETURN(const std::string head, sealer.SealHead(counters.commits));
  if (head != head_bytes_) PHIVEIL_RETURN_IF_ERROR(head_->Write(head));
  if (head_bytes_.empty()) PHIVEIL_RETURN_IF_ERROR(head_->Sync());
  head_bytes_ = head;
  return absl::OkStatus();
}

absl::Status RocksStore::Read(std::span<const std::string> keys, std::vector<std::optional<std::string>>* values) {
  values->assign(keys.size(), std::nullopt);
  rocksdb::PinnableSlice found;
  for (size_t i = 0; i < keys.size(); ++i) {
    found.Reset();
    const rocksdb::Status status = db_->Get({}, db_->DefaultColumnFamily(), keys[i], &found);
    if (status.IsNotFound()) continue;
    if (!status.ok()) return ToStatus(status, name(), "a record cannot be read");
    (*values)[i].emplace(found.data(), found.size());
  }
  return absl::OkStatus();
}

absl::Status RocksStore::ReadUnder(std::string_view prefix, std::vector<StoreRecord>* records) {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}));
  for (it->Seek(ToSlice(prefix)); it->Valid() && it->key().starts_with(ToSlice(prefix)); it->Next()) {
    records->push_back({it->key().ToString(), it->value().ToString()});
  }
  return ToStatus(it->status(), name(), "cannot be read");
}

absl::Status RocksStore::WriteOut(std::span<const Write> writes, const Counters& counters) {
  if (!head_) return absl::FailedPreconditionError(Concat(name(), ": opened to read only"));
  if (sealer_ == nullptr) return absl::FailedPreconditionError(Concat(name(), ": not started"));
  rocksdb::WriteBatch batch;
  for (const Write& write : writes) {
    const rocksdb::Status put =
        write.value ? batch.Put(ToSlice(write.key), ToSlice(*write.value)) : batch.Delete(ToSlice(write.key));
    if (!put.ok()) return absl::InternalError("a write batch refused a record");
  }
  PHIVEIL_ASSIGN_OR_RETURN(const std::string record, sealer_->SealCounters(0, counters));
  PHIVEIL_ASSIGN_OR_RETURN(const std::string head, sealer_->SealHead(counters.commits));
  if (!batch.Put(CountersKey(0), record).ok()) return absl::InternalError("a write batch refused a record");
  rocksdb::WriteOptions options;
  options.sync = true;
  PHIVEIL_RETURN_IF_ERROR(ToStatus(db_->Write(options, &batch), name(), "cannot write"));
  PHIVEIL_RETURN_IF_ERROR(head_->Write(head));
  if (head_bytes_.empty()) PHIVEIL_RETURN_IF_ERROR(head_->Sync());
  head_bytes_ = head;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<StoreSnapshot>> RocksStore::Snapshot() {
  return std::make_unique<RocksSnapshot>(name(), db_.get());
}

absl::Status RocksStore::CheckBytes() {
  return ToStatus(db_->VerifyChecksum(), name(), "a file does not match its checksums");
}

absl::Status RocksStore::Compact() {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  return ToStatus(db_->CompactRange(options, nullptr, nullptr), name(), "cannot be compacted");
}

}  // namespace phiveil::vault_internal

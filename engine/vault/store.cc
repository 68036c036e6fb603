#include "vault/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <cstdarg>
#include <utility>

#include "absl/strings/str_cat.h"

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

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& folder, bool create, size_t cache_bytes,
                                                   rocksdb::Env* env) {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(StoreOptions(create, cache_bytes, env), folder, &db);
  std::unique_ptr<rocksdb::DB> owned(db);
  if (status.ok()) return std::unique_ptr<Store>(new Store(folder, std::move(owned)));
  if (status.IsPathNotFound() || status.IsInvalidArgument() || status.IsNotFound()) {
    return absl::DataLossError(absl::StrCat(folder, ": store cannot be opened: ", status.ToString()));
  }
  return ToStatus(status, folder, "store cannot be opened");
}

Store::~Store() { db_->Close().PermitUncheckedError(); }

absl::StatusOr<bool> Store::Get(std::string_view key, std::string_view kind, std::string* value) const {
  rocksdb::PinnableSlice found;
  const rocksdb::Status status = db_->Get({}, db_->DefaultColumnFamily(), ToSlice(key), &found);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return ToStatus(status, folder_, absl::StrCat(Absl(kind), " cannot be read"));
  value->assign(found.data(), found.size());
  return true;
}

absl::Status Store::ReadUnder(std::string_view prefix, std::string_view kind, std::vector<std::string>* values) const {
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator({}));
  for (at->Seek(ToSlice(prefix)); at->Valid() && at->key().starts_with(ToSlice(prefix)); at->Next()) {
    values->push_back(at->value().ToString());
  }
  return ToStatus(at->status(), folder_, absl::StrCat(Absl(kind), " cannot be read"));
}

absl::Status Store::Write(rocksdb::WriteBatch* batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  return ToStatus(db_->Write(options, batch), folder_, "cannot write");
}

}  // namespace phiveil::vault_internal

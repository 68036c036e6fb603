#ifndef PHIVEIL_TESTS_VAULT_FAULTY_FILE_SYSTEM_H_
#define PHIVEIL_TESTS_VAULT_FAULTY_FILE_SYSTEM_H_

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace phiveil {

// RocksDB's file system with two evils: calls that change something fail after the first `succeed`
// of them, and what was not synced can be made to vanish, as in a power failure.
class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  using IOStatus = rocksdb::IOStatus;
  enum class Mode { kOnce, kEver };

  FaultyFileSystem(int succeed, Mode mode, bool full)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), left_(succeed), mode_(mode), full_(full) {}

  const char* Name() const override { return "FaultyFileSystem"; }
  bool failed() const { return failed_; }

  // Cuts every file back to what was synced.
  void LosePower() {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, size] : synced_) {
      std::error_code error;
      if (std::filesystem::exists(name, error)) std::filesystem::resize_file(name, size, error);
    }
  }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* dbg) override;
  IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                      rocksdb::IODebugContext* dbg) override {
    if (Fails()) return Failure();
    const IOStatus status = FileSystemWrapper::RenameFile(from, to, options, dbg);
    const std::lock_guard lock(mutex_);
    if (const auto it = synced_.find(from); status.ok() && it != synced_.end()) {
      synced_[to] = it->second;
      synced_.erase(from);
    }
    return status;
  }
  IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                      rocksdb::IODebugContext* dbg) override {
    if (Fails()) return Failure();
    const std::lock_guard lock(mutex_);
    synced_.erase(name);
    return FileSystemWrapper::DeleteFile(name, options, dbg);
  }
  IOStatus CreateDirIfMissing(const std::string& name, const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* dbg) override {
    return Fails() ? Failure() : FileSystemWrapper::CreateDirIfMissing(name, options, dbg);
  }

 private:
  friend class FaultyFile;

  bool Fails() {
    if (left_-- > 0) return false;
    return !failed_.exchange(true) || mode_ == Mode::kEver;
  }
  IOStatus Failure() const { return full_ ? IOStatus::NoSpace("no space") : IOStatus::IOError("made to fail"); }
  void Synced(const std::string& name, uint64_t size) {
    const std::lock_guard lock(mutex_);
    synced_[name] = size;
  }

  std::atomic<int> left_;
  const Mode mode_;
  const bool full_;
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::map<std::string, uint64_t> synced_;
};

class FaultyFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using IOStatus = rocksdb::IOStatus;
  FaultyFile(std::string name, std::unique_ptr<rocksdb::FSWritableFile> file, FaultyFileSystem* system)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), system_(system) {}

  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  rocksdb::IODebugContext* dbg) override {
    if (system_->Fails()) return system_->Failure();
    size_ += data.size();
    return FSWritableFileOwnerWrapper::Append(data, options, dbg);
  }
  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options, const rocksdb::DataVerificationInfo&,
                  rocksdb::IODebugContext* dbg) override {
    return Append(data, options, dbg);
  }
  IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* dbg) override {
    if (system_->Fails()) return system_->Failure();
    system_->Synced(name_, size_);
    return FSWritableFileOwnerWrapper::Sync(options, dbg);
  }
  IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* dbg) override {
    return Sync(options, dbg);
  }
  IOStatus Close(const rocksdb::IOOptions& options, rocksdb::IODebugContext* dbg) override {
    const bool fails = system_->Fails();
    const IOStatus status = FSWritableFileOwnerWrapper::Close(options, dbg);
    return fails ? system_->Failure() : status;
  }

 private:
  const std::string name_;
  FaultyFileSystem* const system_;
  uint64_t size_ = 0;
};

inline rocksdb::IOStatus FaultyFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                           rocksdb::IODebugContext* dbg) {
  if (Fails()) return Failure();
  std::unique_ptr<rocksdb::FSWritableFile> real;
  const IOStatus status = FileSystemWrapper::NewWritableFile(name, options, &real, dbg);
  if (!status.ok()) return status;
  Synced(name, 0);
  *file = std::make_unique<FaultyFile>(name, std::move(real), this);
  return status;
}

}  // namespace phiveil

#endif  // PHIVEIL_TESTS_VAULT_FAULTY_FILE_SYSTEM_H_

#include "crypto/locked_bytes.h"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace phiveil::crypto {

absl::StatusOr<LockedBytes> LockedBytes::Make(size_t size) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t mapped = (size + page - 1) / page * page;
  void* memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return absl::ResourceExhaustedError("no memory for a key");
  if (mlock(memory, mapped) != 0) {
    munmap(memory, mapped);
    return absl::ResourceExhaustedError("cannot lock memory for a key: raise the limit (ulimit -l)");
  }
  madvise(memory, mapped, MADV_DONTDUMP);
  return LockedBytes(static_cast<char*>(memory), size, mapped);
}

LockedBytes::LockedBytes(LockedBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

LockedBytes& LockedBytes::operator=(LockedBytes&& other) noexcept {
  if (this != &other) {
    Release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    mapped_ = std::exchange(other.mapped_, 0);
  }
  return *this;
}

LockedBytes::~LockedBytes() { Release(); }

void LockedBytes::Release() {
  if (data_ == nullptr) return;
  OPENSSL_cleanse(data_, mapped_);
  munmap(data_, mapped_);  // unlocks as well
  data_ = nullptr;
}

}  // namespace phiveil::crypto

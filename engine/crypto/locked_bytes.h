#ifndef PHIVEIL_CRYPTO_LOCKED_BYTES_H_
#define PHIVEIL_CRYPTO_LOCKED_BYTES_H_

// Memory for keys: never swapped, left out of core dumps, wiped at the end.

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"

namespace phiveil::crypto {

class LockedBytes {
 public:
  // Zeroed. RESOURCE_EXHAUSTED when the process may lock no more memory (`ulimit -l`).
  static absl::StatusOr<LockedBytes> Make(size_t size);

  LockedBytes(LockedBytes&& other) noexcept;
  LockedBytes& operator=(LockedBytes&& other) noexcept;
  ~LockedBytes();

  char* data() { return data_; }
  std::string_view view() const { return {data_, size_}; }

 private:
  LockedBytes(char* data, size_t size, size_t mapped) : data_(data), size_(size), mapped_(mapped) {}
  void Release();

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t mapped_ = 0;
};

}  // namespace phiveil::crypto

#endif  // PHIVEIL_CRYPTO_LOCKED_BYTES_H_

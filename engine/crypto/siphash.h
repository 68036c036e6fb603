#ifndef PHIVEIL_CRYPTO_SIPHASH_H_
#define PHIVEIL_CRYPTO_SIPHASH_H_

// SipHash-2-4 with 128 bits of output: names values in the in-memory cache, so that the cache holds
// no value in clear. Keyed with a key of the process that is never written anywhere.

#include <cstdint>
#include <string_view>
#include <utility>

namespace phiveil::crypto {

struct Key128 {
  uint64_t low = 0, high = 0;

  friend bool operator==(const Key128&, const Key128&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Key128& key) {
    return H::combine(std::move(h), key.low);
  }
};

// The hash of `prefix` as eight little-endian bytes, followed by `bytes`.
Key128 SipHash128(const Key128& key, uint64_t prefix, std::string_view bytes);

}  // namespace phiveil::crypto

#endif  // PHIVEIL_CRYPTO_SIPHASH_H_

#ifndef PHIVEIL_CRYPTO_SIV_H_
#define PHIVEIL_CRYPTO_SIV_H_

// AES-SIV (RFC 5297): authenticated encryption that needs no nonce. The same text under the same key
// and associated data gives the same bytes, and nothing else about it shows but its length.

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "phiveil/original.h"

namespace phiveil::crypto {

inline constexpr size_t kSivKeySize = 64;  // AES-256-SIV
inline constexpr size_t kSivTagSize = 16;

// Appends the synthetic IV and the ciphertext. `key`: 32, 48 or 64 bytes. INVALID_ARGUMENT for an
// empty text.
absl::Status SivSeal(std::string_view key, std::string_view associated, std::string_view plain, std::string* out);

// DATA_LOSS when `sealed` is not what SivSeal made under this key and associated data.
absl::Status SivOpen(std::string_view key, std::string_view associated, std::string_view sealed, Original* plain);

}  // namespace phiveil::crypto

#endif  // PHIVEIL_CRYPTO_SIV_H_

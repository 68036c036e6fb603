#ifndef PHIVEIL_CRYPTO_CRYPTO_H_
#define PHIVEIL_CRYPTO_CRYPTO_H_

// The few primitives that vault and audit log stand on, all from OpenSSL's EVP layer so that a FIPS
// provider may take its place. Contexts are kept per thread; every function may be called from any.

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace phiveil::crypto {

inline constexpr size_t kKeySize = 32;
inline constexpr size_t kHashSize = 32;
inline constexpr size_t kNonceSize = 12;
inline constexpr size_t kSealTagSize = 16;
inline constexpr size_t kSealOverhead = kNonceSize + kSealTagSize;

using Hash = std::array<char, kHashSize>;

// For keys: from the generator OpenSSL keeps for secrets, unbuffered.
absl::Status RandomKey(char* out, size_t size);

// For nonces and codes: from a generator of the same strength, drawn in blocks of 4 KiB per thread.
// A block is never shared with a forked child.
absl::Status RandomBytes(char* out, size_t size);

absl::Status Sha256(std::initializer_list<std::string_view> parts, Hash* out);
absl::Status HmacSha256(std::string_view key, std::initializer_list<std::string_view> parts, Hash* out);

// HKDF (RFC 5869) with SHA-256, no salt, one block of output.
absl::Status Hkdf(std::string_view key, std::string_view info, Hash* out);

// AES-256-GCM with a random nonce. Appends nonce, ciphertext, tag.
absl::Status Seal(std::string_view key, std::string_view associated, std::string_view plain, std::string* out);

// Writes sealed.size() - kSealOverhead bytes. DATA_LOSS when `sealed` is not what Seal made under
// this key and associated data; `out` is then wiped.
absl::Status Open(std::string_view key, std::string_view associated, std::string_view sealed, char* out);

void Wipe(void* data, size_t size);
bool EqualInConstantTime(std::string_view a, std::string_view b);

inline std::string_view View(const Hash& hash) { return {hash.data(), hash.size()}; }

}  // namespace phiveil::crypto

#endif  // PHIVEIL_CRYPTO_CRYPTO_H_

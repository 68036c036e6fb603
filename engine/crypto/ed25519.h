#ifndef PHIVEIL_CRYPTO_ED25519_H_
#define PHIVEIL_CRYPTO_ED25519_H_

// Ed25519 signatures (RFC 8032).

#include <array>
#include <string_view>

#include "absl/status/status.h"

namespace phiveil::crypto {

inline constexpr size_t kSeedSize = 32;
using PublicKey = std::array<char, 32>;
using Signature = std::array<char, 64>;

// `seed`: 32 secret bytes.
absl::Status Ed25519Public(std::string_view seed, PublicKey* out);
absl::Status Ed25519Sign(std::string_view seed, std::string_view message, Signature* out);

bool Ed25519Verify(std::string_view public_key, std::string_view message, std::string_view signature);

}  // namespace phiveil::crypto

#endif  // PHIVEIL_CRYPTO_ED25519_H_

#include "vault/code_source.h"

#include <algorithm>

#include "crypto/crypto.h"
#include "phiveil/token.h"

namespace phiveil::vault_internal {
namespace {

constexpr int kBitsPerCharacter = 5;
constexpr int kSparenessBits = 10;
static_assert(kTokenAlphabet.size() == 1u << kBitsPerCharacter);

}  // namespace

uint8_t CodeLength(uint64_t mappings, uint8_t at_least) {
  uint8_t length = std::max<uint8_t>(at_least, TokenCode::kMinRandom);
  while (length < TokenCode::kMaxRandom && mappings >> (kBitsPerCharacter * length - kSparenessBits) != 0) ++length;
  return length;
}

absl::Status DrawRandomPart(size_t length, std::string* out) {
  char bytes[TokenCode::kMaxRandom];
  length = std::min(length, sizeof(bytes));
  if (absl::Status status = crypto::RandomBytes(bytes, length); !status.ok()) return status;
  out->resize(length);
  // 32 divides 256, so the low five bits are as even as the byte.
  for (size_t i = 0; i < length; ++i) (*out)[i] = kTokenAlphabet[static_cast<unsigned char>(bytes[i]) % 32];
  return absl::OkStatus();
}

}  // namespace phiveil::vault_internal

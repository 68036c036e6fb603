#include "crypto/siphash.h"

#include <bit>
#include <cstring>

namespace phiveil::crypto {
namespace {

static_assert(std::endian::native == std::endian::little);

struct State {
  uint64_t v0, v1, v2, v3;

  void Round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void Absorb(uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }

  uint64_t Finish() {
    for (int i = 0; i < 4; ++i) Round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

}  // namespace

Key128 SipHash128(const Key128& key, uint64_t prefix, std::string_view bytes) {
  State state{0x736f6d6570736575 ^ key.low, 0x646f72616e646f6d ^ key.high ^ 0xee, 0x6c7967656e657261 ^ key.low,
              0x7465646279746573 ^ key.high};
  state.Absorb(prefix);
  const uint64_t length = bytes.size() + sizeof(prefix);
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    state.Absorb(word);
  }
  uint64_t last = 0;
  if (!bytes.empty()) std::memcpy(&last, bytes.data(), bytes.size());
  state.Absorb(last | length << 56);
  state.v2 ^= 0xee;
  const uint64_t low = state.Finish();
  state.v1 ^= 0xdd;
  return {low, state.Finish()};
}

}  // namespace phiveil::crypto

#ifndef PHIVEIL_PACK_PACK_TABLES_H_
#define PHIVEIL_PACK_PACK_TABLES_H_

// A pack's tables in memory: what the compiled file holds, with every index checked.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pack.pb.h"

namespace phiveil {

inline constexpr std::string_view kPackMagic = "PHIVPAK1";

struct PackTables {
  pb::Pack pack;
};

// `bytes`: magic, SHA-256 of the rest, serialized pb::Pack. DATA_LOSS when damaged.
absl::StatusOr<std::unique_ptr<const PackTables>> ParsePack(std::string_view bytes);

// The inverse, for the compiler.
std::string SerializePack(const pb::Pack& pack);

}  // namespace phiveil

#endif  // PHIVEIL_PACK_PACK_TABLES_H_

#ifndef PHIVEIL_MATCH_DATABASE_H_
#define PHIVEIL_MATCH_DATABASE_H_

// Compiling a pack's expressions into its Hyperscan database.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "pack.pb.h"

namespace phiveil {

// What a database is compiled for. A database runs on every machine that has at least what its
// platform names; packs are shipped for kAvx2 and compiled anew where that does not load.
enum class Platform {
  kAvx2,     // every x86 server since 2015
  kGeneric,  // any machine of this architecture
  kHost,     // this machine, whatever it has; not for shipping
};

// "avx2", "generic", "host": pb::Pack.hs_platform.
std::string_view PlatformName(Platform platform);

// One serialized block-mode database of all expressions, without start of match. The index of an
// expression is its id. Empty when there are none. INVALID_ARGUMENT names the expression's index
// and what Hyperscan has against it.
absl::StatusOr<std::string> CompileDatabase(const google::protobuf::RepeatedPtrField<pb::Expression>& expressions,
                                            Platform platform);

}  // namespace phiveil

#endif  // PHIVEIL_MATCH_DATABASE_H_

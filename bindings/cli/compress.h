#ifndef PHIVEIL_CLI_COMPRESS_H_
#define PHIVEIL_CLI_COMPRESS_H_

// Output is compressed in pieces that stand alone: each call makes one whole gzip member or zstd
// frame. Members one after another are one valid file, so a file may be cut after any of them,
// which is what makes a stopped run resumable, and pieces can be made by many threads at once.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/byte_source.h"

namespace phiveil::cli {

// One member holding `bytes`, which may be empty. With kNone the bytes themselves.
absl::StatusOr<std::string> CompressMember(std::string_view bytes, Compression compression);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_COMPRESS_H_

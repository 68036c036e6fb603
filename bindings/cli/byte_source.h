#ifndef PHIVEIL_CLI_BYTE_SOURCE_H_
#define PHIVEIL_CLI_BYTE_SOURCE_H_

// Bytes of one input, decompressed on the way.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace phiveil::cli {

enum class Compression : uint8_t { kNone, kGzip, kZstd };

// By the ending: ".gz", ".zst", else none.
Compression CompressionFromName(std::string_view name);

// The name without its compression ending: "a.jsonl.gz" -> "a.jsonl".
std::string_view WithoutCompression(std::string_view name);

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads at least one byte and at most `size`; 0 at the end. DATA_LOSS: the compressed data is
  // damaged or ends early. CANCELLED: a stop was requested while waiting.
  virtual absl::StatusOr<size_t> Read(char* to, size_t size) = 0;

  // Whether Read would return without waiting for another program.
  virtual bool Ready() = 0;

  // Bytes taken from the file itself so far.
  virtual uint64_t taken() const = 0;
};

// Opens a file for reading, `skip` bytes of its content passed over (OUT_OF_RANGE when it has fewer).
absl::StatusOr<std::unique_ptr<ByteSource>> OpenSource(const std::string& path, Compression compression,
                                                       uint64_t skip = 0);

// Standard input; compression is told by its first bytes, which no valid text begins with.
std::unique_ptr<ByteSource> StandardInput();

// Undoes the compression of another source, member after member.
std::unique_ptr<ByteSource> Decompress(std::unique_ptr<ByteSource> inner, Compression compression);

// Reads and drops `count` bytes. OUT_OF_RANGE when there are fewer.
absl::Status SkipBytes(ByteSource* source, uint64_t count);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_BYTE_SOURCE_H_

#ifndef PHIVEIL_KEYS_SMALL_FILE_H_
#define PHIVEIL_KEYS_SMALL_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "keys/secret_text.h"

namespace phiveil::keys_internal {

// A file of at most 1 MiB that may hold secrets. NOT_FOUND when there is none; FAILED_PRECONDITION
// when it is larger, no regular file, or open to more than `forbidden_mode` leaves.
absl::StatusOr<SecretText> ReadSmallFile(const std::string& path, unsigned forbidden_mode);

// Without white space around it.
std::string_view Trimmed(std::string_view text);

// An environment variable; empty when it is not set.
std::string Environment(const char* name);

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_SMALL_FILE_H_

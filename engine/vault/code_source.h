#ifndef PHIVEIL_VAULT_CODE_SOURCE_H_
#define PHIVEIL_VAULT_CODE_SOURCE_H_

// Where codes come from: a cryptographic generator and nothing else.

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace phiveil::vault_internal {

// The length of the random part for a vault of so many mappings: the least that leaves at least
// 1023 of 1024 codes of that length unused, but never less than `at_least`.
uint8_t CodeLength(uint64_t mappings, uint8_t at_least);

// `length` characters of kTokenAlphabet, each equally likely.
absl::Status DrawRandomPart(size_t length, std::string* out);

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_CODE_SOURCE_H_

#ifndef PHIVEIL_KEYS_KEY_URI_H_
#define PHIVEIL_KEYS_KEY_URI_H_

// What `--key` says, taken apart.
//
//   /path, file:/path                                    a key file
//   aws-kms://KEY?region=R&profile=P&endpoint=URL&wrapped=FILE
//   vault-transit://HOST:PORT/MOUNT/KEY?namespace=N&ca=FILE&token_file=FILE&tls=off&wrapped=FILE

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace phiveil::keys_internal {

struct KeyUri {
  enum class Kind { kFile, kAwsKms, kVaultTransit };
  Kind kind = Kind::kFile;
  std::string path;                            // of a key file
  std::string host;                            // vault-transit; empty: from VAULT_ADDR
  std::string mount;                           // vault-transit
  std::string key;                             // aws-kms: id, ARN, alias/NAME or its ARN; vault-transit: name
  std::map<std::string, std::string> options;  // decoded

  // Empty when it was not given.
  std::string Option(const std::string& name) const;
};

// INVALID_ARGUMENT says what is wrong and what is known. A secret has no place in a URI: options
// that would hold one are unknown and refused, and no error repeats the value of an unknown option.
absl::StatusOr<KeyUri> ParseKeyUri(std::string_view uri);

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_KEY_URI_H_

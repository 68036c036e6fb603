#ifndef PHIVEIL_KEYS_AWS_KMS_H_
#define PHIVEIL_KEYS_AWS_KMS_H_

// AWS KMS by its JSON API: Encrypt, Decrypt and ReEncrypt, with the context as encryption context.
// Permissions: kms:Encrypt to make a key, kms:Decrypt to open it, kms:ReEncryptFrom and
// kms:ReEncryptTo to rewrap it.

#include <memory>

#include "absl/status/statusor.h"
#include "keys/http.h"
#include "keys/key_uri.h"
#include "phiveil/keys.h"

namespace phiveil::keys_internal {

absl::StatusOr<std::unique_ptr<KeyWrapper>> MakeAwsKms(const KeyUri& uri, const Patience& patience);

// With the transport given, for tests.
std::unique_ptr<KeyWrapper> MakeAwsKmsOver(std::unique_ptr<HttpTransport> transport, const KeyUri& uri,
                                           std::string region, std::string host, const Patience& patience);

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_AWS_KMS_H_

#ifndef PHIVEIL_KEYS_VAULT_TRANSIT_H_
#define PHIVEIL_KEYS_VAULT_TRANSIT_H_

// HashiCorp Vault's transit secrets engine: encrypt, decrypt and rewrap. The context goes as `context`,
// which a key made with derived=true derives its data from; Vault ignores it for other keys, and then
// what comes back is checked here alone (wrapped_key.cc).

#include <memory>

#include "absl/status/statusor.h"
#include "keys/http.h"
#include "keys/key_uri.h"
#include "phiveil/keys.h"

namespace phiveil::keys_internal {

absl::StatusOr<std::unique_ptr<KeyWrapper>> MakeVaultTransit(const KeyUri& uri, const Patience& patience);

std::unique_ptr<KeyWrapper> MakeVaultTransitOver(std::unique_ptr<HttpTransport> transport, const KeyUri& uri,
                                                 const Patience& patience);

}  // namespace phiveil::keys_internal

#endif  // PHIVEIL_KEYS_VAULT_TRANSIT_H_

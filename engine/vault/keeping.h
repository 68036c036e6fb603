#ifndef PHIVEIL_VAULT_KEEPING_H_
#define PHIVEIL_VAULT_KEEPING_H_

// What is done to a vault as a whole while others work with it: rotation, new data keys, forgetting,
// expiry. Each can be cut short at any write and done again.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/vault.h"
#include "vault/sealer.h"
#include "vault/store.h"

namespace phiveil::vault_internal {

// Rewraps all data keys under `to`. docs/keys.md, "Rotation". `barrier` returns when every
// write that this process had begun before is in the store.
absl::StatusOr<KeepingReport> RotateStore(const Sealer& sealer, Store& store, const KeyEncryptionKey& to,
                                          const std::function<void()>& barrier);

// New keys for some subjects, their values and index sealed anew: all in one write, which notes how far it has
// got. The caller sees to it that nothing is written for them from before this is made until Apply returns.
class Reencryption {
 public:
  static absl::StatusOr<Reencryption> Begin(const Sealer& sealer, Store& store);

  // In the order of their tags. Nothing when there is no such subject.
  absl::Status Add(const Tag& subject);
  // Whether it is time to Apply.
  bool full() const;
  absl::StatusOr<KeepingReport> Apply();

 private:
  Reencryption(const Sealer& sealer, Store& store, std::unique_ptr<StoreSnapshot> snapshot)
      : sealer_(&sealer), store_(&store), snapshot_(std::move(snapshot)) {}
  absl::Status SealAnew(const Subject& old, const Subject& fresh, std::string_view key, std::string_view code);
  void Change(std::string key, std::optional<std::string> before, std::optional<std::string> after);

  const Sealer* sealer_;
  Store* store_;
  std::unique_ptr<StoreSnapshot> snapshot_;
  ChangeSet set_;
  size_t bytes_ = 0;
  std::optional<Tag> last_;
  KeepingReport report_;
};

// Where an earlier Reencryption has got to; nothing at the beginning. End takes the note away.
absl::StatusOr<std::optional<Tag>> ReencryptProgress(const Sealer& sealer, Store& store);
absl::Status EndReencrypt(Store& store);

// Destroys the subject's keys and removes its records.
absl::StatusOr<KeepingReport> ForgetSubject(const Sealer& sealer, Store& store, const Tag& subject);

// Whether the subject's keys were destroyed by a forgetting that has not ended.
absl::StatusOr<bool> IsBeingForgotten(const Sealer& sealer, Store& store, const Tag& subject);

// Ends a forgetting of the subject that was cut short; before new keys are drawn for it, as their values
// would go with the rest. Nothing when there is none.
absl::Status EndForgetting(const Sealer& sealer, Store& store, const Tag& subject);

// Removes what expired on `today` or before, at most `most` values, and ends what ForgetSubject was cut short in.
absl::StatusOr<KeepingReport> SweepStore(const Sealer& sealer, Store& store, uint32_t today, size_t most = SIZE_MAX);

// Whether there is anything for SweepStore to remove.
absl::StatusOr<bool> HasExpired(Store& store, uint32_t today);

}  // namespace phiveil::vault_internal

#endif  // PHIVEIL_VAULT_KEEPING_H_

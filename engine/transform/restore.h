#ifndef PHIVEIL_TRANSFORM_RESTORE_H_
#define PHIVEIL_TRANSFORM_RESTORE_H_

#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "phiveil/deidentifier.h"
#include "phiveil/token.h"
#include "phiveil/vault.h"
#include "transform/restore_surrogates.h"
#include "transform/seal.h"

namespace phiveil {

using TokenLookup = std::function<absl::StatusOr<Vault::Hit>(Category, const TokenCode&)>;
using SealLookup = std::function<absl::StatusOr<Vault::Hit>(const SealMention&)>;

// What restoring knows besides the vault.
struct RestoreParts {
  SealLookup seals{};                  // empty: seals stay as they are
  std::vector<BackEdit> surrogates{};  // restore_surrogates.h; those that touch a token are left out
};

// Puts originals where their tokens stand, in every form FindTokenMention knows; a token's hint goes
// with it. All else stays as it is. A token without its brackets counts only when it is known.
// An error of `lookup` is returned as it comes.
absl::StatusOr<Restored> RestoreText(std::string_view text, const TokenLookup& lookup, const RestoreParts& parts = {});

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_RESTORE_H_

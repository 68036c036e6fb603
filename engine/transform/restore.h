#ifndef PHIVEIL_TRANSFORM_RESTORE_H_
#define PHIVEIL_TRANSFORM_RESTORE_H_

#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "phiveil/deidentifier.h"
#include "phiveil/token.h"
#include "phiveil/vault.h"

namespace phiveil {

using TokenLookup = std::function<absl::StatusOr<Vault::Hit>(Category, const TokenCode&)>;

// Puts originals where their tokens stand, in every form FindTokenMention knows; a token's hint goes
// with it. All else stays as it is. A token without its brackets counts only when it is known.
// An error of `lookup` is returned as it comes.
absl::StatusOr<Restored> RestoreText(std::string_view text, const TokenLookup& lookup);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_RESTORE_H_

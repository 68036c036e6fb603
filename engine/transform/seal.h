#ifndef PHIVEIL_TRANSFORM_SEAL_H_
#define PHIVEIL_TRANSFORM_SEAL_H_

// Values that travel sealed in the text itself: `[NAME~4T0K…]`.
//
// The letters are Crockford's base 32 of
//   subject tag[8] ‖ AES-256-SIV(key, associated data = "phiveil seal 1" ‖ 0 ‖ category ‖ subject tag, value)
// The keys are derived from the vault's (HKDF labels "phiveil seal 1", "phiveil seal 2", "phiveil seal subject", for a
// tenant with a name each with " tenant " ‖ name behind it), and stay when the vault is rotated. The same value of the
// same tenant, subject and category has the same seal; what is longer has a longer one.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "phiveil/category.h"
#include "phiveil/original.h"
#include "phiveil/vault.h"

namespace phiveil {

struct SealMention {
  size_t begin = 0, end = 0;  // with the brackets
  Category category = Category::kSafe;
  bool bare = false;  // ends with the sign for a number of JSON (token.h)
  std::string sealed;
};

// The next one at or after `from`, in any case. Says nothing of whether it is genuine.
std::optional<SealMention> FindSealMention(std::string_view text, size_t from);

class ValueSealer {
 public:
  // FAILED_PRECONDITION when the key cannot be used.
  // Seals of one tenant mean nothing to another.
  static absl::StatusOr<ValueSealer> From(const KeyEncryptionKey& key, std::string_view tenant = {});

  absl::StatusOr<std::string> Seal(std::string_view subject, Category category, std::string_view value,
                                   bool bare) const;

  // kUnknown: altered, or not sealed under this key. kForeign: another subject's. With an empty subject every subject's
  // seals are opened.
  absl::StatusOr<Vault::Hit> Open(std::string_view subject, const SealMention& mention) const;

 private:
  absl::StatusOr<std::string> Tag(std::string_view subject) const;

  Original key_, tag_key_;
};

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_SEAL_H_

#ifndef PHIVEIL_TRANSFORM_SEAL_H_
#define PHIVEIL_TRANSFORM_SEAL_H_

// Values that travel sealed in the text itself: `[NAME~08AG…]`. docs/formats/seal.md has the bytes.
//
//   SubjectSealer::From(secret, code)->Seal(Category::kName, "Ana Ruiz", false)
//
// A seal is made with the subject's secret (transform/subject_book.h), which only the vault has, and names it by the
// code that the vault gave it: whoever looks that code up finds the secret, for the subject that it is of. The
// vault forgets the subject and the secret with it; no seal of the subject opens from then on. The same value of the
// same subject and category has the same seal; what is longer has a longer one.
//
// Seals of format 1 were made with keys derived from the vault's own (FormerSeals) and are read, not written.

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "phiveil/category.h"
#include "phiveil/key.h"
#include "phiveil/original.h"
#include "phiveil/token.h"
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

// The code of the secret that the seal was made with. Nothing when it cannot be of format 2.
std::optional<TokenCode> SecretCodeOf(const SealMention& mention);

class SubjectSealer {
 public:
  // `code`: of the secret, in category OTHER_ID.
  static absl::StatusOr<SubjectSealer> From(std::string_view secret, const TokenCode& code);

  absl::StatusOr<std::string> Seal(Category category, std::string_view value, bool bare) const;

  // kUnknown: altered, or made with another secret.
  absl::StatusOr<Vault::Hit> Open(const SealMention& mention) const;

 private:
  Original key_;
  TokenCode code_;
};

class FormerSeals {
 public:
  // FAILED_PRECONDITION when the key cannot be used. Seals of one tenant mean nothing to another.
  static absl::StatusOr<FormerSeals> From(const KeyEncryptionKey& key, std::string_view tenant = {});

  // kUnknown: altered, or not sealed under this key. kForeign: another subject's. With an empty subject every subject's
  // seals are opened.
  absl::StatusOr<Vault::Hit> Open(std::string_view subject, const SealMention& mention) const;

 private:
  Original key_, tag_key_;
};

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_SEAL_H_

#ifndef PHIVEIL_POLICY_H_
#define PHIVEIL_POLICY_H_

// What happens to each category, and what the result may be called.
//
//   auto policy = Policy::Load(bytes);            // compiled from YAML by `phiveil policy check`
//   policy->RuleFor(Category::kDate).action == Action::kToken;
//
// A policy states its basis, and is refused when its actions do not bear it:
// - safe_harbor (45 CFR 164.514(b)(2)): no category of the list kept beyond what the rule lets stay
//   (year, state, first three ZIP digits of areas of more than 20,000 people, age under 90); no
//   replacement derived from the person (164.514(c)(1)): no seal, shift, surrogate, code, no mask that
//   leaves the last characters or the initials.
// - limited_data_set (164.514(e)): dates, cities, states and ZIP codes may stay or be shifted; the
//   direct identifiers of (e)(2) may not, nor a part of them or they themselves under a seal.
// - pseudonymized: reversible or derived replacements; the result is still protected information.
// - none: says nothing about the result.
//
// Load refuses with INVALID_ARGUMENT, naming category, action and paragraph.
//
// What comes back with Deidentifier::Restore
//   token               always, byte by byte, while the vault has it
//   seal                always, byte by byte, while the vault has the subject's secret; the text carries the value
//   surrogate, code     by the pairs (surrogate, original) that the vault keeps for the subject: the whole
//                       mention byte by byte; a name's single word in the case it stands in
//   shift               by the pairs, wherever a date stands as it was given out; else by the inverse shift, under
//                       a secret that the vault keeps for the subject: the dates that recognition finds in the
//                       answer, also those a model computed. A date that the inverse would not bring back
//                       (29/2 without a year, 30 February) becomes a token instead
//   keep                nothing to bring back
//   tag, drop, year, cap, zip3, mask   never
// Seals, surrogates, codes and shifts are keyed by 32 random bytes of the subject that only the vault has. When
// the vault forgets the subject they are gone with it.
//
// Time to live
// A policy may say after how many days what it put into the vault ends, for all categories and for one of them
// alone. The vault notes the day with the value when it first gets it; Vault::Sweep removes what has run out, and
// until then it can be restored. A seal lives in the text and has no time of its own: the secret of a policy that
// seals does not end. Else the subject's secret, which shifted dates hang on, ends with the dates; without shifts,
// with the last of the surrogates and codes. A new one is drawn for texts that come later: their dates move by another
// number of days. A policy that seals and whose shifted dates end is refused, for one of both could not be kept.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "phiveil/category.h"

namespace phiveil {

enum class Basis : uint8_t { kNone = 0, kSafeHarbor = 1, kLimitedDataSet = 2, kPseudonymized = 3 };
std::string_view BasisName(Basis basis);  // "safe_harbor"

enum class Action : uint8_t {
  kKeep = 0,   // leave the text as it is
  kTag = 1,    // [NAME], with what may be shown: [DATE 2025]
  kToken = 2,  // [NAME_7QK2F]; the original goes into the vault
  kDrop = 3,   // nothing in its place
  // A realistic value of the same kind and shape: a name of the same sex and origin where these can be
  // told, a street, town, hospital, telephone number of the range kept for fiction, … One value has
  // one surrogate in a subject; none equals a word of the text.
  kSurrogate = 4,
  kShift = 5,  // DATE: moved by the subject's own number of days, in the format it was written in
  kYear = 6,   // DATE: the year alone, [DATE] where there is none or it tells of an age over 89
  kCap = 7,    // AGE: 90+ for an age over 89; others stay
  kZip3 = 8,   // ZIP: 021**; 000** where 20,000 people or fewer live
  kMask = 9,   // ****, whatever the length
  kSeal = 10,  // [NAME~…]: the value itself under AES-SIV (RFC 5297), with the subject's secret
  // A number of the same shape: digits for digits, letters for letters; NPI, VIN, DEA and Luhn numbers
  // stay valid. Stable in a subject, as a surrogate is.
  kCode = 11,
};
inline constexpr size_t kActionCount = 12;
std::string_view ActionName(Action action);

// What a tag or token may show of the value, as far as the law lets it stay.
enum class Show : uint8_t {
  kNothing = 0,
  kYear = 1,   // the year of a date, unless it implies an age over 89
  kCap90 = 2,  // "90+" for an age over 89
  kZip3 = 3,   // the first three digits, unless the area holds 20,000 people or fewer
  kRole = 4,   // staff, relative, patient where known
};

struct CategoryPolicy {
  Action action = Action::kToken;
  Show show = Show::kNothing;
  float threshold = 0.5f;      // findings below this score are not findings
  bool keep_year = false;      // DATE: a year alone stays unless it implies an age over 89
  bool keep_weekday = false;   // DATE: a weekday or clock time alone stays
  bool keep_under_90 = false;  // AGE: an age up to 89 stays
  // For kShift.
  uint16_t max_days = 365;   // at most so many days forward or back, never none; 7..3650
  bool whole_weeks = false;  // a multiple of seven days, so that weekdays stay true
  bool weekdays = false;     // a weekday alone moves too; those beside a full date always do
  // For kMask.
  uint8_t keep_last = 0;       // the last characters that stay: ****1234; up to 4
  bool keep_initials = false;  // the first letter of each word stays: A. R.
  // So many days after the vault first got a value of the category it may be swept; 0: never.
  uint32_t expire_days = 0;
};

// Whether what the action writes is derived from the person or the value, so that it is no code in the
// sense of 45 CFR 164.514(c)(1).
bool IsDerived(const CategoryPolicy& rule);

// Whether Restore brings back what the action took.
bool ComesBack(Action action);

class Policy {
 public:
  static absl::StatusOr<Policy> Load(std::string_view bytes);

  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }
  const std::string& about() const { return about_; }
  Basis basis() const { return basis_; }
  // What the result may be called, one sentence for a privacy officer.
  const std::string& claim() const { return claim_; }
  // Whether a vault is needed: for tokens, seals, surrogates, codes and shifts.
  bool NeedsVault() const;
  // Whether the subject's secret and pairs are needed: for surrogates, codes and shifts.
  bool NeedsSubject() const;
  bool Uses(Action action) const;
  // The longest that a policy may name, 100 years.
  static constexpr uint32_t kMostExpireDays = 36525;
  // After how many days the subject's secret ends; 0: never.
  uint32_t SecretExpireDays() const;
  // Whether anything it puts into the vault ends.
  bool Expires() const;
  // The same policy, where a category outside of `may_stay` neither stays nor shows anything: kept ones
  // become tokens, without a vault tags. A mask loses what it leaves; all else remains.
  Policy RestrictedTo(const std::array<bool, kCategoryCount>& may_stay) const;
  const CategoryPolicy& RuleFor(Category category) const { return rules_[static_cast<size_t>(category)]; }

 private:
  absl::Status LimitTo(uint32_t days);

  std::string name_, version_, about_, claim_;
  Basis basis_ = Basis::kNone;
  std::array<CategoryPolicy, kCategoryCount> rules_{};
};

}  // namespace phiveil

#endif  // PHIVEIL_POLICY_H_

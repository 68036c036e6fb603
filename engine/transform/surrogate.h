#ifndef PHIVEIL_TRANSFORM_SURROGATE_H_
#define PHIVEIL_TRANSFORM_SURROGATE_H_

// What stands for an identifier under the actions surrogate, code and shift.
//
//   Surrogates surrogates(text, &book, 2026);
//   surrogates.Replace(finding, "RUIZ, ANA", rule)   -> "MORENO, LUCIA"
//
// Promises
// - The same value has the same surrogate in a subject, a name's words too: who is "Ana Ruiz" at first
//   and "Ms. Ruiz" later is "Lucia Moreno" and "Ms. Moreno".
// - No surrogate equals a word of the text, nor stands for two values of the subject.
// - Telephone numbers are 555-01xx (47 CFR 52.15(f)(1)(ii) keeps them for fiction), addresses of the
//   network those of RFC 2606, RFC 5737 and RFC 3849, social security numbers begin with 9, which is
//   never issued: none can be somebody's.

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "phiveil/finding.h"
#include "phiveil/policy.h"
#include "transform/date_shift.h"
#include "transform/subject_book.h"

namespace phiveil {

// By how many days the subject's dates move under `rule`, with that one of its secrets; never 0.
int ShiftDays(const SubjectBook& book, const CategoryPolicy& rule, size_t secret = 0);

class Surrogates {
 public:
  // `text` and `book` must outlive this object. Findings are asked about in the order of the text; Restart begins.
  Surrogates(std::string_view text, SubjectBook* book, int reference_year);

  // Nothing where nothing safe can be written; a token then takes its place.
  std::optional<std::string> Replace(const Finding& finding, std::string_view value, const CategoryPolicy& rule);

  // `shifts`: dates are moved; then what could be taken for a date in the answer and is none of the findings is
  // noted, and no date is moved to look like it.
  void Restart(std::span<const Finding> findings, bool shifts);

  // Notes in the book that these stay as they are.
  void KeepStayingDates();

 private:
  std::optional<std::string> MoveDate(std::string_view value, const CategoryPolicy& rule);
  std::optional<std::string> Name(const Finding& finding, std::string_view value);
  std::optional<std::string> NameOnce(const Finding& finding, std::string_view value, uint32_t attempt);
  std::string NameWord(std::string_view word, bool surname, std::optional<bool> female, std::optional<size_t> origin);
  std::string InitialFor(char initial, uint32_t attempt) const;
  std::optional<std::string> Other(Category category, std::string_view value, bool code);
  std::string Make(Category category, std::string_view value, bool code, uint32_t attempt) const;
  bool InText(std::string_view lower) const;

  const std::string_view text_;
  SubjectBook* const book_;
  const int reference_year_;
  std::string lower_text_;
  std::set<std::string, std::less<>> words_;
  DateContext dates_;
  std::set<std::string> staying_dates_;
};

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_SURROGATE_H_

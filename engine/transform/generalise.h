#ifndef PHIVEIL_TRANSFORM_GENERALISE_H_
#define PHIVEIL_TRANSFORM_GENERALISE_H_

// What of an identifier the rule lets stay. All functions read the text of a finding as the author
// wrote it; where they cannot be sure they say nothing, and then nothing is shown.

#include <optional>
#include <string>
#include <string_view>

#include "phiveil/finding.h"
#include "phiveil/policy.h"

namespace phiveil {

// The year of a written date: ISO, HL7, with slashes, with a month's name, compact, month and year,
// a year alone. Of two digits the year is the latest one not more than ten years after
// `reference_year`; for a date of birth the latest not after it, and nothing where the century
// before would make the person older than 89. Nothing for two years that differ.
std::optional<int> YearOf(std::string_view date, int reference_year, bool birth);

// Whether a person born in `year` may be older than 89 in `reference_year`, or something that
// happened to a person then makes them so.
bool ImpliesOver89(int year, int reference_year);

// The highest age, in years, that the text may mean: "92", "92-year-old", "ninety-two", "one hundred
// and three", "eighties" (89), ">89" (90), "18 months" (1), "nonagenarian" (99).
std::optional<int> AgeOf(std::string_view age);

// The first three digits of a ZIP code or ZIP+4, empty unless they may be shown.
std::string_view Zip3Of(std::string_view zip);

// What stands for a value under the actions year, cap, zip3 and mask; empty where a tag has to.
std::string Generalised(std::string_view value, const Finding& finding, const CategoryPolicy& rule, int reference_year);

// Whether a finding stays as it is under `rule`.
bool Stays(std::string_view value, const Finding& finding, const CategoryPolicy& rule, int reference_year);

// What a tag or token shows of it; empty for nothing.
std::string Shown(std::string_view value, const Finding& finding, const CategoryPolicy& rule, int reference_year);

}  // namespace phiveil

#endif  // PHIVEIL_TRANSFORM_GENERALISE_H_

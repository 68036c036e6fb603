#ifndef PHIVEIL_RECOGNIZE_DATE_MEMORY_H_
#define PHIVEIL_RECOGNIZE_DATE_MEMORY_H_

// Month and day without a year ("8/30") look like scores and fractions. In a note whose sure dates
// are of that month, or of the one before or after it, they are dates.

#include <string_view>

#include "recognize/candidate.h"
#include "text/document.h"

namespace phiveil {

// Weak DATE candidates from here on are kept for RaiseDates.
inline constexpr float kWeakDate = 0.30f;

// The month of a date as it is written: 3/14, 2025-03-14, 14 March, 14-Mar-25; 0 when it is not sure.
int MonthOf(std::string_view date);

// Raises the weak DATE candidates that sure ones speak for.
void RaiseDates(const Document& doc, Evidence* evidence);

}  // namespace phiveil

#endif  // PHIVEIL_RECOGNIZE_DATE_MEMORY_H_

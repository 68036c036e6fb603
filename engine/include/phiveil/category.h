#ifndef PHIVEIL_CATEGORY_H_
#define PHIVEIL_CATEGORY_H_

// The kinds of identifier that phiveil knows.
//
// The list follows 45 CFR 164.514(b)(2)(i)(A)-(R), the eighteen identifiers of HIPAA's Safe Harbor
// rule, split where a data team needs to treat the parts differently (a ZIP code may keep three
// digits, a street line may not). `kState` and `kCountry` are found so that a policy can say so,
// and every shipped policy keeps them: the rule speaks of subdivisions *smaller* than a state.
//
//   Category c = *ParseCategory("MRN");
//   CategoryName(c) == "MRN";
//
// The numeric values are written into packs, vaults and audit logs. They are never reordered and
// never reused.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace phiveil {

enum class Category : uint8_t {
  kSafe = 0,           // not an identifier: a veto (dose, lab value, score, eponym). Never a finding.
  kName = 1,           // (A) names, initials and user names of patients, relatives, staff
  kLocation = 2,       // (B) a place below the state whose kind is not known
  kStreet = 3,         // (B) street line, PO box, apartment, room of a home
  kCity = 4,           // (B) city, town, village, neighbourhood
  kCounty = 5,         // (B) county or parish
  kZip = 6,            // (B) ZIP, ZIP+4, foreign postal code
  kState = 7,          // may stay
  kCountry = 8,        // may stay
  kFacility = 9,       // hospital, clinic, unit with a name of its own, pharmacy, laboratory
  kOrganization = 10,  // employer, school, church, insurer
  kDate = 11,          // (C) any element of a date more precise than the year
  kAge = 12,           // (C) every age is found; those over 89 must go
  kPhone = 13,         // (D)
  kFax = 14,           // (E)
  kEmail = 15,         // (F)
  kSsn = 16,           // (G) also its last four digits
  kMrn = 17,           // (H)
  kHealthPlan = 18,    // (I) member, subscriber, group, policy number
  kAccount = 19,       // (J) account, claim, visit and encounter number
  kLicense = 20,       // (K) licence, certificate, NPI, DEA
  kVehicle = 21,       // (L) VIN, plate
  kDevice = 22,        // (M) serial, lot, UDI, MAC address
  kUrl = 23,           // (N)
  kIp = 24,            // (O)
  kBiometric = 25,     // (P)
  kPhoto = 26,         // (Q) an embedded image, or a reference to an image file
  kOtherId = 27,       // (R) any other unique number, characteristic or code
};

inline constexpr size_t kCategoryCount = 28;

// The name as rules, policies, tokens and output write it: "NAME", "HEALTH_PLAN", "SAFE".
std::string_view CategoryName(Category category);

// The inverse, exact and case-sensitive. Nothing for an unknown name.
std::optional<Category> ParseCategory(std::string_view name);

}  // namespace phiveil

#endif  // PHIVEIL_CATEGORY_H_

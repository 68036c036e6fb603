#include "phiveil/category.h"

#include <array>

#include "phiveil/finding.h"

namespace phiveil {
namespace {

constexpr std::array<std::string_view, kCategoryCount> kNames = {
    "SAFE",         "NAME",    "LOCATION", "STREET", "CITY", "COUNTY",    "ZIP",   "STATE",   "COUNTRY",     "FACILITY",
    "ORGANIZATION", "DATE",    "AGE",      "PHONE",  "FAX",  "EMAIL",     "SSN",   "MRN",     "HEALTH_PLAN", "ACCOUNT",
    "LICENSE",      "VEHICLE", "DEVICE",   "URL",    "IP",   "BIOMETRIC", "PHOTO", "OTHER_ID"};

}  // namespace

std::string_view CategoryName(Category category) { return kNames[static_cast<size_t>(category)]; }

std::string_view RoleName(Subtype subtype) {
  switch (subtype) {
    case Subtype::kPatient:
      return "patient";
    case Subtype::kRelative:
      return "relative";
    case Subtype::kStaff:
      return "staff";
    default:
      return "";
  }
}

std::optional<Category> ParseCategory(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Category>(i);
  }
  return std::nullopt;
}

}  // namespace phiveil

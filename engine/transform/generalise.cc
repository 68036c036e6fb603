#include "transform/generalise.h"

#include <algorithm>

#include "base/concat.h"
#include "transform/zip3_table.h"

namespace phiveil {
namespace {

constexpr int kOldestAge = 89;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsBirth(Subtype subtype) { return subtype == Subtype::kBirthYear || subtype == Subtype::kBirthDate; }

std::string ShownYear(std::string_view value, const Finding& finding, int reference_year) {
  const std::optional<int> year = YearOf(value, reference_year, IsBirth(finding.subtype));
  if (!year.has_value() || ImpliesOver89(*year, reference_year)) return "";
  return Concat(*year);
}

bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

std::string WrittenZip3(std::string_view zip) {
  const auto digits = std::ranges::count_if(zip, IsDigit);
  if (digits != 5 && digits != 9) return "";
  const std::string_view zip3 = Zip3Of(zip);
  return zip3.empty() ? "000**" : Concat(zip3, "**");
}

std::string Masked(std::string_view value, const CategoryPolicy& rule) {
  constexpr std::string_view kMaskText = "****";
  if (rule.keep_initials) {
    std::string out;
    for (size_t i = 0; i < value.size(); ++i) {
      if (!IsLetter(value[i]) || (i > 0 && (IsLetter(value[i - 1]) || value[i - 1] == '\''))) continue;
      out += Concat(out.empty() ? "" : " ", value[i], ".");
    }
    return out.empty() ? std::string(kMaskText) : out;
  }
  // Of a short value the last characters would be most of it.
  std::string last;
  for (size_t i = value.size(); i-- > 0 && last.size() < rule.keep_last;) {
    if (IsDigit(value[i]) || IsLetter(value[i])) last.insert(last.begin(), value[i]);
  }
  return value.size() >= size_t{2} * rule.keep_last ? Concat(kMaskText, last) : std::string(kMaskText);
}

}  // namespace

bool ImpliesOver89(int year, int reference_year) { return year < reference_year - kOldestAge; }

std::string_view Zip3Of(std::string_view zip) {
  const auto is_separator = [](char c) { return c == '-' || c == ' '; };
  const auto digits = static_cast<size_t>(std::ranges::count_if(zip, IsDigit));
  const bool plain = digits == 5 && zip.size() == 5;
  const bool compact = digits == 9 && zip.size() == 9;
  const bool plus_four = digits == 9 && zip.size() == 10 && is_separator(zip[5]);
  if (!plain && !compact && !plus_four) return {};
  const std::string_view zip3 = zip.substr(0, 3);
  return MayShowZip3(zip3) ? zip3 : std::string_view();
}

bool Stays(std::string_view value, const Finding& finding, const CategoryPolicy& rule, int reference_year) {
  // A look-alike that stayed could be restored into somebody's value.
  if (finding.subtype == Subtype::kToken) return false;
  if (rule.action == Action::kKeep) return true;
  switch (finding.subtype) {
    case Subtype::kYear:
      return finding.category == Category::kDate && rule.keep_year;
    case Subtype::kBirthYear: {
      if (finding.category != Category::kDate || !rule.keep_year) return false;
      const std::optional<int> year = YearOf(value, reference_year, /*birth=*/true);
      return year.has_value() && !ImpliesOver89(*year, reference_year);
    }
    case Subtype::kWeekday:
    case Subtype::kTime:
      return finding.category == Category::kDate && rule.keep_weekday;
    default:
      break;
  }
  if (finding.category != Category::kAge || (!rule.keep_under_90 && rule.action != Action::kCap)) return false;
  const std::optional<int> age = AgeOf(value);
  return age.has_value() && *age <= kOldestAge;
}

std::string Generalised(std::string_view value, const Finding& finding, const CategoryPolicy& rule,
                        int reference_year) {
  if (finding.subtype == Subtype::kToken) return "";
  switch (rule.action) {
    case Action::kYear:
      return ShownYear(value, finding, reference_year);
    case Action::kCap:
      return AgeOf(value).value_or(0) > kOldestAge ? "90+" : "";
    case Action::kZip3:
      return WrittenZip3(value);
    case Action::kMask:
      return Masked(value, rule);
    default:
      return "";
  }
}

std::string Shown(std::string_view value, const Finding& finding, const CategoryPolicy& rule, int reference_year) {
  switch (rule.show) {
    case Show::kNothing:
      return "";
    case Show::kYear:
      return finding.category == Category::kDate ? ShownYear(value, finding, reference_year) : "";
    case Show::kCap90:
      return finding.category == Category::kAge && AgeOf(value).value_or(0) > kOldestAge ? "90+" : "";
    case Show::kZip3:
      return finding.category == Category::kZip ? std::string(Zip3Of(value)) : "";
    case Show::kRole:
      return finding.category == Category::kName ? std::string(RoleName(finding.subtype)) : "";
  }
  return "";
}

}  // namespace phiveil

#include "structure/hl7_shape.h"

#include <algorithm>
#include <array>

#include "structure/builder.h"

namespace phiveil {
namespace {

constexpr size_t kMost = 16;  // components that are looked at
using Components = std::array<std::string_view, kMost>;

template <size_t N>
bool IsOneOf(std::string_view text, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

constexpr std::string_view kCodeSystems[] = {
    "SCT", "LN",  "L",   "ISO",  "CDC",  "NDC",   "CPT",     "CPT4",  "C4",     "C5",     "MVX",   "CVX", "UCUM",
    "I9",  "I10", "I9C", "I10C", "ICD9", "ICD10", "ICD10CM", "LOINC", "SNOMED", "RXNORM", "HCPCS", "DCM", "LOCAL"};
constexpr std::string_view kDevices[] = {"PH", "CP", "FX", "BP", "MD", "TDD", "TTY", "Internet", "X.400", "SAT"};
constexpr std::string_view kUses[] = {"PRN", "ORN", "WPN", "VHN", "ASN", "EMR", "NET", "BPN", "PRS"};
constexpr std::string_view kIdKinds[] = {"MR", "PI",  "PT", "AN", "VN", "SS", "DL",   "MA", "MC", "MB",
                                         "PN", "NPI", "EI", "PE", "SN", "XX", "ANON", "U",  "RI", "PPN"};
constexpr std::string_view kNameKinds[] = {"A", "B", "C", "D", "I", "L", "M", "N", "P", "R", "S", "T", "U"};

bool IsWord(std::string_view text) {
  const auto fits = [](char c) {
    return IsLetter(c) || c == ' ' || c == '-' || c == '\'' || c == '.' || static_cast<uint8_t>(c) >= 0x80;
  };
  return text.size() >= 2 && text.size() <= 40 && !IsBlank(text[0]) && std::all_of(text.begin(), text.end(), fits);
}

bool AllCapitals(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool HasDigit(std::string_view text) { return std::any_of(text.begin(), text.end(), IsDigit); }

bool IsCodeSystem(std::string_view text) { return IsOneOf(text, kCodeSystems) || HasDigit(text); }

bool IsPostalCode(std::string_view text) {
  return (text.size() == 5 || text.size() == 9 || text.size() == 10) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsDigit(c) || c == '-'; });
}

int Number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

bool IsTime(std::string_view text) {
  const size_t zone = text.find_first_of("+-");
  const std::string_view whole = text.substr(0, std::min(zone, text.find('.')));
  if (whole.size() < 8 || whole.size() > 14 || whole.size() % 2 != 0) return false;
  if (!std::all_of(whole.begin(), whole.end(), IsDigit)) return false;
  const int year = Number(whole.substr(0, 4)), month = Number(whole.substr(4, 2)), day = Number(whole.substr(6, 2));
  return year >= 1850 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

}  // namespace

std::string_view ShapeOf(std::string_view value, char component, char sub) {
  Components part;
  size_t count = 0;
  for (size_t at = 0; count < kMost; ++count) {
    const size_t next = std::min(value.find(component, at), value.size());
    const std::string_view whole = value.substr(at, next - at);
    part[count] = whole.substr(0, whole.find(sub));
    if (next == value.size()) {
      ++count;
      break;
    }
    at = next + 1;
  }
  if (count == 1) return IsTime(part[0]) ? "DTM" : "";
  if (IsOneOf(part[2], kDevices) || (part[0].empty() && IsOneOf(part[1], kUses))) return "XTN";
  if (IsPostalCode(part[4]) && part[3].size() >= 2) return "XAD";
  if (IsOneOf(part[4], kIdKinds) && part[1].size() <= 2 && !part[0].empty()) return "CX";
  const bool two_words = IsWord(part[1]) && IsWord(part[2]) && AllCapitals(part[1]) == AllCapitals(part[2]);
  if (HasDigit(part[0]) && two_words && !IsCodeSystem(part[2])) return "XCN";
  if (IsWord(part[0]) && IsWord(part[1]) && IsOneOf(part[6], kNameKinds)) return "XPN";
  return "";
}

}  // namespace phiveil

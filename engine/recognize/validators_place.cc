#include <algorithm>
#include <array>

#include "recognize/validators_internal.h"

namespace phiveil::validators {
namespace {

bool TldKnown(std::string_view view, size_t begin, size_t end) {
  std::string_view host = Value(view, begin, end);
  if (const size_t scheme = host.find("://"); scheme != std::string_view::npos) host.remove_prefix(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#:"));
  host.remove_prefix(host.rfind('@') + 1);
  const size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view last = host.substr(dot + 1);
  constexpr std::array<std::string_view, 48> kKnown = {
      "com",   "org",  "net",    "edu",     "gov",    "mil",       "us",       "info", "biz",  "io",   "co",   "health",
      "care",  "tech", "online", "clinic",  "dental", "doctor",    "hospital", "app",  "dev",  "ai",   "me",   "tv",
      "uk",    "ca",   "mx",     "au",      "nz",     "ie",        "de",       "fr",   "es",   "it",   "nl",   "in",
      "cloud", "site", "test",   "example", "local",  "localhost", "int",      "eu",   "page", "link", "name", "pro"};
  return std::any_of(kKnown.begin(), kKnown.end(), [last](std::string_view known) {
    return last.size() == known.size() && StartsWithWord(last, known);
  });
}

// A host that ends in a known domain, or goes on with a path, and is no part of an e-mail address.
bool BareHost(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  const std::string_view host = value.substr(0, value.find_first_of("/?#:"));
  if (host.size() < 5 || value.find('@') != std::string_view::npos || value.find("..") != std::string_view::npos)
    return false;
  const bool plain = std::all_of(host.begin(), host.end(),
                                 [](char c) { return IsLetter(c) || IsDigit(c) || c == '-' || c == '.' || c == '_'; });
  return plain && IsLetter(host.back()) && TldKnown(view, begin, begin + host.size());
}

// Addresses that name a code system or a profile and lead to nobody.
bool NotNamespace(std::string_view view, size_t begin, size_t end) {
  std::string_view value = Value(view, begin, end);
  if (const size_t scheme = value.find("://"); scheme != std::string_view::npos) value.remove_prefix(scheme + 3);
  const std::string_view host = value.substr(0, value.find_first_of("/?#:"));
  constexpr std::array<std::string_view, 11> kHosts = {
      "hl7.org",     "terminology.hl7.org", "loinc.org", "snomed.info", "unitsofmeasure.org",
      "www.w3.org",  "dicom.nema.org",      "nucc.org",  "ihe.net",     "cdc.gov",
      "www.whocc.no"};
  return std::none_of(kHosts.begin(), kHosts.end(), [host](std::string_view known) {
    const std::string_view bare = host.starts_with("www.") && !known.starts_with("www.") ? host.substr(4) : host;
    return bare.size() == known.size() && StartsWithWord(bare, known);
  });
}

// The suffix ends the file's name.
bool FileSuffix(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  const size_t dot = value.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || value.size() - dot > 6) return false;
  return std::all_of(value.begin() + static_cast<std::ptrdiff_t>(dot) + 1, value.end(),
                     [](char c) { return IsLetter(c) || IsDigit(c); });
}

// A key or token of a service, by the prefix that names its kind.
bool SecretPrefix(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  const size_t mark = value.find_first_of("_-");
  if (mark == std::string_view::npos) return false;
  const std::string_view prefix = value.substr(0, mark);
  constexpr std::array<std::string_view, 13> kKnown = {"sk",   "pk",  "rk",  "ghp", "gho", "xoxa", "xoxb",
                                                       "xoxp", "api", "key", "tok", "pat", "cus"};
  return std::any_of(kKnown.begin(), kKnown.end(), [prefix](std::string_view known) {
    return prefix.size() == known.size() && StartsWithWord(prefix, known);
  });
}

constexpr std::string_view kStateCodes =
    " AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
    "OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY PR VI GU AS MP AE AP AA ";

constexpr std::array<std::string_view, 51> kStateNames = {
    "alabama",     "alaska",   "arizona",   "arkansas", "california", "colorado",      "connecticut",  "delaware",
    "columbia",    "florida",  "georgia",   "hawaii",   "idaho",      "illinois",      "indiana",      "iowa",
    "kansas",      "kentucky", "louisiana", "maine",    "maryland",   "massachusetts", "michigan",     "minnesota",
    "mississippi", "missouri", "montana",   "nebraska", "nevada",     "hampshire",     "jersey",       "new mexico",
    "new york",    "carolina", "dakota",    "ohio",     "oklahoma",   "oregon",        "pennsylvania", "rhode island",
    "tennessee",   "texas",    "utah",      "vermont",  "virginia",   "washington",    "wisconsin",    "wyoming",
    "puerto rico", "calif",    "mass"};

bool ZipAfterState(std::string_view view, size_t begin, size_t) {
  size_t end = begin;
  while (end > 0 && begin - end < 4 && std::string_view(" ,.\t\n-^").find(view[end - 1]) != std::string_view::npos)
    --end;
  if (end == begin || end < 2) return false;
  const std::string_view head = view.substr(0, end);
  const char before = Before(view, end, 3);
  if (!IsLetter(before) && !IsDigit(before) && IsUpper(head[end - 1]) && IsUpper(head[end - 2])) {
    const std::array<char, 4> code = {' ', head[end - 2], head[end - 1], ' '};
    if (kStateCodes.find(std::string_view(code.data(), 4)) != std::string_view::npos) return true;
  }
  if (end >= 3 && head[end - 2] == '.' && IsUpper(head[end - 1]) && IsUpper(head[end - 3])) {  // N.Y.
    const std::array<char, 4> code = {' ', head[end - 3], head[end - 1], ' '};
    return kStateCodes.find(std::string_view(code.data(), 4)) != std::string_view::npos;
  }
  return std::any_of(kStateNames.begin(), kStateNames.end(), [head](std::string_view name) {
    return head.size() >= name.size() && StartsWithWord(head.substr(head.size() - name.size()), name) &&
           !IsLetter(Before(head, head.size() - name.size()));
  });
}

// A town without its state: Oakville 94601.
bool AfterCapWord(std::string_view view, size_t begin, size_t) {
  if (begin < 4 || view[begin - 1] != ' ' || !IsLetter(view[begin - 2])) return false;
  size_t first = begin - 1;
  while (first > 0 && IsLetter(view[first - 1])) --first;
  return begin - 1 - first >= 3 && IsUpper(view[first]);
}

// Words that end many a phrase in a note; a house number of one digit does not make them a street.
bool IsCommonKind(std::string_view kind) {
  constexpr std::array<std::string_view, 21> kCommon = {
      "view", "point",  "pass",    "path", "run",    "row",   "walk",   "way",      "trace", "oval", "ridge",
      "bend", "valley", "springs", "hill", "island", "creek", "spring", "junction", "place", "hills"};
  return std::any_of(kCommon.begin(), kCommon.end(), [kind](std::string_view known) {
    return kind.size() == known.size() && StartsWithWord(kind, known);
  });
}

// Words that end a street line in two letters and are more often something else in a note.
bool IsDoubtfulKind(std::string_view kind) {
  constexpr std::array<std::string_view, 9> kDoubtful = {"dr", "st", "ct", "ln", "rd", "pl", "way", "run", "pass"};
  return std::any_of(kDoubtful.begin(), kDoubtful.end(), [kind](std::string_view known) {
    return kind.size() == known.size() && StartsWithWord(kind, known);
  });
}

bool IsMeasureWord(std::string_view word) {
  constexpr std::array<std::string_view, 22> kWords = {
      "mg",    "ml",   "mcg",   "cm",      "mm",    "hours", "hrs",  "weeks", "days",  "months", "years",
      "units", "tabs", "times", "tablets", "beats", "year",  "week", "day",   "month", "yo",     "y"};
  return std::any_of(kWords.begin(), kWords.end(), [word](std::string_view known) {
    return word.size() == known.size() && StartsWithWord(word, known);
  });
}

// Every word of the name is capital (or an ordinal), the first is no unit, and a kind of street that could as well be a
// title, a scan or a saint is not followed by what would make it one.
bool StreetShape(std::string_view view, size_t begin, size_t end) {
  std::string_view value = Value(view, begin, end);
  value = value.substr(0, value.find_first_of(",\n"));
  size_t at = 0;
  while (at < value.size() && value[at] != ' ' && value[at] != '\t') ++at;
  std::string_view last;
  bool all_upper = true;
  size_t words = 0;
  while (at < value.size()) {
    while (at < value.size() && (value[at] == ' ' || value[at] == '\t')) ++at;
    const size_t first = at;
    while (at < value.size() && value[at] != ' ' && value[at] != '\t') ++at;
    const std::string_view word = value.substr(first, at - first);
    if (word.empty()) break;
    if (IsLower(word[0]) || (++words == 1 && IsMeasureWord(word))) return false;
    all_upper = all_upper && std::none_of(word.begin(), word.end(), IsLower);
    last = word;
  }
  if (!last.empty() && last.back() == '.') last.remove_suffix(1);
  if (IsCommonKind(last) && value.size() > 1 && value[1] == ' ') return false;
  if (!IsDoubtfulKind(last)) return true;
  if (IsUpper(last.back()) && (!all_upper || last == "CT")) {  // "2 Head CT", "96 SNOMED CT"
    const char next = After(view, begin + value.size());
    return all_upper && (next == ',' || next == '\n');
  }
  if (!StartsWithWord(last, "dr") && !StartsWithWord(last, "st")) return !all_upper || end - begin >= 10;
  const bool dot = After(view, end) == '.' || view[end - 1] == '.';
  const size_t next = end + (After(view, end) == '.' ? 1 : 0);
  return !(dot && After(view, next) == ' ' && IsUpper(After(view, next, 2)) && value.size() == end - begin);
}

// A state's code in capitals or its name, and nothing else.
bool UsState(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  if (value.size() == 2) {
    const std::array<char, 4> code = {' ', ToUpper(value[0]), ToUpper(value[1]), ' '};
    return kStateCodes.find(std::string_view(code.data(), 4)) != std::string_view::npos;
  }
  return std::any_of(kStateNames.begin(), kStateNames.end(), [value](std::string_view name) {
    return value.size() >= name.size() && value.size() <= name.size() + 6 &&
           StartsWithWord(value.substr(value.size() - name.size()), name);
  });
}

bool ApartmentWord(std::string_view view, size_t begin, size_t end) {
  const std::string_view value = Value(view, begin, end);
  return StartsWithWord(value, "apt") || StartsWithWord(value, "apartment") || StartsWithWord(value, "trailer");
}

constexpr Entry kPlace[] = {
    {"tld_known", TldKnown},           {"bare_host", BareHost},
    {"not_namespace", NotNamespace},   {"file_suffix", FileSuffix},
    {"secret_prefix", SecretPrefix},   {"zip_after_state", ZipAfterState},
    {"after_cap_word", AfterCapWord},  {"street_shape", StreetShape},
    {"apartment_word", ApartmentWord}, {"us_state", UsState},
};

}  // namespace

std::span<const Entry> PlaceValidators() { return kPlace; }

}  // namespace phiveil::validators

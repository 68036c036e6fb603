#include "recognize/id_labels.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace phiveil {
namespace {

using namespace token_class;  // NOLINT: many of them

constexpr std::array<std::string_view, 62> kLabels = {
    "mrn",     "mr",       "ext",       "extension", "sn",     "ser",   "serial",  "lot",       "lic",
    "license", "licence",  "licencia",  "imei",      "mbi",    "acct",  "account", "accession", "acc",
    "ref",     "id",       "no",        "num",       "number", "vin",   "mac",     "policy",    "member",
    "group",   "grp",      "bin",       "pcn",       "npi",    "dea",   "case",    "claim",     "order",
    "session", "tracking", "trk",       "pager",     "pgr",    "phone", "ph",      "tel",       "fax",
    "cell",    "ssn",      "ss",        "fin",       "csn",    "har",   "spec",    "specimen",  "plate",
    "badge",   "chart",    "encounter", "enc",       "rut",    "udi",   "node",    "sha"};

bool IsLabel(const Token& token) {
  static const auto* known = [] {
    auto* hashes = new std::vector<uint64_t>;
    for (const std::string_view label : kLabels) hashes->push_back(FoldedHash(label));
    std::sort(hashes->begin(), hashes->end());
    return hashes;
  }();
  return std::binary_search(known->begin(), known->end(), token.hash);
}

bool Is(const std::vector<Token>& tokens, uint32_t at, ClassBits bits) { return (tokens[at].classes & bits) != 0; }

// The first token behind the labels at the beginning of [first, end).
uint32_t BehindLabels(const std::vector<Token>& tokens, uint32_t first, uint32_t end) {
  constexpr uint32_t kShortestJoined = 4;
  static const uint64_t mrn = FoldedHash("mrn");
  uint32_t at = first;
  while (at < end && Is(tokens, at, kAnyWord) && IsLabel(tokens[at])) {
    uint32_t next = at + 1;
    while (next < end && Is(tokens, next, kDot | kColon | kHash)) ++next;
    if (next == end || Is(tokens, next, kHyphen | kSlash)) break;
    // The letters of "SN48490842" and "ACC797" may be the number's own.
    const bool joined = next == at + 1 && Is(tokens, next, kGlued);
    if (joined && tokens[at].end - tokens[at].begin < kShortestJoined && tokens[at].hash != mrn) break;
    at = next;
  }
  return at;
}

}  // namespace

void LeaveLabels(const Document& doc, Evidence* evidence) {
  const auto& tokens = doc.tokens();
  for (Candidate& candidate : evidence->candidates) {
    if (candidate.category != Category::kOtherId || candidate.source == Source::kKnown ||
        candidate.source == Source::kOutside || candidate.subtype == Subtype::kToken)
      continue;
    const uint32_t at = BehindLabels(tokens, candidate.first_token, candidate.end_token);
    if (at == candidate.first_token || at >= candidate.end_token) continue;
    const bool digit = std::any_of(tokens.begin() + at, tokens.begin() + candidate.end_token,
                                   [](const Token& token) { return (token.classes & kNum) != 0; });
    if (!digit || tokens[at].begin >= candidate.end) continue;
    candidate.first_token = at;
    candidate.begin = tokens[at].begin;
  }
}

}  // namespace phiveil

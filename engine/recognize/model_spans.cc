#include "recognize/model_spans.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "recognize/model_features.h"
#include "recognize/people.h"

namespace phiveil {
namespace {

using namespace token_class;  // NOLINT: many of them

constexpr float kSure = 0.5f;      // parts what is found from what is only possible
constexpr float kLeast = 0.05f;    // below it nothing is worth a candidate, whatever the floor
constexpr float kNothing = 0.10f;  // a share of something that is as good as none
constexpr float kDoubt = 0.20f;    // what a rule's candidate loses there
constexpr float kHighest = 0.99f;
constexpr ClassBits kWords = kAnyWord | kNum;

constexpr std::array<Category, kModelTypes> kCategories = {
    Category::kName,   Category::kFacility, Category::kOrganization, Category::kCity,
    Category::kStreet, Category::kDate,     Category::kOtherId};

float Something(const float* shares) { return 1.0f - shares[0]; }

int TypeOf(const float* shares) {
  int best = 0;
  for (int type = 1; type < kModelTypes; ++type) {
    if (shares[FirstTag(type)] + shares[FurtherTag(type)] > shares[FirstTag(best)] + shares[FurtherTag(best)])
      best = type;
  }
  return best;
}

bool Begins(const float* shares, int type) { return shares[FirstTag(type)] > shares[FurtherTag(type)]; }

// After "drove." another sentence begins, after "Dr." a name.
bool EndsSentence(const std::vector<Token>& tokens, size_t before) {
  constexpr uint32_t kWord = 4;  // letters: shorter ones may be cut
  if (before == 0 || (tokens[before].classes & kDot) == 0) return false;
  const Token& word = tokens[before - 1];
  return (word.classes & kLower) != 0 && word.end - word.begin >= kWord;
}

bool IsNumber(Category category) {
  return category >= Category::kPhone && category != Category::kUrl && category != Category::kIp;
}

// Rising and apart.
void Join(std::vector<std::pair<uint32_t, uint32_t>>* stretches) {
  std::sort(stretches->begin(), stretches->end());
  size_t kept = 0;
  for (const auto& stretch : *stretches) {
    if (kept > 0 && stretch.first <= (*stretches)[kept - 1].second) {
      (*stretches)[kept - 1].second = std::max((*stretches)[kept - 1].second, stretch.second);
    } else {
      (*stretches)[kept++] = stretch;
    }
  }
  stretches->resize(kept);
}

}  // namespace

ModelSpans::ModelSpans(const pb::Pack& pack)
    : never_(ListBits(pack, {"Title", "Credential", "Role", "Relation"})),
      ordinary_(ListBits(pack, {"Common", "Clinical", "FacilityNoun", "OrgNoun", "Role"})),
      shapes_(pack),
      name_extent_(pack),
      place_extent_(pack) {}

bool ModelSpans::Settle(const Document& doc, Stretch* stretch) const {
  const auto& tokens = doc.tokens();
  const auto empty = [&](const Token& token) {
    if ((token.classes & kWords) == 0) return true;
    return stretch->type == static_cast<int>(ModelType::kName) && (token.classes & never_) != 0 &&
           (token.classes & kInitial) == 0;
  };
  static const uint64_t the = FoldedHash("the");
  while (stretch->first < stretch->end && (empty(tokens[stretch->first]) || tokens[stretch->first].hash == the))
    ++stretch->first;
  while (stretch->first < stretch->end && empty(tokens[stretch->end - 1])) --stretch->end;
  if (stretch->first == stretch->end) return false;
  const auto type = shapes_.TypeOf(static_cast<ModelType>(stretch->type), doc, stretch->first, stretch->end);
  if (!type) return false;
  stretch->type = static_cast<int>(*type);
  if (*type == ModelType::kFacility || *type == ModelType::kOrganization) {
    place_extent_.Grow(doc, &stretch->first, &stretch->end);
  }
  if (*type == ModelType::kName) name_extent_.Grow(doc, &stretch->first, &stretch->end);
  const bool ordinal = stretch->end - stretch->first > 1 && (tokens[stretch->first].classes & kNum) != 0;
  if (*type == ModelType::kDate && ordinal && stretch->first > 0 && tokens[stretch->first - 1].hash == the) {
    --stretch->first;
  }
  const bool word = std::any_of(tokens.begin() + stretch->first, tokens.begin() + stretch->end,
                                [](const Token& token) { return (token.classes & kAnyWord) != 0; });
  return word || type != ModelType::kName;
}

// A single ordinary word in lower case is a name or a place less often than the model thinks; measured in
// docs/recognition.md.
float ModelSpans::Plainness(const Document& doc, const Stretch& stretch) const {
  constexpr float kOrdinary = 0.40f;
  const Token& token = doc.tokens()[stretch.first];
  const auto type = static_cast<ModelType>(stretch.type);
  if (stretch.end - stretch.first != 1 || (token.classes & kLower) == 0) return 0;
  if (type == ModelType::kDate || type == ModelType::kNumber) return 0;
  return (token.classes & ordinary_) != 0 ? kOrdinary : 0;
}

void ModelSpans::Add(const Document& doc, const ModelReading& reading, float floor, Evidence* evidence) const {
  Doubt(reading, evidence);
  std::vector<std::pair<uint32_t, uint32_t>> named;  // tokens that a rule has named, as a number of some kind
  for (const Candidate& rule : evidence->candidates) {
    if (rule.score >= kSure && IsNumber(rule.category)) named.emplace_back(rule.first_token, rule.end_token);
  }
  Join(&named);
  const float least = std::max(floor, kLeast);
  for (const ModelReading::Stretch& read : reading.stretches) {
    for (size_t i = read.begin; i < read.end;) i = AddAt(doc, reading, read, i, least, named, evidence);
  }
}

size_t ModelSpans::AddAt(const Document& doc, const ModelReading& reading, const ModelReading::Stretch& read,
                         size_t first, float least, std::span<const std::pair<uint32_t, uint32_t>> named,
                         Evidence* evidence) const {
  const auto& tokens = doc.tokens();
  const float* shares = reading.Of(read, first);
  if (Something(shares) < least) return first + 1;
  const bool sure = Something(shares) >= kSure;
  Stretch stretch{static_cast<uint32_t>(first), 0, TypeOf(shares), 0};
  size_t end = first;
  for (; end < read.end; ++end) {
    shares = reading.Of(read, end);
    const float share = Something(shares);
    if (share < least || (share >= kSure) != sure || TypeOf(shares) != stretch.type) break;
    // A number ends with its line, unless a hyphen says that it goes on.
    const bool line = stretch.type == static_cast<int>(ModelType::kNumber) && end > first &&
                      ((tokens[end].classes & kNl) != 0 || (tokens[end].classes & kLineStart) != 0) &&
                      (tokens[end - 1].classes & kHyphen) == 0;
    if (line) break;
    if (end > first &&
        (Begins(shares, stretch.type) || EndsSentence(tokens, end - 1) || ModelShapes::BeginsColumn(doc, end))) {
      break;
    }
    stretch.score += share;
  }
  stretch.end = static_cast<uint32_t>(end);
  stretch.score /= static_cast<float>(end - first);
  if (!Settle(doc, &stretch)) return end;
  Candidate candidate;
  candidate.first_token = stretch.first;
  candidate.end_token = stretch.end;
  candidate.begin = tokens[stretch.first].begin;
  candidate.end = tokens[stretch.end - 1].end;
  candidate.category = kCategories[static_cast<size_t>(stretch.type)];
  if (candidate.category == Category::kCity && shapes_.IsState(doc, stretch.first, stretch.end))
    candidate.category = Category::kState;
  candidate.source = Source::kModel;
  candidate.score = std::max(0.0f, std::min(kHighest, stretch.score) - Plainness(doc, stretch));
  const auto is_named = [&](uint32_t token) {
    const auto after =
        std::partition_point(named.begin(), named.end(), [&](const auto& n) { return n.first <= token; });
    return after != named.begin() && token < std::prev(after)->second;
  };
  if (candidate.category == Category::kOtherId) {
    uint32_t token = stretch.first;
    while (token < stretch.end && is_named(token)) ++token;
    if (token == stretch.end) return end;
  }
  candidate.first_reason = static_cast<uint32_t>(evidence->reasons.size());
  candidate.reason_count = 1;
  evidence->reasons.push_back({Contribution::Kind::kModel, 0, 0, candidate.score});
  evidence->candidates.push_back(candidate);
  return end;
}

void ModelSpans::Doubt(const ModelReading& reading, Evidence* evidence) const {
  for (Candidate& candidate : evidence->candidates) {
    const bool place = candidate.category == Category::kName || candidate.category == Category::kCity ||
                       candidate.category == Category::kFacility || candidate.category == Category::kOrganization;
    if (!place || candidate.labelled || (candidate.source != Source::kPattern && candidate.source != Source::kForm))
      continue;
    if (reading.MostOf(candidate.first_token, candidate.end_token) >= kNothing) continue;
    candidate.score = std::max(0.0f, candidate.score - kDoubt);
    evidence->AddReason(&candidate, {Contribution::Kind::kModel, 0, 0, -kDoubt});
  }
}

}  // namespace phiveil

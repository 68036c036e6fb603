#include "recognize/model_spans.h"

#include <algorithm>
#include <array>

#include "recognize/model_features.h"
#include "recognize/validators.h"

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

float Something(std::span<const float> shares, size_t token) { return 1.0f - shares[token * kModelTags]; }

int TypeOf(std::span<const float> shares, size_t token) {
  const float* of = &shares[token * kModelTags];
  int best = 0;
  for (int type = 1; type < kModelTypes; ++type) {
    if (of[FirstTag(type)] + of[FurtherTag(type)] > of[FirstTag(best)] + of[FurtherTag(best)]) best = type;
  }
  return best;
}

bool Begins(std::span<const float> shares, size_t token, int type) {
  const float* of = &shares[token * kModelTags];
  return of[FirstTag(type)] > of[FurtherTag(type)];
}

// 4/5/6 and 13.9/13 are no dates; a date with a word in it is for the model to say.
bool MayBeDate(const Document& doc, const Token& first, const Token& last) {
  const std::string_view text = doc.view().substr(first.begin, last.end - first.begin);
  const bool marks = text.find_first_of("/.-") != text.npos;
  if (!marks || text.find_first_not_of("0123456789/.-") != text.npos) return true;
  static const auto* checks = new std::array<Validator, 6>{FindValidator("date_mdy"),   FindValidator("date_md"),
                                                           FindValidator("date_my"),    FindValidator("date_iso"),
                                                           FindValidator("date_range"), FindValidator("date_my_short")};
  return std::any_of(checks->begin(), checks->end(),
                     [&](Validator check) { return check(doc.view(), first.begin, last.end); });
}

bool IsNumber(Category category) {
  return category >= Category::kPhone && category != Category::kUrl && category != Category::kIp;
}

}  // namespace

ModelSpans::ModelSpans(const pb::Pack& pack) : never_(0) {
  for (int i = 0; i < pack.classes_size(); ++i) {
    const std::string& name = pack.classes(i);
    if (name == "Title" || name == "Credential" || name == "Role" || name == "Relation") {
      never_ |= ClassBits{1} << (kFirstListBit + i);
    }
  }
}

bool ModelSpans::Trim(const Document& doc, Stretch* stretch) const {
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
  const Token& first = tokens[stretch->first];
  const Token& last = tokens[stretch->end - 1];
  const auto has = [&](ClassBits bits) {
    return std::any_of(&first, &last + 1, [bits](const Token& token) { return (token.classes & bits) != 0; });
  };
  switch (static_cast<ModelType>(stretch->type)) {
    case ModelType::kName:
      return has(kAnyWord);
    case ModelType::kDate:
      return MayBeDate(doc, first, last);
    default:
      return true;
  }
}

void ModelSpans::Add(const Document& doc, std::span<const float> shares, float floor, Evidence* evidence) const {
  Doubt(shares, evidence);
  const auto& tokens = doc.tokens();
  std::vector<bool> named(tokens.size(), false);  // by a rule, as a number of some kind
  for (const Candidate& rule : evidence->candidates) {
    if (rule.score < kSure || !IsNumber(rule.category)) continue;
    std::fill(named.begin() + rule.first_token, named.begin() + rule.end_token, true);
  }
  const float least = std::max(floor, kLeast);
  for (size_t i = 0; i < tokens.size();) {
    if (Something(shares, i) < least) {
      ++i;
      continue;
    }
    const bool sure = Something(shares, i) >= kSure;
    Stretch stretch{static_cast<uint32_t>(i), 0, TypeOf(shares, i), 0};
    size_t end = i;
    for (; end < tokens.size(); ++end) {
      const float share = Something(shares, end);
      if (share < least || (share >= kSure) != sure || TypeOf(shares, end) != stretch.type) break;
      if (end > i && Begins(shares, end, stretch.type)) break;
      stretch.score += share;
    }
    stretch.end = static_cast<uint32_t>(end);
    stretch.score /= static_cast<float>(end - i);
    i = end;
    if (!Trim(doc, &stretch)) continue;
    Candidate candidate;
    candidate.first_token = stretch.first;
    candidate.end_token = stretch.end;
    candidate.begin = tokens[stretch.first].begin;
    candidate.end = tokens[stretch.end - 1].end;
    candidate.category = kCategories[static_cast<size_t>(stretch.type)];
    candidate.source = Source::kModel;
    candidate.score = std::min(kHighest, stretch.score);
    if (candidate.category == Category::kOtherId &&
        std::all_of(named.begin() + stretch.first, named.begin() + stretch.end, [](bool b) { return b; }))
      continue;
    candidate.first_reason = static_cast<uint32_t>(evidence->reasons.size());
    candidate.reason_count = 1;
    evidence->reasons.push_back({Contribution::Kind::kModel, 0, 0, candidate.score});
    evidence->candidates.push_back(candidate);
  }
}

void ModelSpans::Doubt(std::span<const float> shares, Evidence* evidence) const {
  for (Candidate& candidate : evidence->candidates) {
    const bool place = candidate.category == Category::kName || candidate.category == Category::kCity ||
                       candidate.category == Category::kFacility || candidate.category == Category::kOrganization;
    if (!place || candidate.labelled || (candidate.source != Source::kPattern && candidate.source != Source::kForm))
      continue;
    float most = 0;
    for (uint32_t t = candidate.first_token; t < candidate.end_token; ++t) most = std::max(most, Something(shares, t));
    if (most >= kNothing) continue;
    candidate.score = std::max(0.0f, candidate.score - kDoubt);
    evidence->AddReason(&candidate, {Contribution::Kind::kModel, 0, 0, -kDoubt});
  }
}

}  // namespace phiveil

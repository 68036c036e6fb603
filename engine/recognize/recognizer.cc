#include "recognize/recognizer.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/concat.h"
#include "base/status_macros.h"
#include "recognize/date_memory.h"
#include "recognize/id_labels.h"
#include "recognize/known.h"
#include "recognize/name_ages.h"
#include "recognize/validators.h"

namespace phiveil {
namespace {

constexpr float kSpeaksForItself = 0.80f;  // a rule this sure without cues names its value by its form
constexpr float kLabelWeight = 0.20f;      // what the cues must add to make a value a labelled one
constexpr float kHighest = 0.99f;

float Clamp(float score) { return std::clamp(score, 0.0f, kHighest); }

}  // namespace

Recognizer::~Recognizer() = default;

std::pair<uint32_t, uint32_t> TokenRange(const Document& doc, uint32_t begin, uint32_t end) {
  const auto first = static_cast<uint32_t>(doc.TokenAt(begin));
  uint32_t past = first;
  while (past < doc.tokens().size() && doc.tokens()[past].begin < end) ++past;
  return {first, past};
}

absl::StatusOr<std::unique_ptr<const Recognizer>> Recognizer::Create(const pb::Pack& pack) {
  std::unique_ptr<Recognizer> self(new Recognizer);
  PHIVEIL_ASSIGN_OR_RETURN(self->matcher_, Matcher::Create(pack));
  PHIVEIL_ASSIGN_OR_RETURN(self->lexicon_, Lexicon::Create(pack.lexicon()));
  self->cue_table_ = std::make_unique<CueTable>(pack, *self->lexicon_);
  self->forms_ = std::make_unique<Forms>(pack);
  self->memory_ = std::make_unique<NameMemory>(pack);
  self->ordinary_ = ListBits(pack, {"Common", "Clinical", "StateCode", "Credential", "Title", "Role", "Relation"});
  PHIVEIL_ASSIGN_OR_RETURN(self->model_, NameModel::Create(pack));
  std::unordered_map<std::string, uint32_t> numbers;
  for (const pb::Rule& source : pack.rules()) {
    Rule& rule = self->rules_.emplace_back();
    rule.category = static_cast<Category>(source.category());
    rule.subtype = static_cast<Subtype>(source.subtype());
    rule.score = source.score();
    rule.veto = source.veto();
    rule.weak_date = rule.category == Category::kDate && rule.subtype == Subtype::kNone && rule.score >= kWeakDate &&
                     rule.score < 0.5f;
    self->alone_.push_back(rule.category == Category::kSafe || rule.weak_date ? 1.0f : rule.score);
    rule.speaks_for_itself = source.score() >= kSpeaksForItself;
    rule.allow.assign(source.allow().begin(), source.allow().end());
    for (const std::string& name : source.validators()) {
      auto [it, added] = numbers.try_emplace(name, static_cast<uint32_t>(self->validators_.size()));
      if (added) {
        const Validator validator = FindValidator(name);
        if (validator == nullptr) {
          return absl::FailedPreconditionError(
              Concat("rule ", source.id(), " needs the validator ", name, ", which this engine does not have"));
        }
        self->validators_.push_back(validator);
        self->validator_names_.push_back(name);
      }
      rule.validators.push_back(it->second);
    }
  }
  for (const pb::Expression& expression : pack.expressions()) {
    const auto& rules = self->rules_of_expression_.emplace_back(expression.rules().begin(), expression.rules().end());
    self->only_vetoes_.push_back(std::all_of(
        rules.begin(), rules.end(), [&](uint32_t rule) { return self->rules_[rule].category == Category::kSafe; }));
  }
  self->fields_ = std::make_unique<Fields>(pack);
  return self;
}

absl::StatusOr<std::unique_ptr<RecognizeScratch>> Recognizer::NewScratch() const {
  auto scratch = std::make_unique<RecognizeScratch>();
  PHIVEIL_ASSIGN_OR_RETURN(scratch->match, matcher_->NewScratch());
  scratch->cues = std::make_unique<Cues>(cue_table_.get());
  return scratch;
}

bool Recognizer::Refused(std::string_view view, const Rule& rule, const Candidate& candidate,
                         uint32_t* validator) const {
  for (uint32_t number : rule.validators) {
    if (validators_[number](view, candidate.begin, candidate.end)) continue;
    *validator = number;
    return true;
  }
  return false;
}

void Recognizer::Weigh(const Document& doc, uint32_t number, const Candidate& stretch, float floor, const Cues& cues,
                       Evidence* evidence) const {
  Candidate candidate = stretch;
  const Rule& rule = rules_[number];
  const bool explaining = floor < 0;
  // Weak dates wait for what the rest of the note says.
  if (rule.weak_date && candidate.source == Source::kPattern) floor = std::min(floor, kWeakDate);
  if (!explaining && rule.category != Category::kSafe && rule.score < floor && !cues.Touched(number)) return;
  candidate.first_reason = static_cast<uint32_t>(evidence->reasons.size());
  evidence->reasons.push_back({Contribution::Kind::kRule, 0, number, rule.score});
  const float cue_sum = cues.SumFor(number, &evidence->reasons);
  float score = rule.category == Category::kSafe ? 1.0f + cue_sum : Clamp(rule.score + cue_sum);
  uint32_t validator = 0;
  const std::string_view value = doc.view().substr(candidate.begin, candidate.end - candidate.begin);
  const bool allowed = std::find(rule.allow.begin(), rule.allow.end(), value) != rule.allow.end();
  bool refused = score < floor || allowed;
  if (!refused && Refused(doc.view(), rule, candidate, &validator)) {
    refused = true;
    if (explaining) {
      evidence->reasons.push_back({Contribution::Kind::kRefused, 0, validator, -score});
      score = 0;
      refused = rule.category == Category::kSafe;
    }
  }
  if (refused) {
    evidence->reasons.resize(candidate.first_reason);
    return;
  }
  if (rule.category == Category::kSafe) {
    evidence->vetoes.push_back({candidate.begin, candidate.end, number, rule.veto * std::max(0.0f, score), false});
    return;
  }
  candidate.category = rule.category;
  candidate.subtype = rule.subtype;
  candidate.labelled = rule.speaks_for_itself || cue_sum >= kLabelWeight;
  candidate.rule = number;
  candidate.score = score;
  candidate.reason_count = static_cast<uint32_t>(evidence->reasons.size()) - candidate.first_reason;
  evidence->candidates.push_back(candidate);
}

void Recognizer::AddPatterns(const Document& doc, float floor, RecognizeScratch* scratch, Evidence* evidence) const {
  scratch->last_value.assign(rules_of_expression_.size(), UINT32_MAX);
  const auto& tokens = doc.tokens();
  uint32_t first = 0;
  for (const Match& match : scratch->matches) {
    while (first < tokens.size() && tokens[first].end <= match.begin) ++first;
    uint32_t end = first;
    while (end < tokens.size() && tokens[end].begin < match.end) ++end;
    if (first == end) continue;
    uint32_t& last_value = scratch->last_value[match.expression];
    const uint32_t earlier = std::exchange(last_value, first);
    if (only_vetoes_[match.expression]) {
      scratch->veto_places.push_back({match.begin, match.end, first, end, Source::kPattern, match.expression, earlier});
      continue;
    }
    Candidate candidate;
    candidate.begin = match.begin;
    candidate.end = match.end;
    candidate.first_token = first;
    candidate.end_token = end;
    candidate.source = Source::kPattern;
    scratch->cues->Gather(first, end, match.expression, earlier);
    for (uint32_t rule : rules_of_expression_[match.expression]) {
      if (alone_[rule] < floor && !scratch->cues->Touched(rule)) continue;
      Weigh(doc, rule, candidate, floor, *scratch->cues, evidence);
    }
  }
}

void Recognizer::AddForms(const Document& doc, float floor, RecognizeScratch* scratch, Evidence* evidence) const {
  const auto& tokens = doc.tokens();
  for (const FormMatch& match : scratch->forms.matches) {
    if (rules_[match.rule].category == Category::kSafe) {
      scratch->veto_places.push_back({tokens[match.first_token].begin, tokens[match.end_token - 1].end,
                                      match.first_token, match.end_token, Source::kForm, match.rule, UINT32_MAX});
      continue;
    }
    Candidate candidate;
    candidate.begin = tokens[match.first_token].begin;
    candidate.end = tokens[match.end_token - 1].end;
    candidate.first_token = match.first_token;
    candidate.end_token = match.end_token;
    candidate.source = Source::kForm;
    scratch->cues->Gather(match.first_token, match.end_token, CueTable::kFormOwner | match.rule, UINT32_MAX);
    Weigh(doc, match.rule, candidate, floor, *scratch->cues, evidence);
  }
}

void Recognizer::WeighVeto(const Document& doc, const VetoPlace& place, float floor, RecognizeScratch* scratch,
                           Evidence* evidence) const {
  Candidate stretch;
  stretch.begin = place.begin;
  stretch.end = place.end;
  stretch.first_token = place.first_token;
  stretch.end_token = place.end_token;
  stretch.source = place.source;
  const bool form = place.source == Source::kForm;
  scratch->cues->Gather(place.first_token, place.end_token, form ? CueTable::kFormOwner | place.number : place.number,
                        place.earlier);
  if (form) return Weigh(doc, place.number, stretch, floor, *scratch->cues, evidence);
  for (const uint32_t rule : rules_of_expression_[place.number]) {
    Weigh(doc, rule, stretch, floor, *scratch->cues, evidence);
  }
}

void Recognizer::AddVetoes(const Document& doc, size_t first, float floor, RecognizeScratch* scratch,
                           Evidence* evidence) const {
  auto& contested = scratch->contested;
  contested.assign(doc.tokens().size(), scratch->every_veto || floor < 0);
  for (size_t i = first; i < evidence->candidates.size(); ++i) {
    const Candidate& candidate = evidence->candidates[i];
    std::fill(contested.begin() + candidate.first_token, contested.begin() + candidate.end_token, uint8_t{1});
  }
  auto& places = scratch->veto_places;
  size_t left = 0;
  for (const VetoPlace& place : places) {
    const auto from = contested.begin() + place.first_token, to = contested.begin() + place.end_token;
    if (std::find(from, to, uint8_t{1}) == to) {
      places[left++] = place;
    } else {
      WeighVeto(doc, place, floor, scratch, evidence);
    }
  }
  places.resize(left);
  std::sort(evidence->vetoes.begin(), evidence->vetoes.end(),
            [](const Veto& a, const Veto& b) { return a.begin < b.begin; });
}

void Recognizer::AddOutside(const Document& doc, std::span<const OutsideSpan> spans, Evidence* evidence) const {
  for (uint32_t i = 0; i < spans.size(); ++i) {
    const OutsideSpan& span = spans[i];
    if (span.begin >= span.end || span.end > doc.text().size() || !(span.score > 0)) continue;
    Candidate candidate;
    candidate.begin = static_cast<uint32_t>(doc.ViewOffset(span.begin));
    candidate.end = static_cast<uint32_t>(doc.ViewOffset(span.end));
    if (candidate.begin >= candidate.end) continue;
    std::tie(candidate.first_token, candidate.end_token) = TokenRange(doc, candidate.begin, candidate.end);
    candidate.category = span.category;
    candidate.source = Source::kOutside;
    candidate.rule = i;
    candidate.score = Clamp(span.score);
    candidate.first_reason = static_cast<uint32_t>(evidence->reasons.size());
    candidate.reason_count = 1;
    evidence->reasons.push_back({Contribution::Kind::kOutside, 0, i, candidate.score});
    evidence->candidates.push_back(candidate);
  }
}

void ApplyVetoes(size_t first, Evidence* evidence) {
  auto& vetoes = evidence->vetoes;
  if (vetoes.empty()) return;
  for (size_t i = first; i < evidence->candidates.size(); ++i) {
    Candidate& candidate = evidence->candidates[i];
    if (candidate.source == Source::kKnown) continue;
    const uint32_t length = candidate.end - candidate.begin;
    const Veto* strongest = nullptr;
    // Vetoes are short: one that begins this far before the candidate cannot reach half of it.
    constexpr uint32_t kLongestVeto = 512;
    const uint32_t from = candidate.begin > kLongestVeto ? candidate.begin - kLongestVeto : 0;
    auto it = std::lower_bound(vetoes.begin(), vetoes.end(), from,
                               [](const Veto& veto, uint32_t offset) { return veto.begin < offset; });
    for (; it != vetoes.end() && it->begin < candidate.end; ++it) {
      const uint32_t begin = std::max(it->begin, candidate.begin);
      const uint32_t end = std::min(it->end, candidate.end);
      if (end <= begin || (end - begin) * 2 < length) continue;
      if (strongest == nullptr || it->weight > strongest->weight) strongest = &*it;
    }
    if (strongest == nullptr) continue;
    const float loss = strongest->weight * (candidate.labelled && !strongest->of_field ? 0.25f : 1.0f);
    candidate.score = std::max(0.0f, candidate.score - loss);
    evidence->AddReason(&candidate, {Contribution::Kind::kVeto, 0, strongest->rule, -loss});
  }
}

std::vector<uint32_t> Recognizer::ModelTags(Document* doc, RecognizeScratch* scratch) const {
  if (model_ == nullptr) return {};
  scratch->hits.clear();
  lexicon_->Mark(doc, &scratch->hits);
  return model_->Tags(*doc, &scratch->model);
}

// Where the note's own people are remembered, a place the model saw in the same words is one of them.
void PreferPeople(size_t remembered, Evidence* evidence) {
  constexpr float kBehind = 0.35f;
  auto& all = evidence->candidates;
  std::vector<std::pair<uint32_t, size_t>> places;  // first token, number
  for (size_t i = 0; i < remembered; ++i) {
    const bool place = all[i].category == Category::kOrganization || all[i].category == Category::kFacility ||
                       all[i].category == Category::kCity;
    if (place && all[i].source == Source::kModel) places.emplace_back(all[i].first_token, i);
  }
  std::sort(places.begin(), places.end());
  for (size_t i = remembered; i < all.size(); ++i) {
    if (all[i].category != Category::kName) continue;
    auto at = std::lower_bound(places.begin(), places.end(), std::pair(all[i].first_token, size_t{0}));
    for (; at != places.end() && at->first == all[i].first_token; ++at) {
      Candidate& place = all[at->second];
      if (place.end_token != all[i].end_token || all[i].score < 0.5f) continue;
      const float behind = std::max(0.0f, all[i].score - kBehind);
      if (place.score <= behind) continue;
      const uint32_t mention = evidence->reasons[all[i].first_reason].ref;
      evidence->AddReason(&place, {Contribution::Kind::kMemory, 0, mention, behind - place.score});
      place.score = behind;
    }
  }
}

absl::Status Recognizer::Recognize(const Request& request, float floor, Document* doc, RecognizeScratch* scratch,
                                   Evidence* evidence) const {
  evidence->Clear();
  scratch->hits.clear();
  scratch->matches.clear();
  scratch->veto_places.clear();
  lexicon_->Mark(doc, &scratch->hits);
  scratch->cues->Reset(*doc, &scratch->hits);
  PHIVEIL_RETURN_IF_ERROR(matcher_->Scan(doc->view(), scratch->match.get(), &scratch->matches));
  AddPatterns(*doc, floor, scratch, evidence);
  forms_->Run(*doc, &scratch->forms);
  AddForms(*doc, floor, scratch, evidence);
  AddOutside(*doc, request.spans, evidence);
  AddKnown(request.known, *doc, ordinary_, evidence);
  if (model_ != nullptr && !request.rules_only) model_->Add(*doc, floor, &scratch->model, evidence);
  LeaveLabels(*doc, evidence);
  const std::vector<Candidate> known = KnownInProse(*doc, *evidence);
  KeepToValues(*doc, scratch->structure, 0, evidence);
  PutBackKnown(known, evidence);
  fields_->Add(*doc, scratch->structure, floor, evidence);
  AddVetoes(*doc, 0, floor, scratch, evidence);
  ApplyVetoes(0, evidence);
  RaiseDates(*doc, evidence);
  const size_t remembered = evidence->candidates.size();
  memory_->Add(*doc, evidence);
  AddNameAges(*doc, evidence);
  KeepToValues(*doc, scratch->structure, remembered, evidence);
  AddVetoes(*doc, remembered, floor, scratch, evidence);
  ApplyVetoes(remembered, evidence);
  PreferPeople(remembered, evidence);
  return absl::OkStatus();
}

}  // namespace phiveil

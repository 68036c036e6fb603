#include "recognize/cues.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace phiveil {
namespace {

constexpr uint32_t kReach = 16;         // words; no cue looks farther
constexpr uint32_t kLongestPhrase = 8;  // words
constexpr uint32_t kLineBreakCost = 2;  // words
constexpr float kStepLoss = 0.015f;     // a nearer cue wins among equals
constexpr float kBeyondAnother = 0.5f;

}  // namespace

CueTable::CueTable(const pb::Pack& pack, const Lexicon& lexicon) : owner_(pack.rules_size(), 0) {
  for (int e = 0; e < pack.expressions_size(); ++e) {
    for (uint32_t rule : pack.expressions(e).rules()) owner_[rule] = static_cast<uint32_t>(e);
  }
  for (const pb::Form& form : pack.forms()) owner_[form.rule()] = kFormOwner | form.rule();
  for (const pb::Rule& rule : pack.rules()) {
    first_.push_back(static_cast<uint32_t>(rows_.size()));
    for (const pb::Cue& cue : rule.cues()) {
      rows_.push_back(
          {static_cast<uint8_t>(cue.side()), static_cast<uint8_t>(std::min(cue.within(), kReach)), cue.add()});
    }
  }
  first_.push_back(static_cast<uint32_t>(rows_.size()));
  expressions_ = static_cast<uint32_t>(pack.expressions_size());
  reach_.resize(expressions_ + owner_.size(), 0);
  for (uint32_t rule = 0; rule < owner_.size(); ++rule) {
    if (first_[rule] != first_[rule + 1]) any_[Slot(owner_[rule])] |= Bit(owner_[rule]);
    uint8_t& reach = reach_[Place(owner_[rule])];
    for (uint32_t row = first_[rule]; row < first_[rule + 1]; ++row) reach = std::max(reach, rows_[row].within);
  }
  for (uint32_t phrase = 0; phrase < lexicon.phrase_count(); ++phrase) {
    uint64_t filter = 0;
    first_link_.push_back(static_cast<uint32_t>(links_.size()));
    for (const CueLinkRow& link : lexicon.Links(phrase)) {
      filter |= Bit(owner_[link.rule]);
      links_.push_back({owner_[link.rule], link.rule, first_[link.rule] + link.cue});
    }
    std::sort(links_.begin() + first_link_.back(), links_.end(),
              [](const Link& a, const Link& b) { return std::tie(a.owner, a.row) < std::tie(b.owner, b.row); });
    owners_.push_back(filter);
  }
  first_link_.push_back(static_cast<uint32_t>(links_.size()));
}

uint32_t CueTable::Reach(uint32_t owner) const { return reach_[Place(owner)]; }

std::span<const CueTable::Link> CueTable::LinksFor(uint32_t phrase, uint32_t owner) const {
  const auto all = std::span(links_).subspan(first_link_[phrase], first_link_[phrase + 1] - first_link_[phrase]);
  const auto first = std::lower_bound(all.begin(), all.end(), owner,
                                      [](const Link& link, uint32_t wanted) { return link.owner < wanted; });
  auto end = first;
  while (end != all.end() && end->owner == owner) ++end;
  return {first, end};
}

Cues::Cues(const CueTable* table) : table_(table), best_(table->size()), rule_stamp_(table->rules(), 0) {}

void Cues::Reset(const Document& doc, const std::vector<CueHit>* hits) {
  const auto& tokens = doc.tokens();
  places_.resize(tokens.size() + 1);
  Place here = {0, 0, 0, 0};
  for (size_t i = 0; i < tokens.size(); ++i) {
    while (here.first_hit < hits->size() && (*hits)[here.first_hit].first_token < i) ++here.first_hit;
    places_[i] = here;
    const ClassBits classes = tokens[i].classes;
    if (classes & (token_class::kAnyWord | token_class::kNum)) ++here.words;
    if (classes & token_class::kNl) {
      ++here.line;
      if (i > 0 && (tokens[i - 1].classes & token_class::kNl)) ++here.paragraph;
    }
  }
  here.first_hit = static_cast<uint32_t>(hits->size());
  places_[tokens.size()] = here;
  hits_.clear();
  for (const CueHit& hit : *hits) {
    hits_.push_back({hit, places_[hit.first_token].words, table_->Owners(hit.phrase)});
  }
}

void Cues::Consider(const CueHit& hit, uint8_t side, uint32_t distance, uint32_t owner, float factor) {
  for (const CueTable::Link& link : table_->LinksFor(hit.phrase, owner)) {
    const CueTable::Row& row = table_->row(link.row);
    if (row.within < distance || (row.side != side && row.side != pb::Cue::EITHER)) continue;
    const float add = row.add * factor * (1.0f - kStepLoss * static_cast<float>(distance - 1));
    Best& best = best_[link.row];
    if (best.stamp == stamp_ && (best.distance < distance || std::abs(best.add) >= std::abs(add))) continue;
    best = {stamp_, hit.phrase, static_cast<uint16_t>(distance), add};
    rule_stamp_[link.rule] = stamp_;
  }
}

void Cues::Gather(uint32_t first, uint32_t end, uint32_t owner, uint32_t earlier) {
  if (++stamp_ == 0) {
    for (Best& best : best_) best.stamp = 0;
    std::fill(rule_stamp_.begin(), rule_stamp_.end(), 0);
    stamp_ = 1;
  }
  if (!table_->HasCues(owner)) return;
  const uint32_t reach = table_->Reach(owner);
  const Place& begin = places_[first];
  for (size_t i = begin.first_hit; i-- > 0;) {
    const NearHit& near = hits_[i];
    if (begin.words > near.words + reach + kLongestPhrase) break;
    const CueHit& hit = near.hit;
    if (!CueTable::MaySpeakFor(near.owners, owner) || hit.end_token > first) continue;
    const Place& last = places_[hit.end_token - 1];
    if (last.paragraph != begin.paragraph) break;
    uint32_t distance = begin.words - last.words;
    if (last.line != begin.line) distance += kLineBreakCost;
    const bool beyond = earlier != UINT32_MAX && hit.end_token <= earlier;
    if (distance <= reach)
      Consider(hit, pb::Cue::BEFORE, std::max(distance, 1u), owner, beyond ? kBeyondAnother : 1.0f);
  }
  for (size_t i = begin.first_hit; i < hits_.size(); ++i) {
    const NearHit& near = hits_[i];
    if (near.hit.first_token < end) continue;
    if (places_[near.hit.first_token].line != places_[end - 1].line) break;
    const uint32_t distance = near.words - places_[end].words + 1;
    if (distance > reach) break;
    if (CueTable::MaySpeakFor(near.owners, owner)) Consider(near.hit, pb::Cue::AFTER, distance, owner, 1.0f);
  }
}

float Cues::SumFor(uint32_t rule, std::vector<Contribution>* reasons) const {
  float sum = 0;
  for (uint32_t i = table_->first(rule); i < table_->end(rule); ++i) {
    const Best& best = best_[i];
    if (best.stamp != stamp_) continue;
    sum += best.add;
    reasons->push_back({Contribution::Kind::kCue, best.distance, best.phrase, best.add});
  }
  return sum;
}

}  // namespace phiveil

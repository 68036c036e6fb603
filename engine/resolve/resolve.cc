#include "resolve/resolve.h"

#include <algorithm>

namespace phiveil {
namespace {

constexpr float kPerByte = 0.01f;    // what a byte of length is worth in a contest
constexpr uint32_t kLengthCap = 30;  // bytes beyond this are worth nothing more
constexpr float kNamed = 0.10f;      // what a field that names its value is worth more, or the caller who knows it

using Gap = std::pair<uint32_t, uint32_t>;

float Rank(const Candidate& candidate) {
  const bool named = (candidate.source == Source::kField && candidate.labelled) || candidate.source == Source::kKnown;
  return candidate.score + (named ? kNamed : 0.0f) +
         kPerByte * static_cast<float>(std::min(candidate.end - candidate.begin, kLengthCap));
}

bool IsWordByte(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x80 || (u >= '0' && u <= '9') || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z');
}

Gap Trim(std::string_view view, Gap gap) {
  while (gap.first < gap.second && !IsWordByte(view[gap.first])) ++gap.first;
  while (gap.first < gap.second && !IsWordByte(view[gap.second - 1])) --gap.second;
  return gap;
}

// Evidence of an outside recogniser is independent of the pack's own: together they say more.
void Strengthen(Evidence* evidence) {
  auto& all = evidence->candidates;
  const bool any = std::any_of(all.begin(), all.end(), [](const Candidate& c) { return c.source == Source::kOutside; });
  if (!any) return;
  for (Candidate& outside : all) {
    if (outside.source != Source::kOutside) continue;
    float own = 0;
    for (Candidate& other : all) {
      const bool same = other.source != Source::kOutside && other.category == outside.category &&
                        other.begin < outside.end && outside.begin < other.end;
      if (!same) continue;
      own = std::max(own, other.score);
      other.score = 1.0f - (1.0f - other.score) * (1.0f - outside.score);
    }
    outside.score = 1.0f - (1.0f - outside.score) * (1.0f - own);
  }
}

// The parts of `candidate` that nothing in `taken` covers.
void FindGaps(const Candidate& candidate, const std::vector<Decision>& taken, std::vector<Gap>* gaps) {
  gaps->clear();
  uint32_t at = candidate.begin;
  auto it = std::lower_bound(taken.begin(), taken.end(), at, [](const Decision& d, uint32_t b) { return d.end <= b; });
  for (; it != taken.end() && it->begin < candidate.end; ++it) {
    if (it->begin > at) gaps->emplace_back(at, it->begin);
    at = std::max(at, it->end);
  }
  if (at < candidate.end) gaps->emplace_back(at, candidate.end);
}

void Insert(Decision decision, std::vector<Decision>* taken) {
  auto at = std::lower_bound(taken->begin(), taken->end(), decision.begin,
                             [](const Decision& d, uint32_t b) { return d.begin < b; });
  taken->insert(at, decision);
}

// Joins `piece` to the decision of the same category that bounds the gap it was trimmed from; the
// separators between them go along.
bool Join(const Evidence& evidence, Category category, Gap gap, Gap piece, std::vector<Decision>* taken) {
  for (Decision& decision : *taken) {
    if (evidence.candidates[decision.candidate].category != category) continue;
    if (decision.end == gap.first) {
      decision.end = piece.second;
      return true;
    }
    if (decision.begin == gap.second) {
      decision.begin = piece.first;
      return true;
    }
  }
  return false;
}

void ResolveCluster(const Document& doc, const Evidence& evidence, ResolveScratch* scratch) {
  const auto& all = evidence.candidates;
  auto& taken = scratch->taken;
  taken.clear();
  std::sort(scratch->ranking.begin(), scratch->ranking.end(), [&all](uint32_t a, uint32_t b) {
    const float rank_a = Rank(all[a]), rank_b = Rank(all[b]);
    if (rank_a != rank_b) return rank_a > rank_b;
    if (all[a].begin != all[b].begin) return all[a].begin < all[b].begin;
    if (all[a].end != all[b].end) return all[a].end > all[b].end;
    return a < b;
  });
  for (uint32_t number : scratch->ranking) {
    const Candidate& candidate = all[number];
    FindGaps(candidate, taken, &scratch->gaps);
    for (const Gap& gap : scratch->gaps) {
      const bool whole = gap == Gap(candidate.begin, candidate.end);
      const Gap piece = whole ? gap : Trim(doc.view(), gap);
      if (piece.first >= piece.second) continue;
      if (!whole && Join(evidence, candidate.category, gap, piece, &taken)) continue;
      Insert({piece.first, piece.second, number}, &taken);
    }
  }
}

bool FromMemory(const Candidate& candidate) {
  return candidate.category == Category::kName &&
         (candidate.source == Source::kMemory || candidate.source == Source::kKnown);
}

// The corner of two roads.
bool IsCorner(const Candidate& last, const Candidate& next, std::string_view between) {
  return last.category == Category::kStreet && next.category == Category::kStreet &&
         (between == " and " || between == " & " || between == " AND ");
}

// Words of one name that were remembered one by one stand for one person, two roads at their corner for
// one place.
void MergeParts(const Document& doc, const Evidence& evidence, std::vector<Decision>* decisions) {
  size_t kept = 0;
  for (size_t i = 0; i < decisions->size(); ++i) {
    const Decision& next = (*decisions)[i];
    if (kept > 0) {
      Decision& last = (*decisions)[kept - 1];
      const std::string_view between = doc.view().substr(last.end, next.begin - last.end);
      const Candidate &a = evidence.candidates[last.candidate], &b = evidence.candidates[next.candidate];
      if ((FromMemory(a) && FromMemory(b) && between == " ") || IsCorner(a, b, between)) {
        last.end = next.end;
        continue;
      }
    }
    (*decisions)[kept++] = next;
  }
  decisions->resize(kept);
}

}  // namespace

void Resolve(const Document& doc, const Thresholds& thresholds, Evidence* evidence, ResolveScratch* scratch,
             std::vector<Decision>* decisions) {
  decisions->clear();
  Strengthen(evidence);
  const auto& all = evidence->candidates;
  auto& order = scratch->order;
  order.clear();
  for (uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].score >= thresholds[static_cast<size_t>(all[i].category)]) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&all](uint32_t a, uint32_t b) {
    return all[a].begin != all[b].begin ? all[a].begin < all[b].begin : a < b;
  });
  for (size_t i = 0; i < order.size();) {
    uint32_t reach = all[order[i]].end;
    scratch->ranking.clear();
    for (; i < order.size() && (scratch->ranking.empty() || all[order[i]].begin < reach); ++i) {
      scratch->ranking.push_back(order[i]);
      reach = std::max(reach, all[order[i]].end);
    }
    ResolveCluster(doc, *evidence, scratch);
    decisions->insert(decisions->end(), scratch->taken.begin(), scratch->taken.end());
  }
  MergeParts(doc, *evidence, decisions);
}

}  // namespace phiveil

#include "transform/lookalikes.h"

#include <algorithm>
#include <utility>

#include "phiveil/token.h"
#include "transform/seal.h"

namespace phiveil {
namespace {

Finding Lookalike(Stretch stretch) {
  Finding finding;
  finding.begin = stretch.begin;
  finding.end = stretch.end;
  finding.category = Category::kOtherId;
  finding.subtype = Subtype::kToken;
  finding.score = 1.0f;
  finding.rule = "phiveil.token_lookalike";
  return finding;
}

}  // namespace

void FindLookalikes(std::string_view text, size_t base, std::vector<Stretch>* lookalikes) {
  for (auto mention = FindTokenMention(text, 0); mention; mention = FindTokenMention(text, mention->end)) {
    lookalikes->push_back({static_cast<uint32_t>(base + mention->begin), static_cast<uint32_t>(base + mention->end)});
  }
  const size_t tokens = lookalikes->size();
  for (auto seal = FindSealMention(text, 0); seal; seal = FindSealMention(text, seal->end)) {
    lookalikes->push_back({static_cast<uint32_t>(base + seal->begin), static_cast<uint32_t>(base + seal->end)});
  }
  if (lookalikes->size() > tokens) std::ranges::sort(*lookalikes, {}, &Stretch::begin);
}

void MergeLookalikes(std::span<const Stretch> lookalikes, std::vector<Finding>* findings) {
  if (lookalikes.empty()) return;
  std::vector<Finding> merged;
  merged.reserve(findings->size() + lookalikes.size());
  size_t next = 0;
  for (size_t i = 0; i < lookalikes.size();) {
    Stretch stretch = lookalikes[i++];
    while (next < findings->size() && (*findings)[next].end <= stretch.begin) {
      merged.push_back(std::move((*findings)[next++]));
    }
    // A finding may reach into the next look-alike, which may reach into the next finding.
    for (bool grows = true; grows;) {
      grows = false;
      for (; next < findings->size() && (*findings)[next].begin < stretch.end; ++next, grows = true) {
        stretch.begin = std::min(stretch.begin, (*findings)[next].begin);
        stretch.end = std::max(stretch.end, (*findings)[next].end);
      }
      for (; i < lookalikes.size() && lookalikes[i].begin < stretch.end; ++i, grows = true) {
        stretch.end = std::max(stretch.end, lookalikes[i].end);
      }
    }
    merged.push_back(Lookalike(stretch));
  }
  std::move(findings->begin() + static_cast<ptrdiff_t>(next), findings->end(), std::back_inserter(merged));
  *findings = std::move(merged);
}

void MergeLookalikes(std::string_view text, std::vector<Finding>* findings) {
  std::vector<Stretch> lookalikes;
  FindLookalikes(text, 0, &lookalikes);
  MergeLookalikes(lookalikes, findings);
}

}  // namespace phiveil

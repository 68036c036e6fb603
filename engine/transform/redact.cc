#include "transform/redact.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/concat.h"
#include "transform/generalise.h"
#include "transform/lookalikes.h"

namespace phiveil {
namespace {

using Edit = RedactionPlan::Edit;

std::vector<Edit> Decide(std::string_view text, std::span<const Finding> findings, const Policy& policy,
                         int reference_year) {
  std::vector<Edit> edits;
  edits.reserve(findings.size());
  for (size_t i = 0; i < findings.size(); ++i) {
    const Finding& finding = findings[i];
    const CategoryPolicy& rule = policy.RuleFor(finding.category);
    const std::string_view value = text.substr(finding.begin, finding.end - finding.begin);
    if (Stays(value, finding, rule, reference_year)) continue;
    Action action = rule.action;
    if (action == Action::kKeep) action = policy.NeedsVault() ? Action::kToken : Action::kTag;
    edits.push_back({finding.begin, finding.end, static_cast<uint32_t>(i), RedactionPlan::kNoValue, finding.category,
                     action, finding.bare, Shown(value, finding, rule, reference_year)});
  }
  return edits;
}

// Look-alikes in what stays between the edits, each piece taken for itself: replacing what stood
// beside "xNAME_7QK2F" may lay it bare.
std::vector<Stretch> LaidBare(std::string_view text, std::span<const Edit> edits) {
  std::vector<Stretch> found;
  size_t begin = 0;
  for (const Edit& edit : edits) {
    FindLookalikes(text.substr(begin, edit.begin - begin), begin, &found);
    begin = edit.end;
  }
  FindLookalikes(text.substr(begin), begin, &found);
  return found;
}

// Where dropping an edit would join its two sides into a look-alike, a tag keeps them apart. Returns
// whether there was one.
bool PartJoined(std::string_view text, std::vector<Edit>* edits) {
  std::string joined;
  std::vector<std::pair<size_t, Edit*>> seams;
  size_t begin = 0;
  for (Edit& edit : *edits) {
    joined.append(text.substr(begin, edit.begin - begin));
    begin = edit.end;
    if (edit.action == Action::kDrop && !edit.bare) {
      seams.emplace_back(joined.size(), &edit);
    } else {
      joined.append("[]");
    }
  }
  if (seams.empty()) return false;
  joined.append(text.substr(begin));
  bool parted = false;
  auto seam = seams.begin();
  for (auto mention = FindTokenMention(joined, 0); mention; mention = FindTokenMention(joined, mention->end)) {
    while (seam != seams.end() && seam->first <= mention->begin) ++seam;
    for (; seam != seams.end() && seam->first < mention->end; ++seam) {
      seam->second->action = Action::kTag;
      parted = true;
    }
  }
  return parted;
}

std::string Tag(const Edit& edit) {
  if (edit.shown.empty()) return Concat("[", CategoryName(edit.category), "]");
  return Concat("[", CategoryName(edit.category), " ", edit.shown, "]");
}

std::string ReplacementFor(const Edit& edit, std::span<const TokenCode> codes) {
  const std::string_view quote = edit.bare ? "\"" : "";
  switch (edit.action) {
    case Action::kToken: {
      const std::string shown = edit.bare ? edit.shown + kBareSign : edit.shown;
      return Concat(quote, FormatToken(edit.category, codes[edit.value], shown), quote);
    }
    case Action::kTag:
      return Concat(quote, Tag(edit), quote);
    default:
      return edit.bare ? "null" : "";
  }
}

}  // namespace

RedactionPlan PlanRedaction(std::string_view text, std::span<const Finding> findings, const Policy& policy,
                            int reference_year) {
  RedactionPlan plan;
  plan.edits = Decide(text, findings, policy, reference_year);
  for (std::vector<Stretch> bare; !(bare = LaidBare(text, plan.edits)).empty();) {
    if (!plan.amended) plan.findings.assign(findings.begin(), findings.end());
    plan.amended = true;
    MergeLookalikes(bare, &plan.findings);
    plan.edits = Decide(text, plan.findings, policy, reference_year);
  }
  while (PartJoined(text, &plan.edits)) {
  }
  for (Edit& edit : plan.edits) {
    if (edit.action != Action::kToken) continue;
    edit.value = static_cast<uint32_t>(plan.values.size());
    plan.values.push_back({edit.category, text.substr(edit.begin, edit.end - edit.begin)});
  }
  return plan;
}

absl::StatusOr<Redacted> RenderRedaction(std::string_view text, std::vector<Finding>&& findings, RedactionPlan&& plan,
                                         std::span<const TokenCode> codes) {
  if (codes.size() != plan.values.size()) return absl::InternalError("redaction: one code is needed for each value");
  Redacted out;
  out.findings = plan.amended ? std::move(plan.findings) : std::move(findings);
  out.replacements.resize(out.findings.size());
  out.text.reserve(text.size() + 8 * plan.edits.size());
  std::vector<Replacement> replacements;
  replacements.reserve(plan.edits.size());
  size_t begin = 0;
  for (const Edit& edit : plan.edits) {
    out.text.append(text.substr(begin, edit.begin - begin));
    begin = edit.end;
    std::string& replacement = out.replacements[edit.finding] = ReplacementFor(edit, codes);
    const size_t out_begin = out.text.size();
    out.text.append(replacement);
    replacements.push_back(
        {edit.begin, edit.end, static_cast<uint32_t>(out_begin), static_cast<uint32_t>(out.text.size())});
  }
  out.text.append(text.substr(begin));
  if (out.text.size() > std::numeric_limits<uint32_t>::max()) {
    return absl::InvalidArgumentError("redaction: the result would be 4 GiB or more");
  }
  auto next = plan.edits.begin();
  for (size_t i = 0; i < out.findings.size(); ++i) {
    if (next != plan.edits.end() && next->finding == i) {
      ++next;
    } else {
      out.replacements[i] = text.substr(out.findings[i].begin, out.findings[i].end - out.findings[i].begin);
    }
  }
  out.alignment = Alignment(std::move(replacements));
  return out;
}

}  // namespace phiveil

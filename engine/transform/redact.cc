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

bool IsJsonNumber(std::string_view text) {
  const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits && !text.empty() && (text[0] != '0' || text.size() == 1);
}

class Decider {
 public:
  Decider(std::string_view text, const Policy& policy, int reference_year, const Writers& writers)
      : text_(text), policy_(policy), reference_year_(reference_year), writers_(writers) {}

  std::vector<Edit> Decide(std::span<const Finding> findings) const {
    if (writers_.surrogates != nullptr) {
      writers_.surrogates->Restart(findings, policy_.RuleFor(Category::kDate).action == Action::kShift);
    }
    std::vector<Edit> edits;
    edits.reserve(findings.size());
    auto gap = writers_.left_out.begin();
    const auto leave_out_before = [&](uint32_t end) {
      for (; gap != writers_.left_out.end() && gap->begin < end; ++gap) edits.push_back(LeaveOut(*gap));
    };
    for (size_t i = 0; i < findings.size(); ++i) {
      const Finding& finding = findings[i];
      leave_out_before(finding.end);
      const CategoryPolicy& rule = policy_.RuleFor(finding.category);
      const std::string_view value = text_.substr(finding.begin, finding.end - finding.begin);
      if (Stays(value, finding, rule, reference_year_)) continue;
      Edit edit{finding.begin,
                finding.end,
                static_cast<uint32_t>(i),
                RedactionPlan::kNoValue,
                finding.category,
                rule.action,
                finding.bare,
                Shown(value, finding, rule, reference_year_),
                {}};
      if (rule.action > Action::kDrop) edit.written = Written(finding, value, rule);
      // A look-alike of a category that is kept; what the action cannot write.
      if (rule.action == Action::kKeep || (rule.action > Action::kDrop && edit.written.empty())) {
        edit.action = Reversible(rule.action) && policy_.NeedsVault() ? Action::kToken : Action::kTag;
      }
      if (rule.action == Action::kShift && edit.written == value) continue;  // a clock time
      edits.push_back(std::move(edit));
    }
    leave_out_before(std::numeric_limits<uint32_t>::max());
    return edits;
  }

 private:
  // A line keeps its end, a value of JSON its quotes.
  Edit LeaveOut(TextStretch gap) const {
    const std::string_view text = text_.substr(gap.begin, gap.end - gap.begin);
    const bool value = text_.substr(std::min(text_.find_first_not_of(" \t\r\n"), text_.size())).starts_with('{');
    Edit edit{
        gap.begin, gap.end, RedactionPlan::kNoValue, RedactionPlan::kNoValue, Category::kSafe, Action::kMask, false,
        {},        {}};
    edit.written = value ? "null" : text.ends_with('\n') ? Concat(kLeftOutText, "\n") : std::string(kLeftOutText);
    if (text_.starts_with("MSH|")) edit.written.clear();
    return edit;
  }

  static bool Reversible(Action action) { return action == Action::kKeep || ComesBack(action); }

  std::string Written(const Finding& finding, std::string_view value, const CategoryPolicy& rule) const {
    if (rule.action == Action::kSeal) {
      if (writers_.sealer == nullptr) return "";
      return writers_.sealer->Seal(finding.category, value, finding.bare).value_or("");
    }
    if (!ComesBack(rule.action)) return Generalised(value, finding, rule, reference_year_);
    if (writers_.surrogates == nullptr) return "";
    std::string written = writers_.surrogates->Replace(finding, value, rule).value_or("");
    // Only a number may stand for a number, or it would not come back as one.
    return finding.bare && !IsJsonNumber(written) ? "" : written;
  }

  const std::string_view text_;
  const Policy& policy_;
  const int reference_year_;
  const Writers& writers_;
};

// The findings of what passes. What reaches into a left-out section is cut at its edge.
std::vector<Finding> Without(std::span<const TextStretch> left_out, std::span<const Finding> findings) {
  std::vector<Finding> out;
  for (const Finding& finding : findings) {
    Finding rest = finding;
    for (const TextStretch& gap : left_out) {
      if (gap.begin <= rest.begin && rest.begin < gap.end) rest.begin = std::min(gap.end, rest.end);
      if (gap.begin > rest.begin && gap.begin < rest.end) rest.end = gap.begin;
    }
    if (rest.begin < rest.end) out.push_back(std::move(rest));
  }
  return out;
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
    case Action::kKeep:
    case Action::kDrop:
      return edit.bare ? "null" : "";
    default:
      return edit.bare && !IsJsonNumber(edit.written) ? Concat(quote, edit.written, quote) : edit.written;
  }
}

}  // namespace

RedactionPlan PlanRedaction(std::string_view text, std::span<const Finding> findings, const Policy& policy,
                            int reference_year, const Writers& writers) {
  const Decider decider(text, policy, reference_year, writers);
  RedactionPlan plan;
  if (!writers.left_out.empty()) {
    plan.amended = true;
    plan.findings = Without(writers.left_out, findings);
    findings = plan.findings;
  }
  plan.edits = decider.Decide(findings);
  for (std::vector<Stretch> bare; !(bare = LaidBare(text, plan.edits)).empty();) {
    if (!plan.amended) plan.findings.assign(findings.begin(), findings.end());
    plan.amended = true;
    MergeLookalikes(bare, &plan.findings);
    plan.edits = decider.Decide(plan.findings);
  }
  while (PartJoined(text, &plan.edits)) {
  }
  if (writers.surrogates != nullptr) writers.surrogates->KeepStayingDates();
  for (Edit& edit : plan.edits) {
    if (edit.action != Action::kToken) continue;
    edit.value = static_cast<uint32_t>(plan.values.size());
    plan.values.push_back(
        {edit.category, text.substr(edit.begin, edit.end - edit.begin), policy.RuleFor(edit.category).expire_days});
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
    std::string replacement = ReplacementFor(edit, codes);
    const size_t out_begin = out.text.size();
    out.text.append(replacement);
    replacements.push_back(
        {edit.begin, edit.end, static_cast<uint32_t>(out_begin), static_cast<uint32_t>(out.text.size())});
    if (edit.finding != RedactionPlan::kNoValue) out.replacements[edit.finding] = std::move(replacement);
  }
  out.text.append(text.substr(begin));
  if (out.text.size() > std::numeric_limits<uint32_t>::max()) {
    return absl::InvalidArgumentError("redaction: the result would be 4 GiB or more");
  }
  auto next = plan.edits.begin();
  for (size_t i = 0; i < out.findings.size(); ++i) {
    while (next != plan.edits.end() && next->finding == RedactionPlan::kNoValue) ++next;
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

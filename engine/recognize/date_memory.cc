#include "recognize/date_memory.h"

#include "recognize/memory.h"

namespace phiveil {
namespace {

constexpr float kSure = 0.70f;
constexpr float kThreshold = 0.50f;
constexpr float kRaise = 0.22f;
constexpr int kMonths = 12;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int NamedMonth(std::string_view date) {
  constexpr std::string_view kNames = "janfebmaraprmayjunjulaugsepoctnovdec";
  for (size_t i = 0; i + 3 <= date.size(); ++i) {
    const bool begins = i == 0 || (date[i - 1] | 0x20) < 'a' || (date[i - 1] | 0x20) > 'z';
    if (!begins) continue;
    char word[3];
    for (size_t k = 0; k < 3; ++k) word[k] = static_cast<char>(date[i + k] | 0x20);
    for (int month = 0; month < kMonths; ++month) {
      if (kNames.substr(static_cast<size_t>(month) * 3, 3) == std::string_view(word, 3)) return month + 1;
    }
  }
  return 0;
}

bool Sure(const Candidate& candidate) {
  return candidate.category == Category::kDate && candidate.subtype == Subtype::kNone && candidate.score >= kSure;
}

// A month and day by digits that no cue and no veto spoke against. Out of 2, 3, 4, 5 or 10, and a number out
// of itself, it is a score in any month.
bool Weak(const Evidence& evidence, std::string_view view, const Candidate& candidate) {
  if (candidate.category != Category::kDate || candidate.subtype != Subtype::kNone) return false;
  if (candidate.source != Source::kPattern || candidate.score < kWeakDate || candidate.score >= kThreshold)
    return false;
  if (evidence.reasons[candidate.first_reason].weight > candidate.score) return false;
  const std::string_view text = view.substr(candidate.begin, candidate.end - candidate.begin);
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.size() > 5) return false;
  const std::string_view month = text.substr(0, slash), day = text.substr(slash + 1);
  return month != day && day != "2" && day != "3" && day != "4" && day != "5" && day != "10";
}

}  // namespace

int MonthOf(std::string_view date) {
  if (const int named = NamedMonth(date); named != 0) return named;
  int numbers[2] = {0, 0};
  size_t digits[2] = {0, 0}, count = 0;
  for (size_t i = 0; i < date.size() && count < 2; ++i) {
    if (!IsDigit(date[i])) continue;
    if (++digits[count] <= 4) numbers[count] = numbers[count] * 10 + (date[i] - '0');
    if (i + 1 == date.size() || !IsDigit(date[i + 1])) ++count;
  }
  if (count < 2 || digits[0] > 4 || digits[1] > 2) return 0;
  const int month = digits[0] == 4 || numbers[0] > kMonths ? numbers[1] : numbers[0];
  return month >= 1 && month <= kMonths ? month : 0;
}

void RaiseDates(const Document& doc, Evidence* evidence) {
  auto& all = evidence->candidates;
  bool any = false;
  for (const Candidate& candidate : all) any |= Weak(*evidence, doc.view(), candidate);
  if (!any) return;
  const auto month_of = [&doc](const Candidate& c) { return MonthOf(doc.view().substr(c.begin, c.end - c.begin)); };
  bool near[kMonths + 1] = {};
  for (const Candidate& candidate : all) {
    if (!Sure(candidate)) continue;
    const int month = month_of(candidate);
    if (month == 0) continue;
    for (int step = -1; step <= 1; ++step) near[(month - 1 + step + kMonths) % kMonths + 1] = true;
  }
  for (Candidate& candidate : all) {
    if (!Weak(*evidence, doc.view(), candidate) || !near[month_of(candidate)]) continue;
    candidate.score += kRaise;
    evidence->AddReason(&candidate, {Contribution::Kind::kMemory, 0, NameMemory::kNearDate, kRaise});
  }
}

}  // namespace phiveil

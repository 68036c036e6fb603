#include "transform/restore_surrogates.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "transform/date_shift.h"
#include "transform/generalise.h"
#include "transform/surrogate.h"
#include "transform/surrogate_values.h"

namespace phiveil {
namespace {

using Kind = BookEntry::Kind;

std::vector<BackEdit> FindPairs(std::string_view text, const SubjectBook& book) {
  std::vector<BackEdit> edits;
  for (size_t i = 0; i < text.size();) {
    const BookEntry* entry = IsWordEdge(text, i) ? book.FindAt(text, i) : nullptr;
    if (entry == nullptr) {
      ++i;
      continue;
    }
    const std::string_view there = text.substr(i, entry->surrogate.size());
    const bool word = entry->kind == Kind::kWord;
    edits.push_back({i, i + there.size(), entry->category,
                     word && there != entry->surrogate ? CaseLike(entry->original, there) : entry->original});
    i += there.size();
  }
  return edits;
}

std::vector<BackEdit> FindDates(std::string_view text, std::span<const Finding> findings, const CategoryPolicy& rule,
                                const SubjectBook& book, int reference_year) {
  const DateShift back(-ShiftDays(book, rule), reference_year, rule.weekdays);
  DateContext context;
  std::vector<BackEdit> edits;
  for (const Finding& finding : findings) {
    const std::string_view value = text.substr(finding.begin, finding.end - finding.begin);
    if (finding.category != Category::kDate || finding.subtype == Subtype::kTime) continue;
    auto moved = back.Move(value, &context);
    if (const BookEntry* given = book.DateWritten(value)) {
      moved = given->original;
    } else if (Stays(value, finding, rule, reference_year)) {
      continue;
    }
    if (moved) edits.push_back({finding.begin, finding.end, Category::kDate, *std::move(moved)});
  }
  return edits;
}

// Both in order. Of a date that was given out and one that is read, the whole counts; all else comes before dates.
std::vector<BackEdit> Merged(std::vector<BackEdit> pairs, std::vector<BackEdit> dates) {
  std::vector<BackEdit> out;
  auto pair = pairs.begin();
  for (BackEdit& date : dates) {
    for (; pair != pairs.end() && pair->end <= date.begin; ++pair) out.push_back(std::move(*pair));
    auto last = pair;
    bool beaten = false;
    for (; last != pairs.end() && last->begin < date.end; ++last) {
      beaten = beaten || last->category != Category::kDate || last->end - last->begin >= date.end - date.begin;
    }
    if (beaten) continue;
    pair = last;
    out.push_back(std::move(date));
  }
  std::move(pair, pairs.end(), std::back_inserter(out));
  return out;
}

}  // namespace

std::vector<BackEdit> FindSurrogates(std::string_view text, std::span<const Finding> dates, const Policy& policy,
                                     const SubjectBook& book, int reference_year) {
  std::vector<BackEdit> edits = FindPairs(text, book);
  if (const CategoryPolicy& rule = policy.RuleFor(Category::kDate); rule.action == Action::kShift) {
    edits = Merged(std::move(edits), FindDates(text, dates, rule, book, reference_year));
  }
  // What was left as it is.
  std::erase_if(edits,
                [&](const BackEdit& edit) { return edit.original == text.substr(edit.begin, edit.end - edit.begin); });
  return edits;
}

}  // namespace phiveil

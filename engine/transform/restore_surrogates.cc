#include "transform/restore_surrogates.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
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

// The dates of an answer, moved back with one of the subject's secrets.
class DatesBack {
 public:
  DatesBack(std::string_view text, const CategoryPolicy& rule, const SubjectBook& book, int reference_year)
      : text_(text), rule_(rule), book_(book), reference_year_(reference_year) {
    for (const BookEntry& entry : book.entries()) {
      if (entry.category == Category::kDate) pairs_[entry.surrogate].push_back(&entry);
    }
  }

  // Of the secrets, the one that most of the pairs speak for; the first of equals.
  std::vector<BackEdit> Find(std::span<const Finding> findings) const {
    std::vector<BackEdit> best;
    size_t most = 0;
    for (size_t secret = 0; secret < book_.secrets().size(); ++secret) {
      size_t witnesses = 0;
      std::vector<BackEdit> edits = FindWith(findings, secret, &witnesses);
      if (secret > 0 && witnesses <= most) continue;
      most = witnesses;
      best = std::move(edits);
    }
    return best;
  }

 private:
  std::vector<BackEdit> FindWith(std::span<const Finding> findings, size_t secret, size_t* witnesses) const {
    const int days = ShiftDays(book_, rule_, secret);
    const DateShift back(-days, reference_year_, rule_.weekdays), forth(days, reference_year_, rule_.weekdays);
    DateContext context;
    std::vector<BackEdit> edits;
    for (const Finding& finding : findings) {
      const std::string_view value = text_.substr(finding.begin, finding.end - finding.begin);
      if (finding.category != Category::kDate || finding.subtype == Subtype::kTime) continue;
      auto moved = back.Move(value, &context);
      if (const auto pairs = pairs_.find(value); pairs != pairs_.end()) {
        if (const auto original = Kept(pairs->second, moved, value, forth)) {
          ++*witnesses;
          moved = *original;
        } else if (const BookEntry* given = book_.DateWritten(value)) {
          moved = given->original;
        } else if (Stays(value, finding, rule_, reference_year_)) {
          continue;
        }
      } else if (Stays(value, finding, rule_, reference_year_)) {
        continue;
      }
      if (moved) edits.push_back({finding.begin, finding.end, Category::kDate, *std::move(moved)});
    }
    return edits;
  }

  // The original, of those that a date stands for, that this shift moves there.
  static std::optional<std::string> Kept(const std::vector<const BookEntry*>& pairs,
                                         const std::optional<std::string>& moved, std::string_view value,
                                         const DateShift& forth) {
    for (const BookEntry* pair : pairs) {
      if (moved == pair->original) return pair->original;
    }
    for (const BookEntry* pair : pairs) {
      DateContext none;
      if (forth.Move(pair->original, &none) == value) return pair->original;
    }
    return std::nullopt;
  }

  const std::string_view text_;
  const CategoryPolicy& rule_;
  const SubjectBook& book_;
  const int reference_year_;
  std::unordered_map<std::string_view, std::vector<const BookEntry*>> pairs_;
};

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
    edits = Merged(std::move(edits), DatesBack(text, rule, book, reference_year).Find(dates));
  }
  // What was left as it is.
  std::erase_if(edits,
                [&](const BackEdit& edit) { return edit.original == text.substr(edit.begin, edit.end - edit.begin); });
  return edits;
}

}  // namespace phiveil

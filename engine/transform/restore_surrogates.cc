#include "transform/restore_surrogates.h"

#include <algorithm>
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

bool AtEdges(std::string_view text, size_t begin, size_t end) {
  return IsWordEdge(text, begin) && IsWordEdge(text, end);
}

// Entries by the first word of their surrogate, the longest first.
class PairFinder {
 public:
  explicit PairFinder(const SubjectBook& book) {
    for (const BookEntry& entry : book.entries()) {
      if (entry.surrogate.empty() || entry.category == Category::kDate) continue;
      if (book.TakenByAnother(entry.kind, entry.surrogate, entry.original)) continue;
      by_word_[LowerAscii(FirstWord(entry.surrogate))].push_back(&entry);
    }
    for (auto& [word, entries] : by_word_) {
      std::ranges::stable_sort(entries, [](const BookEntry* a, const BookEntry* b) {
        if (a->surrogate.size() != b->surrogate.size()) return a->surrogate.size() > b->surrogate.size();
        return a->kind == Kind::kMention && b->kind != Kind::kMention;
      });
    }
  }

  // The pair whose surrogate begins at `begin`: as it was written, else in another case.
  const BookEntry* FindAt(std::string_view text, size_t begin) const {
    const auto found = by_word_.find(LowerAscii(FirstWord(text.substr(begin, 128))));
    if (found == by_word_.end()) return nullptr;
    for (const BookEntry* entry : found->second) {
      const std::string_view there = text.substr(begin, entry->surrogate.size());
      if (!AtEdges(text, begin, begin + there.size())) continue;
      if (there == entry->surrogate) return entry;
      // A name without its capital is more often a word.
      const bool capital = there[0] >= 'A' && there[0] <= 'Z';
      if (entry->kind == Kind::kWord && capital && LowerAscii(there) == LowerAscii(entry->surrogate)) return entry;
    }
    return nullptr;
  }

 private:
  static std::string_view FirstWord(std::string_view text) {
    size_t end = std::min<size_t>(1, text.size());
    while (end < text.size() && !IsWordEdge(text, end)) ++end;
    return text.substr(0, end);
  }

  std::unordered_map<std::string, std::vector<const BookEntry*>> by_word_;
};

std::vector<BackEdit> FindPairs(std::string_view text, const SubjectBook& book) {
  const PairFinder finder(book);
  std::vector<BackEdit> edits;
  for (size_t i = 0; i < text.size();) {
    const BookEntry* entry = IsWordEdge(text, i) ? finder.FindAt(text, i) : nullptr;
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
      if (Stays(value, finding, rule_, reference_year_)) continue;
      auto moved = back.Move(value, &context);
      if (const auto pairs = pairs_.find(value); pairs != pairs_.end()) {
        if (const auto original = Kept(pairs->second, moved, value, forth)) {
          ++*witnesses;
          moved = *original;
        } else if (pairs->second.size() == 1) {
          moved = pairs->second[0]->original;
        }
      }
      if (moved && *moved != value) edits.push_back({finding.begin, finding.end, Category::kDate, *std::move(moved)});
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

}  // namespace

std::vector<BackEdit> FindSurrogates(std::string_view text, std::span<const Finding> dates, const Policy& policy,
                                     const SubjectBook& book, int reference_year) {
  std::vector<BackEdit> edits = FindPairs(text, book);
  const CategoryPolicy& rule = policy.RuleFor(Category::kDate);
  if (rule.action != Action::kShift) return edits;
  for (BackEdit& date : DatesBack(text, rule, book, reference_year).Find(dates)) {
    const auto overlaps = [&](const BackEdit& edit) { return edit.begin < date.end && date.begin < edit.end; };
    if (std::ranges::none_of(edits, overlaps)) edits.push_back(std::move(date));
  }
  std::ranges::sort(edits, {}, &BackEdit::begin);
  return edits;
}

}  // namespace phiveil

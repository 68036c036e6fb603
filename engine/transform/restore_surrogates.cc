#include "transform/restore_surrogates.h"

#include <algorithm>
#include <unordered_map>

#include "transform/date_shift.h"
#include "transform/generalise.h"
#include "transform/surrogate.h"
#include "transform/surrogate_values.h"

namespace phiveil {
namespace {

using Kind = BookEntry::Kind;

bool IsWord(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

bool AtEdges(std::string_view text, size_t begin, size_t end) {
  return (begin == 0 || !IsWord(text[begin - 1]) || !IsWord(text[begin])) &&
         (end == text.size() || !IsWord(text[end]) || !IsWord(text[end - 1]));
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
      if (entry->kind == Kind::kWord && LowerAscii(there) == LowerAscii(entry->surrogate)) return entry;
    }
    return nullptr;
  }

 private:
  static std::string_view FirstWord(std::string_view text) {
    size_t end = 0;
    while (end < text.size() && IsWord(text[end])) ++end;
    return text.substr(0, std::max<size_t>(end, 1));
  }

  std::unordered_map<std::string, std::vector<const BookEntry*>> by_word_;
};

std::vector<BackEdit> FindPairs(std::string_view text, const SubjectBook& book) {
  const PairFinder finder(book);
  std::vector<BackEdit> edits;
  for (size_t i = 0; i < text.size();) {
    const bool edge = i == 0 || !IsWord(text[i]) || !IsWord(text[i - 1]);
    const BookEntry* entry = edge ? finder.FindAt(text, i) : nullptr;
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
  std::unordered_map<std::string_view, const BookEntry*> exact;
  for (const BookEntry& entry : book.entries()) {
    if (entry.category == Category::kDate) exact[entry.surrogate] = &entry;
  }
  const DateShift back(-ShiftDays(book, rule), reference_year, rule.weekdays);
  DateContext context;
  std::vector<BackEdit> edits;
  for (const Finding& finding : findings) {
    const std::string_view value = text.substr(finding.begin, finding.end - finding.begin);
    if (finding.category != Category::kDate || finding.subtype == Subtype::kTime) continue;
    if (Stays(value, finding, rule, reference_year)) continue;
    auto moved = back.Move(value, &context);
    if (const auto pair = exact.find(value); pair != exact.end()) moved = pair->second->original;
    if (moved && *moved != value) edits.push_back({finding.begin, finding.end, Category::kDate, *std::move(moved)});
  }
  return edits;
}

}  // namespace

std::vector<BackEdit> FindSurrogates(std::string_view text, std::span<const Finding> dates, const Policy& policy,
                                     const SubjectBook& book, int reference_year) {
  std::vector<BackEdit> edits = FindPairs(text, book);
  const CategoryPolicy& rule = policy.RuleFor(Category::kDate);
  if (rule.action != Action::kShift) return edits;
  for (BackEdit& date : FindDates(text, dates, rule, book, reference_year)) {
    const auto overlaps = [&](const BackEdit& edit) { return edit.begin < date.end && date.begin < edit.end; };
    if (std::ranges::none_of(edits, overlaps)) edits.push_back(std::move(date));
  }
  std::ranges::sort(edits, {}, &BackEdit::begin);
  return edits;
}

}  // namespace phiveil

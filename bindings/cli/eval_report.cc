#include "cli/eval_report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/status_macros.h"

namespace phiveil::cli::eval {
namespace {

constexpr size_t kShownByDefault = 10;

using Places = std::vector<Comparison::Place>;
using MakeCase = absl::StatusOr<Case> (*)(const Measured&, const Gold&, Comparison::Place);

struct ListSource {
  std::string_view title, key;
  Places places;
  const Measured* measured;
  MakeCase make;
  std::optional<size_t> limit;
};

std::vector<ListSource> SourcesOf(const Measured& measured, const Limits& limits) {
  return {{"MISS", "misses", Misses(measured), &measured, IdentifierCase, limits.misses.value_or(kShownByDefault)},
          {"FALSE", "false_findings", FalseFindings(measured), &measured, FindingCase,
           limits.errors.value_or(kShownByDefault)}};
}

std::vector<ListSource> SourcesOf(const Comparison& changes, const Measured& before, const Measured& after,
                                  const Limits& limits) {
  return {{"GAINED", "gained", changes.gained, &after, IdentifierCase, limits.misses},
          {"LOST", "lost", changes.lost, &after, IdentifierCase, limits.misses},
          {"MORE OF", "more", changes.more, &after, IdentifierCase, limits.misses},
          {"LESS OF", "less", changes.less, &after, IdentifierCase, limits.misses},
          {"NEW FALSE", "new_false", changes.new_false, &after, FindingCase, limits.errors},
          {"GONE FALSE", "gone_false", changes.gone_false, &before, FindingCase, limits.errors}};
}

absl::StatusOr<CaseList> MakeList(const ListSource& source, const Gold& gold, const Measured* before) {
  CaseList list = {source.title, source.key, source.places.size(), {}};
  const size_t count = std::min(list.total, source.limit.value_or(list.total));
  for (const Comparison::Place place : std::span(source.places).first(count)) {
    PHIVEIL_ASSIGN_OR_RETURN(Case one, source.make(*source.measured, gold, place));
    if (before != nullptr && source.make == IdentifierCase) {
      one.was_covered = before->scores[place.document].spans[place.number].covered;
    }
    list.shown.push_back(std::move(one));
  }
  return list;
}

}  // namespace

absl::StatusOr<Report> MakeReport(std::string path, const Gold& gold, std::vector<Side> sides, const Limits& limits) {
  Report report = {std::move(path), std::move(sides), {}, {}};
  const Measured& first = report.sides.front().measured;
  const Measured* before = report.sides.size() > 1 ? &first : nullptr;
  if (before != nullptr) report.comparison = Compare(first, report.sides.back().measured);
  const std::vector<ListSource> sources =
      before == nullptr ? SourcesOf(first, limits)
                        : SourcesOf(report.comparison, first, report.sides.back().measured, limits);
  for (const ListSource& source : sources) {
    PHIVEIL_ASSIGN_OR_RETURN(CaseList list, MakeList(source, gold, before));
    report.lists.push_back(std::move(list));
  }
  return report;
}

std::string Decimal(double value, int digits, bool sign) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), sign ? "%+.*f" : "%.*f", digits, value);
  const std::string_view written = text.data();
  if (written.find_first_of("123456789") != std::string_view::npos) return std::string(written);
  return std::string(written.substr(written.find('0')));  // no sign before a zero
}

}  // namespace phiveil::cli::eval

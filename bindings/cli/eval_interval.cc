#include "cli/eval_interval.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>

namespace phiveil::cli::eval {
namespace {

constexpr uint64_t kSeed = 20240229;

// What a draw adds up, without the names of the labels.
struct Row {
  std::vector<std::pair<size_t, EntityCounts>> labels;
  uint64_t required = 0, stray = 0;
};

double Ratio(uint64_t numerator, uint64_t denominator) {
  return denominator == 0 ? std::numeric_limits<double>::quiet_NaN() : Share(numerator, denominator);
}

// How often each document is drawn. Written out because the standard's distributions differ from
// library to library.
void DrawTimes(std::mt19937_64* random, std::vector<uint32_t>* times) {
  std::fill(times->begin(), times->end(), 0);
  for (size_t i = 0; i < times->size(); ++i) ++(*times)[(((*random)() >> 32) * times->size()) >> 32];
}

std::vector<Row> ToRows(std::span<const EvalCounts> documents, std::vector<std::string>* names) {
  std::map<std::string_view, size_t> numbers;
  for (const EvalCounts& document : documents) {
    for (const auto& [label, counts] : document.labels) numbers.emplace(label, 0);
  }
  for (auto& [label, number] : numbers) {
    number = names->size();
    names->emplace_back(label);
  }
  std::vector<Row> rows;
  for (const EvalCounts& document : documents) {
    Row& row = rows.emplace_back();
    for (const auto& [label, counts] : document.labels) row.labels.emplace_back(numbers[label], counts);
    row.required = document.required;
    row.stray = document.stray;
  }
  return rows;
}

void AddTimes(const EntityCounts& counts, uint64_t times, EntityCounts* sum) {
  sum->entities += times * counts.entities;
  sum->full += times * counts.full;
  sum->characters += times * counts.characters;
  sum->covered += times * counts.covered;
}

}  // namespace

DrawnFigures Draw(std::span<const EvalCounts> documents) {
  std::vector<std::string> names;
  const std::vector<Row> rows = ToRows(documents, &names);
  DrawnFigures figures;
  std::mt19937_64 random(kSeed);
  std::vector<uint32_t> times(rows.size());
  std::vector<EntityCounts> labels(names.size());
  for (size_t draw = 0; draw < kDraws; ++draw) {
    DrawTimes(&random, &times);
    std::fill(labels.begin(), labels.end(), EntityCounts());
    uint64_t required = 0, stray = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      for (const auto& [label, counts] : rows[i].labels) AddTimes(counts, times[i], &labels[label]);
      required += times[i] * rows[i].required;
      stray += times[i] * rows[i].stray;
    }
    EntityCounts all;
    for (size_t label = 0; label < labels.size(); ++label) {
      all += labels[label];
      figures.label_entity_recall[names[label]].push_back(Ratio(labels[label].full, labels[label].entities));
      figures.label_character_recall[names[label]].push_back(Ratio(labels[label].covered, labels[label].characters));
    }
    figures.entity_recall.push_back(Ratio(all.full, all.entities));
    figures.character_recall.push_back(Ratio(all.covered, all.characters));
    figures.precision.push_back(Ratio(required, required + stray));
  }
  return figures;
}

DrawnFigure Difference(const DrawnFigure& after, const DrawnFigure& before) {
  DrawnFigure difference;
  for (size_t i = 0; i < after.size() && i < before.size(); ++i) difference.push_back(after[i] - before[i]);
  return difference;
}

std::optional<Interval> IntervalOf(DrawnFigure figure) {
  std::erase_if(figure, [](double value) { return std::isnan(value); });
  if (figure.empty()) return std::nullopt;
  std::sort(figure.begin(), figure.end());
  const auto rank = [&](size_t per_mille) { return figure[(figure.size() * per_mille + 999) / 1000 - 1]; };
  return Interval{rank(25), rank(975)};
}

}  // namespace phiveil::cli::eval

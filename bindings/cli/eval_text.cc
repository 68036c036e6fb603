#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/concat.h"
#include "cli/eval_report.h"
#include "cli/json_writer.h"

namespace phiveil::cli::eval {
namespace {

// The first column to the left, the others to the right.
class Table {
 public:
  void Row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  void Write(std::string* out) const {
    std::vector<size_t> widths;
    for (const auto& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    for (const auto& row : rows_) {
      std::string line;
      for (size_t i = 0; i < row.size(); ++i) {
        const std::string space(widths[i] - row[i].size(), ' ');
        line += i == 0 ? row[i] + space : "  " + space + row[i];
      }
      line.erase(line.find_last_not_of(' ') + 1);
      *out += line + "\n";
    }
    *out += "\n";
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string Figure(double value, bool sign = false) { return Decimal(value, 4, sign); }

std::string IntervalText(const DrawnFigure& drawn, bool sign = false) {
  const std::optional<Interval> interval = IntervalOf(drawn);
  if (!interval.has_value()) return "";
  return Concat(Figure(interval->low, sign), sign ? " to " : "-", Figure(interval->high, sign));
}

std::string Quoted(std::string_view text) {
  std::string quoted;
  AppendJsonString(text, &quoted);
  return quoted;
}

std::string InBrackets(const std::string& file) { return file.empty() ? "" : Concat(" (", file, ")"); }

std::string SideName(const Side& side) {
  const RulePack& pack = side.measured.engine->pack();
  const Policy& policy = side.measured.engine->policy();
  return Concat("pack ", pack.name(), " ", pack.version(), InBrackets(side.pack_file), ", policy ", policy.name(), " ",
                policy.version(), InBrackets(side.policy_file));
}

// Most frequent first.
std::vector<std::pair<std::string, EntityCounts>> SortedLabels(const EvalCounts& counts) {
  std::vector<std::pair<std::string, EntityCounts>> labels(counts.labels.begin(), counts.labels.end());
  std::stable_sort(labels.begin(), labels.end(),
                   [](const auto& a, const auto& b) { return a.second.entities > b.second.entities; });
  return labels;
}

std::vector<std::string> LabelRow(const std::string& label, const EntityCounts& counts, const DrawnFigure& entity,
                                  const DrawnFigure& character) {
  return {label,
          Concat(counts.entities),
          Figure(counts.EntityRecall()),
          IntervalText(entity),
          Concat(counts.part),
          Concat(counts.characters),
          Figure(counts.CharacterRecall()),
          IntervalText(character)};
}

void WriteLabels(const Measured& measured, std::string* out) {
  Table table;
  table.Row({"", "identifiers", "found whole", "95 %", "in part", "characters", "found", "95 %"});
  const DrawnFigures& drawn = measured.drawn;
  table.Row(LabelRow("all", measured.total.All(), drawn.entity_recall, drawn.character_recall));
  for (const auto& [label, counts] : SortedLabels(measured.total)) {
    table.Row(LabelRow(label, counts, drawn.label_entity_recall.at(label), drawn.label_character_recall.at(label)));
  }
  table.Row(LabelRow("NAME in lists", measured.total.listed_names, {}, {}));
  table.Row(LabelRow("NAME in none", measured.total.unlisted_names, {}, {}));
  table.Write(out);
}

void WriteFound(const EvalCounts& counts, std::string* out) {
  Table table;
  table.Row({"found as", "findings", "false", "precision"});
  for (size_t i = 0; i < counts.found.size(); ++i) {
    const FoundCounts& found = counts.found[i];
    if (found.findings == 0) continue;
    table.Row({std::string(CategoryName(static_cast<Category>(i))), Concat(found.findings),
               Concat(found.false_findings), found.required + found.stray == 0 ? "-" : Figure(found.Precision())});
  }
  table.Write(out);
}

void WriteOverall(const Measured& measured, std::string* out) {
  const EvalCounts& counts = measured.total;
  Table table;
  table.Row({"precision", Figure(counts.Precision()), IntervalText(measured.drawn.precision)});
  table.Row({"F1", Figure(counts.F1()), ""});
  table.Row({"false findings per 1,000 words", Decimal(counts.FalsePerThousandWords(), 2), ""});
  table.Row({"documents with nothing left", Figure(counts.CleanShare()), ""});
  table.Row({"documents with at most two left", Figure(counts.AtMostTwoShare()), ""});
  table.Write(out);
}

void WriteCandidate(const Explanation::Candidate& candidate, std::string* out) {
  const std::string place = Concat(candidate.begin, ":", candidate.end);
  if (candidate.outcome == "veto") {
    *out += Concat("    veto ", candidate.rule, " over ", place, ", ", Decimal(candidate.score, 2, true), "\n");
    return;
  }
  *out += Concat("    ", candidate.outcome, ": ", CategoryName(candidate.category), " ", place, ", score ",
                 Decimal(candidate.score, 2), " where ", Decimal(candidate.threshold, 2), " is needed, ",
                 candidate.rule, "\n");
  for (const Reason& reason : candidate.reasons) {
    *out += Concat("        ", Decimal(reason.weight, 2, true), "  ", reason.what, "\n");
  }
}

void WriteCase(std::string_view title, const Case& one, std::string* out) {
  *out += Concat(title, " ", one.label, " ", Quoted(one.text), "  in ", one.document, ", line ", one.line, ", ",
                 one.begin, ":", one.end);
  if (one.letters > 0) {
    *out += Concat(": ", one.was_covered.has_value() ? Concat(*one.was_covered, " before, ") : "", one.covered, " of ",
                   one.letters, " letters and digits found");
  }
  *out += Concat("\n    ", Quoted(Concat(one.before, "[[", one.text, "]]", one.after)), "\n");
  if (one.candidates.empty()) *out += "    no rule spoke for or against anything here\n";
  for (const Explanation::Candidate& candidate : one.candidates) WriteCandidate(candidate, out);
  for (const Case::Word& word : one.words) {
    std::string lists;
    for (const std::string& list : word.lists) lists += Concat(lists.empty() ? "" : ", ", list);
    *out += Concat("    word ", Quoted(word.text), " in ", lists.empty() ? "no list" : lists, "\n");
  }
}

void WriteLists(const Report& report, std::string* out) {
  for (const CaseList& list : report.lists) {
    for (const Case& one : list.shown) WriteCase(list.title, one, out);
    if (list.shown.size() == list.total) continue;
    const bool findings = list.key.find("false") != std::string_view::npos;
    *out += Concat(list.title, ": ", list.total - list.shown.size(), " more (", findings ? "--errors" : "--misses",
                   " says how many are shown)\n");
  }
}

void WriteChangedLabels(const EvalCounts& before, const EvalCounts& after, std::string* out) {
  Table table;
  table.Row({"", "identifiers", "found whole", "after", "change", "characters", "found", "after", "change"});
  for (const auto& [label, was] : SortedLabels(before)) {
    const EntityCounts& is = after.labels.find(label)->second;
    table.Row({label, Concat(was.entities), Figure(was.EntityRecall()), Figure(is.EntityRecall()),
               Figure(is.EntityRecall() - was.EntityRecall(), true), Concat(was.characters),
               Figure(was.CharacterRecall()), Figure(is.CharacterRecall()),
               Figure(is.CharacterRecall() - was.CharacterRecall(), true)});
  }
  table.Write(out);
}

void WriteChange(const Measured& before, const Measured& after, std::string* out) {
  Table table;
  table.Row({"", "before", "after", "change", "95 % of the change"});
  const auto row = [&](const char* name, double was, double is, std::string interval, int digits = 4) {
    table.Row({name, Decimal(was, digits), Decimal(is, digits), Decimal(is - was, digits, true), std::move(interval)});
  };
  const EvalCounts &was = before.total, &is = after.total;
  const auto interval = [&](DrawnFigure DrawnFigures::*figure) {
    return IntervalText(Difference(after.drawn.*figure, before.drawn.*figure), true);
  };
  row("entity recall", was.All().EntityRecall(), is.All().EntityRecall(), interval(&DrawnFigures::entity_recall));
  row("character recall", was.All().CharacterRecall(), is.All().CharacterRecall(),
      interval(&DrawnFigures::character_recall));
  row("precision", was.Precision(), is.Precision(), interval(&DrawnFigures::precision));
  row("F1", was.F1(), is.F1(), "");
  row("false findings per 1,000 words", was.FalsePerThousandWords(), is.FalsePerThousandWords(), "", 2);
  row("documents with nothing left", was.CleanShare(), is.CleanShare(), "");
  row("documents with at most two left", was.AtMostTwoShare(), is.AtMostTwoShare(), "");
  row("NAME in lists, found whole", was.listed_names.EntityRecall(), is.listed_names.EntityRecall(), "");
  row("NAME in none, found whole", was.unlisted_names.EntityRecall(), is.unlisted_names.EntityRecall(), "");
  table.Write(out);
  WriteChangedLabels(was, is, out);
}

void WriteTotals(const Comparison& changes, std::string* out) {
  *out += Concat("identifiers gained ", changes.gained.size(), ", lost ", changes.lost.size(), "; found more of ",
                 changes.more.size(), ", less of ", changes.less.size(), "\n");
  *out += Concat("false findings new ", changes.new_false.size(), ", gone ", changes.gone_false.size(), "\n\n");
}

}  // namespace

std::string ToText(const Report& report) {
  const Measured& first = report.sides.front().measured;
  std::string out = Concat(report.gold, ": ", first.total.documents, " documents, ", first.total.words, " words\n");
  if (report.sides.size() == 1) {
    out += Concat(SideName(report.sides.front()), "\n\n");
    WriteLabels(first, &out);
    WriteOverall(first, &out);
    WriteFound(first.total, &out);
  } else {
    const Side& second = report.sides.back();
    out += Concat("before: ", SideName(report.sides.front()), "\nafter:  ", SideName(second), "\n\n");
    WriteChange(first, second.measured, &out);
    WriteTotals(report.comparison, &out);
  }
  WriteLists(report, &out);
  return out;
}

}  // namespace phiveil::cli::eval

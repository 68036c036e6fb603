#include <string>
#include <string_view>

#include "cli/eval_report.h"
#include "cli/json_writer.h"

namespace phiveil::cli::eval {
namespace {

class Writer : public JsonWriter {
 public:
  using JsonWriter::JsonWriter;

  void Text(std::string_view key, std::string_view value) {
    Key(key);
    String(value);
  }
  void Count(std::string_view key, uint64_t value) {
    Key(key);
    Number(value);
  }
  void Figure(std::string_view key, double value, int digits = 4) {
    Key(key);
    Raw(Decimal(value, digits));
  }
  void Drawn(std::string_view key, const DrawnFigure& drawn) {
    Key(key);
    const std::optional<Interval> interval = IntervalOf(drawn);
    if (!interval.has_value()) return Raw("null");
    BeginArray();
    Raw(Decimal(interval->low, 4));
    Raw(Decimal(interval->high, 4));
    EndArray();
  }
};

void WriteEntityCounts(const EntityCounts& counts, Writer* json) {
  json->Count("entities", counts.entities);
  json->Count("full", counts.full);
  json->Count("part", counts.part);
  json->Count("chars", counts.characters);
  json->Count("covered", counts.covered);
  json->Figure("entity_recall", counts.EntityRecall());
  json->Figure("char_recall", counts.CharacterRecall());
}

void WriteLabels(const Measured& measured, Writer* json) {
  json->Key("labels");
  json->BeginObject();
  for (const auto& [label, counts] : measured.total.labels) {
    json->Key(label);
    json->BeginObject();
    WriteEntityCounts(counts, json);
    json->Drawn("entity_recall_95", measured.drawn.label_entity_recall.at(label));
    json->Drawn("char_recall_95", measured.drawn.label_character_recall.at(label));
    json->EndObject();
  }
  json->EndObject();
  json->Key("names");
  json->BeginObject();
  for (const bool listed : {true, false}) {
    json->Key(listed ? "listed" : "unlisted");
    json->BeginObject();
    WriteEntityCounts(listed ? measured.total.listed_names : measured.total.unlisted_names, json);
    json->EndObject();
  }
  json->EndObject();
}

void WriteFound(const EvalCounts& counts, Writer* json) {
  json->Key("found");
  json->BeginObject();
  for (size_t i = 0; i < counts.found.size(); ++i) {
    const FoundCounts& found = counts.found[i];
    if (found.findings == 0) continue;
    json->Key(CategoryName(static_cast<Category>(i)));
    json->BeginObject();
    json->Count("findings", found.findings);
    json->Count("false", found.false_findings);
    json->Count("required_chars", found.required);
    json->Count("stray_chars", found.stray);
    json->Figure("precision", found.Precision());
    json->EndObject();
  }
  json->EndObject();
}

void WritePart(std::string_view key, const std::string& name, const std::string& version, const std::string& file,
               Writer* json) {
  json->Key(key);
  json->BeginObject();
  json->Text("name", name);
  json->Text("version", version);
  if (!file.empty()) json->Text("file", file);
  json->EndObject();
}

void WriteSide(const Side& side, Writer* json) {
  const Measured& measured = side.measured;
  const EvalCounts& counts = measured.total;
  const EntityCounts all = counts.All();
  const RulePack& pack = measured.engine->pack();
  const Policy& policy = measured.engine->policy();
  WritePart("pack", pack.name(), pack.version(), side.pack_file, json);
  WritePart("policy", policy.name(), policy.version(), side.policy_file, json);
  json->Count("docs", counts.documents);
  json->Count("absent", counts.failed);
  json->Count("entities", all.entities);
  json->Figure("entity_recall", all.EntityRecall());
  json->Drawn("entity_recall_95", measured.drawn.entity_recall);
  json->Figure("char_recall", all.CharacterRecall());
  json->Drawn("char_recall_95", measured.drawn.character_recall);
  json->Figure("precision", counts.Precision());
  json->Drawn("precision_95", measured.drawn.precision);
  json->Figure("f1", counts.F1());
  json->Figure("clean_docs", counts.CleanShare());
  json->Figure("at_most_two_docs", counts.AtMostTwoShare());
  json->Figure("false_spans_per_1000_words", counts.FalsePerThousandWords(), 2);
  json->Count("words", counts.words);
  json->Count("findings", counts.findings);
  json->Count("false_spans", counts.false_findings);
  WriteLabels(measured, json);
  WriteFound(counts, json);
}

void WriteCandidate(const Explanation::Candidate& candidate, Writer* json) {
  json->BeginObject();
  json->Count("begin", candidate.begin);
  json->Count("end", candidate.end);
  json->Text("category", CategoryName(candidate.category));
  json->Text("rule", candidate.rule);
  json->Key("score");
  json->Score(candidate.score);
  json->Key("threshold");
  json->Score(candidate.threshold);
  json->Text("outcome", candidate.outcome);
  json->Key("reasons");
  json->BeginArray();
  for (const Reason& reason : candidate.reasons) {
    json->BeginObject();
    json->Text("what", reason.what);
    json->Key("weight");
    json->Score(reason.weight);
    json->EndObject();
  }
  json->EndArray();
  json->EndObject();
}

void WriteWords(const Case& one, Writer* json) {
  json->Key("words");
  json->BeginArray();
  for (const Case::Word& word : one.words) {
    json->BeginObject();
    json->Text("text", word.text);
    json->Key("lists");
    json->BeginArray();
    for (const std::string& list : word.lists) json->String(list);
    json->EndArray();
    json->EndObject();
  }
  json->EndArray();
}

void WriteCase(const Case& one, Writer* json) {
  json->BeginObject();
  json->Text("id", one.document);
  json->Count("line", one.line);
  json->Count("begin", one.begin);
  json->Count("end", one.end);
  json->Text("label", one.label);
  json->Text("text", one.text);
  json->Text("before", one.before);
  json->Text("after", one.after);
  if (one.letters > 0) {
    json->Count("chars", one.letters);
    json->Count("covered", one.covered);
  }
  if (one.was_covered.has_value()) json->Count("covered_before", *one.was_covered);
  json->Key("candidates");
  json->BeginArray();
  for (const Explanation::Candidate& candidate : one.candidates) WriteCandidate(candidate, json);
  json->EndArray();
  WriteWords(one, json);
  json->EndObject();
}

void WriteLists(const Report& report, Writer* json) {
  for (const CaseList& list : report.lists) {
    json->Key(list.key);
    json->BeginObject();
    json->Count("total", list.total);
    json->Key("shown");
    json->BeginArray();
    for (const Case& one : list.shown) WriteCase(one, json);
    json->EndArray();
    json->EndObject();
  }
}

void WriteChange(const Measured& before, const Measured& after, Writer* json) {
  json->Key("change");
  json->BeginObject();
  const auto change = [&](std::string_view key, double was, double is, DrawnFigure DrawnFigures::*figure) {
    json->Figure(key, is - was);
    json->Drawn(std::string(key) + "_95", Difference(after.drawn.*figure, before.drawn.*figure));
  };
  const EntityCounts was = before.total.All(), is = after.total.All();
  change("entity_recall", was.EntityRecall(), is.EntityRecall(), &DrawnFigures::entity_recall);
  change("char_recall", was.CharacterRecall(), is.CharacterRecall(), &DrawnFigures::character_recall);
  change("precision", before.total.Precision(), after.total.Precision(), &DrawnFigures::precision);
  json->EndObject();
}

}  // namespace

std::string ToJson(const Report& report) {
  std::string out;
  Writer json(&out);
  json.BeginObject();
  json.Text("gold", report.gold);
  if (report.sides.size() == 1) {
    WriteSide(report.sides.front(), &json);
  } else {
    for (const Side& side : report.sides) {
      json.Key(&side == &report.sides.front() ? "before" : "after");
      json.BeginObject();
      WriteSide(side, &json);
      json.EndObject();
    }
    WriteChange(report.sides.front().measured, report.sides.back().measured, &json);
  }
  WriteLists(report, &json);
  json.EndObject();
  out.push_back('\n');
  return out;
}

}  // namespace phiveil::cli::eval

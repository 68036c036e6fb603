#include <cstdio>

#include "base/concat.h"
#include "compiler/report.h"
#include "compiler/rule_cost.h"

namespace phiveil::rules {
namespace {

constexpr std::string_view kKinds[] = {"pattern", "form", "list", "field"};
constexpr std::string_view kSizes[] = {"bytes", "steps", "steps", "names"};

std::string Decimal(double value, int digits) {
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%.*f", digits, value);
  return {text, static_cast<size_t>(size)};
}

std::string Left(std::string_view text, size_t width) {
  return text.size() >= width ? std::string(text) : Concat(text, std::string(width - text.size(), ' '));
}

std::string Right(std::string_view text, size_t width) {
  return text.size() >= width ? std::string(text) : Concat(std::string(width - text.size(), ' '), text);
}

// What is above one hundred percent of the rest is still a share of the whole.
double ShareOf(double slows) { return slows / (1 + slows); }

std::string Percent(double share) { return Concat(Decimal(100 * share, 1), " %"); }

size_t KindOf(const RuleSource& rule) { return static_cast<size_t>(rule.kind); }

// A JSON string; bytes are UTF-8 already.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<uint8_t>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

double Rate(const CostReport& report) {
  return report.seconds > 0 ? static_cast<double>(report.timed_bytes) / report.seconds / 1e6 : 0;
}

void WriteHead(const PackSource& source, const CostReport& report, std::ostream& out) {
  out << source.name << " " << source.version << " on " << Count(report.texts, "text") << ", " << report.bytes
      << " bytes";
  if (report.timed_texts < report.texts) out << "; timed on " << report.timed_texts << ", " << report.timed_bytes;
  out << "; " << Decimal(Rate(report), 1) << " MB/s with all rules, without the name model\n"
      << "time   share of the pack's time that goes when the rule goes; the same pack loaded again differed by up to "
      << Percent(report.noise) << "\nhits   candidates and vetoes, refused ones too; kept: what became findings\n\n";
}

}  // namespace

void WriteCostText(const PackSource& source, const CostReport& report, std::ostream& out) {
  WriteHead(source, report, out);
  out << Right("time", 8) << Right("hits", 9) << Right("kept", 8) << Right("compiled in", 13) << Right("size", 15)
      << "  kind     rule\n";
  for (const RuleCost& cost : report.rules) {
    const RuleSource& rule = source.rules[cost.rule];
    const bool field = rule.kind == RuleKind::kField;
    out << Right(cost.slows ? Percent(ShareOf(*cost.slows)) : "-", 8) << Right(Concat(cost.hits), 9)
        << Right(rule.category == Category::kSafe ? "veto" : Concat(cost.kept), 8)
        << Right(field ? "-" : Concat(Decimal(cost.compile_seconds * 1e3, 2), " ms"), 13)
        << Right(Concat(cost.size, " ", kSizes[KindOf(rule)]), 15) << "  " << Left(kKinds[KindOf(rule)], 9) << rule.id
        << "\n";
  }
  if (report.shared.empty()) return;
  out << "\nExpressions that several rules share, as a whole\n";
  for (const SharedCost& cost : report.shared) {
    out << Right(Percent(ShareOf(cost.slows)), 8) << "  ";
    for (size_t i = 0; i < cost.rules.size(); ++i) out << (i == 0 ? "" : ", ") << source.rules[cost.rules[i]].id;
    out << "\n";
  }
}

void WriteCostJson(const PackSource& source, const CostReport& report, std::ostream& out) {
  const auto warned = [](double slows) { return slows > kCostly ? ",\"warning\":\"PH108\"" : ""; };
  out << "{\"pack\":" << Quoted(source.name) << ",\"version\":" << Quoted(source.version)
      << ",\"texts\":" << report.texts << ",\"bytes\":" << report.bytes << ",\"timed_texts\":" << report.timed_texts
      << ",\"timed_bytes\":" << report.timed_bytes << ",\"mb_per_s\":" << Decimal(Rate(report), 3)
      << ",\"noise\":" << Decimal(report.noise, 5) << ",\"rules\":[";
  for (const RuleCost& cost : report.rules) {
    const RuleSource& rule = source.rules[cost.rule];
    out << (&cost == &report.rules.front() ? "" : ",") << "\n{\"rule\":" << Quoted(rule.id) << ",\"kind\":\""
        << kKinds[KindOf(rule)] << "\",\"slows\":" << (cost.slows ? Decimal(*cost.slows, 5) : "null")
        << ",\"share\":" << (cost.slows ? Decimal(ShareOf(*cost.slows), 5) : "null") << ",\"hits\":" << cost.hits
        << ",\"kept\":" << cost.kept << ",\"compile_ms\":" << Decimal(cost.compile_seconds * 1e3, 3)
        << ",\"size\":" << cost.size << ",\"size_unit\":\"" << kSizes[KindOf(rule)] << "\""
        << warned(cost.slows.value_or(0)) << "}";
  }
  out << "],\"shared\":[";
  for (const SharedCost& cost : report.shared) {
    out << (&cost == &report.shared.front() ? "" : ",") << "\n{\"rules\":[";
    for (size_t i = 0; i < cost.rules.size(); ++i) out << (i == 0 ? "" : ",") << Quoted(source.rules[cost.rules[i]].id);
    out << "],\"slows\":" << Decimal(cost.slows, 5) << ",\"share\":" << Decimal(ShareOf(cost.slows), 5)
        << warned(cost.slows) << "}";
  }
  out << "]}\n";
}

}  // namespace phiveil::rules

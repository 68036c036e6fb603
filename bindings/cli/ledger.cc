#include "cli/ledger.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>
#include <utility>
#include <vector>

#include "base/concat.h"

namespace phiveil::cli {
namespace {

std::string Fixed(double value, int decimals) {
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return std::string(text.data(), static_cast<size_t>(std::max(size, 0)));
}

void Line(std::string_view name, std::string_view value, std::ostream& out) {
  if (value.empty()) return;
  out << name << std::string(name.size() < 10 ? 10 - name.size() : 1, ' ') << value << '\n';
}

std::string Findings(const Ledger& ledger) {
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = 0; i < ledger.counts.findings.size(); ++i) {
    if (ledger.counts.findings[i] > 0) order.emplace_back(ledger.counts.findings[i], i);
  }
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  const uint64_t total = std::accumulate(ledger.counts.findings.begin(), ledger.counts.findings.end(), uint64_t{0});
  std::string text = Thousands(total);
  if (ledger.verb == Verb::kRedact && total > 0) {
    text += Concat(" (", Thousands(ledger.counts.replaced), " replaced, ",
                   Thousands(total - std::min(total, ledger.counts.replaced)), " kept by the policy)");
  }
  std::string_view separator = ": ";
  for (const auto& [count, category] : order) {
    text += Concat(separator, CategoryName(static_cast<Category>(category)), " ", Thousands(count));
    separator = ", ";
  }
  return text;
}

std::string Tokens(const Counts& counts) {
  return Concat(Thousands(counts.tokens[0]), " restored, ", Thousands(counts.tokens[1]), " unknown, ",
                Thousands(counts.tokens[2]), " altered, ", Thousands(counts.tokens[3]), " foreign");
}

std::string Records(const Ledger& ledger) {
  const Counts& counts = ledger.counts;
  std::string text = Concat(Thousands(counts.records_in), " in = ", Thousands(counts.records_out), " out + ",
                            Thousands(counts.quarantined), " quarantined");
  if (ledger.records_before > 0) text += Concat(" (", Thousands(ledger.records_before), " before the resume)");
  if (!ledger.complete) text += "; the run is not complete";
  return text;
}

}  // namespace

std::string Thousands(uint64_t number) {
  std::string digits = Concat(number);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string Bytes(uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  if (bytes < 1000) return Concat(bytes, " B");
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return Concat(Fixed(value, 1), " ", kUnits[unit]);
}

void PrintLedger(const Ledger& ledger, bool brief, std::ostream& out) {
  Line("records", Records(ledger), out);
  if (!brief) {
    if (ledger.verb == Verb::kRestore) {
      Line("tokens", Tokens(ledger.counts), out);
    } else {
      Line("findings", Findings(ledger), out);
    }
    const double seconds = std::max(ledger.seconds, 1e-6);
    Line("bytes",
         Concat(Bytes(ledger.bytes_now), " in ", Fixed(seconds, 2), " s, ",
                Fixed(static_cast<double>(ledger.bytes_now) / 1e6 / seconds, 1), " MB/s"),
         out);
    Line("result", ledger.complete ? ledger.claim : "", out);
    Line("output", ledger.output, out);
    Line("vault", ledger.vault, out);
    Line("key", ledger.key, out);
    Line("audit", ledger.audit, out);
  }
  Line("errors", ledger.errors, out);
  Line("journal", ledger.journal, out);
  out.flush();
}

}  // namespace phiveil::cli

#ifndef PHIVEIL_CLI_LEDGER_H_
#define PHIVEIL_CLI_LEDGER_H_

// The reconciled account at the end of a run, for people, on stderr.

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "cli/group.h"

namespace phiveil::cli {

struct Ledger {
  Verb verb = Verb::kRedact;
  Counts counts;                // of the whole run, with what was done before a resume
  uint64_t bytes_now = 0;       // since this process began
  uint64_t records_before = 0;  // of counts.records_in, done before a resume
  double seconds = 0;
  bool complete = true;
  std::string claim;  // what the policy says the result may be called
  // Where things are; empty ones are not printed.
  std::string output, vault, key, audit, errors, journal;
};

// `brief`: the records line and, where there is one, the errors file.
void PrintLedger(const Ledger& ledger, bool brief, std::ostream& out);

// 1234567 -> "1,234,567"
std::string Thousands(uint64_t number);
// 1234567 -> "1.2 MB"
std::string Bytes(uint64_t bytes);

}  // namespace phiveil::cli

#endif  // PHIVEIL_CLI_LEDGER_H_

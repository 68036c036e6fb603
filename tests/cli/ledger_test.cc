#include "cli/ledger.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/progress.h"

namespace phiveil::cli {
namespace {

TEST(Numbers, AreReadable) {
  EXPECT_EQ(Thousands(0), "0");
  EXPECT_EQ(Thousands(999), "999");
  EXPECT_EQ(Thousands(1000), "1,000");
  EXPECT_EQ(Thousands(1234567), "1,234,567");
  EXPECT_EQ(Thousands(UINT64_MAX), "18,446,744,073,709,551,615");
  EXPECT_EQ(Bytes(0), "0 B");
  EXPECT_EQ(Bytes(999), "999 B");
  EXPECT_EQ(Bytes(1000), "1.0 kB");
  EXPECT_EQ(Bytes(999999), "1.0 MB");
  EXPECT_EQ(Bytes(39700000), "39.7 MB");
}

Ledger Example() {
  Ledger ledger;
  ledger.counts.records_in = 1000;
  ledger.counts.records_out = 998;
  ledger.counts.quarantined = 2;
  ledger.counts.findings[static_cast<size_t>(Category::kName)] = 5;
  ledger.counts.findings[static_cast<size_t>(Category::kDate)] = 7;
  ledger.counts.replaced = 9;
  ledger.bytes_now = 5000000;
  ledger.seconds = 2;
  ledger.output = "clean";
  ledger.errors = "clean.errors.jsonl";
  ledger.claim = "claim";
  return ledger;
}

std::string Printed(const Ledger& ledger, bool brief) {
  std::ostringstream out;
  PrintLedger(ledger, brief, out);
  return out.str();
}

TEST(PrintLedger, SaysEverything) {
  EXPECT_EQ(Printed(Example(), false),
            "records   1,000 in = 998 out + 2 quarantined\n"
            "findings  12 (9 replaced, 3 kept by the policy): DATE 7, NAME 5\n"
            "bytes     5.0 MB in 2.00 s, 2.5 MB/s\n"
            "result    claim\n"
            "output    clean\n"
            "errors    clean.errors.jsonl\n");
}

TEST(PrintLedger, BrieflyTheReconciledCount) {
  EXPECT_EQ(Printed(Example(), true), "records   1,000 in = 998 out + 2 quarantined\nerrors    clean.errors.jsonl\n");
}

TEST(PrintLedger, AnUnfinishedRunClaimsNothing) {
  Ledger ledger = Example();
  ledger.complete = false;
  const std::string printed = Printed(ledger, false);
  EXPECT_EQ(printed.find("claim"), std::string::npos);
  EXPECT_NE(printed.find("not complete"), std::string::npos);
}

TEST(PrintLedger, RestoreSpeaksOfTokens) {
  Ledger ledger = Example();
  ledger.verb = Verb::kRestore;
  ledger.counts.tokens = {1234, 1, 2, 3};
  EXPECT_NE(Printed(ledger, false).find("tokens    1,234 restored, 1 unknown, 2 altered, 3 foreign\n"),
            std::string::npos);
}

TEST(ProgressLine, SaysHowFarAndHowLong) {
  EXPECT_EQ(ProgressLine(50000000, 200000000, 5, 80), "25%  50.0 MB of 200.0 MB  10.0 MB/s  0:15 left");
  EXPECT_EQ(ProgressLine(0, 200000000, 0, 80), "0%  0 B of 200.0 MB  0 B/s");
  EXPECT_EQ(ProgressLine(1000000, 0, 1, 80), "1.0 MB  1.0 MB/s");
  EXPECT_EQ(ProgressLine(300, 200, 1, 80).substr(0, 4), "100%");
  EXPECT_EQ(ProgressLine(1, 36000000, 0.01, 200).substr(0, 3), "0% ");
  EXPECT_EQ(ProgressLine(1000, 37000000, 1, 80), "0%  1.0 kB of 37.0 MB  1.0 kB/s  10:16:39 left");
  for (size_t columns = 0; columns < 60; ++columns) {
    EXPECT_LE(ProgressLine(50000000, 200000000, 5, columns).size(), columns);
  }
}

}  // namespace
}  // namespace phiveil::cli
